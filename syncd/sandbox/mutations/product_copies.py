"""productDuplicate: makes another product like one that is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from syncd.sandbox.customids import product_number
from syncd.sandbox.handles import normal
from syncd.sandbox.mutations.product_set import CODES
from syncd.sandbox.mutations.product_works import IN_PROGRESS, begin_work, is_busy
from syncd.sandbox.mutations.write import Write, begin
from syncd.sandbox.records import Metafield, Option, Product, Variant
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.resolvers.shop import shop as shop_itself
from syncd.sandbox.shop import Shop
from syncd.sandbox.words import Complaints

ABSENT = "Product does not exist"


def product_duplicate(
    _root: None, info: Info, productId: str, synchronous: bool = True, **arguments: Any
) -> dict[str, Any]:
    shop, complaints = shop_of(info), Complaints()
    number = product_number(productId)
    new, work = None, None
    if number not in shop.products:
        complaints.add(["productId"], ABSENT)
    elif is_busy(shop, number):
        complaints.add(None, IN_PROGRESS)
    elif synchronous:
        new, complaints.found = duplicated(shop, number, arguments)
    else:
        work = begin_work(shop, "ProductDuplicateOperation", arguments, number)
    return {
        "newProduct": new,
        "imageJob": None,
        "productDuplicateOperation": work,
        "shop": shop_itself(None, info),
        "userErrors": complaints.found,
    }


def duplicated(
    shop: Shop, number: int, arguments: Mapping[str, Any]
) -> tuple[Product | None, list[dict[str, Any]]]:
    """The copy, the userErrors."""
    write = begin(shop, CODES)
    source = shop.products.get(number)
    if source is None:
        write.complaints.add(["productId"], ABSENT)
        return None, write.complaints.found
    title = arguments["newTitle"].strip()
    if not title:
        write.complaints.add(["newTitle"], "Title can't be blank")
        return None, write.complaints.found
    copy = _copy(write, source, title)
    if arguments.get("newStatus") is not None:
        copy = replace(copy, status=arguments["newStatus"])
    if not arguments.get("includeImages"):
        copy = replace(copy, media_ids=())
    write.keep(copy)
    return copy, []


def _copy(write: Write, source: Product, title: str) -> Product:
    """With new ids everywhere; it is published nowhere. Values of type `id` cannot be had twice."""
    options, numbers = _options(write, source.options)
    id_ = write.shop.new_id("Product")
    return replace(
        source,
        id=id_,
        title=title,
        handle=write.shop.handles.free(normal(title)),
        created_at=write.at,
        updated_at=write.at,
        options=options,
        variants=tuple(_variant(write, id_, one, numbers) for one in source.variants),
        metafields=_metafields(write, source.metafields),
        published=(),
    )


def _options(write: Write, held: tuple[Option, ...]) -> tuple[tuple[Option, ...], dict[int, int]]:
    """The options with new numbers; old number of a value -> its new one."""
    numbers: dict[int, int] = {}
    made = []
    for option in held:
        values = []
        for value in option.values:
            numbers[value.id] = write.shop.new_id("ProductOptionValue")
            values.append(replace(value, id=numbers[value.id]))
        made.append(Option(write.shop.new_id("ProductOption"), option.name, tuple(values)))
    return tuple(made), numbers


def _variant(write: Write, product_id: int, source: Variant, numbers: Mapping[int, int]) -> Variant:
    item = replace(source.item, id=write.shop.new_id("InventoryItem"))
    return replace(
        source,
        id=write.shop.new_id("ProductVariant"),
        product_id=product_id,
        item=item,
        values=tuple(numbers[value] for value in source.values),
        created_at=write.at,
        updated_at=write.at,
        media_id=None,
        metafields=_metafields(write, source.metafields),
    )


def _metafields(write: Write, held: tuple[Metafield, ...]) -> tuple[Metafield, ...]:
    return tuple(
        replace(one, id=write.shop.new_id("Metafield"), created_at=write.at, updated_at=write.at)
        for one in held
        if one.type != "id"
    )


FIELDS: Fields = {"Mutation": {"productDuplicate": product_duplicate}}
