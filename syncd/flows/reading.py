"""Let Shopify read a whole shop for a run: ask once, look how far it is, begin anew if need be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import asyncpg

from syncd.errors import CallError, ShopifyError
from syncd.phrases import phrase
from syncd.postgres import runs
from syncd.postgres.db import clock
from syncd.postgres.leases import Lease
from syncd.postgres.runs import Run
from syncd.records import Shop
from syncd.rules.planner import Planning
from syncd.rules.stock import is_kept
from syncd.shopify import bulk, shopread
from syncd.shopify.bulk import Operation
from syncd.shopify.client import Client

POLL_FAST_S, POLL_S = 1.0, 5.0  # Shopify's own command line does the same
FAST = timedelta(seconds=10)
LOST = timedelta(seconds=bulk.LOST_S)
READ_DEADLINE = timedelta(hours=6)  # one that has not ended by then never will
READS = 3  # of a shop in one run, before it is given up


@dataclass(frozen=True, slots=True)
class Step:
    """Both worlds, with the run that is carried on; see `carry_run.advance_once`."""

    pool: asyncpg.Pool
    client: Client
    shop: Shop
    lease: Lease
    run: Run
    decide: Planning


async def start(step: Step, *, why: str = "") -> float:
    """Let Shopify read the shop; `why` is what made the last reading worthless.

    Returns the seconds until the first look. Raises ShopifyError when it was read in vain too often
    (a link reads once more after its approval).
    """
    pool, run, lease = step.pool, step.run, step.lease
    if run.reads >= READS + (run.kind == "link"):
        raise ShopifyError(
            phrase("the shop was read {count} times in vain: {why}", count=run.reads, why=why)
        )
    await runs.begin_read(pool, run, lease)
    location = step.shop.location if is_kept(step.shop) else None
    text = shopread.document(_name(run, run.reads + 1), step.shop.publish_to, location)
    try:
        operation = await bulk.start_query(step.client, text)
    except CallError as error:
        if not error.is_unknown:
            await runs.not_begun(pool, run)
        raise
    await runs.read(pool, run, lease, operation.gid)
    return POLL_FAST_S


def ended(said: str | None) -> str:
    """An operation that came to nothing; `said` is Shopify's code, if it is there at all."""
    return phrase("Shopify ended it: {said}", said=said or phrase("it is not there"))


def _name(run: Run, reads: int) -> str:
    """Of the operation in its document, by which one whose answer was lost is found."""
    return f"SyncdRun{run.run_id}Read{reads}"


async def look(step: Step) -> float | Operation:
    """How far Shopify is: the seconds until the next look, or the operation that has read all."""
    pool, client, run, lease = step.pool, step.client, step.run, step.lease
    assert run.operation_at is not None  # it is noted before
    age = await clock(pool) - run.operation_at
    if run.operation is None:
        found = await bulk.find(client, _name(run, run.reads), "query", since=run.operation_at)
        if found is not None:
            await runs.read(pool, run, lease, found.gid)
        elif age < LOST:
            return POLL_FAST_S
        else:
            await runs.not_begun(pool, run)  # we died before it was asked for
        return 0.0
    operation = await bulk.look(client, run.operation)
    if operation is not None and not operation.is_over:
        await runs.progress(pool, run, lease, done=operation.root_count, total=0)
        if age > READ_DEADLINE:
            await bulk.cancel(client, operation.gid)
        return POLL_FAST_S if age < FAST else POLL_S
    if operation is None or operation.status != "COMPLETED":
        said = (operation.error_code or operation.status) if operation else None
        return await start(step, why=ended(said))
    return operation
