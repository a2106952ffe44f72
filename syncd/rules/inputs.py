"""Forms as the input objects of Shopify's mutations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from syncd.records import Form, Shop, VariantForm

PAGE = 250  # the most a connection gives at once; shopify.dev, usage limits, read 2026-11


def product_fields(form: Form) -> dict[str, Any]:
    """The single fields; the description only where it is ours.

    Without a store the vendor is Shopify's: it puts the shop's name in its place.
    """
    fields = {"title": form.title, "status": form.status}
    if form.vendor:
        fields["vendor"] = form.vendor
    if form.description_html is not None:
        fields["descriptionHtml"] = form.description_html
    return fields


def metafield(namespace: str, key: str, kind: str, value: str) -> dict[str, str]:
    return {"namespace": namespace, "key": key, "type": kind, "value": value}


def option_inputs(form: Form, kept: Sequence[tuple[str, ...]]) -> list[dict[str, Any]]:
    """Options with all their values in order of appearance, values of kept variants last."""
    rows = [variant.values for variant in form.variants] + list(kept)
    return [
        {"name": name, "values": [{"name": value} for value in _once(row[at] for row in rows)]}
        for at, name in enumerate(form.options)
    ]


def option_values(options: Sequence[str], values: Sequence[str]) -> list[dict[str, str]]:
    pairs = zip(options, values, strict=True)
    return [{"optionName": option, "name": value} for option, value in pairs]


def set_input(form: Form, variant: VariantForm) -> dict[str, Any]:
    """A new variant as productSet takes it, without its picture."""
    return {
        "optionValues": option_values(form.options, variant.values),
        "sku": variant.sku,
        "barcode": variant.barcode,
        "price": variant.price,
        "compareAtPrice": variant.compare_at_price,
        "inventoryItem": {"tracked": variant.tracked},
        **({"inventoryPolicy": "DENY"} if variant.stopped else {}),
    }


def bulk_input(form: Form, variant: VariantForm, files: Mapping[str, str]) -> dict[str, Any]:
    """A new variant as productVariantsBulkCreate takes it."""
    given: dict[str, Any] = {
        "optionValues": option_values(form.options, variant.values),
        "barcode": variant.barcode,
        "price": variant.price,
        "compareAtPrice": variant.compare_at_price,
        "inventoryItem": {"sku": variant.sku, "tracked": variant.tracked},
        **({"inventoryPolicy": "DENY"} if variant.stopped else {}),
    }
    if variant.picture is not None and variant.picture in files:
        given["mediaId"] = files[variant.picture]
    return given


def differing(
    variant: VariantForm, known: VariantForm, files: Mapping[str, str], *, with_price: bool = False
) -> dict[str, Any]:
    """The fields that differ, as productVariantsBulkUpdate takes them; empty when none can be sent.

    Both prices go together, with `with_price` in any case. A picture cannot be taken from a variant
    this way, only changed.
    """
    given: dict[str, Any] = {}
    if with_price or variant.prices != known.prices:
        given["price"] = variant.price
        given["compareAtPrice"] = variant.compare_at_price
    if variant.barcode != known.barcode:
        given["barcode"] = variant.barcode
    if variant.stopped and not known.stopped:
        given["inventoryPolicy"] = "DENY"
    stock: dict[str, Any] = {}
    if variant.sku != known.sku:
        stock["sku"] = variant.sku
    if variant.tracked != known.tracked:
        stock["tracked"] = variant.tracked
    if stock:
        given["inventoryItem"] = stock
    media = files.get(variant.picture or "")
    if media is not None and variant.picture != known.picture:
        given["mediaId"] = media
    return given


def set_row(form: Form, variant: VariantForm, known: VariantForm, gid: str) -> dict[str, Any]:
    """A known variant as productSet takes it: what differs, without its picture.

    A field that is left out stays as it is; the option values must always be told.
    """
    fields = differing(variant, known, {})
    stock = fields.pop("inventoryItem", {})
    if "sku" in stock:
        fields["sku"] = stock.pop("sku")
    if stock:
        fields["inventoryItem"] = stock
    return {"id": gid, "optionValues": option_values(form.options, variant.values), **fields}


def first_count(quantity: int | None, variant: VariantForm, shop: Shop) -> int | None:
    """What a new variant starts with, None where its count is not ours or it must not be sold.

    Stock goes along at creation only; afterwards sales have moved it.
    """
    is_ours = shop.sync_stock and shop.location and variant.tracked and not variant.stopped
    return quantity if is_ours else None


def set_variables(identifier: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """The variables of ProductSet: it answers with at most PAGE variants and files."""
    return {
        "identifier": identifier,
        "input": fields,
        "variants": min(PAGE, len(fields["variants"])),
        "media": max(1, min(PAGE, len(fields.get("files", ())))),
    }


def _once(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
