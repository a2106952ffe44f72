"""The calls that lead from what is known to what is wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncd.errors import RowError
from syncd.records import (
    Form,
    Link,
    ObservedProduct,
    ObservedVariant,
    Product,
    Shop,
    VariantForm,
)
from syncd.rules import inputs, limits
from syncd.rules.identities import folded, shown_values
from syncd.rules.identities import match_variants as match_variants
from syncd.rules.text import fold

NAMESPACE = "syncd"  # not the app's own $app, so that a new app keeps the identity
IDENTITY = "backoffice_id"
PAGE = 250  # the most a connection gives at once; shopify.dev, usage limits, read 2026-11


@dataclass(frozen=True, slots=True)
class Write:
    """One call: a document of graphql/ by its operation name, with its variables."""

    document: str
    variables: dict[str, Any]


def identity(key: str) -> dict[str, Any]:
    """The custom id by which Shopify finds a product of ours, whatever its GID is."""
    return {"customId": {"namespace": NAMESPACE, "key": IDENTITY, "value": key}}


def create(product: Product, form: Form, shop: Shop) -> Write:
    """The one call that makes a product, with our identity."""
    quantities = {variant.key: variant.quantity for variant in product.variants}
    variants = [
        {
            **inputs.set_input(form, variant, {}),
            **_first_count(quantities[variant.key], variant, shop),
        }
        for variant in form.variants
    ]
    fields = {
        **inputs.product_fields(form),
        "metafields": [inputs.metafield(NAMESPACE, IDENTITY, "id", product.key)],
        "files": [inputs.file_input(picture, {}) for picture in form.pictures],
        "productOptions": inputs.option_inputs(form, ()),
        "variants": variants,
    }
    return Write("ProductSet", _set(identity(product.key), fields, form))


def update_fields(wanted: Form, known: Form, gid: str) -> Write | None:
    """The single fields that differ, by productUpdate; None when there are none."""
    before, after = inputs.product_fields(known), inputs.product_fields(wanted)
    differing = {name: value for name, value in after.items() if before.get(name) != value}
    return Write("ProductUpdate", {"product": {"id": gid, **differing}}) if differing else None


def archive(gid: str) -> Write:
    """Take a product off sale; the rest of it stays."""
    return Write("ProductUpdate", {"product": {"id": gid, "status": "ARCHIVED"}})


def set_pictures(wanted: Form, link: Link) -> Write | None:
    """The whole list of pictures, known ones by their file id; None when it is as it was.

    Sent too when a variant gets a picture whose file we do not know.
    """
    known = {variant.key: variant.picture for variant in link.known.variants}
    is_sought = any(
        variant.picture and variant.picture not in link.files
        for variant in wanted.variants
        if variant.picture != known.get(variant.key)
    )
    if wanted.pictures == link.known.pictures and not is_sought:
        return None
    files = [inputs.file_input(picture, link.files) for picture in wanted.pictures]
    return Write(
        "ProductSetFiles",
        {
            "identifier": {"id": link.gid},
            "input": {"files": files},
            "media": max(1, len(files)),
        },
    )


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


def update_variants(wanted: Form, link: Link, files: Mapping[str, str]) -> list[Write]:
    """The fields of known variants that differ, at most 250 variants a call."""
    known = {variant.key: variant for variant in link.known.variants}
    changed = []
    for variant in wanted.variants:
        if variant.key in known:
            fields = inputs.differing(variant, known[variant.key], files)
            if fields:
                changed.append({"id": link.variants[variant.key].variant, **fields})
    return _by_page("ProductVariantsBulkUpdate", link.gid, changed)


def create_variants(wanted: Form, link: Link, files: Mapping[str, str]) -> list[Write]:
    """The variants that Shopify does not have yet, at most 250 a call."""
    known = {variant.key for variant in link.known.variants}
    added = [
        inputs.bulk_input(wanted, variant, files)
        for variant in wanted.variants
        if variant.key not in known
    ]
    return _by_page("ProductVariantsBulkCreate", link.gid, added)


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
    return Write("ProductSet", _set({"id": link.gid}, fields, wanted))


def publish(gid: str, publications: Sequence[str]) -> Write:
    """Make the product visible in the shop's sales channels."""
    channels = [{"publicationId": publication} for publication in publications]
    return Write("PublishablePublish", {"id": gid, "input": channels})


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


def _set(identifier: dict[str, Any], fields: dict[str, Any], form: Form) -> dict[str, Any]:
    return {
        "identifier": identifier,
        "input": fields,
        "variants": min(PAGE, len(fields["variants"])),
        "media": max(1, min(PAGE, len(form.pictures))),
    }


def _first_count(quantity: int | None, variant: VariantForm, shop: Shop) -> dict[str, Any]:
    """Stock goes along at creation only; afterwards sales have moved it."""
    if not (shop.sync_stock and shop.location and variant.tracked and quantity is not None):
        return {}
    count = {"locationId": shop.location, "name": "available", "quantity": quantity}
    return {"inventoryQuantities": [count]}


def _by_page(document: str, gid: str, variants: list[dict[str, Any]]) -> list[Write]:
    return [
        Write(document, {"productId": gid, "variants": variants[at : at + PAGE]})
        for at in range(0, len(variants), PAGE)
    ]
