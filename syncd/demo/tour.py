"""The steps of the tour: send the catalogue, show live changes, prove that all is equal."""

from __future__ import annotations

import statistics
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

import aiohttp
import anyio
from rich.console import Console
from rich.markup import escape

from syncd.demo import edits, proof, report, selling
from syncd.demo.edits import Edit
from syncd.demo.home import Home
from syncd.demo.stage import ACCOUNT, Stage, Wanted, stage
from syncd.errors import RowError, SyncdError
from syncd.flows import resync
from syncd.postgres import backoffice, history, status
from syncd.records import Form
from syncd.rules import mapping
from syncd.supervisor import serve, stopped_by_signal

PRICE_EDITS = 5
LOOK_S = 0.05
NEWS_S = 30.0  # a live change must arrive in this time
PAGE = 500
WRITES = (  # root fields that change products
    "productSet",
    "productUpdate",
    "productVariantsBulkUpdate",
    "productVariantsBulkCreate",
    "publishablePublish",
)


@dataclass(frozen=True, slots=True)
class Sent:
    """What sending the catalogue took."""

    products: int
    writes: int
    took_s: float


async def run(home: Home, wanted: Wanted, console: Console, *, is_once: bool) -> bool:
    """Lead through the demo; with `is_once` end by proving that shop and Backoffice are equal.

    Returns false when they are not. Otherwise runs until SIGINT or SIGTERM.
    """
    async with stage(home, wanted, console) as scene:
        house = scene.house
        async with stopped_by_signal(house), anyio.create_task_group() as group:
            group.start_soon(serve, house)
            try:
                is_equal = await _lead(scene, console, is_once=is_once)
                if not is_once and not house.stop.is_set():
                    report.farewell(console, address=scene.address, door=scene.door)
                    await house.stop.wait()
            finally:
                house.stop.set()
    console.print("[green]✓[/] Stopped; the data stays for the next start")
    return is_equal


async def _lead(scene: Stage, console: Console, *, is_once: bool) -> bool:
    sent = await _send(scene, console)
    if scene.house.stop.is_set():
        return True  # somebody's wish, and nothing is lost
    delays_s = await _show_live(scene, console)
    sales_s = await selling.show(scene, console)
    forms, refused = await _forms(scene)
    rows = [
        ("products in the Backoffice", f"{len(forms) + len(refused)}"),
        ("variants", f"{sum(len(form.variants) for form in forms.values())}"),
        ("writes while sending: products, publications", f"{sent.writes}"),
        ("sending took", f"{sent.took_s:.1f} s"),
        ("products a second", f"{sent.products / max(sent.took_s, 0.001):.0f}"),
        ("live change, commit to accepted, median", f"{statistics.median(delays_s):.3f} s"),
        ("live change, slowest", f"{max(delays_s):.3f} s"),
    ]
    if sales_s:
        rows.append(("a sale, until the other side counts it", f"{max(sales_s):.3f} s"))
    stats = await _ask(scene, "stats")
    rows.append(("points spent", f"{stats['points']}"))
    rows.append(("calls refused for want of points", f"{stats['throttled']}"))
    is_equal = await _prove(scene, console, forms, refused) if is_once else True
    report.summary(console, rows)
    return is_equal


async def _send(scene: Stage, console: Console) -> Sent:
    """Wait until all that is due has reached the shop, showing how far it is."""
    pool, shop = scene.pool, scene.shop
    before = await _writes(scene)
    began_s = time.monotonic()
    while (lag := await status.router_lag(pool)) and lag.waiting_since:
        await scene.house.rest(LOOK_S)
    total = await resync.enqueue_all(pool, shop)
    scene.house.bells[shop.shop_id].ring()
    with report.bar(console) as progress:
        task = progress.add_task("Sending the catalogue", total=total, note="")
        while (waiting := await resync.waiting(pool, shop)) and not scene.house.stop.is_set():
            progress.update(task, completed=total - waiting)
            await scene.house.rest(LOOK_S)
    took_s = time.monotonic() - began_s
    if waiting:
        done = total - waiting
        console.print(f"[yellow]![/] stopped at {done} of {total}; the next start sends the rest")
    sent = Sent(total, await _writes(scene) - before, took_s)
    if not waiting:
        console.print(
            f"[green]✓[/] {total} products compared with what was sent last, "
            f"{sent.writes} product writes [dim]({took_s:.1f} s)[/]"
        )
    return sent


async def _show_live(scene: Stage, console: Console) -> list[float]:
    """Change the Backoffice by plain SQL, and time each change until the shop has accepted it."""
    console.print("[green]✓[/] The daemon follows the Backoffice. Live changes:")
    pool = scene.pool
    count = await edits.count_active(pool, ACCOUNT)
    delays_s = [
        await _time(scene, edits.raise_price(pool, ACCOUNT, place), console)
        for place in range(min(PRICE_EDITS, count))
    ]
    if count:
        last = min(PRICE_EDITS, count - 1)
        delays_s.append(await _time(scene, edits.put_inactive(pool, ACCOUNT, last), console))
    delays_s.append(await _time(scene, edits.add_product(pool, ACCOUNT), console))
    return delays_s


async def _time(scene: Stage, editing: Coroutine[Any, Any, Edit], console: Console) -> float:
    """Seconds from just before the commit, when the trigger ran, until Shopify's answer."""
    newest = await history.newest(scene.pool, scene.shop.shop_id)
    edit = await editing
    with anyio.move_on_after(NEWS_S):
        while True:
            written = await history.since(scene.pool, scene.shop.shop_id, edit.key, newest)
            if written:
                delay_s = (written[0].accepted_at - written[0].first_event_at).total_seconds()
                console.print(f"    {delay_s:.3f} s  {escape(edit.what)}")
                return delay_s
            await anyio.sleep(0.01)
    raise SyncdError(
        f"the change of product {edit.key} did not reach the shop within {NEWS_S:.0f} s",
        hint="`syncd status` tells why",
    )


async def _forms(scene: Stage) -> tuple[dict[str, Form], list[RowError]]:
    """What the shop should hold, by key, and the products that no shop could hold."""
    shop, forms, refused = scene.shop, {}, []
    keys = await backoffice.product_keys(scene.pool, shop.account_id)
    for start in range(0, len(keys), PAGE):
        products = await backoffice.products(
            scene.pool,
            account_id=shop.account_id,
            department_key=shop.price_department,
            warehouse_key=shop.stock_warehouse,
            keys=keys[start : start + PAGE],
        )
        for key, product in products.items():
            try:
                forms[key] = mapping.wanted(product, shop)
            except RowError as error:
                refused.append(error)
    return forms, refused


async def _prove(
    scene: Stage, console: Console, forms: dict[str, Form], refused: list[RowError]
) -> bool:
    """Read the whole shop, past our own client, and say whether it is as the Backoffice says."""
    found = proof.differences(forms, await _ask(scene, "state"), scene.shop)
    for error in refused:
        console.print(f"[yellow]![/] not sent: {escape(str(error))}")
    if found:
        report.differences(console, found)
        return False
    console.print(
        f"[green]✓[/] The shop holds exactly what the Backoffice says: {len(forms)} products, "
        "each field of ours, each published"
    )
    return True


async def _writes(scene: Stage) -> int:
    calls = (await _ask(scene, "stats"))["calls"]
    return sum(calls.get(name, 0) for name in WRITES)


async def _ask(scene: Stage, what: str) -> Any:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{scene.address}/_sandbox/{what}") as response,
    ):
        return await response.json()
