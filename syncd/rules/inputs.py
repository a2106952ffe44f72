"""Forms as the input objects of Shopify's mutations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from syncd.records import Form, Picture, VariantForm

PAGE = 250  # the most a connection gives at once; shopify.dev, usage limits, read 2026-11


def product_fields(form: Form) -> dict[str, Any]:
    """The single fields; the description only where it is ours."""
    fields = {"title": form.title, "vendor": form.vendor, "status": form.status}
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


def file_input(picture: Picture, files: Mapping[str, str]) -> dict[str, Any]:
    """A known picture by its file id: its address would make Shopify fetch a second copy."""
    if picture.ref in files:
        return {"id": files[picture.ref], "alt": picture.alt}
    return {"originalSource": picture.address, "alt": picture.alt, "contentType": "IMAGE"}


def set_input(form: Form, variant: VariantForm, files: Mapping[str, str]) -> dict[str, Any]:
    """A variant as productSet takes it."""
    given: dict[str, Any] = {
        "optionValues": option_values(form.options, variant.values),
        "sku": variant.sku,
        "barcode": variant.barcode,
        "price": variant.price,
        "compareAtPrice": variant.compare_at_price,
        "inventoryItem": {"tracked": variant.tracked},
    }
    picture = next((one for one in form.pictures if one.ref == variant.picture), None)
    if picture is not None:
        given["file"] = file_input(picture, files)
    return given


def bulk_input(form: Form, variant: VariantForm, files: Mapping[str, str]) -> dict[str, Any]:
    """A new variant as productVariantsBulkCreate takes it."""
    given: dict[str, Any] = {
        "optionValues": option_values(form.options, variant.values),
        "barcode": variant.barcode,
        "price": variant.price,
        "compareAtPrice": variant.compare_at_price,
        "inventoryItem": {"sku": variant.sku, "tracked": variant.tracked},
    }
    if variant.picture is not None and variant.picture in files:
        given["mediaId"] = files[variant.picture]
    return given


def differing(variant: VariantForm, known: VariantForm, files: Mapping[str, str]) -> dict[str, Any]:
    """The fields that differ, as productVariantsBulkUpdate takes them; empty when none can be sent.

    Both prices go together. A picture cannot be taken from a variant this way, only changed.
    """
    given: dict[str, Any] = {}
    if (variant.price, variant.compare_at_price) != (known.price, known.compare_at_price):
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
    media = files.get(variant.picture or "")
    if media is not None and variant.picture != known.picture:
        given["mediaId"] = media
    return given


def set_variables(identifier: dict[str, Any], fields: dict[str, Any], form: Form) -> dict[str, Any]:
    """The variables of ProductSet: it answers with at most PAGE variants and files."""
    return {
        "identifier": identifier,
        "input": fields,
        "variants": min(PAGE, len(fields["variants"])),
        "media": max(1, min(PAGE, len(form.pictures))),
    }


def _once(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
