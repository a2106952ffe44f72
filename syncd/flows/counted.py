"""How changes ended, counted for the metrics of this process."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from syncd import metrics
from syncd.postgres import outbox, stock
from syncd.postgres.db import Executor, clock
from syncd.postgres.outbox import Settled
from syncd.postgres.stock import Moved
from syncd.records import Change, Shop
from syncd.rules.retry import Ack, Dead, Retry

RECEIVED = "receive_stock"  # went the other way


async def settle(db: Executor, shop: Shop, kind: str, settled: Sequence[Settled]) -> frozenset[int]:
    """As outbox.settle; what these claims still held is counted."""
    held = await outbox.settle(db, settled)
    ended(shop, kind, [one for one in settled if one.change.change_id in held])
    return held


async def remember(db: Executor, shop: Shop, moved: Sequence[Moved]) -> None:
    """As stock.remember; what Shopify accepted is counted."""
    await stock.remember(db, shop.shop_id, moved)
    sent = [one for one in moved if one.write != RECEIVED]
    now = await clock(db) if sent else None
    for one in sent:
        accepted(shop, "stock", one.change, [one.write], now)


def ended(shop: Shop, kind: str, settled: Iterable[Settled], *, kept: Collection[str] = ()) -> None:
    """Count attempts by how they ended; `kept` are the keys that a guard holds back."""
    for one in settled:
        if (outcome := "held" if one.change.key in kept else _outcome(one)) is not None:
            metrics.PUSHES.labels(shop.domain, kind, outcome).inc()


def accepted(
    shop: Shop, kind: str, change: Change | None, writes: Iterable[str], at: datetime | None
) -> None:
    """Count what Shopify accepted of a change; how long it took, where an event waited for it."""
    for document in writes:
        metrics.WRITES.labels(shop.domain, kind, document).inc()
    if change is not None and change.events and at is not None:
        waited_s = max(0.0, (at - change.first_event_at).total_seconds())
        metrics.DELAY.labels(shop.domain, kind).observe(waited_s)


def in_bulk(shop: Shop, document: str, products: int) -> None:
    """Count what a bulk operation wrote; no event waited for it."""
    metrics.WRITES.labels(shop.domain, "product", document).inc(products)


def _outcome(settled: Settled) -> str | None:
    match settled.verdict:
        case Ack():
            return "done"
        case Retry():
            return "retried"
        case Dead():
            return "dead"
        case None:
            return None
