"""What runs found to be otherwise, a row a product, with what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import asyncpg

from syncd.postgres import bulk, links, outbox, reverts
from syncd.postgres.backoffice import reading
from syncd.postgres.db import Executor, Statements, transaction
from syncd.postgres.leases import Lease
from syncd.postgres.runs import Run, ours
from syncd.postgres.runs import sql as runs_sql
from syncd.records import Form
from syncd.rules import accidents, mapping
from syncd.rules.comparison import Compared
from syncd.rules.guards import Totals
from syncd.rules.limits import subject

sql = Statements("differences")

Verdict = Literal["same", "differs", "only_here", "only_there", "conflict"]


@dataclass(frozen=True, slots=True)
class Way:
    """What a product needs: whether the shop has it, the document of the one call that does it.

    Without a document no one call does, or none that is harmless unread.
    """

    is_there: bool
    document: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a run notes of one product; `compared` where both sides have it.

    `skus`, of one that only one side has, are as written by how they are compared. `restored` is
    the form that a revert brings back.
    """

    verdict: Verdict
    key: str | None
    gid: str | None
    title: str
    compared: Compared | None = None
    reason: str | None = None
    skus: Mapping[str, str] = field(default_factory=dict)
    wanted_digest: str | None = None
    harms: tuple[str, ...] = ()
    restored: Form | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A noted finding as people see it; `fields` as in syncd.run_difference."""

    place: int
    verdict: Verdict
    key: str | None
    gid: str | None
    title: str
    fields: list[dict[str, Any]]
    who: str | None
    harms: list[str]
    reason: str | None
    outcome: str | None
    error: str | None


async def note(
    db: Executor, run: Run, lease: Lease, findings: Sequence[Finding], *, products: int, same: int
) -> None:
    """Note what was found of some products: `products` of the shop, `same` without a finding."""
    rows = [_row(one) for one in findings]
    await ours(sql.note, db, run, lease, products=products, same=same, rows=rows)


def _row(finding: Finding) -> dict[str, Any]:
    row: dict[str, Any] = {
        "verdict": finding.verdict,
        "key": finding.key,
        "gid": finding.gid,
        "title": finding.title,
        "reason": finding.reason,
        "skus": list(finding.skus),
        "spellings": list(finding.skus.values()),
        "wanted_digest": finding.wanted_digest,
        "harms": list(finding.harms),
        "restored": None if finding.restored is None else mapping.to_json(finding.restored),
    }
    compared = finding.compared
    if compared is None:
        return row
    return row | {
        "fields": compared.fields,
        "who": compared.who,
        "harms": compared.harms,
        "observed": mapping.to_json(compared.observed),
        "document": compared.document,
        "known": None if compared.known == compared.observed else mapping.to_json(compared.known),
    }


async def meet_strangers(pool: asyncpg.Pool, run: Run) -> int:
    """Products to be made whose SKUs the shop sells already become conflicts; returns how many."""
    async with transaction(pool) as connection:
        await sql.hash_joins.execute(connection)
        count: int | None = await sql.meet_strangers.value(connection, run_id=run.run_id)
        return count or 0


async def meet_held(db: Executor, run: Run) -> int:
    """What is held already as ordinary changes becomes conflicts; returns how many."""
    count: int | None = await sql.meet_held.value(db, run_id=run.run_id)
    return count or 0


async def meet_copies(pool: asyncpg.Pool, run: Run, account_id: str) -> None:
    """Name the copies: products of the shop alone with SKUs of ours. Raises ContractError."""
    async with reading(pool):
        rows = await sql.meet_copies.fetch(pool, run_id=run.run_id, account_id=account_id)
    told = [
        {
            "place": row["place"],
            "reason": accidents.copied(row["skus"], subject(row["key"], row["title"])),
        }
        for row in rows
    ]
    if told:
        await sql.explain.execute(pool, run_id=run.run_id, rows=told)


async def totals(db: Executor, run: Run, *, linked: int, on_sale: int) -> Totals:
    """What the run would do, as the guards count it."""
    row = await sql.totals.row(db, run_id=run.run_id)
    assert row is not None  # the run is there
    return Totals(**row, linked=linked, on_sale=on_sale)


async def ways(db: Executor, run: Run) -> dict[Way, dict[str, int]]:
    """What the run would send, by how: the keys with their places, in order."""
    return _by_way(await sql.to_send.fetch(db, run_id=run.run_id))


def _by_way(rows: Sequence[asyncpg.Record]) -> dict[Way, dict[str, int]]:
    found: dict[Way, dict[str, int]] = {}
    for row in rows:
        way = Way(row["is_there"], row["document"] if row["is_there"] else bulk.CREATE)
        found.setdefault(way, {})[row["key"]] = row["place"]
    return found


async def send(pool: asyncpg.Pool, run: Run, lease: Lease, direct: Mapping[Way, int]) -> int:
    """Make due what the run found, in one transaction; returns how many products.

    Of each way the first `direct` products become ordinary changes, the rest goes by bulk
    operations; a way that is not named has ordinary changes only, as has one without a document.
    What the shop has is read before it is written: the run's sight of it is older by then. A dead
    one stays dead as long as the form is wanted that Shopify refused.
    """
    async with transaction(pool) as connection:
        await ours(runs_sql.send, connection, run, lease)
        gone = await sql.deleted.fetch(connection, run_id=run.run_id)
        gids = {row["key"]: row["gid"] for row in gone}
        await links.forget(connection, shop_id=run.shop_id, gids=gids)
        for way, places in (await ways(connection, run)).items():
            most = len(places) if way.document is None else direct.get(way, len(places))
            keys, rest = list(places)[:most], dict(list(places.items())[most:])
            await outbox.enqueue(
                connection,
                shop_id=run.shop_id,
                kind="product",
                keys=keys,
                is_doubted=way.is_there,
            )
            if way.document is not None:
                await bulk.plan(connection, run.run_id, way.document, rest, most=bulk.LINES)
        if run.kind == "revert":
            await reverts.hold(connection, run.run_id)
        if run.with_prices:
            await sql.own_prices.execute(connection, run_id=run.run_id)
        count: int = await sql.count_sent.value(connection, run_id=run.run_id)
        return count


async def unclaimed(db: Executor, run: Run) -> dict[Way, dict[str, int]]:
    """What the run made due that could still go by bulk operations, as `ways` has it."""
    return _by_way(await sql.unclaimed.fetch(db, run_id=run.run_id))


async def recall(
    pool: asyncpg.Pool, run: Run, lease: Lease, ways: Mapping[Way, Mapping[str, int]]
) -> int:
    """Let these go by bulk operations instead, in one transaction; returns how many products.

    Those that were claimed meanwhile, or have news, stay ordinary changes.
    """
    async with transaction(pool) as connection:
        keys = [key for places in ways.values() for key in places]
        rows = await sql.recall.fetch(connection, run_id=run.run_id, fence=lease.fence, keys=keys)
        gone = {row["key"] for row in rows}
        for way, places in ways.items():
            assert way.document is not None  # such as have none are not there
            left = {key: place for key, place in places.items() if key in gone}
            await bulk.plan(connection, run.run_id, way.document, left, most=bulk.LINES)
        return len(gone)


async def follow(db: Executor, run: Run) -> int:
    """Note what became of the products that were sent; returns how many are on their way.

    What is put off again and again counts as failed after two hours.
    """
    left: int | None = await sql.follow.value(db, run_id=run.run_id)
    if left:
        late: int | None = await sql.give_up.value(db, run_id=run.run_id)
        left = left if late is None else late
    return left or 0


async def sights(db: Executor, run_id: int, keys: Sequence[str]) -> dict[str, Form]:
    """What the shop showed of these products, with what is the merchant's as we hold it."""
    rows = await sql.sights.fetch(db, run_id=run_id, keys=list(keys))
    return {row["key"]: mapping.from_json(row["known"]) for row in rows}


async def found(
    db: Executor, run_id: int, *, verdict: str | None = None, after: int = 0, most: int = 1000
) -> list[Difference]:
    """What a run found, in the order in which it did, after a place."""
    rows = await sql.found.fetch(db, run_id=run_id, verdict=verdict, after=after, most=most)
    return [Difference(**row) for row in rows]


async def by_who(db: Executor, run_id: int) -> dict[str, int]:
    """How many products differ, by who changed them."""
    rows = await sql.by_who.fetch(db, run_id=run_id)
    return {row["who"] or "nobody": row["products"] for row in rows}
