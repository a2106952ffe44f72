"""Whatever moves on the two shelves, and whatever goes wrong meanwhile, no piece is lost."""

from __future__ import annotations

import os

import anyio
import pytest

from syncd.flows import stock
from syncd.postgres.embedded import Server
from tests import leasing
from tests.flows.conftest import JAKKE, Scene, settings
from tests.flows.shelves import both, buy, count, edit, here, proxied, route, sell, there, told
from tests.histories import Event, history
from tests.proxies import Proxy, Snare


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One is enough: what is asked of Postgres is tried on each of them elsewhere."""
    return embedded


HISTORIES = int(os.environ.get("STOCK_HISTORIES", "100"))
FOUND = (154,)  # once a movement was lost in these
SET, LOOK = "InventorySetQuantities", "StockAt"


async def test_both_shelves_end_with_all_that_moved_on_either(scene: Scene) -> None:
    await settings(scene, sync_stock=True, stock_direction="two_way")
    await scene.load(JAKKE)
    await scene.push()
    async with proxied(scene) as (shelf, proxy):
        for seed in [*range(HISTORIES), *FOUND]:  # each goes on where the last one ended
            start = await here(shelf)
            events = history(seed)
            moved = sum([await _happens(shelf, proxy, event) for event in events])
            await told(shelf, "1")  # in the end a pull finds what no webhook told of
            await count(shelf)
            left = await shelf.pool.fetch("select key, state, last_error from syncd.change")
            assert left == [], (seed, events)
            assert await both(shelf) == (start + moved, start + moved), (seed, events)
        orders = shelf.running.shop.held["Order"].values()
        assert any(line.removed for order in orders for line in order.lines)  # some were paid back


async def _happens(shelf: Scene, proxy: Proxy, event: Event) -> int:
    """Let it happen; returns how many pieces came, on either side."""
    match event.deed:
        case "till":
            await sell(shelf, -event.pieces)
            return event.pieces
        case "web":
            return await _web(shelf, event.pieces)
        case "count":
            found = abs(event.pieces) - await here(shelf)
            await sell(shelf, -found)
            return found
        case "told":
            await told(shelf, "1")
            return 0
        case "step":
            return await _step(shelf, proxy, event)


async def _web(shelf: Scene, pieces: int) -> int:
    """A customer buys what there is, or gets back what was bought; else the merchant finds some."""
    if pieces < 0:
        pieces = -min(-pieces, max(there(shelf), 0))
        if pieces:
            await buy(shelf, -pieces)
        return pieces
    orders = shelf.running.shop.held["Order"].values()
    bought = (one for one in orders if pieces and sum(line.current for line in one.lines) >= pieces)
    if order := next(bought, None):
        lines = [{"sku": "J-S", "quantity": pieces}]
        refund = {"do": "refund_order", "order": f"gid://shopify/Order/{order.id}", "lines": lines}
        await shelf.tell("edit", refund)
    else:
        await edit(shelf, pieces)
    return pieces


async def _step(shelf: Scene, proxy: Proxy, event: Event) -> int:
    """A step of syncd's, with what the event says happening to it or beside it."""
    await route(shelf)
    lease = await leasing.shop_lease(shelf.pool, shelf.shop.shop_id)
    moved = 0
    is_before = event.trouble in ("refused", "died_before")
    snare = Snare(LOOK if event.trouble.endswith("moves") else SET, is_before=is_before)
    if event.trouble != "none":
        proxy.snares.append(snare)
    async with anyio.create_task_group() as group:

        async def meanwhile() -> None:
            nonlocal moved
            await snare.caught.wait()
            if event.trouble == "web_moves":
                moved = await _web(shelf, event.pieces)
            elif event.trouble == "till_moves":
                await sell(shelf, -event.pieces)
                moved = event.pieces
            elif event.trouble.startswith("died"):
                steps.cancel()
            snare.opened.set()

        with anyio.CancelScope() as steps:
            group.start_soon(meanwhile)
            await stock.stock_once(shelf.pool, shelf.client, shelf.shop, lease)
        group.cancel_scope.cancel()
    proxy.snares.clear()
    snare.opened.set()
    await leasing.leave_all(shelf.pool)
    return moved
