"""The commands about shops: add, list, show, token, stock, declare-empty; webhooks.py has more."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from syncd.cli import credentials, show, show_settings
from syncd.cli.credentials import ClientId, Token, given
from syncd.cli.run import Target, client_of, console, opened, run, shop_of, target
from syncd.cli.shop_settings import some, store
from syncd.flows import onboard, signin
from syncd.flows.onboard import Wishes
from syncd.postgres import shops, stock
from syncd.rules import domain as domains
from syncd.rules import setting_kinds, tokens
from syncd.rules.credentials import Credentials, Grant, written
from syncd.rules.shop_settings import BY_NAME, Given

app = typer.Typer(no_args_is_help=True)
Domain = Annotated[str, typer.Argument(help="The shop's address, such as x.myshopify.com")]
Account = Annotated[str | None, typer.Option(help="The retailer in the Backoffice")]
Department = Annotated[str | None, typer.Option(help="Whose price list is sent")]
Warehouse = Annotated[str | None, typer.Option(help="Whose counts are kept in step")]
Location = Annotated[str | None, typer.Option(help="Where in Shopify they are kept in step")]
PublishTo = Annotated[
    list[str] | None, typer.Option(help="Sales channel of new products; may be repeated")
]
Stock = Annotated[bool, typer.Option(help="Keep counts in step")]
Direction = Annotated[
    shops.StockDirection,
    typer.Option(
        help="Shopify's counts overwrite the warehouse's (till sales too), the other way round, "
        "or the movements of both sides are added up"
    ),
]
Description = Annotated[bool, typer.Option(help="Send the description")]
InactiveAs = Annotated[shops.InactiveAs, typer.Option(help="What inactive products become")]
ImageMode = Annotated[
    shops.ImageMode,
    typer.Option(help="Our pictures replace the shop's, join them, or go where there are none"),
]
PriceOnlyWhenChanged = Annotated[
    bool,
    typer.Option(
        "--price-when-changed/--price-always",
        help="A price set in Shopify stays until ours changes, or is overwritten",
    ),
]
UnknownVariants = Annotated[
    shops.UnknownVariants, typer.Option(help="What becomes of variants that exist in Shopify alone")
]
BlockedAs = Annotated[
    shops.BlockedAs, typer.Option(help="Blocked variants stay, but not for sale, or go")
]
AppSecret = Annotated[
    str | None,
    typer.Option(envvar="SHOPIFY_APP_SECRET", help="The app's client secret, which signs webhooks"),
]
WebhookAddress = Annotated[
    str | None, typer.Option(help="The public https address that webhooks are sent to")
]
Empty = Annotated[
    bool, typer.Option("--empty", help="The shop holds nothing yet: products may be created")
]


@app.command()
def add(
    domain: Domain,
    token: Token = None,
    client_id: ClientId = None,
    account: Account = None,
    department: Department = None,
    warehouse: Warehouse = None,
    location: Location = None,
    publish_to: PublishTo = None,
    stock: Stock = True,
    description: Description = True,
    inactive_as: InactiveAs = "draft",
    image_mode: ImageMode = "append",
    price_only_when_changed: PriceOnlyWhenChanged = True,
    unknown_variants: UnknownVariants = "keep",
    blocked_as: BlockedAs = "stopped",
    stock_direction: Direction = "from_shopify",
    empty: Empty = False,
    app_secret: AppSecret = None,
    webhook_address: WebhookAddress = None,
) -> None:
    """Add a shop, after holding each setting against the shop and the Backoffice."""
    wishes = Wishes(
        domain=domains.normal(domain),
        account=account,
        department=department,
        warehouse=warehouse,
        location=location,
        publications=tuple(publish_to) if publish_to else None,
        sync_stock=stock,
        sync_description=description,
        inactive_as=inactive_as,
        image_mode=image_mode,
        price_only_when_changed=price_only_when_changed,
        unknown_variants=unknown_variants,
        blocked_as=blocked_as,
        stock_direction=stock_direction,
        is_empty=empty,
    )
    run(partial(_add, target(), wishes, given(token, client_id), app_secret, webhook_address))


def _more(secret: str | None, address: str | None) -> Given:
    """What is stored once the shop is there; a client secret signs webhooks itself."""
    values = {}
    if address:
        kind = BY_NAME["webhook_address"].kind
        values["webhook_address"] = setting_kinds.read(
            "webhook_address", kind, address, is_optional=True
        )
    return Given(values, {"app_secret": tokens.checked_secret(secret)} if secret else {})


async def _add(
    found: Target, wishes: Wishes, taken: Credentials, secret: str | None, address: str | None
) -> None:
    more = _more(None if isinstance(taken, Grant) else secret, address)
    vault = found.vault(create=True)
    async with (
        opened(found) as pool,
        credentials.trying(found, wishes.domain, taken) as (client, tried),
    ):
        shop = await onboard.add(pool, client, wishes, sealed=vault.seal(written(taken)))
        await signin.keep(pool, vault, shop.shop_id, tried)
        if more.values or more.secrets:
            await store(pool, found, shop, more)
    console.print(f"[green]✓[/] {shop.domain} is added")
    show.shop(console, shop)
    show_settings.overwriting(console, shop)
    if shop.state == "unlinked":
        console.print(
            f"  → link what it holds: syncd link start {shop.domain}; if it is empty: "
            f"syncd shop declare-empty {shop.domain}",
            soft_wrap=True,
        )


@app.command("list")
def list_() -> None:
    """All shops, a line each."""
    found = target()

    async def work() -> None:
        async with opened(found) as pool:
            show.shops(console, await shops.all(pool))

    run(work)


@app.command("show")
def show_(domain: Domain) -> None:
    """All settings of one shop. The token is never shown."""
    found = target()

    async def work() -> None:
        async with opened(found) as pool:
            show.shop(console, await shop_of(pool, domain))

    run(work)


@app.command("token")
def token_(domain: Domain, token: Token = None, client_id: ClientId = None) -> None:
    """Give a shop another access token, or client ID and secret, after trying it."""
    found = target()
    taken = given(token, client_id)

    async def work() -> None:
        vault = found.vault(create=True)
        async with opened(found) as pool:
            shop = await shop_of(pool, domain)
            async with credentials.trying(found, shop.domain, taken) as (client, tried):
                await onboard.renew_credentials(pool, vault, client, shop, tried)
            console.print(f"[green]✓[/] {shop.domain} has its new {credentials.named(taken)}")

    run(work)


@app.command("stock")
def stock_(
    domain: Domain,
    is_on: Annotated[bool | None, typer.Option("--on/--off", help="Keep counts in step")] = None,
    direction: Annotated[shops.StockDirection | None, typer.Option(help="As in shop add")] = None,
    first_counts: Annotated[
        shops.FirstCounts | None,
        typer.Option(help="Two ways: whose count is right where the two never agreed on one"),
    ] = None,
    let_zeros: Annotated[
        bool, typer.Option("--let-zeros", help="For an hour, many counts may go to nothing")
    ] = False,
) -> None:
    """How a shop's counts are kept in step; every count is looked at after a change."""
    found = target()

    async def work() -> None:
        async with opened(found) as pool:
            shop = await shop_of(pool, domain)
            if let_zeros:
                tried = await stock.let_zeros_go(pool, shop.shop_id, hours=1)
                console.print(f"[green]✓[/] {tried} held counts are tried again")
            given = some(sync_stock=is_on, stock_direction=direction, first_counts=first_counts)
            await store(pool, found, shop, Given(given))
            shop = await shop_of(pool, domain)
            show.shop(console, shop)
            show_settings.overwriting(console, shop)

    run(work)


@app.command("declare-empty")
def declare_empty(domain: Domain) -> None:
    """Say that a shop holds nothing yet, so that products may be created there."""
    found = target()

    async def work() -> None:
        async with opened(found) as pool:
            shop = await shop_of(pool, domain)
            async with client_of(found, pool, shop) as client:
                await onboard.declare_empty(pool, client, shop)
            console.print(f"[green]✓[/] {shop.domain} is linked; send everything: syncd resync")

    run(work)
