"""Many products by one bulk operation, in steps that can be repeated: write, start, wait, fetch."""

from __future__ import annotations

import tempfile
from pathlib import Path

import asyncpg
import structlog

from syncd.errors import BulkLimitError, CallError, ResultGoneError, ShopifyError, UploadLostError
from syncd.flows import planning, reading
from syncd.flows.bulk_lines import Step, write_lines
from syncd.flows.bulk_settle import settle
from syncd.flows.compare import batches
from syncd.postgres import bulk, outbox
from syncd.postgres.bulk import CREATE, LINES, PUBLISH, Loose
from syncd.postgres.db import clock, transaction
from syncd.postgres.leases import Lease
from syncd.records import Shop
from syncd.rules import planner
from syncd.rules.planner import Planning
from syncd.shopify import bulk as theirs
from syncd.shopify import jsonl, uploads
from syncd.shopify.client import Client
from syncd.shopify.documents import documents

AT_ONCE = 5  # bulk mutations of an app in a shop; shopify.dev, read 2026-11
BATCH = 100
POLL_S = 1.0
WRITES = 3  # of a file that Shopify cannot use, before its products go one by one
STALLED_S = 1800.0  # without progress it is ended
log = structlog.get_logger()


async def advance_once(
    pool: asyncpg.Pool,
    client: Client,
    shop: Shop,
    lease: Lease,
    *,
    decide: Planning = planner.plan,
) -> float | None:
    """One step of each bulk operation of the shop; returns the seconds until the next.

    None when there is none. Of those to be written one alone, so that Shopify works on it while the
    next one is. New products are published by one, too, as far as `decide` says. Each step can be
    repeated, on another host too: what it is about to do stands in the operation's row before.
    Raises what `Client.execute` raises where no operation could help it, ContractError,
    LeaseLostError.
    """
    found = await bulk.under_way(pool, shop.shop_id, most=AT_ONCE)
    unwritten = [one for one in found if one.phase == "write"]
    steps = [
        Step(pool, client, shop, lease, one, decide) for one in found if one not in unwritten[1:]
    ]
    waits_s = [await _advance(step) for step in steps]
    return min(waits_s, default=None)


async def _advance(step: Step) -> float:
    try:
        match step.operation.phase:
            case "write":
                await _write(step)
            case "start":
                return await _start(step)
            case "wait":
                return await _wait(step)
            case "fetch":
                await _fetch(step)
        return 0.0
    except BulkLimitError as error:
        await end(step, note=error.message)  # sooner one by one than in an hour
    except UploadLostError as error:
        log.warning("bulk_again", operation=step.operation.operation_id, error=str(error))
        if step.operation.writes < WRITES:
            await bulk.begin_write(step.pool, step.operation, step.lease)
        else:
            await end(step, note=error.message)
    except ResultGoneError as error:
        await end(step, note=error.message)
    except CallError as error:
        wait_s = POLL_S if error.wait_s is None else error.wait_s
        log.info("bulk_waits", operation=step.operation.operation_id, error=str(error))
        return wait_s
    except ShopifyError as error:
        if type(error) is not ShopifyError:
            raise  # the shop's, or a kind's: the pump says so
        log.error("bulk_refused", operation=step.operation.operation_id, error=str(error))
        await end(step, note=error.message)
    return 0.0


async def _write(step: Step) -> None:
    """Write the lines to a file, upload it; what cannot be a line becomes an ordinary change."""
    pool, operation, lease = step.pool, step.operation, step.lease
    await bulk.begin_write(pool, operation, lease)
    with tempfile.TemporaryDirectory(prefix="syncd-bulk-") as folder:
        path = Path(folder) / f"operation-{operation.operation_id}.jsonl"
        count = await write_lines(step, path)
        if not count:
            await end(step)
            return
        target = await uploads.stage(step.client, path.name)
        await uploads.upload(target, path)
    await bulk.wrote(pool, operation, lease, path=target.path, lines=count)
    log.info("bulk_written", operation=operation.operation_id, lines=count)


async def _start(step: Step) -> float:
    """Start it once: one whose answer was lost is looked for before it is started again."""
    pool, operation, lease = step.pool, step.operation, step.lease
    assert operation.path is not None  # it was uploaded
    if operation.asked_at is not None:
        found = await theirs.find(step.client, step.name, "mutation", since=operation.asked_at)
        if found is not None:
            await bulk.started(pool, operation, lease, found.gid)
            return 0.0
        if (await clock(pool) - operation.asked_at).total_seconds() < theirs.LOST_S:
            return POLL_S  # Shopify's list may lag
    await bulk.ask(pool, operation, lease)
    document = documents()[operation.document]
    text = document.text.replace(f"mutation {document.name}(", f"mutation {step.name}(")
    identifier = f"syncd-operation-{operation.operation_id}"
    try:
        begun = await theirs.start_mutation(step.client, text, operation.path, identifier)
    except CallError as error:
        if not error.is_unknown:
            await bulk.not_asked(pool, operation)
        raise
    await bulk.started(pool, operation, lease, begun.gid)
    return POLL_S


async def _wait(step: Step) -> float:
    pool, operation, lease = step.pool, step.operation, step.lease
    seen = await theirs.look(step.client, operation.gid or "")
    if seen is not None and not seen.is_over:
        still_s = await bulk.saw(pool, operation, lease, seen=seen.object_count)
        if still_s > STALLED_S and seen.status != "CANCELING":
            log.warning("bulk_stalled", operation=operation.operation_id, still_s=still_s)
            await theirs.cancel(step.client, seen.gid)
        return POLL_S
    said = None if seen is None else f"{seen.status} {seen.error_code or ''}".strip()
    is_well = seen is not None and seen.status == "COMPLETED"
    await bulk.ended(
        pool,
        operation,
        lease,
        note=None if is_well else reading.ended(said),
        worked_s=None if seen is None else seen.worked_s,
    )
    return 0.0


async def _fetch(step: Step) -> None:
    """Settle what was answered; the rest is unknown, and read before it is written again."""
    seen = await theirs.look(step.client, step.operation.gid or "")
    url = seen and (seen.url or seen.partial_url)
    if url:
        with tempfile.TemporaryDirectory(prefix="syncd-bulk-") as folder:
            path = Path(folder) / "result.jsonl"
            await uploads.download(url, path)
            with path.open("rb", jsonl.BUFFER_BYTES) as file:
                for rows in batches(jsonl.rows(file), BATCH):
                    await settle(step, rows)
    await end(step)


async def end(step: Step, *, note: str | None = None) -> None:
    """The operation is over: what is left of it becomes ordinary changes, or is published."""
    operation, shop = step.operation, step.shop
    async with transaction(step.pool) as connection:
        loose = await bulk.end(connection, operation, step.lease, note=note)
        if operation.document == CREATE and shop.publish_to:
            new = await bulk.to_publish(connection, operation)
            direct = await planning.of_publications(
                connection, step.client, shop.shop_id, len(new), step.decide
            )
            loose += [Loose(key, may_be_there=False) for key in list(new)[:direct]]
            rest = dict(list(new.items())[direct:])
            await bulk.plan(connection, operation.run_id, PUBLISH, rest, most=LINES)
        # What was found to differ is read, sent or not: what we know of it is not what is there.
        is_new = operation.document in (CREATE, PUBLISH)
        for is_doubted in (False, True):
            await outbox.enqueue(
                connection,
                shop_id=shop.shop_id,
                kind="product",
                keys=[one.key for one in loose if (one.may_be_there or not is_new) is is_doubted],
                is_doubted=is_doubted,
            )
        await bulk.own_prices(connection, operation)
    log.info("bulk_done", operation=operation.operation_id, left=len(loose), note=note)
