"""productOptionsCreate, productOptionsDelete: options of a product come, they go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import product as combinations
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.customids import product_number
from syncd.sandbox.mutations.new_options import check_options, made_options
from syncd.sandbox.mutations.option_sets import STANDARD
from syncd.sandbox.mutations.quantities import first_levels
from syncd.sandbox.mutations.variant_fields import new_variant
from syncd.sandbox.mutations.variants_bulk_create import MAX_VARIANTS
from syncd.sandbox.mutations.write import Write, begin
from syncd.sandbox.records import Option, Product, Variant
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.resolvers.product_search import is_default

TOO_MANY = (
    f"The number of created variants would exceed the {MAX_VARIANTS} variants per product limit"
)

Given = Mapping[str, Any]


def begin_options(info: Info, id_: str) -> tuple[Write, Product | None]:
    write = begin(shop_of(info), {})
    product = write.shop.products.get(product_number(id_))
    if product is None:
        message = "Product does not exist"
        write.complaints.add(["productId"], message, "PRODUCT_DOES_NOT_EXIST")
    return write, product


def end_options(write: Write, product: Product | None, after: Product | None) -> dict[str, Any]:
    """The product as it is after the call: as it was, when there are complaints."""
    if after is not None and not write.complaints and after != product:
        product = replace(after, updated_at=write.at)
        write.keep(product)
    return {"product": product, "userErrors": write.complaints.found}


def options_create(
    _root: None,
    info: Info,
    productId: str,
    options: Sequence[Given],
    variantStrategy: str | None = "LEAVE_AS_IS",
) -> dict[str, Any]:
    """The variants get the first value of each new option; CREATE makes the others, too."""
    write, product = begin_options(info, productId)
    after = None
    if product is not None:
        held = () if is_default(product) else product.options
        check_options(write, options, held)
        if not write.complaints:
            after = _extended(write, product, held, options)
            if variantStrategy == "CREATE":
                after = _filled(write, after)
    return end_options(write, product, after)


def _extended(
    write: Write, product: Product, held: Sequence[Option], given: Sequence[Given]
) -> Product:
    made = made_options(write, given)
    new = tuple(option.values[0].id for option in made)
    variants = tuple(
        replace(one, values=((*one.values, *new) if held else new), updated_at=write.at)
        for one in product.variants
    )
    return replace(product, options=(*held, *made), variants=variants)


def _filled(write: Write, product: Product) -> Product:
    """With a variant for each combination of values."""
    menus = [[value.id for value in option.values] for option in product.options]
    count = 1
    for menu in menus:
        count *= len(menu)
    if count > MAX_VARIANTS:
        write.complaints.add(["options"], TOO_MANY, "TOO_MANY_VARIANTS_CREATED")
        return product
    held = {variant.values: variant for variant in product.variants}
    variants = tuple(
        held.get(values) or _another(write, product, values) for values in combinations(*menus)
    )
    return replace(product, variants=variants)


def _another(write: Write, product: Product, values: tuple[int, ...]) -> Variant:
    """It costs what the first variant does."""
    first = product.variants[0]
    variant = new_variant(write, product.id, values)
    item = replace(
        variant.item,
        levels=first_levels(write.shop),
        requires_shipping=first.item.requires_shipping,
    )
    return replace(variant, item=item, price=first.price, compare_at_price=first.compare_at_price)


def options_delete(
    _root: None,
    info: Info,
    productId: str,
    options: Sequence[str],
    strategy: str | None = "DEFAULT",
) -> dict[str, Any]:
    """By DEFAULT options with one used value only; POSITION keeps the first of variants alike."""
    write, product = begin_options(info, productId)
    after = None
    if product is not None:
        gone = _named(write, product, options)
        if not write.complaints:
            after = _without(write, product, gone, strategy or "DEFAULT")
    is_done = after is not None and not write.complaints
    return {**end_options(write, product, after), "deletedOptionsIds": options if is_done else []}


def _named(write: Write, product: Product, ids: Sequence[str]) -> set[int]:
    known = {option.id for option in product.options}
    found = set()
    for place, text in enumerate(ids):
        number = gids.number(text, "ProductOption")
        if number in known:
            found.add(number)
        else:
            message = "Option does not exist"
            write.complaints.add(("options", place), message, "OPTION_DOES_NOT_EXIST")
    return found


def _without(write: Write, product: Product, gone: set[int], strategy: str) -> Product:
    places = [place for place, option in enumerate(product.options) if option.id not in gone]
    if strategy == "DEFAULT" and any(
        len({variant.values[place] for variant in product.variants}) > 1
        for place, option in enumerate(product.options)
        if option.id in gone
    ):
        message = "Cannot delete an option with multiple values."
        write.complaints.add(["options"], message, "CANNOT_DELETE_OPTION_WITH_MULTIPLE_VALUES")
        return product
    options = tuple(product.options[place] for place in places) or made_options(write, [STANDARD])
    standard = () if places else (options[0].values[0].id,)
    moved = [
        replace(one, values=tuple(one.values[place] for place in places) or standard)
        for one in product.variants
    ]
    variants = _first_of_each(moved)
    if strategy == "NON_DESTRUCTIVE" and len(variants) < len(moved):
        message = "Cannot delete options without deleting variants."
        write.complaints.add(["options"], message, "CANNOT_USE_NON_DESTRUCTIVE_STRATEGY")
    return replace(product, options=options, variants=variants)


def _first_of_each(variants: Iterable[Variant]) -> tuple[Variant, ...]:
    found: dict[tuple[int, ...], Variant] = {}
    for variant in variants:
        found.setdefault(variant.values, variant)
    return tuple(found.values())


FIELDS: Fields = {
    "Mutation": {"productOptionsCreate": options_create, "productOptionsDelete": options_delete}
}
