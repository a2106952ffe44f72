"""Bring a product of the Backoffice to the canonical form, with its digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

import orjson

from syncd.records import Form, Image, Picture, Product, Shop, Variant, VariantForm
from syncd.rules import limits, text

MAX_PICTURES = 250  # media of a product, all third-party notes agree, read 2026-11
MAX_ALT = 512  # ALT_VALUE_LIMIT_EXCEEDED, recorded 2026-04
NO_OPTIONS = ("Title",)  # what Shopify calls the option of a product without options
NO_VALUES = ("Default Title",)
CENT = Decimal("0.01")


def wanted(product: Product, shop: Shop) -> Form:
    """The form this shop should hold: same input, same digest, on any machine.

    Option values that differ only in case get the spelling of the first: to Shopify they are one.
    Raises RowError, naming the product and the SKU, when Shopify could not hold it: see `limits`.
    """
    limits.check_product(product)
    pictures, refs = _pictures(product.images)
    rows = _values(product)
    form = Form(
        title=text.line(product.title),
        vendor=text.line(product.vendor),
        status=_status(product.is_active, shop),
        description_html=(product.description_html or "").strip()
        if shop.sync_description
        else None,
        options=tuple(text.option_name(name) for name in product.option_names) or NO_OPTIONS,
        variants=tuple(
            _variant(variant, values, refs)
            for variant, values in zip(product.variants, rows, strict=True)
        ),
        pictures=pictures,
    )
    limits.check_form(product.key, form)
    return form


def gone(known: Form) -> Form:
    """The form of a product that was deleted in the Backoffice: archived, else as it was."""
    return replace(known, status="ARCHIVED")


def withdrawn(known: Form, shop: Shop) -> Form:
    """The form of a product put inactive that cannot be sent: off sale, else as it was."""
    return replace(known, status=_status(False, shop))


def left_out(images: Sequence[Image]) -> list[str]:
    """Addresses that no shop could fetch, and those beyond MAX_PICTURES: named, not sent."""
    sent = {picture.address for picture in _pictures(images)[0]}
    return [image.address for image in images if text.address(image.address) not in sent]


def digest(form: Form) -> str:
    """sha256 in hex of the canonical form; equal forms have equal digests, on any machine."""
    return hashlib.sha256(orjson.dumps(form, option=orjson.OPT_SORT_KEYS)).hexdigest()


def to_json(form: Form) -> dict[str, Any]:
    """The form as plain JSON values, for a jsonb column."""
    plain: dict[str, Any] = orjson.loads(orjson.dumps(form))
    return plain


def from_json(plain: Mapping[str, Any]) -> Form:
    """The inverse of `to_json`."""
    return Form(
        title=plain["title"],
        vendor=plain["vendor"],
        status=plain["status"],
        description_html=plain["description_html"],
        options=tuple(plain["options"]),
        variants=tuple(
            VariantForm(**{**variant, "values": tuple(variant["values"])})
            for variant in plain["variants"]
        ),
        pictures=tuple(Picture(**picture) for picture in plain["pictures"]),
    )


def money(amount: Decimal) -> str:
    """Two decimals, half up, as Shopify shows money of the currencies we meet."""
    return str(amount.quantize(CENT, ROUND_HALF_UP) + 0)  # + 0: no "-0.00"


def _values(product: Product) -> list[tuple[str, ...]]:
    """The option values of each variant, each value in the spelling in which it stands first."""
    spellings: dict[tuple[int, str], str] = {}
    rows = []
    for variant in product.variants:
        values = [text.line(value) for value in variant.option_values]
        limits.check_variant(product, variant, values)
        row = [spellings.setdefault((at, text.fold(v)), v) for at, v in enumerate(values)]
        rows.append(tuple(row) or NO_VALUES)
    return rows


def _variant(variant: Variant, values: tuple[str, ...], refs: Mapping[str, str]) -> VariantForm:
    assert variant.price is not None  # limits.check_variant has refused it
    price = money(variant.price)
    return VariantForm(
        key=variant.key,
        values=values,
        sku=text.line(variant.sku or ""),
        barcode=text.line(variant.barcode or ""),
        price=price,
        compare_at_price=_compare_at(variant, price),
        tracked=variant.is_tracked,
        picture=refs.get(variant.image_key or ""),
    )


def _compare_at(variant: Variant, price: str) -> str | None:
    """The list price is shown only above the price; Shopify shows anything else as nonsense."""
    if variant.compare_at_price is None:
        return None
    compare_at = money(variant.compare_at_price)
    return compare_at if Decimal(compare_at) > Decimal(price) else None


def _pictures(images: Sequence[Image]) -> tuple[tuple[Picture, ...], dict[str, str]]:
    """The pictures to send, each address once, and the ref for each image key."""
    pictures: dict[str, Picture] = {}
    refs: dict[str, str] = {}
    for image in images:
        address = text.address(image.address)
        if address is None or (address not in pictures and len(pictures) == MAX_PICTURES):
            continue
        alt = text.shortened(text.line(image.alt), MAX_ALT)
        picture = pictures.setdefault(address, Picture(address, image.version, alt))
        refs[image.key] = picture.ref
    return tuple(pictures.values()), refs


def _status(is_active: bool, shop: Shop) -> Literal["ACTIVE", "DRAFT", "ARCHIVED", "UNLISTED"]:
    if is_active:
        return "ACTIVE"
    match shop.inactive_as:
        case "draft":
            return "DRAFT"
        case "archived":
            return "ARCHIVED"
        case "unlisted":
            return "UNLISTED"
