"""The command that sends the catalogue to a private sandbox first: rehearse."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import anyio
import asyncpg
import typer

from syncd.cli import show_rehearsal
from syncd.cli.run import FOUND_WRONG, Target, client_of, complaints, console, opened, run, target
from syncd.cli.show_rehearsal import Pace
from syncd.demo import report
from syncd.errors import ConfigError, SyncdError
from syncd.flows import onboard
from syncd.flows.rehearse import Rehearsal, rehearse
from syncd.postgres import shops
from syncd.records import Shop
from syncd.rules.choice import choose
from syncd.sandbox import server as sandbox
from syncd.sandbox.options import PLANS, Clock, ShopOptions
from syncd.sandbox.paces import Allowance, Paces
from syncd.shopify import client as shopify
from syncd.shopify.client import Client

PATIENCE_S = 3.0  # for the shop's plan, without which a rehearsal is told as well
HASTE = 1000.0  # times as fast the sandbox's bucket fills: nobody waits for points in a rehearsal
ROOMY = "enterprise"  # the plan with the largest bucket
Named = Annotated[str | None, typer.Option(help="The shop's domain; default: the only one")]
Plan = Annotated[
    str | None,
    typer.Option(
        help="Count minutes on standard, advanced, plus or enterprise; default: the shop's own"
    ),
]
File = Annotated[
    Path | None, typer.Option(dir_okay=False, writable=True, help="Write all findings there")
]


def register(app: typer.Typer) -> None:
    app.command("rehearse")(rehearse_)


def rehearse_(
    shop: Named = None,
    csv: File = None,
    jsonl: File = None,
    plan: Plan = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the totals alone, as one line of JSON")
    ] = False,
) -> None:
    """Send the whole catalogue to a sandbox: what would Shopify refuse, how long would it take?

    Nothing is written to Shopify, to the Backoffice or to syncd's tables.
    """
    found = target()
    chosen = None if plan is None else _pace_of(plan)
    paths = [path for path in (csv, jsonl) if path is not None]

    async def work() -> int:
        began_s = time.monotonic()
        async with opened(found, name="syncd rehearse") as pool:
            one = await _the_shop(pool, shop)
            pace = chosen or await _asked(found, pool, one)
            told = await _rehearse(pool, one, quietly=as_json)
        for write in writers:
            write(told.findings)
        took_s = time.monotonic() - began_s
        if as_json:
            show_rehearsal.totals(console, one, told, pace, took_s=took_s)
        else:
            show_rehearsal.show(console, one, told, pace, took_s=took_s, files=paths)
        return FOUND_WRONG if told.of("wrong") else 0

    with show_rehearsal.opened_files(csv, jsonl) as writers:
        run(work)


async def _the_shop(pool: asyncpg.Pool, named: str | None) -> Shop:
    """The named shop, or the only one, be it linked, switched on, or not."""
    offered = {shop.domain: shop for shop in await shops.all(pool)}
    if not offered:
        raise ConfigError("there is no shop yet", hint="add one with `syncd shop add`")
    return offered[choose("shop", named, {domain: domain for domain in offered})]


async def _rehearse(pool: asyncpg.Pool, shop: Shop, *, quietly: bool) -> Rehearsal:
    with report.bar(complaints if quietly else console) as progress:
        task = progress.add_task(f"Rehearsing {shop.domain}", total=None, note="")
        async with stage(shop) as client:
            return await rehearse(
                pool,
                client,
                shop,
                progress=lambda done, total: progress.update(task, completed=done, total=total),
            )


@asynccontextmanager
async def stage(shop: Shop) -> AsyncIterator[Client]:
    """A client of a new sandbox that is like the shop, and forgotten at the end of the block.

    Its location and its publications are called by the GIDs of the shop's own.
    """
    token = f"shpat_{secrets.token_hex(16)}"  # nobody else on this machine is to come in
    options = ShopOptions(
        domain=shop.domain,
        currency=shop.currency,
        taxes_included=shop.taxes_included,
        token=token,
        plan=ROOMY,
        locations=(shop.location or "Butikk",),
        publications=shop.publish_to,
        paces=Paces(processing_s=0),
        clock=Clock(monotonic_s=lambda: time.monotonic() * HASTE),
    )
    async with (
        sandbox.running(options) as running,
        shopify.connect(shop.domain, token, url=running.url) as client,
    ):
        yield client


async def _asked(found: Target, pool: asyncpg.Pool, shop: Shop) -> Pace:
    """The pace of the shop's own plan, read by one call; the standard one if it does not answer."""
    try:
        with anyio.fail_after(PATIENCE_S):
            async with client_of(found, pool, shop, deadline_s=PATIENCE_S) as client:
                plan = (await onboard.probe(client)).plan
                rate = client.restore_points_s
    except (SyncdError, TimeoutError) as error:
        why = error.message if isinstance(error, SyncdError) else "no answer in time"
        show_rehearsal.guessed(complaints, shop, why)
        return _pace_of("standard")
    return _pace(plan, rate)


def _pace_of(plan: str) -> Pace:
    """Raises ConfigError when there is no such plan."""
    numbers = ShopOptions(plan=plan).pace
    return _pace(numbers.name, numbers.restore_points_s)


def _pace(name: str, restore_points_s: float) -> Pace:
    """Shops on Plus, which have the rates of Plus, may make as many variants a day as they like."""
    allowance = Allowance()
    is_plus = restore_points_s >= PLANS["plus"].restore_points_s
    return Pace(
        name,
        restore_points_s,
        None if is_plus else allowance.free_variants,
        allowance.variants_a_day,
    )
