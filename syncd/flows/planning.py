"""How what a run found is sent soonest, by what the shop's bulk operations took so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import anyio.to_thread
import asyncpg
import structlog

from syncd.errors import RowError
from syncd.postgres import backoffice, bulk, differences, outbox, runs
from syncd.postgres.bulk import CREATE, PUBLISH
from syncd.postgres.db import Executor
from syncd.postgres.differences import Way
from syncd.postgres.leases import Lease
from syncd.postgres.runs import Run
from syncd.records import Form, Shop
from syncd.rules import creation, mapping, pace
from syncd.rules.pace import Pace
from syncd.rules.planner import Calls, Planning, Sort
from syncd.shopify.client import Client
from syncd.shopify.documents import documents
from syncd.shopify.products import page_size

STANDARD_POINTS_S = 100.0  # of a plan that is not known
CALL_S = 0.3  # of a shop that was not asked yet
FREE = 0.9  # of the points; urgent changes have the rest
OPERATIONS = 10  # that the pace is learned from, and as many of other documents
WORTH_PLANNING = 100  # fewer are soon sent
SAMPLE = 20  # products by which the points of all are counted
TYPICAL_POINTS = 40.0  # of a product of which no more is known
READ_SHARE = 0.8  # of a read is charged: it asks for more variants and pictures than there are
PUBLISH_POINTS = 10.0
WRITE_POINTS = 10.0
CALLS = 2  # a read with a write, a question with a write
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Planned:
    """How many products of each way become ordinary changes; `by_bulk` is all the rest."""

    direct: Mapping[Way, int]
    by_bulk: int
    expected_s: float

    @property
    def by_change(self) -> int:
        return sum(self.direct.values())


async def of_run(
    db: Executor, client: Client, shop: Shop, run: Run, lease: Lease, *, decide: Planning
) -> Planned:
    """How what the run found is to be sent; it is noted with the run.

    What is due already is reckoned with: it draws on the same points. Raises ContractError,
    LeaseLostError.
    """
    ways = await differences.ways(db, run)
    sorts = [await _sort(db, shop, run, way, list(places)) for way, places in ways.items()]
    plan = decide([*sorts, await _waiting(db, shop.shop_id)], _calls(client))
    direct = dict(zip(ways, plan.direct, strict=False))
    by_bulk = sum(map(len, ways.values())) - sum(direct.values())
    planned = Planned(direct, by_bulk, plan.seconds)
    await runs.plan(
        db,
        run,
        lease,
        by_change=planned.by_change,
        by_bulk=planned.by_bulk,
        expected_s=planned.expected_s,
    )
    return planned


async def again(
    pool: asyncpg.Pool, client: Client, shop: Shop, run: Run, lease: Lease, *, decide: Planning
) -> int:
    """Plan what still waits of a run anew, once its operations have ended; returns how many of it
    go by bulk operations now.

    The first plan of a shop rests on a guess; by then it is known how fast they are. Raises
    ContractError.
    """
    ways = await differences.unclaimed(pool, run) if run.by_bulk else {}
    due = sum(map(len, ways.values()))
    if due < WORTH_PLANNING:
        return 0
    sorts = [await _sort(pool, shop, run, way, list(places)) for way, places in ways.items()]
    others = await _waiting(pool, shop.shop_id)
    plan = decide([*sorts, replace(others, due=max(0, others.due - due))], _calls(client))
    moved = {
        way: dict(list(places.items())[direct:])
        for (way, places), direct in zip(ways.items(), plan.direct, strict=False)
    }
    if not any(moved.values()):
        return 0
    count = await differences.recall(pool, run, lease, moved)
    log.info("run_planned_again", run=run.run_id, by_bulk=count)
    return count


async def of_publications(
    db: Executor, client: Client, shop_id: int, count: int, decide: Planning
) -> int:
    """How many of so many new products are published by ordinary changes."""
    sort = Sort(count, PUBLISH_POINTS, 1, await _pace(db, shop_id, PUBLISH))
    return decide([sort, await _waiting(db, shop_id)], _calls(client)).direct[0]


def _calls(client: Client) -> Calls:
    return Calls(
        level_points=client.level_points,
        restore_points_s=client.restore_points_s or STANDARD_POINTS_S,
        latency_s=client.latency_s or CALL_S,
        free=FREE,
        at_once=client.at_once,
    )


async def _waiting(db: Executor, shop_id: int) -> Sort:
    return Sort(await outbox.waiting(db, shop_id), TYPICAL_POINTS, CALLS)


async def _pace(db: Executor, shop_id: int, document: str) -> Pace:
    own, others = [
        await bulk.worked(db, shop_id, document, is_other=is_other, most=OPERATIONS)
        for is_other in (False, True)
    ]
    # Some 3 ms an operation: the loop goes on meanwhile.
    return await anyio.to_thread.run_sync(pace.learned, own, others)


async def _sort(db: Executor, shop: Shop, run: Run, way: Way, keys: Sequence[str]) -> Sort:
    sample = keys[:: max(1, len(keys) // SAMPLE)][:SAMPLE]
    if way.document == CREATE:
        points = await _creation_points(db, shop, sample)
        made = await _pace(db, shop.shop_id, CREATE)
        if not shop.publish_to:
            return Sort(len(keys), points, CALLS, made)
        published = await _pace(db, shop.shop_id, PUBLISH)
        return Sort(len(keys), points + PUBLISH_POINTS, CALLS + 1, made.then(published))
    forms = await differences.sights(db, run.run_id, sample)
    points = _mean([_update_points(form, way.document) for form in forms.values()])
    known = None if way.document is None else await _pace(db, shop.shop_id, way.document)
    return Sort(len(keys), points, CALLS, known)


async def _creation_points(db: Executor, shop: Shop, keys: Sequence[str]) -> float:
    """The question whether it is there, and the call that makes it, on the mean."""
    found = await backoffice.products(
        db,
        account_id=shop.account_id,
        department_key=shop.price_department,
        warehouse_key=shop.stock_warehouse,
        keys=keys,
    )
    points = []
    for product in found.values():
        try:
            write = creation.create(product, mapping.wanted(product, shop), shop, {}).write
        except RowError:
            continue  # it will be refused, for nothing
        points.append(_points(write.document, write.variables) + 1)
    return _mean(points)


def _update_points(form: Form, document: str | None) -> float:
    """The read, and the call after it; what takes more calls is reckoned as one."""
    sizes = {
        "variants": page_size(len(form.variants)),
        "media": page_size(len(form.pictures or ())),
    }
    points = READ_SHARE * _points("ProductRead", sizes)
    if document == "ProductVariantsBulkUpdate":
        return points + _points(document, {"variants": [{}] * len(form.variants)})
    return points + WRITE_POINTS


def _points(document: str, variables: Mapping[str, Any]) -> float:
    return documents()[document].cost_points(variables)


def _mean(points: Sequence[float]) -> float:
    return sum(points) / len(points) if points else TYPICAL_POINTS
