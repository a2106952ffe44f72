"""Pull what changed in a shop: heads back to the cursor, what is new of them read, given, noted.

The safe road beside the webhooks. The first time, or when too much was missed to go back page by
page (Shopify ends after 25,000), a list of all there is takes the place of the pages.
"""

from __future__ import annotations

import asyncpg
import structlog

from syncd.flows import pull_list
from syncd.flows.pull_step import BATCH, Pulled, Step, arrive, see, through
from syncd.postgres import cursors, received
from syncd.postgres.cursors import Cursor
from syncd.postgres.leases import Lease
from syncd.records import Shop
from syncd.rules import pulling
from syncd.sales import Kind
from syncd.shopify import heads
from syncd.shopify.client import Client

PAGE = 250
MOST_PAGES = 90  # Shopify's paging ends after 25,000 objects
log = structlog.get_logger()


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
        await pull_list.advance(step, cursor)
    elif pulling.is_list_due(cursor.now, kind, cursor.listed_at):
        await cursors.rewind(pool, lease, kind)
        step.pulled.is_over = False
    elif pulling.is_due(
        cursor.now, cursor.pulled_at, cursor.gap_since, has_failed=bool(cursor.last_error)
    ):
        await _back(step, cursor)
    elif again := await received.due(pool, shop_id=shop.shop_id, kind=kind, most=BATCH):
        await through(step, again)
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
        await see(step, fresh)
        after = found.after
        if after is None or len(fresh) < len(found.heads):
            await arrive(step, cursor, newest)
            return
    log.warning("pull_lists_all", shop=step.shop.domain, kind=step.kind, back_to=floor)
    await cursors.rewind(step.pool, step.lease, step.kind)
    step.pulled.is_over = False
