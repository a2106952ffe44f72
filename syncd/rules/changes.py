"""The calls that lead from what is known to what is wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncd.records import (
    Form,
    Link,
    Product,
    Shop,
    VariantForm,
)
from syncd.rules import inputs
from syncd.rules.identities import match_variants as match_variants

NAMESPACE = "syncd"  # not the app's own $app, so that a new app keeps the identity
IDENTITY = "backoffice_id"
PAIRS = 100  # variants with their media; shopify.dev, productVariantDetachMedia, read 2026-11
PAGE = inputs.PAGE


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
    return Write("ProductSet", inputs.set_variables(identity(product.key), fields, form))


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


def detach_pictures(wanted: Form, link: Link) -> list[Write]:
    """Take pictures from variants that shall have none, at most PAIRS variants a call."""
    now = {variant.key: variant.picture for variant in wanted.variants}
    pairs = [
        {"variantId": link.variants[known.key].variant, "mediaIds": [media]}
        for known in link.known.variants
        if known.key in now
        and now[known.key] is None
        and (media := _file_of(known.picture, link.files)) is not None
    ]
    return [
        Write(
            "ProductVariantDetachMedia",
            {"productId": link.gid, "variantMedia": pairs[at : at + PAIRS]},
        )
        for at in range(0, len(pairs), PAIRS)
    ]


def _file_of(picture: str | None, files: Mapping[str, str]) -> str | None:
    """The file of a known picture; one that is not ours stands under its GID."""
    if picture is None:
        return None
    return picture if picture.startswith("gid://") else files.get(picture)


def create_variants(wanted: Form, link: Link, files: Mapping[str, str]) -> list[Write]:
    """The variants that Shopify does not have yet, at most 250 a call."""
    known = {variant.key for variant in link.known.variants}
    added = [
        inputs.bulk_input(wanted, variant, files)
        for variant in wanted.variants
        if variant.key not in known
    ]
    return _by_page("ProductVariantsBulkCreate", link.gid, added)


def publish(gid: str, publications: Sequence[str]) -> Write:
    """Make the product visible in the shop's sales channels."""
    channels = [{"publicationId": publication} for publication in publications]
    return Write("PublishablePublish", {"id": gid, "input": channels})


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
