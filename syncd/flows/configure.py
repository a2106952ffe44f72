"""Change settings of a shop, all that were given or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import asyncpg

from syncd.errors import ConfigError
from syncd.flows import fitting, onboard, signin
from syncd.phrases import phrase
from syncd.postgres import credentials, shop_settings, webhooks
from syncd.postgres.db import Connection, transaction
from syncd.records import Shop
from syncd.rules import shop_settings as rules
from syncd.rules.setting import Effect
from syncd.rules.setting_kinds import Value
from syncd.rules.shop_settings import Given
from syncd.shopify.client import Client
from syncd.vault import Vault

Visit = Callable[[], AbstractAsyncContextManager[Client]]
"""Opens a client of the shop; called only where the shop has to be asked."""

OF_THE_SHOP = ("location", "publish_to")  # what the shop must have
SWITCHES = ("sync_customers", "sync_orders", "fulfil_orders")  # what the app must be let do
SAY_AGAIN = ("webhooks", "webhook_address", "app_secret")
OF_THE_ACCOUNT = ("price_department", "stock_warehouse")


@dataclass(frozen=True, slots=True)
class Done:
    """What was changed, by name: the value before, the one since; what it brings about."""

    changed: Mapping[str, tuple[Value, Value]]
    effects: list[Effect]


async def change(
    pool: asyncpg.Pool,
    shop: Shop,
    given: Given,
    *,
    visit: Visit,
    author: str,
    vault: Vault | None = None,
) -> Done:
    """Hold the settings against shop and Backoffice, store them together.

    What they make due is made due in the same transaction, by triggers of syncd.shop. Raises
    ConfigError, with nothing stored, for what does not fit; what `Client.execute` raises. The
    `vault` is needed for secrets alone.
    """
    if given.secrets and vault is not None and await signin.is_by_grant(pool, vault, shop.shop_id):
        raise _signed_by_grant(shop)
    before = await shop_settings.stored(pool, shop.shop_id)
    wanted = await _fitted(pool, shop, before, given.values, visit)
    async with transaction(pool) as connection:
        await shop_settings.lock(connection, shop.shop_id, author)
        before = await shop_settings.stored(connection, shop.shop_id)
        rules.refuse_what_cannot_be(before | wanted, shop.domain)
        changed = _differing(before, wanted)
        plain = {name: now for name, (_, now) in changed.items() if name != "app_secret"}
        if "account" in plain and await shop_settings.is_linked(connection, shop.shop_id):
            raise _bound(shop)
        await shop_settings.change(connection, shop.shop_id, plain)
        if "app_secret" in changed:
            await shop_settings.set_app_secret(connection, shop.shop_id, None)
        elif vault is not None and await _is_new(connection, shop, given.secrets, vault):
            sealed = vault.seal(given.secrets["app_secret"])
            await shop_settings.set_app_secret(connection, shop.shop_id, sealed)
            changed["app_secret"] = (before["app_secret"], True)
        if changed.keys() & {*SAY_AGAIN}:
            await webhooks.look_anew(connection, shop.shop_id)
    return Done(changed, rules.effects(changed))


def _differing(
    before: Mapping[str, Value], wanted: Mapping[str, Value]
) -> dict[str, tuple[Value, Value]]:
    """What is another value than before; of a secret only whether there is one is known."""
    return {
        name: (before[name], now)
        for name, now in wanted.items()
        if before[name] != (bool(now) if name == "app_secret" else now)
    }


async def _is_new(
    connection: Connection, shop: Shop, secrets: Mapping[str, str], vault: Vault
) -> bool:
    """The one of before must not be lost because the present one is given again."""
    given = secrets.get("app_secret")
    present = (await webhooks.wiring(connection, shop.shop_id)).secret
    if given is None or present is None:
        return given is not None
    try:
        return vault.unseal(present) != given
    except ConfigError:  # its key is lost
        await credentials.forget_secrets(connection, shop.shop_id)
        return True


async def _fitted(
    pool: asyncpg.Pool,
    shop: Shop,
    before: Mapping[str, Value],
    given: Mapping[str, Value],
    visit: Visit,
) -> dict[str, Value]:
    """The values with the keys of the places that were named."""
    wanted = dict(given)
    account_id = shop.account_id
    if "account" in given:
        wanted["account"] = account_id = await fitting.account(pool, _text(given["account"]))
    named = {name: given.get(name, before[name]) for name in OF_THE_ACCOUNT}
    asked = named if account_id != shop.account_id else named.keys() & given.keys()
    if "price_department" in asked:
        wanted["price_department"] = await fitting.department(
            pool, account_id, _text(named["price_department"]), currency=shop.currency
        )
    if "stock_warehouse" in asked and named["stock_warehouse"] is not None:
        wanted["stock_warehouse"] = await fitting.warehouse(
            pool, account_id, _text(named["stock_warehouse"])
        )
    rules.refuse_what_cannot_be({**before, **wanted}, shop.domain)
    switched_on = {name: True for name in SWITCHES if given.get(name) and not before[name]}
    if not switched_on and not any(given.get(name) for name in OF_THE_SHOP):
        return wanted
    async with visit() as client:
        found = await onboard.probe(client)
    if named_location := given.get("location"):
        wanted["location"] = fitting.location(_text(named_location), found.locations)
    if isinstance(names := given.get("publish_to"), tuple):
        wanted["publish_to"] = fitting.channels(names, found.publications)
    fitting.refuse_missing_scopes(shop.domain, found.scopes, switched_on)
    return wanted


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) else None


def _signed_by_grant(shop: Shop) -> ConfigError:
    return ConfigError(
        phrase("{domain} is signed in to with client ID and secret", domain=shop.domain),
        hint=phrase(
            "that secret signs webhooks, too: syncd shop token {domain} --client-id …",
            domain=shop.domain,
        ),
    )


def _bound(shop: Shop) -> ConfigError:
    """Keys of two accounts may be equal, and mean different products."""
    return ConfigError(
        phrase("products of {domain} are linked with its account", domain=shop.domain),
        hint=phrase(
            "to give the shop to another account: syncd shop remove {domain}, then syncd shop add",
            domain=shop.domain,
        ),
    )
