"""The command that says why: explain; `show product` is its former name."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Annotated

import asyncpg
import typer

from syncd.cli import show_explain
from syncd.cli.run import FOUND_WRONG, Target, client_of, console, opened, run, target
from syncd.errors import SyncdError
from syncd.flows import explain as flow
from syncd.flows import explain_foreign, seek
from syncd.flows.explanation import Explanation
from syncd.flows.seek import Sought
from syncd.postgres import shops
from syncd.records import Shop
from syncd.rules import naming
from syncd.rules.choice import choose
from syncd.rules.naming import Named
from syncd.shopify.client import Client

SEVERAL = 2  # wrong usage: it must be said which one is meant
DEADLINE_S = 2.0  # for repeats of calls: a person waits

app = typer.Typer(no_args_is_help=True)

Name = Annotated[
    str,
    typer.Argument(
        help="A SKU, a barcode, a name, the Backoffice's key, a Shopify id or address, a handle"
    ),
]
OfShop = Annotated[str | None, typer.Option(help="The shop's domain; default: the only one")]
AsJson = Annotated[bool, typer.Option("--json", help="Print everything as one line of JSON")]
ByKey = Annotated[bool, typer.Option("--key", help="It is the Backoffice's key, and nothing else")]
Every = Annotated[bool, typer.Option("--all", help="Every field, also those that are alike")]
Last = Annotated[int, typer.Option(min=1, max=500, help="So many lines of what happened")]


def register(parent: typer.Typer) -> None:
    """Give the program this module's command."""
    parent.command()(explain)


@app.callback()
def look() -> None:
    """Look closer at one thing."""


@app.command("product")
def product(name: Name, shop: OfShop = None) -> None:
    """The former name of `syncd explain`, with every field."""
    explain(name, shop=shop, by_key=True, every=True)


def explain(
    name: Name,
    shop: OfShop = None,
    by_key: ByKey = False,
    every: Every = False,
    as_json: AsJson = False,
    last: Last = flow.LINES,
) -> None:
    """Why a product looks as it does in the shop: what each side says, what waits, what happened.

    Exit code 0: all is as it should be, 1: something differs or waits, 2: several products bear
    the name, 78: nobody knows it.
    """
    found = target()
    named = Named("key", name.strip()) if by_key else naming.recognised(name)

    async def work() -> int:
        async with opened(found) as pool, AsyncExitStack() as stack:
            one = await _shop(pool, shop, named)
            client, unheard = await _client(stack, found, pool, one)
            sought = await seek.seek(pool, client, one, named)
            if len(sought.products) > 1:
                show_explain.several(console, named, sought.products, is_json=as_json)
                return SEVERAL
            told = await _told(pool, client, one, sought, unheard=unheard, last=last)
        if as_json:
            typer.echo(show_explain.as_json(told))
        else:
            show_explain.explanation(console, told, is_every=every)
        return 0 if told.answer.is_well else FOUND_WRONG

    run(work)


async def _shop(pool: asyncpg.Pool, given: str | None, named: Named) -> Shop:
    """The shop that was given, or whose address was pasted, or the only one there is."""
    offered = {one.domain: one for one in await shops.all(pool)}
    pasted = named.shop if named.shop in offered else None
    return offered[choose("shop", given or pasted, {domain: domain for domain in offered})]


async def _client(
    stack: AsyncExitStack, found: Target, pool: asyncpg.Pool, shop: Shop
) -> tuple[Client | None, str]:
    """A client, or why there is none: the rest is told all the same."""
    try:
        opening = client_of(found, pool, shop, deadline_s=DEADLINE_S)
        return await stack.enter_async_context(opening), ""
    except SyncdError as error:
        return None, error.message


async def _told(
    pool: asyncpg.Pool,
    client: Client | None,
    shop: Shop,
    sought: Sought,
    *,
    unheard: str,
    last: int,
) -> Explanation:
    if sought.foreign and client is not None:
        return await explain_foreign.explain(pool, client, shop, sought.foreign)
    return await flow.explain(
        pool,
        client,
        shop,
        sought.products[0].key,
        variants=sought.variants,
        unheard=unheard,
        most=last,
    )
