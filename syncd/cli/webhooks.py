"""The commands about webhooks: shop webhooks, receive."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from syncd.cli.run import console, opened, run, shop_of, target
from syncd.cli.shop_settings import asked, some, store
from syncd.errors import ConfigError
from syncd.postgres import webhooks
from syncd.postgres.webhooks import Subscription, Wiring
from syncd.records import Shop
from syncd.rules.setting_kinds import read
from syncd.rules.shop_settings import BY_NAME, Given
from syncd.supervisor import stop_signal
from syncd.web import probe, receiver

POOL = 3  # one writes, one looks for shops
Domain = Annotated[str, typer.Argument(help="The shop's address, such as x.myshopify.com")]
Address = Annotated[
    str | None,
    typer.Option(help="The public https address that Shopify sends to; '' for none"),
]
Secret = Annotated[
    bool,
    typer.Option("--secret", help="Give another client secret of the app; it is asked for"),
]
Switch = Annotated[
    bool | None, typer.Option("--on/--off", help="Off: Shopify is asked for no webhooks any more")
]


def register(app: typer.Typer, of_shops: typer.Typer) -> None:
    of_shops.command("webhooks")(shop_webhooks)
    app.command("receive")(receive)


def receive() -> None:
    """Only receive webhooks, until SIGTERM; `syncd run` does so itself where it has the port."""
    found = target()
    at = found.receiver
    if at is None:
        raise ConfigError("there is no port for webhooks", hint="set SYNCD_RECEIVER_PORT")

    async def work() -> None:
        async with (
            opened(found, name="syncd receive", size=POOL) as pool,
            receiver.listening(pool, found.vault(), host=at.host, port=at.port),
        ):
            await stop_signal()

    run(work, is_long=True)


def shop_webhooks(
    domain: Domain, address: Address = None, secret: Secret = False, is_on: Switch = None
) -> None:
    """How a shop tells us of orders, customers, stock; without options it is only shown.

    The secret of before is accepted for a day beside a new one.
    """
    given = asked("app_secret") if secret else None
    found = target()

    async def work() -> None:
        async with opened(found) as pool:
            shop = await shop_of(pool, domain)
            await store(pool, found, shop, _given(address, is_on, given))
            wiring = await webhooks.wiring(pool, shop.shop_id)
            _show(shop, wiring, await webhooks.known(pool, shop.shop_id))
            if wiring.wanted_address and (why := await probe.trouble(wiring.wanted_address)):
                console.print(f"  [yellow]![/] nobody of ours answers there: {escape(why)}")

    run(work)


def _given(address: str | None, is_on: bool | None, secret: str | None) -> Given:
    values = dict(some(webhooks=is_on))
    if address is not None:
        kind = BY_NAME["webhook_address"].kind
        values["webhook_address"] = read("webhook_address", kind, address, is_optional=True)
    return Given(values, {} if secret is None else {"app_secret": secret})


def _show(shop: Shop, wiring: Wiring, known: list[Subscription]) -> None:
    missing = [one for one in known if one.gid is None]
    if not wiring.is_on:
        console.print(f"{shop.domain} is not asked for webhooks (switched off)")
    elif wiring.secret is None or wiring.address is None:
        lacks = "client secret: --secret" if wiring.secret is None else "address: --address"
        console.print(f"[yellow]![/] {shop.domain} sends no webhooks: it lacks the {lacks}")
    else:
        console.print(f"[green]✓[/] {shop.domain} sends to {escape(wiring.address)}")
    for one in known:
        sign = "[yellow]![/]" if one in missing else "[green]✓[/]"
        state = one.refusal or "missing" if one in missing else f"seen {one.verified_at:%F %T} UTC"
        console.print(f"  {sign} {one.topic:28}{escape(state)}", soft_wrap=True)
