"""A catalogue's products as the rows that sql/reference.sql takes; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from syncd.catalogue.entries import Place, ProductEntry, VariantEntry

Rows = list[dict[str, Any]]
Numbered = tuple[int, VariantEntry]  # a variant with its number in the Backoffice
Named = Mapping[tuple[int, tuple[str, ...]], int]  # variant by product number and option values


def places(places: Sequence[Place]) -> Rows:
    return [asdict(place) for place in places]


def products(batch: Sequence[ProductEntry]) -> Rows:
    return [
        {
            "handle": product.handle,
            "store": product.store,
            "title": product.title,
            "description_html": product.description_html,
            "is_active": product.is_active,
        }
        for product in batch
    ]


def options(batch: Sequence[ProductEntry], ids: Mapping[str, int]) -> Rows:
    return [
        {"product_id": ids[product.handle], "position": position, "name": name}
        for product in batch
        for position, name in enumerate(product.option_names, start=1)
    ]


def option_values(batch: Sequence[ProductEntry], ids: Mapping[str, int]) -> Rows:
    """Each value once, in the order of the variants."""
    values = dict.fromkeys(
        (ids[product.handle], position, value)
        for product in batch
        for variant in product.variants
        for position, value in enumerate(variant.option_values, start=1)
    )
    return [
        {"product_id": product_id, "position": position, "value": value}
        for product_id, position, value in values
    ]


def images(batch: Sequence[ProductEntry], ids: Mapping[str, int]) -> Rows:
    return [
        {
            "product_id": ids[product.handle],
            "position": position,
            "address": image.address,
            "alt": image.alt,
        }
        for product in batch
        for position, image in enumerate(product.images, start=1)
    ]


def variants(batch: Sequence[ProductEntry], ids: Mapping[str, int]) -> Rows:
    return [
        {
            "product_id": ids[product.handle],
            "position": position,
            **{f"value{n}": value for n, value in enumerate(variant.option_values, start=1)},
            "sku": variant.sku,
            "is_tracked": variant.is_tracked,
            "image_address": variant.image_address,
        }
        for product in batch
        for position, variant in enumerate(product.variants, start=1)
    ]


def numbered(batch: Sequence[ProductEntry], ids: Mapping[str, int], named: Named) -> list[Numbered]:
    """The batch's variants with their numbers."""
    return [
        (named[ids[product.handle], variant.option_values], variant)
        for product in batch
        for variant in product.variants
    ]


def stale(batch: Sequence[ProductEntry], ids: Mapping[str, int], named: Named) -> list[int]:
    """Numbers of variants that a product had and that its file, wholly read, no longer names."""
    told = {variant_id for variant_id, _ in numbered(batch, ids, named)}
    whole = {ids[product.handle] for product in batch if product.is_whole}
    return [
        variant_id
        for (product_id, _), variant_id in named.items()
        if product_id in whole and variant_id not in told
    ]


def barcodes(variants: Sequence[Numbered]) -> Rows:
    return [
        {"variant_id": variant_id, "code": code, "is_primary": place == 0}
        for variant_id, variant in variants
        for place, code in enumerate(dict.fromkeys(variant.barcodes))
    ]


def prices(variants: Sequence[Numbered]) -> Rows:
    """Money as text, so that no number on the way rounds it."""
    return [
        {
            "variant_id": variant_id,
            "department": price.department,
            "list_price": str(price.list_price),
            "offer_price": None if price.offer_price is None else str(price.offer_price),
            "offer_from": price.offer_from,
            "offer_until": price.offer_until,
        }
        for variant_id, variant in variants
        for price in variant.prices
    ]


def counts(variants: Sequence[Numbered]) -> Rows:
    return [
        {"variant_id": variant_id, "warehouse": warehouse, "quantity": quantity}
        for variant_id, variant in variants
        for warehouse, quantity in variant.counts
    ]
