"""Sales on both sides during the tour, each timed until the other side counts it."""

from __future__ import annotations

import time

import aiohttp
import anyio
from rich.console import Console
from rich.markup import escape

from syncd.demo import edits
from syncd.demo.edits import Ware
from syncd.demo.stage import Stage
from syncd.errors import SyncdError
from syncd.postgres import history

NEWS_S = 30.0  # a sale must arrive in this time
LOOK_S = 0.01


async def show(scene: Stage, console: Console) -> list[float]:
    """A customer buys in the web shop, then somebody at the till; none if nothing is counted."""
    ware = await edits.ware(scene.pool, scene.shop)
    if ware is None:
        return []
    console.print("[green]✓[/] Counts are kept in step. Sales:")
    delays_s = []
    for sold in (_in_the_web_shop, _at_the_till):
        with anyio.move_on_after(NEWS_S) as patience:
            delay_s, said = await sold(scene, ware)
            console.print(f"    {delay_s:.3f} s  {escape(said)}")
            delays_s.append(delay_s)
        if patience.cancelled_caught:
            raise SyncdError(
                f"a sale of {ware.title} did not reach the other side within {NEWS_S:.0f} s",
                hint="`syncd status` tells why",
            )
    return delays_s


async def _in_the_web_shop(scene: Stage, ware: Ware) -> tuple[float, str]:
    before = await edits.counted(scene.pool, scene.shop, ware)
    began_s = time.monotonic()
    order = {"lines": [{"variantId": ware.gid, "quantity": 1}], "email": "kari@example.com"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{scene.address}/_sandbox/buy", json=order) as response,
    ):
        if response.status >= 400:
            raise SyncdError(f"the sandbox does not sell {ware.title}: {await response.text()}")
    count = before
    while count == before:
        await scene.house.rest(LOOK_S)
        count = await edits.counted(scene.pool, scene.shop, ware)
    took_s = time.monotonic() - began_s
    return took_s, f"1 {ware.title} sold in the web shop: the warehouse counts {count}"


async def _at_the_till(scene: Stage, ware: Ware) -> tuple[float, str]:
    newest = await history.newest(scene.pool, scene.shop.shop_id)
    await edits.sell(scene.pool, scene.shop, ware)
    took_s = None
    while took_s is None:
        await scene.house.rest(LOOK_S)
        took_s = await edits.sent_s(scene.pool, scene.shop, ware, newest)
    count = await edits.counted(scene.pool, scene.shop, ware)
    return took_s, f"1 {ware.title} sold at the till: the web shop has {count} left"
