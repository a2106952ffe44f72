"""The commands that look whether all is right: check, shop check."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

import asyncpg
import typer

from syncd.cli import show
from syncd.cli.run import FOUND_WRONG, Target, console, opened, run, shop_of, target
from syncd.errors import SyncdError
from syncd.flows import checkup
from syncd.flows.checkup import Finding
from syncd.postgres import db, shops, webhooks
from syncd.records import Shop
from syncd.web import probe

Tell = Callable[[Finding], None]
Named = Annotated[
    str | None, typer.Argument(metavar="[DOMAIN]", help="The shop's address; default: all shops")
]


def register(app: typer.Typer, of_shops: typer.Typer) -> None:
    app.command("check")(check)
    of_shops.command("check")(shop_check)


def check() -> None:
    """Look at settings, database, contract and shops: a line each, with what to do."""
    _told(_everything)


def shop_check(domain: Named = None) -> None:
    """Look at a shop: token, scopes, API version, places, webhooks; exit code 1 if one is wrong."""

    async def look(tell: Tell) -> None:
        found = target()
        async with opened(found, name="syncd shop check") as pool:
            chosen = [await shop_of(pool, domain)] if domain else await shops.all(pool)
            await _shops(found, pool, chosen, tell)

    _told(look)


def _told(look: Callable[[Tell], Awaitable[None]]) -> None:
    """Show each finding as it is found; end with the exit code that the worst one has."""

    async def work() -> int:
        found: list[Finding] = []

        def tell(finding: Finding) -> None:
            found.append(finding)
            show.finding(console, finding)

        try:
            await look(tell)
        except SyncdError as error:
            tell(Finding("wrong", error.message, error.hint))
        return FOUND_WRONG if any(one.state == "wrong" for one in found) else 0

    run(work)


async def _everything(tell: Tell) -> None:
    """Each look in the order in which they depend on each other."""
    found = target()
    tell(Finding("well", "settings can be read"))
    async with db.connect(found.database_url, name="syncd check", size=2) as pool:
        is_whole = True
        async for finding in checkup.of_database(pool):
            is_whole = is_whole and finding.state != "wrong"
            tell(finding)
        if is_whole:
            await _shops(found, pool, await shops.all(pool), tell)


async def _shops(found: Target, pool: asyncpg.Pool, chosen: list[Shop], tell: Tell) -> None:
    if not chosen:
        tell(Finding("odd", "there is no shop yet", "add one with `syncd shop add`"))
        return
    vault = found.vault()
    for shop in chosen:
        async for finding in checkup.of_shop(pool, vault, shop, shopify_url=found.shopify_url):
            tell(finding)
        tell(await _of_address(pool, shop))


async def _of_address(pool: asyncpg.Pool, shop: Shop) -> Finding:
    """Whether the shop's webhooks find us."""
    address = (await webhooks.wiring(pool, shop.shop_id)).wanted_address
    if address is None:
        hint = f"`syncd shop webhooks {shop.domain}` tells what is lacking; until then it is pulled"
        return Finding("odd", f"{shop.domain}: Shopify tells nothing by webhook", hint)
    if why := await probe.trouble(address):
        hint = "is `syncd run` up with SYNCD_RECEIVER_PORT, and the proxy? docs/webhooks.md"
        what = f"{shop.domain}: {address} does not lead to syncd: {why}"
        return Finding("wrong", what, hint)
    return Finding("well", f"{shop.domain}: webhooks find us at {address}")
