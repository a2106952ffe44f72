"""Look at all that must be right before anything is sent: database, contract, shops."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Literal

import asyncpg

from syncd.errors import SyncdError
from syncd.flows import onboard
from syncd.flows.onboard import Probe
from syncd.postgres import backoffice, migrate, shops
from syncd.records import Shop
from syncd.rules.choice import choose
from syncd.rules.shop_settings import PLACES
from syncd.shopify import client as shopify
from syncd.shopify.client import API_VERSION
from syncd.vault import Vault

PATIENCE_S = 3.0  # somebody sits and waits


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `hint` says what to do about it."""

    state: Literal["well", "odd", "wrong"]
    what: str
    hint: str = ""


async def of_database(pool: asyncpg.Pool) -> AsyncIterator[Finding]:
    """Its version, its migrations, the Backoffice's contract; stops where nothing more can be."""
    version = await pool.fetchval("show server_version")
    yield Finding("well", f"database answers, Postgres {version}")
    if missing := await migrate.missing(pool):
        what = f"the database lacks {len(missing)} migrations"
        yield Finding("wrong", what, "run `syncd migrate`")
        return
    yield Finding("well", "database is migrated")
    breaches = await backoffice.check(pool)
    for breach in breaches:
        yield Finding("wrong", f"contract: {breach}", breach.hint)
    if not breaches:
        yield Finding("well", "the Backoffice keeps the contract")


async def of_shops(
    pool: asyncpg.Pool, vault: Vault, *, shopify_url: str | None
) -> AsyncIterator[Finding]:
    """Each shop in turn: its token, scopes and version, and whether its settings still exist."""
    for shop in await shops.all(pool):
        try:
            token = vault.unseal(await shops.credentials(pool, shop.shop_id))
            async with shopify.connect(
                shop.domain, token, url=shopify_url, deadline_s=PATIENCE_S
            ) as client:
                probe = await onboard.probe(client)
                version = client.tally.served_version
        except SyncdError as error:
            yield Finding("wrong", f"{shop.domain}: {error.message}", error.hint)
            continue
        yield Finding("well", f"{shop.domain} answers: {probe.name}, plan {probe.plan}")
        if version != API_VERSION:
            what = f"{shop.domain}: Shopify serves API version {version}, not {API_VERSION}"
            yield Finding("odd", what, "install a newer syncd")
        async for finding in _of_settings(pool, shop, probe):
            yield finding


async def _of_settings(pool: asyncpg.Pool, shop: Shop, probe: Probe) -> AsyncIterator[Finding]:
    for scope in probe.missing_scopes:
        hint = f"give the app this scope {onboard.NEEDED_SCOPES[scope]}, and install it anew"
        yield Finding("wrong", f"{shop.domain}: the token lacks the scope {scope}", hint)
    if probe.domain != shop.domain:
        what = f"{shop.domain} is answered by {probe.domain}"
        yield Finding("wrong", what, "check the address and the token")
    for finding in _of_own(shop, probe):
        yield finding
    departments = await backoffice.departments(pool, shop.account_id)
    chosen = [(PLACES["department"], shop.price_department, departments)]
    if shop.sync_stock:
        warehouses = await backoffice.warehouses(pool, shop.account_id)
        chosen.append((PLACES["warehouse"], shop.stock_warehouse or "", warehouses))
        chosen.append((PLACES["location"], shop.location or "", dict(probe.locations)))
    chosen += [(PLACES["channel"], gid, dict(probe.publications)) for gid in shop.publish_to]
    wrong = False
    for what, named, offered in chosen:
        try:
            choose(what, named, offered)
        except SyncdError as error:
            wrong = True
            yield Finding("wrong", f"{shop.domain}: {error.message}", error.hint)
    if not wrong:
        yield Finding("well", f"{shop.domain}: department, warehouse, location, channels are there")
    if shop.state == "unlinked":
        what = f"{shop.domain} is unlinked: nothing is created there"
        yield Finding(
            "odd", what, f"if it holds nothing yet: syncd shop declare-empty {shop.domain}"
        )


def _of_own(shop: Shop, probe: Probe) -> Iterator[Finding]:
    """What the shop says of itself, beside what it said when that was stored."""
    changes = []
    if probe.currency != shop.currency:
        changes.append(f"sells in {probe.currency}, no longer in {shop.currency}")
    if probe.taxes_included != shop.taxes_included:
        now, before = ("with", "without") if probe.taxes_included else ("without", "with")
        changes.append(f"holds prices {now} VAT, no longer {before}")
    for change in changes:
        hint = "start `syncd run` anew: it stores what the shop says and compares every product"
        yield Finding("odd", f"{shop.domain} {change}", hint)
