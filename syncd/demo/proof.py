"""Hold what the shop holds against what the Backoffice says, field by field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncd.records import Form, Shop, VariantForm

IDENTITY = "syncd.backoffice_id"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one product that is not as it should be."""

    key: str
    field: str
    wanted: object
    found: object

    def __str__(self) -> str:
        return f"product {self.key}: {self.field} is {self.found!r}, should be {self.wanted!r}"


def differences(
    wanted: Mapping[str, Form], state: Mapping[str, Any], shop: Shop
) -> list[Difference]:
    """All that differs between the wanted forms, by key, and the sandbox's state; empty: equal.

    Each product must be there once, and none that is not wanted. Stock is not looked at here: it
    is the shop's from the first sale on.
    """
    held = [(product["metafields"].get(IDENTITY), product) for product in state["products"]]
    found = list(_misplaced(wanted, Counter(key for key, _ in held)))
    places = {place["id"]: place["name"] for place in state["publications"]}
    channels = sorted(places[gid] for gid in shop.publish_to)
    for key, product in held:
        if key in wanted:
            found += _of_product(key, wanted[key], product, channels)
    return found


def _misplaced(wanted: Mapping[str, Form], held: Counter[str | None]) -> Iterator[Difference]:
    for key in wanted:
        if held[key] != 1:
            yield Difference(key, "number of products", 1, held[key])
    for found, count in held.items():
        if found not in wanted:
            yield Difference(found or "(without our id)", "number of products", 0, count)


def _of_product(
    key: str, form: Form, product: Mapping[str, Any], channels: Sequence[str]
) -> Iterator[Difference]:
    pictures = [(picture.address, picture.alt) for picture in form.pictures or ()]
    checks: dict[str, tuple[object, object]] = {
        "title": (form.title, product["title"]),
        "vendor": (form.vendor, product["vendor"]),
        "status": (form.status, product["status"]),
        "options": (list(form.options), [option["name"] for option in product["options"]]),
        "pictures": (
            pictures,
            [(picture["source"], picture["alt"] or "") for picture in product["pictures"]],
        ),
        "variants": (
            sorted(variant.values for variant in form.variants),
            sorted(tuple(one["optionValues"].values()) for one in product["variants"]),
        ),
    }
    if form.description_html is not None:
        checks["description"] = (form.description_html, product["descriptionHtml"])
    if form.status != "ARCHIVED":
        checks["sales channels"] = (list(channels), sorted(product["publishedOn"]))
    shown = {tuple(one["optionValues"].values()): one for one in product["variants"]}
    for variant in form.variants:
        if one := shown.get(variant.values):
            checks |= _of_variant(form, variant, one)
    for name, (should, does) in checks.items():
        if should != does:
            yield Difference(key, name, should, does)


def _of_variant(
    form: Form, variant: VariantForm, one: Mapping[str, Any]
) -> dict[str, tuple[object, object]]:
    name = f"SKU {variant.sku}" if variant.sku else " / ".join(variant.values)
    addresses = {picture.ref: picture.address for picture in form.pictures or ()}
    return {
        f"{name} sku": (variant.sku, one["sku"] or ""),
        f"{name} barcode": (variant.barcode, one["barcode"] or ""),
        f"{name} price": (variant.price, one["price"]),
        f"{name} compare-at price": (variant.compare_at_price, one["compareAtPrice"]),
        f"{name} tracked": (variant.tracked, one["tracked"]),
        f"{name} picture": (addresses.get(variant.picture or ""), one["picture"]),
    }
