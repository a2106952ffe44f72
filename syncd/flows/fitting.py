"""What a shop's settings may be, held against what shop or Backoffice have."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import asyncpg

from syncd.errors import ConfigError
from syncd.phrases import phrase
from syncd.postgres import backoffice
from syncd.rules import sales_scopes
from syncd.rules.choice import choose
from syncd.rules.setting_kinds import Value
from syncd.rules.shop_settings import PLACES


async def account(pool: asyncpg.Pool, named: str | None) -> str:
    """The account that was named; None: the only one there is."""
    return choose(PLACES["account"], named, {key: key for key in await backoffice.accounts(pool)})


async def department(
    pool: asyncpg.Pool, account_id: str, named: str | None, *, currency: str
) -> str:
    """A department whose prices are in the shop's currency."""
    offered = await backoffice.departments(pool, account_id)
    key = choose(PLACES["department"], named, offered)
    found = await backoffice.currencies(pool, account_id=account_id, department_key=key)
    if found and found != [currency]:
        raise ConfigError(
            phrase(
                "the prices of department {key} are in {found}, the shop sells in {currency}",
                key=key,
                found=", ".join(found),
                currency=currency,
            ),
            hint=phrase("choose a department with prices in the shop's currency"),
        )
    return key


async def warehouse(pool: asyncpg.Pool, account_id: str, named: str | None) -> str:
    """A warehouse of the account."""
    return choose(PLACES["warehouse"], named, await backoffice.warehouses(pool, account_id))


def location(named: str | None, offered: Mapping[str, str]) -> str:
    """The GID of one of the shop's active locations."""
    return choose(PLACES["location"], named, offered)


def channels(names: Sequence[str], offered: Mapping[str, str]) -> tuple[str, ...]:
    """The GIDs of the shop's sales channels of these names, each once."""
    return tuple(dict.fromkeys(choose(PLACES["channel"], name, offered) for name in names))


def refuse_missing_scopes(
    domain: str, held: Collection[str], switched_on: Mapping[str, Value]
) -> None:
    """Raises ConfigError where the app may not do what is switched on."""
    lacking = sales_scopes.missing(
        held,
        customers=bool(switched_on.get("sync_customers")),
        orders=bool(switched_on.get("sync_orders")),
        fulfil=bool(switched_on.get("fulfil_orders")),
    )
    if lacking:
        raise ConfigError(
            phrase("the app in {domain} lacks scopes: {scopes}", domain=domain,
                   scopes=", ".join(lacking)),
            hint=phrase("give the app these scopes in Shopify, install it anew, then try again"),
        )  # fmt: skip
