"""Bring a product of the Backoffice to the canonical form, with its digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import orjson

from syncd.errors import RowError
from syncd.records import (
    Form,
    Image,
    Picture,
    Prices,
    Product,
    Shop,
    Variant,
    VariantForm,
)
from syncd.rules import limits, money, text
from syncd.rules.pictures import MAX_PICTURES

MAX_ALT = 512  # ALT_VALUE_LIMIT_EXCEEDED, recorded 2026-04
NO_OPTIONS = ("Title",)  # what Shopify calls the option of a product without options
NO_VALUES = ("Default Title",)


@dataclass(frozen=True, slots=True)
class Reverted:
    """A product that a person took back to `form`.

    The shop keeps it as long as the Backoffice wants the form with the digest `wanted_digest`.
    """

    wanted_digest: str
    form: Form
    reverted_at: datetime


def wanted(product: Product, shop: Shop) -> Form:
    """The form this shop should hold: same input, same digest, on any machine.

    Option values that differ only in case get the spelling of the first: to Shopify they are one.
    Raises RowError, naming the product and the SKU, when Shopify could not hold it: see `limits`.
    """
    product = unblocked(product, shop)
    limits.check_product(product)
    rows = _values(product, shop)
    form = form_of(product, shop, rows, [prices_of(one, shop) for one in product.variants])
    limits.check_form(product.key, form)
    return form


def form_of(
    product: Product, shop: Shop, rows: Sequence[tuple[str, ...]], prices: Sequence[Prices]
) -> Form:
    """The form with these option values, prices, each in the variants' order."""
    pictures, refs = _pictures(product.images)
    described = (product.description_html or "").strip()
    return Form(
        title=text.line(product.title),
        vendor=text.line(product.vendor),
        status=_status(product.is_active, shop),
        description_html=described if shop.sync_description else None,
        options=tuple(text.option_name(name) for name in product.option_names) or NO_OPTIONS,
        variants=tuple(
            _variant(variant, values, price, refs)
            for variant, values, price in zip(product.variants, rows, prices, strict=True)
        ),
        pictures=pictures,
    )


def asked(
    product: Product | None, known: Form | None, shop: Shop, reverted: Reverted | None = None
) -> tuple[Form | None, RowError | None]:
    """What the shop should hold; None for a product that is neither here nor there.

    One that is held as reverted keeps its form as long as the Backoffice wants what it did then.

    One that no shop could hold comes with a complaint; if it is off sale in the Backoffice, what
    the shop holds of it (`known`, None if nothing) goes off sale all the same.
    """
    if product is None:
        return (gone(known), None) if known is not None else (None, None)
    try:
        form = wanted(product, shop)
        return (reverted.form if reverted and is_held(reverted, form) else form), None
    except RowError as complaint:
        if known is None or product.is_active:
            return None, complaint
        return withdrawn(known, shop), complaint


def is_held(reverted: Reverted, form: Form | None) -> bool:
    """Whether the Backoffice still wants what it did when the product was taken back."""
    return form is not None and digest(form) == reverted.wanted_digest


def gone(known: Form) -> Form:
    """The form of a product that was deleted in the Backoffice: archived, else as it was."""
    return replace(known, status="ARCHIVED")


def withdrawn(known: Form, shop: Shop) -> Form:
    """The form of a product put inactive that cannot be sent: off sale, else as it was."""
    return replace(known, status=_status(False, shop))


def left_out(images: Sequence[Image]) -> list[str]:
    """Addresses that no shop could fetch, and those beyond MAX_PICTURES: named, not sent."""
    sent = addresses(images)
    return [image.address for image in images if text.address(image.address) not in sent]


def addresses(images: Sequence[Image]) -> set[str]:
    """The addresses that are sent, as they travel."""
    return {picture.address for picture in _pictures(images)[0]}


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
        pictures=None
        if plain["pictures"] is None
        else tuple(Picture(**picture) for picture in plain["pictures"]),
    )


def unblocked(product: Product, shop: Shop) -> Product:
    """The product without its blocked variants, where the shop wants them removed.

    Shopify holds no product without variants: one that is blocked altogether goes off sale.
    """
    if shop.blocked_as == "stopped" or not any(one.is_blocked for one in product.variants):
        return product
    left = tuple(one for one in product.variants if not one.is_blocked)
    return replace(product, variants=left) if left else replace(product, is_active=False)


def _values(product: Product, shop: Shop) -> list[tuple[str, ...]]:
    """The option values of each variant, each value in the spelling in which it stands first."""
    spellings: dict[tuple[int, str], str] = {}
    spelled: dict[tuple[int, str], str] = {}
    rows = []
    for variant in product.variants:
        values = [text.line(value) for value in variant.option_values]
        limits.check_variant(product, variant, values)
        limits.check_prices(product, variant, shop.currency)
        for at, value in enumerate(values):
            if (at, value) not in spelled:
                spelled[at, value] = spellings.setdefault((at, text.fold(value)), value)
        rows.append(tuple(spelled[place] for place in enumerate(values)) or NO_VALUES)
    return rows


def _variant(
    variant: Variant, values: tuple[str, ...], prices: Prices, refs: Mapping[str, str]
) -> VariantForm:
    return VariantForm(
        key=variant.key,
        values=values,
        sku=text.line(variant.sku or ""),
        barcode=text.line(variant.barcode or ""),
        price=prices[0],
        compare_at_price=prices[1],
        # What is not counted is always for sale, so a count of nothing would not stop it.
        tracked=variant.is_tracked or variant.is_blocked,
        picture=refs.get(variant.image_key or ""),
        stopped=variant.is_blocked,
    )


def prices_of(variant: Variant, shop: Shop) -> Prices:
    """The price as the shop shows it, with the list price where that is higher.

    Shopify shows a compare-at price that is not above the price as nonsense. A shop whose prices
    do not include VAT gets them without.
    """
    assert variant.price is not None  # limits.check_prices has refused it
    given = (variant.price, variant.compare_at_price)
    if not shop.taxes_included:
        vat = variant.vat_percent
        given = (
            money.without_vat(variant.price, vat),
            variant.compare_at_price and money.without_vat(variant.compare_at_price, vat),
        )
    price = money.written(given[0], shop.currency)
    if given[1] is None:
        return price, None
    compare_at = money.written(given[1], shop.currency)
    return price, compare_at if Decimal(compare_at) > Decimal(price) else None


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
