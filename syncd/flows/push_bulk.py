"""Many products by one bulk operation, in steps that can be repeated: write, start, wait, fetch."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import asyncpg
import structlog

from syncd.errors import (
    BulkLimitError,
    CallError,
    ResultGoneError,
    ShopifyError,
    UploadLostError,
)
from syncd.flows.bulk_lines import Step, write_lines
from syncd.flows.compare import batches
from syncd.postgres import bulk, history, links, outbox
from syncd.postgres.bulk import CREATE, LINES, PUBLISH, Line, Loose
from syncd.postgres.db import Connection, clock, transaction
from syncd.postgres.leases import Lease
from syncd.records import Link, Shop
from syncd.rules import changes, mapping
from syncd.shopify import bulk as theirs
from syncd.shopify import jsonl, products, uploads
from syncd.shopify.client import Client
from syncd.shopify.documents import documents
from syncd.shopify.jsonl import Row

FROM = 200  # fewer products are made sooner one by one
AT_ONCE = 5  # bulk mutations of an app in a shop; shopify.dev, read 2026-11
BATCH = 100
POLL_S = 1.0
STALLED_S = 1800.0  # without progress it is ended
log = structlog.get_logger()


async def advance_once(
    pool: asyncpg.Pool, client: Client, shop: Shop, lease: Lease, *, bulk_from: int = FROM
) -> float | None:
    """One step of each bulk operation of the shop; returns the seconds until the next.

    None when there is none. New products are published by one, too, if they are as many as
    `bulk_from`. Each step can be repeated, on another host too: what it is about to do
    stands in the operation's row before. Raises what `Client.execute` raises where no operation
    could help it, ContractError, LeaseLostError.
    """
    found = await bulk.under_way(pool, shop.shop_id, most=AT_ONCE)
    waits_s = [await _advance(Step(pool, client, shop, lease, one, bulk_from)) for one in found]
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
        await _end(step, note=error.message)  # sooner one by one than in an hour
    except (UploadLostError, ResultGoneError) as error:
        log.warning("bulk_again", operation=step.operation.operation_id, error=str(error))
        if isinstance(error, UploadLostError):
            await bulk.begin_write(step.pool, step.operation, step.lease)
        else:
            await _end(step, note=error.message)
    except CallError as error:
        wait_s = POLL_S if error.wait_s is None else error.wait_s
        log.info("bulk_waits", operation=step.operation.operation_id, error=str(error))
        return wait_s
    except ShopifyError as error:
        if type(error) is not ShopifyError:
            raise  # the shop's, or a kind's: the pump says so
        log.error("bulk_refused", operation=step.operation.operation_id, error=str(error))
        await _end(step, note=error.message)
    return 0.0


async def _write(step: Step) -> None:
    """Write the lines to a file, upload it; what cannot be a line becomes an ordinary change."""
    pool, operation, lease = step.pool, step.operation, step.lease
    await bulk.begin_write(pool, operation, lease)
    with tempfile.TemporaryDirectory(prefix="syncd-bulk-") as folder:
        path = Path(folder) / f"operation-{operation.operation_id}.jsonl"
        count = await write_lines(step, path)
        if not count:
            await _end(step)
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
    said = "it is not there" if seen is None else f"{seen.status} {seen.error_code or ''}".strip()
    is_well = seen is not None and seen.status == "COMPLETED"
    await bulk.ended(pool, operation, lease, note=None if is_well else f"Shopify ended it: {said}")
    return 0.0


async def _fetch(step: Step) -> None:
    """Settle what was answered; the rest is unknown, and read before it is written again."""
    seen = await theirs.look(step.client, step.operation.gid or "")
    url = seen and (seen.url or seen.partial_url)
    if url:
        with tempfile.TemporaryDirectory(prefix="syncd-bulk-") as folder:
            path = Path(folder) / "result.jsonl"
            await uploads.download(url, path)
            with path.open("rb") as file:
                for rows in batches(jsonl.rows(file), BATCH):
                    await _settle(step, rows)
    await _end(step)


async def _settle(step: Step, rows: Sequence[Row]) -> None:
    """Write down what became of some lines, in one transaction; those settled before stay so."""
    answers = {row.line_number: row for row in rows if row.line_number is not None}
    async with transaction(step.pool) as connection:
        lines = await bulk.lines(connection, step.operation, list(answers))
        accepted = {n: line for n, line in lines.items() if answers[n].is_ok}
        doubtful = [
            line.key for n, line in lines.items() if line.has_news or answers[n].errors
        ]  # an error may have come after the deed
        await bulk.settle(
            connection,
            step.operation,
            step.lease,
            ok=[line.key for line in accepted.values() if not line.has_news],
            failed=[line.key for n, line in lines.items() if answers[n].user_errors],
            unknown=doubtful,
        )
        if step.operation.document == CREATE:
            made = [_made(line, answers[n]) for n, line in accepted.items()]
            await _note(connection, step.shop, made)
        else:
            at = await clock(connection)
            keys = [line.key for line in accepted.values()]
            await links.published(connection, shop_id=step.shop.shop_id, keys=keys, at=at)


def _made(line: Line, row: Row) -> Link:
    """The link to a product that a line made. Its pictures' ids do not come back with it."""
    assert row.payload is not None  # it was accepted
    made = row.payload["product"]
    return Link(
        key=line.key,
        gid=made["id"],
        known=line.form,
        digest=mapping.digest(line.form),
        variants=changes.match_variants(
            line.form, {}, products.variants(made["variants"]["nodes"])
        ),
        files={},
        published_at=None,
    )


async def _note(connection: Connection, shop: Shop, made: Sequence[Link]) -> None:
    at = await clock(connection)
    new = await links.add_all(connection, shop.shop_id, made, at)
    await history.add_all(
        connection,
        shop_id=shop.shop_id,
        links=[link for link in made if link.key in new],
        write=CREATE,
        accepted_at=at,
    )


async def _end(step: Step, *, note: str | None = None) -> None:
    """The operation is over: what is left of it becomes ordinary changes, or is published."""
    operation, shop = step.operation, step.shop
    async with transaction(step.pool) as connection:
        loose = await bulk.end(connection, operation, step.lease, note=note)
        if operation.document == CREATE and shop.publish_to:
            new = await bulk.to_publish(connection, operation)
            if len(new) >= step.bulk_from:
                await bulk.plan(connection, operation.run_id, PUBLISH, new, most=LINES)
            else:
                loose += [Loose(key, may_be_there=False) for key in new]
        for is_doubted in (False, True):
            await outbox.enqueue(
                connection,
                shop_id=shop.shop_id,
                kind="product",
                keys=[one.key for one in loose if one.may_be_there is is_doubted],
                is_doubted=is_doubted,
            )
    log.info("bulk_done", operation=operation.operation_id, left=len(loose), note=note)
