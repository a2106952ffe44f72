"""The list of all there is in a shop, made by a bulk query, gone through head by head.

It has ids with times alone, so it is small, takes Shopify little, and a process that dies in the
middle goes through it again, over what is known by then.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from datetime import timedelta
from itertools import islice
from pathlib import Path

import anyio.lowlevel
import structlog

from syncd.errors import CallError, KindError, ResultGoneError, ShopifyError
from syncd.flows.pull_step import Step, arrive, see, through
from syncd.phrases import phrase
from syncd.postgres import cursors, received
from syncd.postgres.cursors import Cursor
from syncd.sales import Head, Kind
from syncd.shopify import bulk, heads, uploads
from syncd.shopify.bulk import Operation

POLL_S = 1.0
LOST = timedelta(seconds=bulk.LOST_S)
log = structlog.get_logger()


async def advance(step: Step, cursor: Cursor) -> None:
    """Let Shopify list everything; go through the list when it is there."""
    step.pulled.is_over, step.pulled.wait_s = False, POLL_S
    if cursor.operation_at is None:
        await cursors.asked(step.pool, step.lease, step.kind, None)
        again = await cursors.find(step.pool, shop_id=step.shop.shop_id, kind=step.kind)
        await _start(step, again)
    elif cursor.operation is None:
        await _look_for(step, cursor)
    else:
        await _look(step, cursor, cursor.operation)


def _name(kind: Kind, cursor: Cursor) -> str:
    """Of the operation in its document, by which one whose answer was lost is found."""
    assert cursor.operation_at is not None
    return f"SyncdList{kind.title()}{int(cursor.operation_at.timestamp() * 1000)}"


async def _start(step: Step, cursor: Cursor) -> None:
    text = heads.listing(step.kind, _name(step.kind, cursor))
    try:
        operation = await bulk.start_query(step.client, text)
    except CallError as error:
        if not error.is_unknown:
            await cursors.rewind(step.pool, step.lease, step.kind)
        raise
    await cursors.asked(step.pool, step.lease, step.kind, operation.gid)


async def _look_for(step: Step, cursor: Cursor) -> None:
    """The answer to the start was lost, or we died before it was asked for."""
    assert cursor.operation_at is not None
    name = _name(step.kind, cursor)
    found = await bulk.find(step.client, name, "query", since=cursor.operation_at)
    if found is not None:
        await cursors.asked(step.pool, step.lease, step.kind, found.gid)
    elif cursor.now - cursor.operation_at > LOST:
        await cursors.rewind(step.pool, step.lease, step.kind)


async def _look(step: Step, cursor: Cursor, gid: str) -> None:
    operation = await bulk.look(step.client, gid)
    if operation is not None and not operation.is_over:
        return
    if operation is None or operation.status != "COMPLETED":
        await cursors.rewind(step.pool, step.lease, step.kind)
        why = operation and (operation.error_code or operation.status)
        if why == "ACCESS_DENIED":
            raise KindError(
                phrase("Shopify lets the app read no {kind}s", kind=step.kind),
                hint=phrase("give the app the missing scope in Shopify and install it anew"),
            )
        raise ShopifyError(
            phrase(
                "Shopify did not list the {kind}s: {why}",
                kind=step.kind,
                why=why or phrase("it is not there"),
            )
        )
    try:
        await _go_through(step, operation)
    except ResultGoneError as error:
        log.warning("pull_lists_again", shop=step.shop.domain, kind=step.kind, error=str(error))
        await cursors.rewind(step.pool, step.lease, step.kind)
        return
    await _look_for_missing(step, cursor)
    # What changes while the list is made may be in it as it was before.
    await arrive(step, cursor, operation.created_at)
    step.pulled.is_over, step.pulled.wait_s = True, 0.0


async def _go_through(step: Step, operation: Operation) -> None:
    """Some hundred heads in memory at a time."""
    if operation.url is None:
        return
    with tempfile.TemporaryDirectory(prefix="syncd-pull-") as folder:
        path = Path(folder) / "list.jsonl"
        await uploads.download(operation.url, path)
        rest: Iterable[Head] = iter(heads.listed(path, operation.object_count))
        while batch := list(islice(rest, step.page)):
            await see(step, batch)
            await received.listed(
                step.pool,
                shop_id=step.shop.shop_id,
                kind=step.kind,
                gids=[head.gid for head in batch],
            )
            await anyio.lowlevel.checkpoint()


async def _look_for_missing(step: Step, cursor: Cursor) -> None:
    """Read the customers that the list did not have: they are gone, or came back meanwhile."""
    assert cursor.operation_at is not None
    while step.kind == "customer":
        gids = await received.unlisted(
            step.pool,
            shop_id=step.shop.shop_id,
            kind=step.kind,
            since=cursor.operation_at,
            most=step.page,
        )
        await through(step, gids)
        await received.listed(step.pool, shop_id=step.shop.shop_id, kind=step.kind, gids=gids)
        if len(gids) < step.page:
            return
