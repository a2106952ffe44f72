"""The structure of a product, its options with their variants, by productSet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncd.errors import RowError
from syncd.phrases import phrase
from syncd.records import Form, Link, ObservedProduct, ObservedVariant, Shop
from syncd.rules import inputs, limits
from syncd.rules.adoption import Sight
from syncd.rules.changes import Write
from syncd.rules.identities import folded, shown_values
from syncd.rules.text import fold


def needs_structure(wanted: Form, link: Link) -> bool:
    """Whether only productSet gets there: options or their values changed, variants moved.

    New variants behind the known ones are no change of structure; between them they would stand
    in the wrong place, as would their values in the shop's list of sizes. Nor is a variant that
    leaves, as long as others keep its values on that list, and none comes in its place.
    """
    known = {variant.key: variant.values for variant in link.known.variants}
    now = {variant.key: variant.values for variant in wanted.variants}
    left = [key for key in known if key in now]
    return (
        wanted.options != link.known.options
        or list(now)[: len(left)] != left
        or any(now[key] != known[key] for key in left)
        or any(key not in link.variants for key in known)
        or _leave_a_gap(known, now)
    )


def _leave_a_gap(known: Mapping[str, tuple[str, ...]], now: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether variants that leave take values with them, or their order, or are made anew."""
    left = [values for key, values in known.items() if key in now]
    gone = [values for key, values in known.items() if key not in now]
    added = {folded(values) for key, values in now.items() if key not in known}
    return bool(gone) and (
        any(folded(values) in added for values in gone)
        or _menus(list(known.values())) != _menus(left)
    )


def _menus(rows: Sequence[tuple[str, ...]]) -> list[list[str]]:
    """The values of each option, in the order in which they stand first."""
    return [list(dict.fromkeys(column)) for column in zip(*rows, strict=True)]


def restructure(
    wanted: Form,
    sight: Sight,
    observed: ObservedProduct,
    shop: Shop,
    counts: Mapping[str, int | None],
) -> Write:
    """The whole structure by productSet, each variant that Shopify holds named with its id.

    `sight` must be of a read just now: productSet deletes what its lists do not name. Of a known
    variant only what differs is sent. A variant made in Shopify is named unchanged and stays, last,
    unless the shop's setting removes it; one that left the Backoffice is left out, so Shopify
    deletes it. A new one gets its first count from `counts`. Pictures of variants are not touched.
    Raises RowError when variants made in Shopify do not fit those wanted.
    """
    link = sight.link
    theirs = sight.strangers if shop.unknown_variants == "keep" else ()
    kept = _kept(wanted, theirs, observed, link.key)
    known = {variant.key: variant for variant in link.known.variants}
    variants: list[dict[str, Any]] = []
    for variant in wanted.variants:
        if variant.key in known:
            gid = link.variants[variant.key].variant
            row = inputs.set_row(wanted, variant, known[variant.key], gid)
        else:
            row = inputs.set_input(wanted, variant)
            first = inputs.first_count(counts.get(variant.key), variant, shop)
            if first is not None:
                row["inventoryQuantities"] = [
                    {"locationId": shop.location, "name": "available", "quantity": first}
                ]
        variants.append(row)
    for merchants, values in zip(theirs, kept, strict=True):
        given_values = inputs.option_values(wanted.options, values)
        variants.append({"id": merchants.ids.variant, "optionValues": given_values})
    fields = {"productOptions": inputs.option_inputs(wanted, kept), "variants": variants}
    return Write("ProductSet", inputs.set_variables({"id": link.gid}, fields))


def _kept(
    wanted: Form, theirs: Sequence[ObservedVariant], observed: ObservedProduct, key: str
) -> list[tuple[str, ...]]:
    """The option values of variants made in Shopify, in the order and the spelling of `wanted`.

    Raises RowError when there are other options now, such a variant already, or too many of them.
    """
    if not theirs:
        return []
    name = limits.subject(key, wanted.title)
    _refuse_unfit(name, wanted, theirs, observed)
    taken = {folded(variant.values): variant for variant in wanted.variants}
    spellings = {(at, fold(v)): v for one in wanted.variants for at, v in enumerate(one.values)}
    rows = []
    for variant in theirs:
        row = shown_values(wanted, variant)
        if folded(row) in taken:
            raise RowError(
                phrase(
                    "{product}, {variant}: a variant made in Shopify is {values} already",
                    product=name,
                    variant=limits.article(taken[folded(row)]),
                    values=" / ".join(row),
                ),
                hint=phrase("delete that variant in Shopify, then retry this product"),
                cause="variants_alike",
            )
        rows.append(tuple(spellings.get((at, fold(v)), v) for at, v in enumerate(row)))
    return rows


def _refuse_unfit(
    name: str, wanted: Form, theirs: Sequence[ObservedVariant], observed: ObservedProduct
) -> None:
    if len(observed.options) != len(wanted.options):
        raise RowError(
            phrase(
                "{product} has {theirs} variants made in Shopify with the options "
                "{options_there}; {options_here} do not fit",
                product=name,
                theirs=len(theirs),
                options_there=", ".join(observed.options),
                options_here=", ".join(wanted.options),
            ),
            hint=phrase("delete them in Shopify, or take the options back in the Backoffice"),
            cause="options_unfit",
        )
    if len(theirs) + len(wanted.variants) > limits.MAX_VARIANTS:
        raise RowError(
            phrase(
                "{product} has {ours} variants and {theirs} made in Shopify; Shopify holds {most}",
                product=name,
                ours=len(wanted.variants),
                theirs=len(theirs),
                most=limits.MAX_VARIANTS,
            ),
            hint=phrase("delete some in Shopify, or split the product in the Backoffice"),
            cause="too_many_variants",
        )
