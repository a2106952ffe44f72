"""Carry the run of a shop on: read the whole shop, compare, ask a person if need be, send."""

from __future__ import annotations

import errno
import tempfile
from pathlib import Path

import asyncpg
import structlog

from syncd.errors import CallError, ResultGoneError, ShopifyError
from syncd.flows import bulk_lines, link, planning, push_bulk, reading, revert
from syncd.flows.compare import compare
from syncd.flows.planning import Planned
from syncd.flows.reading import POLL_S, Step
from syncd.flows.shown import shown
from syncd.phrases import phrase
from syncd.postgres import bulk as ours
from syncd.postgres import differences, runs
from syncd.postgres.leases import Lease
from syncd.postgres.runs import Run
from syncd.records import Shop
from syncd.rules import guards, planner
from syncd.rules.guards import Totals
from syncd.rules.planner import Planning
from syncd.shopify.bulk import Operation
from syncd.shopify.client import Client

FOLLOW_S = 1.0
MOST = 1_000_000_000
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)
MISTAKES = (  # of ours: the run fails, ordinary changes go on
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.SyntaxOrAccessError,
)
log = structlog.get_logger()


async def advance_once(
    pool: asyncpg.Pool,
    client: Client,
    shop: Shop,
    lease: Lease,
    *,
    decide: Planning | None = None,
) -> float | None:
    """One step of the shop's runs; returns the seconds until the next, None when nothing is to do.

    How many products go by bulk operations is for `decide` to say, else for the shop's setting.
    Each step can be repeated, on another node too: what it is about to do stands in the run before
    it does it. Raises what `Client.execute` raises where no run could help it, ContractError,
    LeaseLostError.
    """
    found = await runs.all_under_way(pool, shop.shop_id)
    sent = [one for one in found if one.kind == "guard" and one.state == "sending"]
    waits_s = [await _follow(pool, one) for one in sent]
    if run := next((one for one in found if one.kind != "guard"), None):
        decide = decide or planner.DECISIONS[shop.runs_by]
        wait_s = await _carry(Step(pool, client, shop, lease, run, decide))
        waits_s += [] if wait_s is None else [wait_s]
    return min(waits_s, default=None)


async def _carry(step: Step) -> float | None:
    run = step.run
    try:
        return await _advance(step)
    except CallError as error:
        wait_s = error.wait_s or POLL_S
        log.warning("run_waits", run=run.run_id, wait_s=wait_s, error=str(error))
        return wait_s
    except ShopifyError as error:
        if type(error) is not ShopifyError:
            raise  # the shop's, or a kind's: the pump says so
        return await _fail(step, str(error))
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise  # the database's, most likely
        told = phrase(
            "there is no room for the shop's data in {place}", place=tempfile.gettempdir()
        )
        return await _fail(step, told)
    except MISTAKES as error:
        log.exception("run_mistake", run=run.run_id)
        return await _fail(step, phrase("syncd made a mistake: {error}", error=repr(error)))


async def _fail(step: Step, error: str) -> float:
    """The run is over; what it had begun to send is sent as ordinary changes."""
    log.error("run_failed", run=step.run.run_id, error=error)
    for one in await ours.under_way(step.pool, step.shop.shop_id, most=MOST):
        part = bulk_lines.Step(
            step.pool, step.client, step.shop, step.lease, one, planner.all_directly
        )
        await push_bulk.end(part, note=error)
    await runs.fail(step.pool, step.run, error)
    return 0.0


async def _advance(step: Step) -> float | None:
    if step.run.kind == "link":
        return await link.advance(step)
    match step.run.state:
        case "asked" | "comparing" if step.run.kind == "revert":
            totals = await revert.prepare(step.pool, step.shop, step.run, step.lease)
            await _judge(step, totals)
            return 0.0
        case "asked":
            return await reading.start(step)
        case "reading" | "comparing":
            return await _read(step)
        case "held" if step.run.decided_at is not None:
            await _send(step)
            return 0.0
        case "sending":
            wait_s = await push_bulk.advance_once(
                step.pool, step.client, step.shop, step.lease, decide=step.decide
            )
            if wait_s is None and await planning.again(
                step.pool, step.client, step.shop, step.run, step.lease, decide=step.decide
            ):
                return 0.0
            left_s = await _follow(step.pool, step.run)
            return left_s if wait_s is None else min(wait_s, left_s)
    return None


async def _read(step: Step) -> float:
    """Look how far Shopify is; what it has read is compared."""
    operation = await reading.look(step)
    if isinstance(operation, float):
        return operation
    try:
        await _compare(step, operation)
    except ResultGoneError as error:
        log.warning("run_reads_again", run=step.run.run_id, error=str(error))
        return await reading.start(step, why=error.message)
    return 0.0


async def _compare(step: Step, operation: Operation) -> None:
    """Hold what was read against the Backoffice, and let the guards judge that."""
    pool, shop, run, lease = step.pool, step.shop, step.run, step.lease
    with tempfile.TemporaryDirectory(prefix="syncd-run-") as name:
        seen = await shown(operation, Path(name))
        totals = await compare(pool, shop, run, lease, seen)
    await _judge(step, totals)


async def _judge(step: Step, totals: Totals) -> None:
    """Send what was found, or wait for a person."""
    pool, shop, run, lease = step.pool, step.shop, step.run, step.lease
    if run.is_dry:
        await _plan(step)
        await runs.end(pool, run)
        return
    reasons = guards.judge(totals, await runs.numbers(pool, shop.shop_id))
    if reasons:
        log.warning("run_held", run=run.run_id, shop=shop.domain, reasons=reasons)
        await runs.hold(pool, run, lease, reasons)
    else:
        await _send(step)


async def _plan(step: Step) -> Planned:
    return await planning.of_run(
        step.pool, step.client, step.shop, step.run, step.lease, decide=step.decide
    )


async def _send(step: Step) -> None:
    planned = await _plan(step)
    count = await differences.send(step.pool, step.run, step.lease, planned.direct)
    log.info("run_sending", run=step.run.run_id, products=count, by_bulk=planned.by_bulk)


async def _follow(pool: asyncpg.Pool, run: Run) -> float:
    """Note what became of what was sent; the run ends with the last of it."""
    if await differences.follow(pool, run):
        return FOLLOW_S
    await runs.end(pool, run)
    log.info("run_done", run=run.run_id)
    return 0.0
