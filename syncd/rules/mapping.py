"""Bring a product of the Backoffice to the canonical form, with its digest."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

import orjson

from syncd.errors import RowError
from syncd.records import Form, Image, Picture, Product, Shop, Variant, VariantForm

MAX_VARIANTS = 2048  # a product; shopify.dev, productSet, read 2026-11
MAX_OPTIONS = 3  # shop.resourceLimits.maxProductOptions, recorded 2026-04
MAX_PICTURES = 250  # media of a product, all third-party notes agree, read 2026-11
NO_OPTIONS = ("Title",)  # what Shopify calls the option of a product without options
NO_VALUES = ("Default Title",)
CENT = Decimal("0.01")
CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
ADDRESS = re.compile(r"https?://[^\s/]+\.?[^\s]*", re.IGNORECASE)


def wanted(product: Product, shop: Shop) -> Form:
    """The form this shop should hold: same input, same digest, on any machine.

    Raises RowError, naming the product and the SKU, when Shopify could not hold it: no variants or
    more than MAX_VARIANTS, more than MAX_OPTIONS options, a variant without price or option value.
    """
    _refuse_the_impossible(product)
    options = tuple(_option_name(name) for name in product.option_names) or NO_OPTIONS
    pictures, refs = _pictures(product.images)
    return Form(
        title=_line(product.title),
        vendor=_line(product.vendor),
        status=_status(product.is_active, shop),
        description_html=(product.description_html or "") if shop.sync_description else None,
        options=options,
        variants=tuple(
            _variant(product, variant, options=options, refs=refs) for variant in product.variants
        ),
        pictures=pictures,
    )


def gone(known: Form) -> Form:
    """The form of a product that was deleted in the Backoffice: archived, else as it was."""
    return Form(
        title=known.title,
        vendor=known.vendor,
        status="ARCHIVED",
        description_html=known.description_html,
        options=known.options,
        variants=known.variants,
        pictures=known.pictures,
    )


def left_out(images: Sequence[Image]) -> list[str]:
    """Addresses that no shop could fetch, and those beyond MAX_PICTURES: named, not sent."""
    sent = {picture.address for picture in _pictures(images)[0]}
    return [image.address for image in images if image.address.strip() not in sent]


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
    return str(amount.quantize(CENT, ROUND_HALF_UP))


def _refuse_the_impossible(product: Product) -> None:
    name = f"product {product.key} ({product.title})"
    if not product.title.strip():
        raise RowError(f"product {product.key} has no name", hint="give it one in the Backoffice")
    if not product.variants:
        raise RowError(f"{name} has no variants", hint="add one in the Backoffice")
    if len(product.variants) > MAX_VARIANTS:
        raise RowError(
            f"{name} has {len(product.variants)} variants; Shopify holds {MAX_VARIANTS}",
            hint="split the product in the Backoffice",
        )
    if len(product.option_names) > MAX_OPTIONS:
        raise RowError(
            f"{name} has {len(product.option_names)} options; Shopify holds {MAX_OPTIONS}",
            hint="join two of them in the Backoffice",
        )


def _variant(
    product: Product, variant: Variant, *, options: tuple[str, ...], refs: Mapping[str, str]
) -> VariantForm:
    name = f"product {product.key} ({product.title}), SKU {variant.sku or '(none)'}"
    values = tuple(_line(value) for value in variant.option_values) or NO_VALUES
    if len(values) != len(options) or not all(values):
        raise RowError(
            f"{name}: the options are {', '.join(options)}, the variant says {', '.join(values)}",
            hint="give each option a value in the Backoffice",
        )
    if variant.price is None:
        raise RowError(
            f"{name} has no price in the shop's department",
            hint="set the price in the Backoffice, it will be sent by itself",
        )
    return VariantForm(
        key=variant.key,
        values=values,
        sku=_line(variant.sku or ""),
        barcode=_line(variant.barcode or ""),
        price=money(variant.price),
        compare_at_price=_compare_at(variant),
        tracked=variant.is_tracked,
        picture=refs.get(variant.image_key or ""),
    )


def _compare_at(variant: Variant) -> str | None:
    """The list price is shown only above the price; Shopify shows anything else as nonsense."""
    if variant.compare_at_price is None or variant.price is None:
        return None
    return money(variant.compare_at_price) if variant.compare_at_price > variant.price else None


def _pictures(images: Sequence[Image]) -> tuple[tuple[Picture, ...], dict[str, str]]:
    """The pictures to send, each once, and the ref for each image key."""
    pictures: dict[str, Picture] = {}
    refs: dict[str, str] = {}
    for image in images:
        picture = Picture(image.address.strip(), image.version, _line(image.alt))
        is_known = picture.ref in pictures
        if not ADDRESS.fullmatch(picture.address) or (
            not is_known and len(pictures) == MAX_PICTURES
        ):
            continue
        pictures.setdefault(picture.ref, picture)
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


def _option_name(name: str) -> str:
    """Shopify refuses " / " in an option's name: it joins values in titles (recorded 2025-01)."""
    return _line(name).replace(" / ", "/")


def _line(text: str) -> str:
    """One line without outer white space or control characters; Shopify trims what it stores."""
    return CONTROL.sub(" ", text).strip()
