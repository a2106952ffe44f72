"""Products as Shopify shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncd.records import ObservedFields, ObservedProduct, ObservedVariant, VariantIds
from syncd.shopify.client import Client

Node = Mapping[str, Any]


async def find(client: Client, identifier: Mapping[str, Any]) -> str | None:
    """The GID of the product of an id, a handle or a custom id; immediate, for one point.

    Raises what `Client.execute` raises.
    """
    answer = await client.execute("ProductByIdentifier", {"identifier": identifier})
    found = answer["product"]
    return None if found is None else str(found["id"])


async def read(client: Client, gid: str) -> ObservedProduct | None:
    """The product with all its variants, by pages; None when it is not there.

    Raises what `Client.execute` raises.
    """
    first = await _page(client, gid, None)
    if first is None:
        return None
    nodes, info = list(first["variants"]["nodes"]), first["variants"]["pageInfo"]
    while info["hasNextPage"]:
        page = await _page(client, gid, info["endCursor"])
        if page is None:
            return None
        nodes, info = nodes + page["variants"]["nodes"], page["variants"]["pageInfo"]
    return ObservedProduct(
        gid=gid,
        title=first["title"],
        vendor=first["vendor"],
        status=first["status"],
        description_html=first["descriptionHtml"],
        options=tuple(option["name"] for option in first["options"]),
        variants=variants(nodes),
        fields={node["id"]: _fields(node) for node in nodes},
        files={node["id"]: node["alt"] or "" for node in first["media"]["nodes"]},
    )


def _fields(node: Node) -> ObservedFields:
    pictures = node["media"]["nodes"]
    return ObservedFields(
        sku=node["sku"] or "",
        barcode=node["barcode"] or "",
        price=node["price"],
        compare_at_price=node["compareAtPrice"],
        tracked=node["inventoryItem"]["tracked"],
        file=pictures[0]["id"] if pictures else None,
    )


def variants(nodes: Sequence[Node]) -> tuple[ObservedVariant, ...]:
    """Variants out of an answer that selects their options with their inventory items."""
    return tuple(
        ObservedVariant(
            ids=VariantIds(node["id"], node["inventoryItem"]["id"]),
            values={option["name"]: option["value"] for option in node["selectedOptions"]},
        )
        for node in nodes
    )


async def _page(client: Client, gid: str, after: str | None) -> Node | None:
    answer = await client.execute("ProductRead", {"id": gid, "after": after})
    found: Node | None = answer["product"]
    return found
