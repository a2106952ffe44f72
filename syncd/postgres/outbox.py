"""The way of a change: due, claimed, then its end: ack, retry, dead."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import anyio
import asyncpg

from syncd.postgres.db import Executor, Statements
from syncd.postgres.leases import Lease
from syncd.records import Change, Lane, Prices
from syncd.rules.comparison import Underway
from syncd.rules.lanes import LANES
from syncd.rules.retry import MAX_DELIVERIES, Ack, Dead, Retry, Verdict

sql = Statements("outbox")

ERROR_CHARS = 4000  # of an error kept with its change: a page, not a dump
UNTOLD = "no reason was given"


@dataclass(frozen=True, slots=True)
class Settled:
    """How an attempt ended; for Retry and Dead `error` says why, in plain words.

    `cause` is the sort of trouble of a Dead in one word: what people group the dead by. Without a
    verdict the claim is given back.
    """

    change: Change
    verdict: Verdict | None
    error: str = ""
    cause: str = "other"


async def claim(
    pool: asyncpg.Pool,
    lease: Lease,
    *,
    kind: str = "product",
    lease_s: float,
    most: int,
    lanes: Sequence[Lane] = LANES,
) -> list[Change]:
    """Claim due changes of the lease's shop, the most urgent first; empty: nothing is due.

    Those of the lanes alone. Empty too when the shop is another node's by now. They are due again
    by themselves after `lease_s`. One that was claimed MAX_DELIVERIES times becomes dead instead:
    it takes the process down.
    """
    holder = {"shop_id": lease.shop_id, "node": lease.node, "fence": lease.fence}
    asked = {"kind": kind, "lease_s": lease_s, "most": most, "max_deliveries": MAX_DELIVERIES}
    floors = lease.floors[kind, tuple(lanes)]
    floors.lower_in_time(anyio.current_time())
    while True:
        is_low, began_s = floors.is_low, anyio.current_time()
        token = secrets.randbits(62)  # not a counter: a restored database must not repeat one
        places = {"floors": floors.of(lanes), "floor_ids": floors.ids}
        rows = await sql.claim.fetch(pool, **holder, **asked, **places, token=token)
        now_s = anyio.current_time()
        if is_low:
            floors.looked(began_s, now_s)
        for row in rows:
            floors.raise_to(row["lane"], row["due_at"], row["change_id"])
        if changes := [_change(row, token) for row in rows if row["is_claimed"]]:
            return changes
        if not rows and (is_low or floors.rests(now_s)):
            return []
        if not rows:
            floors.lower(now_s)


async def is_held(pool: asyncpg.Pool, change: Change) -> bool:
    """Whether the claim is still ours: not settled, not taken over, its lease not over."""
    held: bool = await sql.is_held.value(pool, change_id=change.change_id, token=change.token)
    return held


async def note(
    pool: asyncpg.Pool,
    change: Change,
    prices: Mapping[str, Sequence[Prices]],
    pictures: Collection[str],
) -> bool:
    """Write down what writes of this claim carry; whether the claim is still ours."""
    held = await sql.note.value(
        pool,
        change_id=change.change_id,
        token=change.token,
        tried={"prices": dict(prices), "pictures": sorted(pictures)},
    )
    return held is not None


async def on_their_way(db: Executor, *, shop_id: int, keys: Sequence[str]) -> dict[str, Underway]:
    """What is due of these products, by key."""
    rows = await sql.on_their_way.fetch(db, shop_id=shop_id, keys=list(keys))
    return {row["key"]: _underway(row["tried"] or {}) for row in rows}


def _underway(tried: Mapping[str, Any]) -> Underway:
    prices = {
        key: [(one, two) for one, two in pairs] for key, pairs in tried.get("prices", {}).items()
    }
    return Underway(prices, frozenset(tried.get("pictures", ())))


async def waiting(db: Executor, shop_id: int) -> int:
    """How many products' changes are on their way, or could be; what is put off is not."""
    count: int = await sql.waiting.value(db, shop_id=shop_id)
    return count


async def renew(pool: asyncpg.Pool, changes: Sequence[Change], *, lease_s: float) -> None:
    """Hold these claims `lease_s` longer from now; those lost meanwhile stay lost."""
    await sql.renew.execute(
        pool,
        change_ids=[change.change_id for change in changes],
        tokens=[change.token for change in changes],
        lease_s=lease_s,
    )


async def settle(db: Executor, settled: Sequence[Settled]) -> frozenset[int]:
    """Write how a batch ended; returns the ids of the changes that these claims still held.

    The rest were claimed by another since, or settled before: nothing of theirs is touched, and
    the caller writes no link and no history for them. Whoever writes such must be in a transaction
    that begins with this: it keeps the changes locked. News since the claim make an acked or dead
    change due at once.
    """
    if not settled:
        return frozenset()
    ends = [_end(one) for one in settled]
    changes = [one.change for one in settled]
    held = await sql.settle.value(
        db,
        change_ids=[change.change_id for change in changes],
        tokens=[change.token for change in changes],
        generations=[change.generation for change in changes],
        events=[change.events for change in changes],
        ends=[end for end, _, _ in ends],
        waits_s=[wait_s for _, wait_s, _ in ends],
        until_news=[until_news for _, _, until_news in ends],
        errors=[None if isinstance(one.verdict, Ack) else _words(one.error) for one in settled],
        causes=[one.cause if isinstance(one.verdict, Dead) else None for one in settled],
    )
    return frozenset(held)


async def give_back(pool: asyncpg.Pool, changes: Sequence[Change]) -> None:
    """Make claimed changes due at once, nothing counted; those no longer held stay as they are."""
    await settle(pool, [Settled(change, None) for change in changes])


def _end(settled: Settled) -> tuple[str, float, bool]:
    """The word for how it ended, the wait, whether news end that."""
    match settled.verdict:
        case Ack():
            return "ack", 0.0, False
        case Retry(wait_s=wait_s, blame=blame, until_news=until_news):
            return "blamed" if blame else "later", wait_s, until_news
        case Dead():
            return "dead", 0.0, False
        case None:
            return "back", 0.0, False


async def enqueue(
    db: Executor,
    *,
    shop_id: int,
    kind: str,
    keys: Sequence[str],
    lane: str = "resync",
    is_doubted: bool = False,
) -> int:
    """Make these keys due for one shop, by default behind all events; returns how many there were.

    A change that is due keeps its place or gets a better one, one that is claimed is due again
    afterwards, a dead one is tried again. `is_doubted`: what Shopify holds is read before it is
    written.
    """
    count: int = await sql.enqueue.value(
        db, shop_id=shop_id, kind=kind, keys=list(keys), lane=lane, is_doubted=is_doubted
    )
    return count


def _words(error: str) -> str:
    """An error as Postgres can hold it: no zero characters, no novel, never nothing."""
    return error.replace("\0", "")[:ERROR_CHARS].strip() or UNTOLD


def _change(row: asyncpg.Record, token: int) -> Change:
    tried = row["tried"] or {}
    return Change(
        change_id=row["change_id"],
        key=row["key"],
        generation=row["generation"],
        token=token,
        events=row["events"],
        first_event_at=row["first_event_at"],
        deliveries=row["deliveries"],
        failures=row["failures"],
        changed=tuple(row["changed"]),
        lane=row["lane"],
        is_repeated=row["is_repeated"],
        tried={
            key: [(one, two) for one, two in pairs]
            for key, pairs in tried.get("prices", {}).items()
        },
        tried_pictures=frozenset(tried.get("pictures", ())),
    )
