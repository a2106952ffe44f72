"""Products as Shopify shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from syncd.records import (
    ObservedFields,
    ObservedFile,
    ObservedProduct,
    ObservedVariant,
    VariantIds,
)
from syncd.rules.text import fold
from syncd.shopify.client import Client

Node = Mapping[str, Any]

PAGE = 250  # the most a connection gives at once; shopify.dev, usage limits, read 2026-11
SKUS_A_CALL = 60
HITS = 2
STATES: Mapping[str, Literal["pending", "ready", "failed"]] = {"READY": "ready", "FAILED": "failed"}


@dataclass(frozen=True, slots=True)
class Sold:
    """A variant in the shop: its SKU, its product's GID, the key of ours that carries, if any.

    `status` is the product's, as Shopify spells it.
    """

    sku: str
    product: str
    title: str
    status: str
    key: str | None


@dataclass(frozen=True, slots=True)
class FileState:
    """Whether Shopify has fetched a file; `error` is the code when it could not."""

    state: Literal["pending", "ready", "failed"]
    error: str = ""


async def find(client: Client, identifier: Mapping[str, Any]) -> str | None:
    """The GID of the product of an id, a handle or a custom id; immediate, for one point.

    Raises what `Client.execute` raises.
    """
    answer = await client.execute("ProductByIdentifier", {"identifier": identifier})
    found = answer["product"]
    return None if found is None else str(found["id"])


async def read(
    client: Client, gid: str, *, variants_expected: int = 250, files_expected: int = 250
) -> ObservedProduct | None:
    """The product with all its variants, by pages; None when it is not there.

    A page costs by its size, so what is expected sizes the first one; more is read all the same.
    Raises what `Client.execute` raises.
    """
    sizes = {"variants": page_size(variants_expected), "media": page_size(files_expected)}
    first = await _page(client, gid, None, sizes)
    if first is None:
        return None
    nodes, info = list(first["variants"]["nodes"]), first["variants"]["pageInfo"]
    while info["hasNextPage"]:
        page = await _page(client, gid, info["endCursor"], {"variants": PAGE, "media": 1})
        if page is None:
            return None
        nodes, info = nodes + page["variants"]["nodes"], page["variants"]["pageInfo"]
    files = pictures(first["media"]["nodes"])
    if first["media"]["pageInfo"]["hasNextPage"]:
        files = await read_pictures(client, gid) or ()
    return observed(first, nodes, files)


def observed(
    product: Node, variant_nodes: Sequence[Node], files: tuple[ObservedFile, ...]
) -> ObservedProduct:
    """A product out of nodes that select what ProductRead does, in Shopify's order."""
    return ObservedProduct(
        gid=product["id"],
        title=product["title"],
        vendor=product["vendor"],
        status=product["status"],
        description_html=product["descriptionHtml"],
        options=tuple(option["name"] for option in product["options"]),
        variants=variants(variant_nodes),
        fields={node["id"]: _fields(node) for node in variant_nodes},
        files=files,
    )


async def read_pictures(
    client: Client, gid: str, *, expected: int = PAGE
) -> tuple[ObservedFile, ...] | None:
    """The product's pictures in order; None when it is not there.

    Raises what `Client.execute` raises.
    """
    for size in (page_size(expected), PAGE):
        answer = await client.execute("ProductPictures", {"id": gid, "media": size})
        found = answer["product"]
        if found is None:
            return None
        if not found["media"]["pageInfo"]["hasNextPage"]:
            break
    return pictures(found["media"]["nodes"])


async def file_states(client: Client, gids: Sequence[str]) -> dict[str, FileState]:
    """Whether Shopify has fetched these files; one that was deleted failed by the code GONE.

    Raises what `Client.execute` raises.
    """
    answer = await client.execute("FileStates", {"ids": list(gids)})
    return {gid: _state(node) for gid, node in zip(gids, answer["nodes"], strict=True)}


def _state(node: Node | None) -> FileState:
    if not node:
        return FileState("failed", "GONE")
    state = STATES.get(node["status"], "pending")
    codes = [error["code"] for error in node["mediaErrors"]]
    return FileState(state, (codes or ["UNKNOWN"])[0] if state == "failed" else "")


async def of_skus(client: Client, skus: Sequence[str]) -> list[Sold]:
    """The variants in the shop that a search by these SKUs finds; the search lags by seconds.

    Raises what `Client.execute` raises, and ShopifyError when Shopify did not understand it.
    """
    found: list[Sold] = []
    for at in range(0, len(skus), SKUS_A_CALL):
        some = skus[at : at + SKUS_A_CALL]
        query = " OR ".join(f"sku:{_quoted(sku)}" for sku in some)
        # There is hardly ever one, and a page costs by its size.
        page: dict[str, Any] = {"first": HITS, "after": None}
        while True:
            answer = await client.execute("VariantsBySku", {"query": query, **page})
            found += [_sold(node) for node in answer["productVariants"]["nodes"]]
            info = answer["productVariants"]["pageInfo"]
            if not info["hasNextPage"]:
                break
            page = {"first": PAGE, "after": info["endCursor"]}
    sought = {fold(sku) for sku in skus}
    return [one for one in found if fold(one.sku) in sought]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _sold(node: Node) -> Sold:
    product = node["product"]
    identity = product["metafield"]
    return Sold(
        sku=node["sku"] or "",
        product=product["id"],
        title=product["title"],
        status=product["status"],
        key=identity["value"] if identity else None,
    )


def page_size(expected: int) -> int:
    """With a few to spare: a second page costs more than they do."""
    return max(2, min(PAGE, expected + 2))


def pictures(nodes: Sequence[Node]) -> tuple[ObservedFile, ...]:
    """Pictures out of media nodes, in their order."""
    return tuple(
        ObservedFile(
            gid=node["id"],
            alt=node["alt"] or "",
            state=STATES.get(node["status"], "pending"),
            name=_name((node.get("image") or {}).get("url") or ""),
        )
        for node in nodes
    )


def _name(url: str) -> str:
    return PurePosixPath(unquote(urlsplit(url).path)).name


def _fields(node: Node) -> ObservedFields:
    shown = node["media"]["nodes"]
    return ObservedFields(
        sku=node["sku"] or "",
        barcode=node["barcode"] or "",
        price=node["price"],
        compare_at_price=node["compareAtPrice"],
        tracked=node["inventoryItem"]["tracked"],
        file=shown[0]["id"] if shown else None,
        policy=node["inventoryPolicy"],
        available=node["inventoryQuantity"] or 0,
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


async def _page(
    client: Client, gid: str, after: str | None, sizes: Mapping[str, int]
) -> Node | None:
    answer = await client.execute("ProductRead", {"id": gid, "after": after, **sizes})
    found: Node | None = answer["product"]
    return found
