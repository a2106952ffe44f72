"""The structure of a product, its options with their variants, by productSet."""

from __future__ import annotations

from collections.abc import Sequence

from syncd.errors import RowError
from syncd.records import Form, Link, ObservedProduct, ObservedVariant
from syncd.rules import inputs, limits
from syncd.rules.changes import Write
from syncd.rules.identities import folded, match_variants, shown_values
from syncd.rules.text import fold


def needs_structure(wanted: Form, link: Link) -> bool:
    """Whether only productSet gets there: options changed, variants removed, moved or reordered.

    New variants behind the known ones are no change of structure; between them they would stand
    in the wrong place, as would their values in the shop's list of sizes.
    """
    known = {variant.key: variant.values for variant in link.known.variants}
    now = {variant.key: variant.values for variant in wanted.variants}
    return (
        wanted.options != link.known.options
        or list(now)[: len(known)] != list(known)
        or any(now[key] != values for key, values in known.items())
        or any(key not in link.variants for key in known)
    )


def restructure(wanted: Form, link: Link, observed: ObservedProduct) -> Write:
    """The whole structure by productSet, each variant that Shopify holds named with its id.

    `observed` must have been read just now: productSet deletes what its lists do not name.
    A variant made in Shopify is named unchanged and stays, last; one that left the Backoffice is
    left out, so Shopify deletes it.
    Raises RowError when variants made in Shopify do not fit those wanted.
    """
    ids = match_variants(wanted, link.variants, observed.variants)
    ours = {known.variant for known in link.variants.values()} | {i.variant for i in ids.values()}
    theirs = [variant for variant in observed.variants if variant.ids.variant not in ours]
    kept = _kept(wanted, theirs, observed, link.key)
    variants = [inputs.set_input(wanted, variant, link.files) for variant in wanted.variants]
    for given, variant in zip(variants, wanted.variants, strict=True):
        if variant.key in ids:
            given["id"] = ids[variant.key].variant
    for merchants, values in zip(theirs, kept, strict=True):
        given_values = inputs.option_values(wanted.options, values)
        variants.append({"id": merchants.ids.variant, "optionValues": given_values})
    fields = {"productOptions": inputs.option_inputs(wanted, kept), "variants": variants}
    if any(variant.picture for variant in wanted.variants):
        fields["files"] = [inputs.file_input(picture, link.files) for picture in wanted.pictures]
    return Write("ProductSet", inputs.set_variables({"id": link.gid}, fields, wanted))


def _kept(
    wanted: Form, theirs: Sequence[ObservedVariant], observed: ObservedProduct, key: str
) -> list[tuple[str, ...]]:
    """The option values of variants made in Shopify, in the order and the spelling of `wanted`.

    Raises RowError when there are other options now, such a variant already, or too many of them.
    """
    if not theirs:
        return []
    name = limits.subject(key, wanted.title)
    if len(observed.options) != len(wanted.options):
        raise RowError(
            f"{name} has {len(theirs)} variants made in Shopify with "
            f"the options {', '.join(observed.options)}; {', '.join(wanted.options)} do not fit",
            hint="delete them in Shopify, or take the options back in the Backoffice",
        )
    if len(theirs) + len(wanted.variants) > limits.MAX_VARIANTS:
        raise RowError(
            f"{name} has {len(wanted.variants)} variants and {len(theirs)} made in Shopify; "
            f"Shopify holds {limits.MAX_VARIANTS}",
            hint="delete some in Shopify, or split the product in the Backoffice",
        )
    taken = {folded(variant.values): variant for variant in wanted.variants}
    spellings = {
        (at, fold(value)): value
        for variant in wanted.variants
        for at, value in enumerate(variant.values)
    }
    rows = []
    for variant in theirs:
        row = shown_values(wanted, variant)
        if folded(row) in taken:
            raise RowError(
                f"{name}, {limits.article(taken[folded(row)])}: a variant made in Shopify is "
                f"{' / '.join(row)} already",
                hint="delete that variant in Shopify, then retry this product",
            )
        rows.append(tuple(spellings.get((at, fold(v)), v) for at, v in enumerate(row)))
    return rows
