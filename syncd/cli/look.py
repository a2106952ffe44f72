"""The commands that look closer: show product."""

from __future__ import annotations

from typing import Annotated

import typer

from syncd.cli import show
from syncd.cli.run import FOUND_WRONG, client_of, console, opened, run, target
from syncd.errors import ConfigError
from syncd.flows import sides
from syncd.postgres import shops
from syncd.rules.choice import choose

app = typer.Typer(no_args_is_help=True)


@app.callback()
def look() -> None:
    """Look closer at one thing."""


@app.command()
def product(
    key: Annotated[str, typer.Argument(help="The product's key in the Backoffice")],
    shop: Annotated[
        str | None, typer.Option(help="The shop's domain; default: the only one")
    ] = None,
) -> None:
    """What the Backoffice says of a product, what was sent last, what Shopify holds."""
    found = target()

    async def work() -> int:
        async with opened(found) as pool:
            offered = {one.domain: one for one in await shops.all(pool)}
            one = offered[choose("shop", shop, {domain: domain for domain in offered})]
            async with client_of(found, pool, one) as client:
                seen = await sides.look(pool, client, one, key)
        if seen.wanted is None and seen.known is None and not seen.gid:
            raise ConfigError(
                f"nobody knows a product {key}", hint="the key is the Backoffice's own"
            )
        show.sides(console, seen)
        return 0 if seen.wanted == seen.observed else FOUND_WRONG

    run(work)
