"""The smallest calls that lead from what is known to what is wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncd.records import Form, Link, Picture, Shop, VariantForm
from syncd.rules import inputs, pictures
from syncd.rules.identities import match_variants as match_variants
from syncd.rules.pictures import Album

NAMESPACE = "syncd"  # not the app's own $app, so that a new app keeps the identity
IDENTITY = "backoffice_id"
PAIRS = 100  # variants with their media; shopify.dev, productVariantDetachMedia, read 2026-11
PAGE = inputs.PAGE


@dataclass(frozen=True, slots=True)
class Write:
    """One call: a document of graphql/ by its operation name, with its variables."""

    document: str
    variables: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PictureWrite:
    """A call that sends all pictures of a product, `entries` in the order in which they stand."""

    write: Write
    entries: tuple[Picture | str, ...]


def identity(key: str) -> dict[str, Any]:
    """The custom id by which Shopify finds a product of ours, whatever its GID is."""
    return {"customId": {"namespace": NAMESPACE, "key": IDENTITY, "value": key}}


def differing_fields(wanted: Form, known: Form) -> dict[str, Any]:
    """The single fields that differ, as productUpdate takes them, or productSet."""
    before, after = inputs.product_fields(known), inputs.product_fields(wanted)
    return {name: value for name, value in after.items() if before.get(name) != value}


def update_fields(wanted: Form, link: Link) -> Write | None:
    """The single fields that differ; None when there are none."""
    differing = differing_fields(wanted, link.known)
    return Write("ProductUpdate", {"product": {"id": link.gid, **differing}}) if differing else None


def archive(gid: str) -> Write:
    """Take a product off sale; the rest of it stays."""
    return Write("ProductUpdate", {"product": {"id": gid, "status": "ARCHIVED"}})


def pictures_differ(wanted: Form, link: Link) -> bool:
    """Whether the list of pictures must be sent: it is another, or a variant needs a file's id."""
    if wanted.pictures is None:
        return False
    known = {variant.key: variant.picture for variant in link.known.variants}
    is_sought = any(
        variant.picture and variant.picture not in link.files
        for variant in wanted.variants
        if variant.picture != known.get(variant.key)
    )
    return wanted.pictures != link.known.pictures or is_sought


def set_pictures(wanted: Form, link: Link, album: Album, files: Mapping[str, str]) -> PictureWrite:
    """The whole list of pictures with the merchant's, and the single fields that differ beside it.

    One productSet costs less than two calls; it leaves alone what it does not name.
    """
    entries = pictures.arranged(wanted.pictures or (), files, album)
    fields = {
        **differing_fields(wanted, link.known),
        "files": pictures.list_input(entries, files),
    }
    variables = {
        "identifier": {"id": link.gid},
        "input": fields,
        "media": max(1, len(entries)),
    }
    return PictureWrite(Write("ProductSetFiles", variables), tuple(entries))


def update_variants(wanted: Form, link: Link, *, with_prices: bool = False) -> list[Write]:
    """The fields of known variants that differ, at most PAGE variants a call.

    `with_prices`: the prices of all of them too.
    """
    known = {variant.key: variant for variant in link.known.variants}
    changed = []
    for variant in wanted.variants:
        if variant.key in known:
            before = known[variant.key]
            fields = inputs.differing(variant, before, link.files, with_price=with_prices)
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


def delete_variants(wanted: Form, link: Link) -> list[Write]:
    """Delete those that left the Backoffice, by their ids, at most PAGE a call."""
    now = {variant.key for variant in wanted.variants}
    gone = [link.variants[one.key].variant for one in link.known.variants if one.key not in now]
    return [
        Write(
            "ProductVariantsBulkDelete",
            {"productId": link.gid, "variantsIds": gone[at : at + PAGE]},
        )
        for at in range(0, len(gone), PAGE)
    ]


def create_variants(
    wanted: Form, link: Link, counts: Mapping[str, int | None], shop: Shop
) -> list[Write]:
    """The variants that Shopify does not have yet with their first count, at most PAGE a call.

    `counts` are the warehouse's by variant key. A repeated call is refused by Shopify, so no count
    is ever set back.
    """
    known = {variant.key for variant in link.known.variants}
    added = [
        _created(wanted, variant, link, counts.get(variant.key), shop=shop)
        for variant in wanted.variants
        if variant.key not in known
    ]
    return _by_page("ProductVariantsBulkCreate", link.gid, added)


def _created(
    wanted: Form, variant: VariantForm, link: Link, count: int | None, *, shop: Shop
) -> dict[str, Any]:
    given = inputs.bulk_input(wanted, variant, link.files)
    if (first := inputs.first_count(count, variant, shop)) is not None:
        given["inventoryQuantities"] = [{"locationId": shop.location, "availableQuantity": first}]
    return given


def publish(gid: str, publications: Sequence[str]) -> Write:
    """Make the product visible in the shop's sales channels."""
    channels = [{"publicationId": publication} for publication in publications]
    return Write("PublishablePublish", {"id": gid, "input": channels})


def _by_page(document: str, gid: str, variants: list[dict[str, Any]]) -> list[Write]:
    return [
        Write(document, {"productId": gid, "variants": variants[at : at + PAGE]})
        for at in range(0, len(variants), PAGE)
    ]
