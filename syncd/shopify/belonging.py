"""Which product a GID of Shopify's belongs to, whoever made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syncd.shopify.client import Client


@dataclass(frozen=True, slots=True)
class Owner:
    """A product in the shop; `key` is the identity of ours that it carries, None if it has none."""

    gid: str
    title: str
    key: str | None


async def product_of(client: Client, gid: str) -> Owner | None:
    """The product itself, or that of a variant or an inventory item; None when it is not there.

    Raises what `Client.execute` raises.
    """
    node = (await client.execute("ProductOf", {"id": gid}))["node"]
    product = _product(node or {})
    if product is None:
        return None
    identity = product["metafield"]
    return Owner(product["id"], product["title"], identity["value"] if identity else None)


def _product(node: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if "title" in node:
        return node
    if "variants" in node:
        variants = (node["variants"] or {"nodes": []})["nodes"]
        return variants[0]["product"] if variants else None
    found: Mapping[str, Any] | None = node.get("product")
    return found
