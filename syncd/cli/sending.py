"""The command that sends single products, with a bar until all have arrived."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Annotated

import asyncpg
import typer

from syncd.cli import show
from syncd.cli.run import FOUND_WRONG, console, opened, run, target
from syncd.cli.serving import LOOK_S, served
from syncd.demo import report
from syncd.errors import ConfigError
from syncd.flows import resync
from syncd.postgres import db, shops, status
from syncd.records import Shop
from syncd.rules.choice import choose
from syncd.supervisor import House

Named = Annotated[str | None, typer.Option(help="The shop's domain; default: the only one")]


def register(app: typer.Typer) -> None:
    app.command("send")(send)


def send(
    keys: Annotated[list[str], typer.Argument(help="Keys of products in the Backoffice")],
    shop: Named = None,
) -> None:
    """Read products in Shopify, and put right what differs from the Backoffice.

    Dead ones are tried again. What the merchant owns stays as it is.
    """

    async def enqueue(pool: asyncpg.Pool, one: Shop) -> int:
        strange = await resync.unknown(pool, one, keys)
        if strange:
            raise ConfigError(
                f"nobody knows a product {', '.join(strange)}",
                hint="the key is the Backoffice's own; nothing was sent",
            )
        return await resync.enqueue_again(pool, one, keys)

    _drain(shop, "Sending to", "sent or found right", enqueue)


def _drain(
    named: str | None,
    doing: str,
    done: str,
    enqueue: Callable[[asyncpg.Pool, Shop], Awaitable[int]],
) -> None:
    """Make products due, wait until all have arrived; without a daemon send them from here."""
    found = target()

    async def work() -> int:
        async with opened(found, name="syncd send", size=10) as pool:
            one = await the_shop(pool, named)
            began_s, began_at = time.monotonic(), await db.clock(pool)
            total = await enqueue(pool, one)
            house = House(pool, found.vault(), found.shopify_url)
            async with served(house):
                with report.bar(console) as progress:
                    task = progress.add_task(f"{doing} {one.domain}", total=total, note="")
                    async for waiting in _waiting(house, one, began_at):
                        progress.update(task, completed=max(0, total - waiting))
            (row,) = (row for row in await status.backlog(pool) if row.shop_id == one.shop_id)
            took_s = time.monotonic() - began_s
            count = max(0, total - row.waiting)
            console.print(
                f"{count} of {total} products {done}, {row.dead} dead [dim]({took_s:.1f} s)[/]"
            )
            now = await db.clock(pool)
            show.troubles(console, [row], await status.last_errors(pool), now)
            return FOUND_WRONG if row.waiting or row.dead else 0

    run(work)


async def _waiting(house: House, shop: Shop, began_at: datetime) -> AsyncIterator[int]:
    """How many changes wait, again and again, until none does, a pause, or a signal to stop."""
    while not house.stop.is_set():
        if not await resync.is_waited_for(house.pool, shop, began_at):
            return  # none is left, or those wait long: status tells why
        yield await resync.waiting(house.pool, shop)
        if all(one.shop_id != shop.shop_id for one in await shops.ready(house.pool)):
            return  # paused: the rest waits, and status tells why
        await house.rest(LOOK_S)


async def the_shop(pool: asyncpg.Pool, named: str | None) -> Shop:
    """The named shop, or the only one; raises ConfigError when nothing can be sent to it."""
    offered = {shop.domain: shop for shop in await shops.all(pool)}
    if not offered:
        raise ConfigError("there is no shop yet", hint="add one with `syncd shop add`")
    shop = offered[choose("shop", named, {domain: domain for domain in offered})]
    for name, is_on in {"enabled": shop.enabled, "sync_products": shop.sync_products}.items():
        if not is_on:
            hint = f"syncd shop set {shop.domain} {name}=true"
            raise ConfigError(f"{shop.domain} is switched off ({name} = false)", hint=hint)
    if shop.state == "unlinked":
        hint = (
            f"find what is in it: syncd link start {shop.domain}; if it holds nothing yet: "
            f"syncd shop declare-empty {shop.domain}"
        )
        raise ConfigError(f"{shop.domain} is unlinked: nothing is sent there", hint=hint)
    return shop
