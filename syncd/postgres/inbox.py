"""The way of a delivery: due, claimed, then its end: done, retry, dead."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import asyncpg
import orjson

from syncd.deliveries import Delivery, InboxKind, Item
from syncd.postgres.db import Executor, Statements
from syncd.postgres.leases import Lease
from syncd.rules.retry import MAX_DELIVERIES, Ack, Dead, Retry, Verdict

sql = Statements("inbox")

ERROR_CHARS = 4000  # of an error kept with its delivery: a page, not a dump
UNTOLD = "no reason was given"
GapKind = Literal["stock", "order", "customer"]


@dataclass(frozen=True, slots=True)
class Ended:
    """How an attempt at a delivery ended: Ack with an `outcome`, Retry or Dead with an `error`.

    An outcome is one word: received, older, echo, skipped, gone. Without a verdict the claim is
    given back, nothing counted.
    """

    item: Item
    verdict: Verdict | None
    outcome: str = "received"
    error: str = ""


async def add(pool: Executor, deliveries: Sequence[Delivery]) -> int:
    """Write deliveries down, all in one INSERT; returns how many were new.

    One that is there already, with however different a body, stays as it is.
    """
    count: int = await sql.add.value(
        pool,
        shop_ids=[one.shop_id for one in deliveries],
        delivery_ids=[one.delivery_id for one in deliveries],
        event_ids=[one.event_id for one in deliveries],
        topics=[one.topic for one in deliveries],
        kinds=[one.kind for one in deliveries],
        gids=[one.gid for one in deliveries],
        triggered=[one.triggered_at and one.triggered_at.isoformat() for one in deliveries],
        bodies=[orjson.dumps(one.body).decode() for one in deliveries],
    )
    return count


async def claim(
    pool: asyncpg.Pool,
    lease: Lease,
    *,
    most: int,
    lease_s: float,
    kinds: Sequence[InboxKind] | None = None,
) -> list[Item]:
    """Claim due deliveries of the lease's shop, the oldest first; empty: nothing is due.

    Empty too when the shop is another node's by now. They are due again by themselves after
    `lease_s`. One that was claimed MAX_DELIVERIES times becomes dead instead.
    """
    token = secrets.randbits(62)
    while True:
        rows = await sql.claim.fetch(
            pool,
            shop_id=lease.shop_id,
            node=lease.node,
            fence=lease.fence,
            lease_s=lease_s,
            token=token,
            most=most,
            max_deliveries=MAX_DELIVERIES,
            kinds=None if kinds is None else list(kinds),
        )
        items = [_item(row, token) for row in rows if row["is_claimed"]]
        if items or not rows:
            return sorted(items, key=lambda one: one.inbox_id)


async def renew(pool: Executor, items: Sequence[Item], *, lease_s: float) -> None:
    """Hold these claims `lease_s` longer from now; those lost meanwhile stay lost."""
    await sql.renew.execute(
        pool,
        inbox_ids=[one.inbox_id for one in items],
        tokens=[one.token for one in items],
        lease_s=lease_s,
    )


async def hold(db: Executor, items: Sequence[Item]) -> frozenset[int]:
    """Lock what these claims still hold until the transaction ends; returns the inbox ids.

    The rest were claimed by another since: the caller stores nothing for them.
    """
    rows = await sql.hold.fetch(
        db,
        inbox_ids=[one.inbox_id for one in items],
        tokens=[one.token for one in items],
    )
    return frozenset(row["inbox_id"] for row in rows)


async def variants_of(db: Executor, shop_id: int, items: Sequence[str]) -> dict[str, str]:
    """Keys of our variants by the GIDs of their inventory items; what is not ours is not in it."""
    rows = await sql.variants_of.fetch(db, shop_id=shop_id, items=list(items))
    return {row["item"]: row["variant_key"] for row in rows}


async def settle(db: Executor, ended: Sequence[Ended]) -> frozenset[int]:
    """Write how these ended; returns the inbox ids that the claims still held.

    Whoever stores what they told does so between `hold` and this, in one transaction.
    """
    if not ended:
        return frozenset()
    ends = [_end(one.verdict) for one in ended]
    rows = await sql.settle.fetch(
        db,
        inbox_ids=[one.item.inbox_id for one in ended],
        tokens=[one.item.token for one in ended],
        ends=[end for end, _ in ends],
        waits_s=[wait_s for _, wait_s in ends],
        outcomes=[one.outcome for one in ended],
        errors=[_words(one.error) for one in ended],
    )
    return frozenset(row["inbox_id"] for row in rows)


async def gap(db: Executor, shop_id: int, kind: GapKind) -> None:
    """Webhooks of this kind may have been missed: the next pull of the kind reads over the gap."""
    await sql.gap.execute(db, shop_id=shop_id, kind=kind)


async def gaps(db: Executor, shop_id: int) -> Mapping[str, datetime]:
    """Since when each kind may have missed something; kinds without a gap are not in it."""
    return {row["kind"]: row["since"] for row in await sql.gaps.fetch(db, shop_id=shop_id)}


async def close_gap(db: Executor, shop_id: int, kind: GapKind, since: datetime) -> None:
    """A pull has read back to before `since`, in whose transaction this is called."""
    await sql.close_gap.execute(db, shop_id=shop_id, kind=kind, since=since)


def _end(verdict: Verdict | None) -> tuple[str, float]:
    match verdict:
        case Ack():
            return "done", 0.0
        case Retry(wait_s=wait_s, blame=blame):
            return "blamed" if blame else "later", wait_s
        case Dead():
            return "dead", 0.0
        case None:
            return "back", 0.0


def _words(error: str) -> str:
    """An error as Postgres can hold it: no zero characters, no novel, never nothing."""
    return error.replace("\0", "")[:ERROR_CHARS].strip() or UNTOLD


def _item(row: asyncpg.Record, token: int) -> Item:
    values: dict[str, Any] = {**row, "body": row["body"] or {}, "token": token}
    del values["is_claimed"]
    return Item(**values)
