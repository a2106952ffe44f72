"""The command that switches what comes back from a shop: shop sales."""

from __future__ import annotations

from typing import Annotated

import typer

from syncd.cli import show
from syncd.cli.run import client_of, console, opened, run, shop_of, target
from syncd.cli.shop import Domain
from syncd.errors import ConfigError
from syncd.flows import onboard
from syncd.postgres import shops
from syncd.rules import sales_scopes

Customers = Annotated[bool | None, typer.Option(help="Give the shop's customers to the Backoffice")]
Orders = Annotated[bool | None, typer.Option(help="Give the shop's orders to the Backoffice")]
Fulfil = Annotated[
    bool | None, typer.Option(help="Fulfil in Shopify what is completed in the Backoffice")
]
Notify = Annotated[
    bool | None, typer.Option(help="Let Shopify write to the customer when an order is fulfilled")
]


def register(of_shops: typer.Typer) -> None:
    of_shops.command("sales")(sales)


def sales(
    domain: Domain,
    customers: Customers = None,
    orders: Orders = None,
    fulfil: Fulfil = None,
    notify: Notify = None,
) -> None:
    """Switch customers, orders, fulfilment, after asking the shop whether the app may do that."""
    found = target()

    async def work() -> None:
        async with opened(found) as pool:
            shop = await shop_of(pool, domain)
            if fulfil and shop.location is None:
                raise ConfigError(
                    f"{shop.domain} has no location to send goods from",
                    hint="update syncd.shop set location = 'gid://shopify/Location/…'",
                )
            async with client_of(found, pool, shop) as client:
                held = (await onboard.probe(client)).scopes
            wanted = {"customers": bool(customers), "orders": bool(orders), "fulfil": bool(fulfil)}
            if lacking := sales_scopes.missing(held, **wanted):
                raise ConfigError(
                    f"the app in {shop.domain} lacks scopes: {', '.join(lacking)}",
                    hint="give the app these scopes in Shopify, install it anew, then try again",
                )
            await shops.set_sales(
                pool, shop.shop_id, customers=customers, orders=orders, fulfil=fulfil, notify=notify
            )
            show.shop(console, await shop_of(pool, domain))

    run(work)
