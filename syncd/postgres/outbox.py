"""The way of a change: due, claimed, then its end: ack, retry, dead."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import anyio
import asyncpg

from syncd.postgres.db import Connection, Executor, Statements, transaction
from syncd.postgres.leases import Lease
from syncd.records import Change, Prices
from syncd.rules.retry import MAX_DELIVERIES, Ack, Dead, Retry, Verdict

sql = Statements("outbox")

ERROR_CHARS = 4000  # of an error kept with its change: a page, not a dump
UNTOLD = "no reason was given"


@dataclass(frozen=True, slots=True)
class Settled:
    """How an attempt ended; for Retry and Dead `error` says why, in plain words.

    `cause` is the sort of trouble of a Dead in one word: what people group the dead by.
    """

    change: Change
    verdict: Verdict
    error: str = ""
    cause: str = "other"


async def claim(
    pool: asyncpg.Pool,
    lease: Lease,
    *,
    kind: str = "product",
    lease_s: float,
    most: int,
) -> list[Change]:
    """Claim due changes of the lease's shop, the most urgent first; empty: nothing is due.

    Empty too when the shop is another node's by now. They are due again by themselves after
    `lease_s`. One that was claimed MAX_DELIVERIES times becomes dead instead: it takes the process
    down.
    """
    floors = lease.floors[kind]
    floors.lower_in_time(anyio.current_time())
    while True:
        token = secrets.randbits(62)  # not a counter: a restored database must not repeat one
        rows = await sql.claim.fetch(
            pool,
            shop_id=lease.shop_id,
            kind=kind,
            node=lease.node,
            fence=lease.fence,
            lease_s=lease_s,
            token=token,
            most=most,
            max_deliveries=MAX_DELIVERIES,
            floors=floors.at,
        )
        for row in rows:
            floors.raise_to(row["urgency"], row["was_due_at"])
        changes = [_change(row, token) for row in rows if row["is_claimed"]]
        if changes or (not rows and floors.is_low):
            return changes
        if not rows:
            floors.lower(anyio.current_time())


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


async def renew(pool: asyncpg.Pool, changes: Sequence[Change], *, lease_s: float) -> None:
    """Hold these claims `lease_s` longer from now; those lost meanwhile stay lost."""
    await sql.renew.execute(
        pool,
        change_ids=[change.change_id for change in changes],
        tokens=[change.token for change in changes],
        lease_s=lease_s,
    )


async def settle(connection: Connection, settled: Sequence[Settled]) -> frozenset[int]:
    """Write how a batch ended; returns the ids of the changes that these claims still held.

    The rest were claimed by another since, or settled before: nothing of theirs is touched, and
    the caller writes no link and no history for them. Must run first in the caller's transaction,
    which keeps the rows locked. News since the claim make an acked or dead change due at once.
    Raises RuntimeError outside a transaction.
    """
    if not connection.is_in_transaction():
        raise RuntimeError("settle needs a transaction: it locks the changes until the commit")
    held = await _hold(connection, [one.change for one in settled])
    acks: list[Change] = []
    retries: list[tuple[Settled, Retry]] = []
    deaths: list[Settled] = []
    for one in settled:
        if one.change.change_id not in held:
            continue
        match one.verdict:
            case Ack():
                acks.append(one.change)
            case Retry() as verdict:
                retries.append((one, verdict))
            case Dead():
                deaths.append(one)
    await _ack(connection, acks)
    await _retry(connection, retries)
    await _die(connection, deaths)
    return held


async def give_back(pool: asyncpg.Pool, changes: Sequence[Change]) -> None:
    """Make claimed changes due at once, nothing counted; those no longer held stay as they are."""
    if not changes:
        return
    async with transaction(pool) as connection:
        held = await _hold(connection, changes)
        await sql.give_back.execute(connection, change_ids=list(held))


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


async def _hold(connection: Connection, changes: Sequence[Change]) -> frozenset[int]:
    """Lock those of the changes that their claim still holds, until the transaction ends."""
    rows = await sql.hold.fetch(
        connection,
        change_ids=[change.change_id for change in changes],
        tokens=[change.token for change in changes],
    )
    return frozenset(row["change_id"] for row in rows)


async def _ack(connection: Connection, changes: Sequence[Change]) -> None:
    if not changes:
        return
    ids = [change.change_id for change in changes]
    generations = [change.generation for change in changes]
    gone = await sql.ack.execute(connection, change_ids=ids, generations=generations)
    if gone != f"DELETE {len(ids)}":
        events = [change.events for change in changes]
        await sql.again.execute(connection, change_ids=ids, events=events)


async def _retry(connection: Connection, retries: Sequence[tuple[Settled, Retry]]) -> None:
    if retries:
        await sql.retry.execute(
            connection,
            change_ids=[one.change.change_id for one, _ in retries],
            waits_s=[verdict.wait_s for _, verdict in retries],
            blames=[verdict.blame for _, verdict in retries],
            news=[verdict.until_news for _, verdict in retries],
            errors=[_words(one.error) for one, _ in retries],
        )


async def _die(connection: Connection, deaths: Sequence[Settled]) -> None:
    if deaths:
        await sql.die.execute(
            connection,
            change_ids=[one.change.change_id for one in deaths],
            generations=[one.change.generation for one in deaths],
            errors=[_words(one.error) for one in deaths],
            causes=[one.cause for one in deaths],
        )


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
