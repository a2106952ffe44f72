"""Which product an identifier means: its id, its handle, or a value of a metafield of type `id`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.handles import normal
from syncd.sandbox.metafield_types import resolved_namespace
from syncd.sandbox.records import Product
from syncd.sandbox.shop import Shop
from syncd.sandbox.words import invalid_id, refusal

Identity = tuple[str, str, str]
"""Namespace, key, value."""


def product_identified(shop: Shop, identifier: Mapping[str, Any]) -> Product | None:
    """The product named by exactly one of `id`, `handle`, `customId`.

    Raises NOT_FOUND for a custom id without a definition, RESOURCE_NOT_FOUND for what is no
    product's id.
    """
    if identifier.get("id") is not None:
        return shop.products.get(product_number(identifier["id"]))
    if identifier.get("handle") is not None:
        number = shop.handles.get(normal(identifier["handle"]))
    else:
        number = shop.custom_ids.get(identity(shop, identifier["customId"]))
    return None if number is None else shop.products[number]


def identity(shop: Shop, custom_id: Mapping[str, Any]) -> Identity:
    """Raises NOT_FOUND unless products have a metafield of type `id` by that name."""
    namespace = resolved_namespace(custom_id.get("namespace"))
    definition = shop.definition("PRODUCT", namespace, custom_id["key"])
    if definition is None or definition.type != "id":
        raise refusal(
            "Metafield definition of type 'id' is required when using custom ids.", "NOT_FOUND"
        )
    return namespace, custom_id["key"], custom_id["value"]


def product_number(text: str) -> int:
    """Raises RESOURCE_NOT_FOUND for what is no product's id."""
    number = gids.number(text, "Product")
    if number is None:
        raise invalid_id(text)
    return number
