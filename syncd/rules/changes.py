"""From what is wanted and what is known to the calls that get there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncd.errors import RowError
from syncd.records import (
    Form,
    Link,
    ObservedProduct,
    Picture,
    Product,
    Shop,
    VariantForm,
    VariantIds,
)
from syncd.rules import mapping

NAMESPACE = "syncd"  # not the app's own $app, so that a new app keeps the identity
IDENTITY = "backoffice_id"
CREATED_AS = "created_as"
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
    """The one call that makes a product; repeated, it finds the product by our custom id.

    The digest is written along (metafield `created_as`): when the answer is lost, it tells whether
    the product found is exactly what we sent.
    """
    quantities = {variant.key: variant.quantity for variant in product.variants}
    variants = [
        {**variant_input(form, variant, {}), **_first_count(quantities[variant.key], variant, shop)}
        for variant in form.variants
    ]
    fields = {
        **_fields(form),
        "metafields": [
            _metafield(IDENTITY, "id", product.key),
            _metafield(CREATED_AS, "single_line_text_field", mapping.digest(form)),
        ],
        "files": [_file(picture, {}) for picture in form.pictures],
        "productOptions": option_inputs(form, ()),
        "variants": variants,
    }
    return Write("ProductSet", _set(identity(product.key), fields, form))


def update_fields(wanted: Form, known: Form, gid: str) -> Write | None:
    """The single fields that differ, by productUpdate; None when there are none."""
    before, after = _fields(known), _fields(wanted)
    differing = {name: value for name, value in after.items() if before.get(name) != value}
    return Write("ProductUpdate", {"product": {"id": gid, **differing}}) if differing else None


def set_pictures(wanted: Form, link: Link) -> Write | None:
    """The whole list of pictures, known ones by their file id; None when it is as it was."""
    if wanted.pictures == link.known.pictures:
        return None
    files = [_file(picture, link.files) for picture in wanted.pictures]
    return Write(
        "ProductSetFiles",
        {
            "identifier": {"id": link.gid},
            "input": {"files": files},
            "media": max(1, len(files)),
        },
    )


def needs_structure(wanted: Form, link: Link) -> bool:
    """Whether options changed or variants were removed or moved: only productSet can do that."""
    known = {variant.key: variant.values for variant in link.known.variants}
    now = {variant.key: variant.values for variant in wanted.variants}
    return (
        wanted.options != link.known.options
        or any(key not in now or now[key] != values for key, values in known.items())
        or any(key not in link.variants for key in known)
    )


def update_variants(wanted: Form, link: Link, files: Mapping[str, str]) -> list[Write]:
    """The fields of known variants that differ, at most 250 variants a call."""
    known = {variant.key: variant for variant in link.known.variants}
    differing = []
    for variant in wanted.variants:
        if variant.key in known and known[variant.key] != variant:
            fields = _differing(wanted, variant, known[variant.key], files)
            differing.append({"id": link.variants[variant.key].variant, **fields})
    return _by_page("ProductVariantsBulkUpdate", link.gid, differing)


def create_variants(wanted: Form, link: Link, files: Mapping[str, str]) -> list[Write]:
    """The variants that Shopify does not have yet, at most 250 a call."""
    known = {variant.key for variant in link.known.variants}
    added = [
        _bulk_input(wanted, variant, files)
        for variant in wanted.variants
        if variant.key not in known
    ]
    return _by_page("ProductVariantsBulkCreate", link.gid, added)


def restructure(wanted: Form, link: Link, observed: ObservedProduct) -> Write:
    """The whole structure by productSet, each variant that Shopify holds named with its id.

    `observed` must have been read just now: productSet deletes what its lists do not name.
    A variant made in Shopify is named unchanged and stays; one that left the Backoffice is left
    out, so Shopify deletes it.
    Raises RowError when variants made in Shopify do not fit the options wanted.
    """
    ids = match_variants(wanted, link.variants, observed)
    ours = {known.variant for known in link.variants.values()} | {i.variant for i in ids.values()}
    theirs = [variant for variant in observed.variants if variant.ids.variant not in ours]
    if theirs and len(observed.options) != len(wanted.options):
        raise RowError(
            f"product {link.key} ({wanted.title}) has {len(theirs)} variants made in Shopify with "
            f"the options {', '.join(observed.options)}; {', '.join(wanted.options)} do not fit",
            hint="delete them in Shopify, or take the options back in the Backoffice",
        )
    kept = [tuple(variant.values[name] for name in observed.options) for variant in theirs]
    variants = [variant_input(wanted, variant, link.files) for variant in wanted.variants]
    for given, variant in zip(variants, wanted.variants, strict=True):
        if variant.key in ids:
            given["id"] = ids[variant.key].variant
    for merchants, values in zip(theirs, kept, strict=True):
        given_values = _values(wanted.options, values)
        variants.append({"id": merchants.ids.variant, "optionValues": given_values})
    fields = {"productOptions": option_inputs(wanted, kept), "variants": variants}
    if any(variant.picture for variant in wanted.variants):
        fields["files"] = [_file(picture, link.files) for picture in wanted.pictures]
    return Write("ProductSet", _set({"id": link.gid}, fields, wanted))


def publish(gid: str, publications: Sequence[str]) -> Write:
    """Make the product visible in the shop's sales channels."""
    channels = [{"publicationId": publication} for publication in publications]
    return Write("PublishablePublish", {"id": gid, "input": channels})


def match_variants(
    form: Form, linked: Mapping[str, VariantIds], observed: ObservedProduct
) -> dict[str, VariantIds]:
    """The ids of our variants: by link where Shopify still shows it, else by their option values.

    Never by position or SKU: Shopify reorders variants and lets SKUs repeat.
    """
    shown = {variant.ids.variant: variant.ids for variant in observed.variants}
    by_values = {
        tuple(value.casefold() for value in variant.values.values()): variant.ids
        for variant in observed.variants
    }
    found = {key: shown[ids.variant] for key, ids in linked.items() if ids.variant in shown}
    taken = {ids.variant for ids in found.values()}
    for variant in form.variants:
        ids = by_values.get(tuple(value.casefold() for value in variant.values))
        if variant.key not in found and ids is not None and ids.variant not in taken:
            found[variant.key] = ids
            taken.add(ids.variant)
    return {variant.key: found[variant.key] for variant in form.variants if variant.key in found}


def variant_input(form: Form, variant: VariantForm, files: Mapping[str, str]) -> dict[str, Any]:
    """A variant as productSet takes it."""
    given: dict[str, Any] = {
        "optionValues": _values(form.options, variant.values),
        "sku": variant.sku,
        "barcode": variant.barcode,
        "price": variant.price,
        "compareAtPrice": variant.compare_at_price,
        "inventoryItem": {"tracked": variant.tracked},
    }
    picture = _picture(form, variant)
    if picture is not None:
        given["file"] = _file(picture, files)
    return given


def option_inputs(form: Form, kept: Sequence[tuple[str, ...]]) -> list[dict[str, Any]]:
    """Options with all their values in order of appearance, values of kept variants last."""
    tuples = [variant.values for variant in form.variants] + list(kept)
    return [
        {"name": name, "values": [{"name": value} for value in _once(row[at] for row in tuples)]}
        for at, name in enumerate(form.options)
    ]


def _differing(
    form: Form, variant: VariantForm, known: VariantForm, files: Mapping[str, str]
) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if variant.price != known.price or variant.compare_at_price != known.compare_at_price:
        given["price"] = variant.price
        given["compareAtPrice"] = variant.compare_at_price
    if variant.barcode != known.barcode:
        given["barcode"] = variant.barcode
    stock: dict[str, Any] = {}
    if variant.sku != known.sku:
        stock["sku"] = variant.sku
    if variant.tracked != known.tracked:
        stock["tracked"] = variant.tracked
    if stock:
        given["inventoryItem"] = stock
    picture = _picture(form, variant)
    if variant.picture != known.picture and picture is not None and picture.ref in files:
        given["mediaId"] = files[picture.ref]
    return given


def _bulk_input(form: Form, variant: VariantForm, files: Mapping[str, str]) -> dict[str, Any]:
    given: dict[str, Any] = {
        "optionValues": _values(form.options, variant.values),
        "barcode": variant.barcode,
        "price": variant.price,
        "compareAtPrice": variant.compare_at_price,
        "inventoryItem": {"sku": variant.sku, "tracked": variant.tracked},
    }
    if variant.picture is not None and variant.picture in files:
        given["mediaId"] = files[variant.picture]
    return given


def _set(identifier: dict[str, Any], fields: dict[str, Any], form: Form) -> dict[str, Any]:
    return {
        "identifier": identifier,
        "input": fields,
        "variants": min(PAGE, len(fields["variants"])),
        "media": max(1, min(PAGE, len(form.pictures))),
    }


def _fields(form: Form) -> dict[str, Any]:
    fields = {"title": form.title, "vendor": form.vendor, "status": form.status}
    if form.description_html is not None:
        fields["descriptionHtml"] = form.description_html
    return fields


def _first_count(quantity: int | None, variant: VariantForm, shop: Shop) -> dict[str, Any]:
    """Stock goes along at creation only; afterwards sales have moved it."""
    if not (shop.sync_stock and shop.location and variant.tracked and quantity is not None):
        return {}
    count = {"locationId": shop.location, "name": "available", "quantity": quantity}
    return {"inventoryQuantities": [count]}


def _file(picture: Picture, files: Mapping[str, str]) -> dict[str, Any]:
    """A known picture by its file id: its address would make Shopify fetch a second copy."""
    if picture.ref in files:
        return {"id": files[picture.ref], "alt": picture.alt}
    return {"originalSource": picture.address, "alt": picture.alt, "contentType": "IMAGE"}


def _picture(form: Form, variant: VariantForm) -> Picture | None:
    return next((picture for picture in form.pictures if picture.ref == variant.picture), None)


def _metafield(key: str, kind: str, value: str) -> dict[str, str]:
    return {"namespace": NAMESPACE, "key": key, "type": kind, "value": value}


def _values(options: Sequence[str], values: Sequence[str]) -> list[dict[str, str]]:
    pairs = zip(options, values, strict=True)
    return [{"optionName": option, "name": value} for option, value in pairs]


def _by_page(document: str, gid: str, variants: list[dict[str, Any]]) -> list[Write]:
    return [
        Write(document, {"productId": gid, "variants": variants[at : at + PAGE]})
        for at in range(0, len(variants), PAGE)
    ]


def _once(values: Any) -> list[str]:
    return list(dict.fromkeys(values))
