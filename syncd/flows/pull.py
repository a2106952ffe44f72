"""Pull what changed in a shop: heads back to the cursor, what is new of them read, given, noted.

The safe road beside the webhooks. The first time, or when too much was missed to go back page by
page (Shopify ends after 25,000), a bulk query lists the heads of everything; from there on both
are one road. The list has ids with times alone, so it is small, takes Shopify little, and a process
that dies in the middle goes through it again, over what is known by then.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import anyio.lowlevel
import asyncpg
import structlog

from syncd.errors import CallError, KindError, ResultGoneError, ShopifyError
from syncd.flows import receiving
from syncd.postgres import cursors, inbox, received
from syncd.postgres.cursors import Cursor
from syncd.postgres.db import clock, transaction
from syncd.postgres.leases import Lease
from syncd.records import Shop
from syncd.rules import pulling
from syncd.sales import Head, Kind
from syncd.shopify import bulk, heads, uploads
from syncd.shopify.bulk import Operation
from syncd.shopify.client import Client

PAGE = 250
MOST_PAGES = 90  # Shopify's paging ends after 25,000 objects
BATCH = 100  # things read by one call, given in one transaction
POLL_S = 1.0
LOST = timedelta(seconds=bulk.LOST_S)
log = structlog.get_logger()


@dataclass(slots=True)
class Pulled:
    """What one step did: `looked` at heads, things by what became of them.

    `is_over`: up to date; otherwise the next step goes on after `wait_s`.
    """

    looked: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    is_over: bool = True
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """What the parts of one step share."""

    pool: asyncpg.Pool
    client: Client
    shop: Shop
    lease: Lease
    kind: Kind
    page: int
    most_pages: int
    pulled: Pulled


def is_wanted(shop: Shop, kind: Kind) -> bool:
    """Whether things of this kind are given to the Backoffice."""
    return shop.sync_customers if kind == "customer" else shop.sync_orders


async def pull_once(
    pool: asyncpg.Pool,
    client: Client,
    shop: Shop,
    lease: Lease,
    kind: Kind,
    *,
    page: int = PAGE,
    most_pages: int = MOST_PAGES,
) -> Pulled | None:
    """One step of a kind's pull; None: nothing is due.

    Each can be repeated, on another node too: the cursor moves when all before it is stored.
    Raises what `Client.execute` raises, ContractError, LeaseLostError.
    """
    cursor = await cursors.find(pool, shop_id=shop.shop_id, kind=kind)
    step = Step(pool, client.on("orders"), shop, lease, kind, page, most_pages, Pulled())
    if not cursor.is_full:
        await _list(step, cursor)
    elif pulling.is_due(
        cursor.now, cursor.pulled_at, cursor.gap_since, has_failed=bool(cursor.last_error)
    ):
        await _back(step, cursor)
    elif again := await received.due(pool, shop_id=shop.shop_id, kind=kind, most=BATCH):
        await _through(step, again)
    else:
        return None
    if step.pulled.outcomes:
        log.info("pulled", shop=shop.domain, kind=kind, **step.pulled.outcomes)
    return step.pulled


async def _back(step: Step, cursor: Cursor) -> None:
    """Page by page from now back to the cursor; then that moves to where this began."""
    assert cursor.until is not None  # a full one has come somewhere
    floor = pulling.floor(cursor.until, cursor.gap_since)
    newest, after = cursor.until, None
    for _ in range(step.most_pages):
        found = await heads.page(step.client, step.kind, first=step.page, after=after)
        newest = max([newest, *(head.updated_at for head in found.heads)])
        fresh = [head for head in found.heads if head.updated_at >= floor]
        await _see(step, fresh)
        after = found.after
        if after is None or len(fresh) < len(found.heads):
            await _arrive(step, cursor, newest)
            return
    log.warning("pull_lists_all", shop=step.shop.domain, kind=step.kind, back_to=floor)
    await cursors.rewind(step.pool, step.lease, step.kind)
    step.pulled.is_over = False


async def _arrive(step: Step, cursor: Cursor, until: datetime) -> None:
    async with transaction(step.pool) as connection:
        await cursors.moved(connection, step.lease, step.kind, until)
        if cursor.gap_since is not None:
            await inbox.close_gap(connection, step.shop.shop_id, step.kind, cursor.gap_since)


async def _see(step: Step, found: Sequence[Head]) -> None:
    """Read what is new of these heads."""
    step.pulled.looked += len(found)
    margin_s = pulling.OVERLAP.total_seconds()
    gids = await received.unknown(
        step.pool, shop_id=step.shop.shop_id, kind=step.kind, heads=found, margin_s=margin_s
    )
    await _through(step, gids)


async def _through(step: Step, gids: Sequence[str]) -> None:
    """Read these, give them to the Backoffice; what that refuses is tried again later."""
    shop_id, kind = step.shop.shop_id, step.kind
    for at in range(0, len(gids), BATCH):
        batch = gids[at : at + BATCH]
        read_at = await clock(step.pool)
        things = await receiving.read(step.client, kind, batch)
        async with transaction(step.pool) as connection:
            await cursors.check_held(connection, step.lease)
            done = await receiving.store(connection, step.shop, kind, things, read_at=read_at)
            errors = {gid: one.error for gid, one in done.items() if one.state == "refused"}
            if errors:
                before = await received.failures(
                    connection, shop_id=shop_id, kind=kind, gids=list(errors)
                )
                refused = {
                    gid: (error, pulling.wait_s(before.get(gid, 0)))
                    for gid, error in errors.items()
                }
                await received.refuse(connection, shop_id=shop_id, kind=kind, refused=refused)
        step.pulled.outcomes.update(one.state for one in done.values())


# ------------------------------------------------------------------------------- all there is


async def _list(step: Step, cursor: Cursor) -> None:
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
                f"Shopify lets the app read no {step.kind}s",
                hint="give the app the missing scope in Shopify and install it anew",
            )
        raise ShopifyError(f"Shopify did not list the {step.kind}s: {why or 'it is not there'}")
    try:
        await _go_through(step, operation)
    except ResultGoneError as error:
        log.warning("pull_lists_again", shop=step.shop.domain, kind=step.kind, error=str(error))
        await cursors.rewind(step.pool, step.lease, step.kind)
        return
    # What changes while the list is made may be in it as it was before.
    await _arrive(step, cursor, operation.created_at)
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
            await _see(step, batch)
            await anyio.lowlevel.checkpoint()
