"""The commands that change a shop's settings: shop set, enable, disable, remove, history."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Mapping
from functools import partial
from typing import Annotated

import asyncpg
import typer
from rich.markup import escape

from syncd.cli import show_settings
from syncd.cli.run import ALIVE_S, FOUND_WRONG, Target, client_of, console, opened, run, shop_of
from syncd.cli.run import target as find_target
from syncd.errors import SyncdError
from syncd.flows import configure, remove_shop, subscribe
from syncd.flows.configure import Done
from syncd.postgres import nodes, shop_settings
from syncd.records import Shop
from syncd.rules import domain as domains
from syncd.rules import shop_settings as rules
from syncd.rules import tokens
from syncd.rules.setting_kinds import ASKED, Secret, Value
from syncd.rules.shop_settings import BY_NAME, Given

Domain = Annotated[str, typer.Argument(help="The shop's address, such as x.myshopify.com")]
Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME=VALUE]...", help="Several at once are stored together or not"),
]
Yes = Annotated[
    str | None, typer.Option("--yes", metavar="DOMAIN", help="Ask nothing: the shop's address")
]
Most = Annotated[int, typer.Option("--most", min=1, help="So many of the newest changes")]


def register(of_shops: typer.Typer) -> None:
    of_shops.command("set")(set_)
    of_shops.command("enable")(enable)
    of_shops.command("disable")(disable)
    of_shops.command("remove")(remove)
    of_shops.command("history")(history)


def set_(domain: Domain, words: Words = None) -> None:
    """Change settings of a shop; without any, list them all with their meaning.

    Each is held against the shop and the Backoffice first. An empty value empties: location=
    """
    texts = rules.pairs(words or [])
    secrets = {
        name: asked(name)
        for name, text in texts.items()
        if BY_NAME[name].kind == Secret() and text.strip() == ASKED
    }
    given = Given(rules.read({n: t for n, t in texts.items() if n not in secrets}), secrets)
    if words:
        change(domain, given)
    found = find_target()

    async def work() -> None:
        async with opened(found) as pool:
            shop = await shop_of(pool, domain)
            values = await shop_settings.stored(pool, shop.shop_id)
            show_settings.settings(console, shop, values)

    run(work)


def enable(domain: Domain) -> None:
    """Send to a shop again; what waited goes."""
    change(domain, Given({"enabled": True}))


def disable(domain: Domain) -> None:
    """Send nothing to a shop, fetch nothing from it; what changes waits."""
    change(domain, Given({"enabled": False}))


def remove(domain: Domain, yes: Yes = None) -> None:
    """Forget a shop, with all that is stored of it; its products in Shopify stay."""
    found = find_target()

    async def work() -> int:
        async with opened(found) as pool:
            shop = await shop_of(pool, domain)
            if not _is_confirmed(shop, yes):
                console.print(f"[yellow]![/] {shop.domain} stays: another address was given")
                return FOUND_WRONG
            gone = await remove_shop.remove(
                pool, shop, visit=partial(client_of, found, pool, shop), author=author()
            )
            show_settings.removed(console, shop, gone)
            return 0

    run(work)


def history(domain: Domain, most: Most = 100) -> None:
    """Who changed which setting, from what to what; also of a shop that was removed."""
    found = find_target()

    async def work() -> None:
        async with opened(found) as pool:
            address = domains.normal(domain)
            entries = await shop_settings.log(pool, address, most=most)
            if not entries:
                await shop_of(pool, domain)
            show_settings.log(console, address, entries)

    run(work)


def change(domain: str, given: Given) -> None:
    """Store settings of a shop, say what that does; the end of a command."""
    found = find_target()

    async def work() -> None:
        async with opened(found) as pool:
            shop = await shop_of(pool, domain)
            done = await store(pool, found, shop, given)
            show_settings.done(console, shop, done)
            if {"sync_stock", "stock_direction"} & done.changed.keys():
                show_settings.overwriting(console, await shop_of(pool, domain))
            await _tell_who_works(pool, found, shop, done)

    run(work)


async def store(pool: asyncpg.Pool, found: Target, shop: Shop, given: Given) -> Done:
    """The settings are the shop's from now on; raises what `configure.change` raises."""
    return await configure.change(
        pool,
        shop,
        given,
        visit=partial(client_of, found, pool, shop),
        author=author(),
        vault=found.vault(create=True) if given.secrets else None,
    )


def some(**values: Value) -> Mapping[str, Value]:
    """Those that were given: the older commands leave out what is None."""
    return {name: value for name, value in values.items() if value is not None}


def author() -> str:
    """Who types this, for the log; empty where the machine does not know."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in containers
        return ""


async def _tell_who_works(pool: asyncpg.Pool, found: Target, shop: Shop, done: Done) -> None:
    """Without a daemon the subscriptions are put right here; the rest waits for one."""
    if not done.effects or done.effects == ["next"] or await nodes.seen(pool, within_s=ALIVE_S):
        return
    if "subscriptions" in done.effects:
        try:
            async with client_of(found, pool, shop) as client:
                await subscribe.verify_once(pool, client, shop)
        except SyncdError as error:
            console.print(f"[yellow]![/] {escape(error.message)}", soft_wrap=True)
    if done.effects != ["subscriptions"]:
        console.print("[yellow]![/] no daemon runs: start one with `syncd run`")


def _is_confirmed(shop: Shop, yes: str | None) -> bool:
    given = yes if yes is not None else typer.prompt(f"Type {shop.domain} to remove it")
    return domains.normal(given) == shop.domain


def asked(name: str) -> str:
    """On a terminal it is not shown; else the first line of what comes in."""
    if sys.stdin.isatty():
        return tokens.checked_secret(typer.prompt(str(BY_NAME[name].label), hide_input=True))
    return tokens.checked_secret(sys.stdin.readline())
