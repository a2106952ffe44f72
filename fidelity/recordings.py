"""The recordings: exchanges with the real Shopify, story by story."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson

OURS = Path(__file__).resolve().parents[2] / "shared" / "shopify" / "recordings.jsonl"

# cost.md, "Known failures": recorded before a price changed, without variables, or edited since.
NO_COST_EVIDENCE = (
    "customer-segment-members-query-create-",
    "fulfillment-cancel-parity",
    "fulfillment-detail-events-lifecycle",
    "markets/delete-cascades-parity",
    "market-mutation-first-hydration",
    "localization-disable-clears-translations",
    "localization-disable-payload-shapes",
    "metaobject-definition-delete-cascade",
    "metaobject-definition-recreate-lifecycle",
    "orderCancel-restock-refundMethod-parity",
    "shop-policy-update-title",
    "shop-policy-update-user-error-codes",
    "discount-catalog-empty-read",
    "tags-add-multi-resource",
    "products-search-grammar",
    "product-variants-matrix",
    "order-empty-state",
    "very-big-test-store.myshopify.com/2025-01/products/product-detail",
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer. `status` None: it was not recorded."""

    file: str
    path: tuple[str, ...]
    version: str
    query: str
    variables: dict[str, Any]
    status: int | None
    response: dict[str, Any]

    @property
    def store(self) -> str:
        """The shop's domain: the first part of the file's name."""
        return self.file.partition("/")[0]

    @property
    def is_of_storefront(self) -> bool:
        """Its answers tell a cost without an actual one (cost.md)."""
        return bool(self._cost) and "actualQueryCost" not in self._cost

    @property
    def cost(self) -> dict[str, Any] | None:
        """What it cost; None where nothing was recorded, or what was is no evidence."""
        if self.is_of_storefront or any(name in self.file for name in NO_COST_EVIDENCE):
            return None
        return self._cost or None

    @property
    def _cost(self) -> dict[str, Any]:
        return (self.response.get("extensions") or {}).get("cost") or {}


def exchanges(path: Path) -> Iterator[Exchange]:
    """All of a file of recordings, in order."""
    for line in path.read_bytes().splitlines():
        if line.strip():
            row = orjson.loads(line)
            yield Exchange(
                row["file"],
                tuple(str(step) for step in row.get("path") or ()),
                row["apiVersion"],
                row["query"],
                row.get("variables") or {},
                row.get("status"),
                row["response"],
            )


def stories(path: Path) -> list[list[Exchange]]:
    """The exchanges of one file each, in order.

    `upstreamCalls` are a story of their own: reads that the recorder made for itself at another
    time, since they show what the file's other half has deleted, and not what it has made.
    """
    found = sorted(exchanges(path), key=_story)  # stable: keeps each story's order
    return [list(story) for _, story in groupby(found, key=_story)]


def _story(exchange: Exchange) -> tuple[str, bool]:
    return exchange.file, exchange.path[:1] == ("upstreamCalls",)
