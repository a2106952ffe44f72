"""A shop that a person sets up step by step: stored switched off, begun when they say so."""

from __future__ import annotations

import asyncpg

from syncd.errors import ConfigError
from syncd.flows import onboard
from syncd.phrases import phrase
from syncd.postgres import backoffice, linking, runs, shop_settings, shops
from syncd.postgres.db import Connection
from syncd.postgres.shops import NewShop
from syncd.records import Shop
from syncd.shopify.client import Client


async def draft(pool: asyncpg.Pool, client: Client, domain: str, *, sealed: bytes) -> NewShop:
    """The shop as it is stored before anybody has chosen: switched off, so that nothing is sent.

    Account with department are the first that fit; a person confirms them. Raises ConfigError for
    credentials that do not do, and where the Backoffice has nothing to choose from.
    """
    found = await onboard.first_look(client, domain)
    account_id, department = await _first_fit(pool, found.currency)
    usual = [gid for gid, name in found.publications.items() if name == onboard.DEFAULT_PUBLICATION]
    return NewShop(
        domain=found.domain,
        account_id=account_id,
        credentials=sealed,
        price_department=department,
        publish_to=tuple(usual),
        sync_description=True,
        currency=found.currency,
        taxes_included=found.taxes_included,
        enabled=False,
    )


async def begin(connection: Connection, shop: Shop, *, author: str, is_empty: bool) -> int | None:
    """Switch the shop on, with the run that comes first; None while another one is under way.

    An empty shop gets all products; one that is not is linked first, which writes nothing until
    its report is approved. Whether it is empty has been asked of Shopify before.
    """
    await shop_settings.lock(connection, shop.shop_id, author)
    await shop_settings.change(connection, shop.shop_id, {"enabled": True})
    if not is_empty:
        return await linking.ask(connection, shop.shop_id, asked_by=author)
    await shops.declare_empty(connection, shop.shop_id)
    return await runs.ask(connection, shop.shop_id, asked_by=author)


async def _first_fit(pool: asyncpg.Pool, currency: str) -> tuple[str, str]:
    """Account with department: the first with prices in this currency, else without any yet."""
    empty: tuple[str, str] | None = None
    for account_id in await backoffice.accounts(pool):
        for key in await backoffice.departments(pool, account_id):
            found = await backoffice.currencies(pool, account_id=account_id, department_key=key)
            if found == [currency]:
                return account_id, key
            if not found and empty is None:
                empty = account_id, key
    if empty is None:
        raise ConfigError(
            phrase("the Backoffice has no department with prices in {currency}", currency=currency),
            hint=phrase("make one there, with a price list in {currency}", currency=currency),
        )
    return empty
