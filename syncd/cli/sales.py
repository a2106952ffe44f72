"""The command that switches what comes back from a shop: shop sales."""

from __future__ import annotations

from typing import Annotated

import typer

from syncd.cli import show
from syncd.cli.run import console, opened, run, shop_of, target
from syncd.cli.shop import Domain
from syncd.cli.shop_settings import some, store
from syncd.rules.shop_settings import Given

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
            given = some(
                sync_customers=customers,
                sync_orders=orders,
                fulfil_orders=fulfil,
                notify_customer=notify,
            )
            await store(pool, found, shop, Given(given))
            show.shop(console, await shop_of(pool, domain))

    run(work)
