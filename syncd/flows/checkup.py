"""Look at all that must be right before anything is sent: database, contract, shops."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime

import asyncpg

from syncd.errors import SyncdError
from syncd.flows import checkup_settings, onboard, signin
from syncd.flows.checkup_settings import Finding as Finding
from syncd.flows.onboard import Probe
from syncd.phrases import phrase
from syncd.postgres import backoffice, credentials, db, migrate, shops
from syncd.postgres import webhooks as wired
from syncd.records import Shop
from syncd.rules import credentials as words
from syncd.rules import scopes, subscriptions, versions
from syncd.rules.credentials import Grant, Token
from syncd.rules.scopes import Lack
from syncd.rules.subscriptions import Present
from syncd.shopify import webhooks
from syncd.shopify.client import API_VERSION
from syncd.vault import Vault

PATIENCE_S = 3.0  # somebody sits and waits


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
        for name in await backoffice.lacking(pool):
            what = f"the Backoffice has no {name}: nothing can be imported from Shopify"
            yield Finding("odd", what, "docs/backoffice.md tells how to write it, if you need it")


async def of_shops(
    pool: asyncpg.Pool, vault: Vault, *, shopify_url: str | None
) -> AsyncIterator[Finding]:
    """Each shop in turn."""
    for shop in await shops.all(pool):
        async for finding in of_shop(pool, vault, shop, shopify_url=shopify_url):
            yield finding


async def of_shop(
    pool: asyncpg.Pool, vault: Vault, shop: Shop, *, shopify_url: str | None
) -> AsyncIterator[Finding]:
    """Its token, scopes, version, webhooks, and whether what its settings name still exists."""
    found: list[Finding] = []
    trouble: SyncdError | None = None
    try:
        async with signin.client_of(
            pool, vault, shop, url=shopify_url, deadline_s=PATIENCE_S
        ) as client:
            held = await webhooks.scopes(client)
            found.append(await _of_token(pool, vault, shop))
            found.append(_of_version(shop, client.tally.served_version, await db.clock(pool)))
            found += [_of_lack(shop, lack) for lack in scopes.lacking(shop, held)]
            probe = await onboard.probe(client)  # which needs some of them
            present = await webhooks.present(client)
    except SyncdError as error:
        trouble = error
    for finding in found:
        yield finding
    if trouble is not None:
        yield checkup_settings.refused(shop, trouble)
        return
    yield _answers(shop, probe)
    async for finding in checkup_settings.of_settings(pool, shop, probe):
        yield finding
    if subscribed := await _of_subscriptions(pool, shop, held, present):
        yield subscribed


def _answers(shop: Shop, probe: Probe) -> Finding:
    what = phrase(
        "{domain} answers: {name}, plan {plan}",
        domain=shop.domain,
        name=probe.name,
        plan=probe.plan,
    )
    return Finding("well", what)


async def _of_token(pool: asyncpg.Pool, vault: Vault, shop: Shop) -> Finding:
    kept = await credentials.held(pool, shop.shop_id)
    match words.read(vault.unseal(kept.credentials)):
        case Token(text):
            what = phrase("{domain}: the access token does not end", domain=shop.domain)
            return Finding("well", what, words.remark(text) or "")
        case Grant():
            what = phrase(
                "{domain}: signs in with client ID and secret; the token lasts {hours} h more "
                "and is renewed by itself",
                domain=shop.domain,
                hours=round((kept.lasts_s or 0) / 3600),
            )
            return Finding("well", what)


def _of_version(shop: Shop, served: str, now: datetime) -> Finding:
    left = versions.days_left(API_VERSION, now.date())
    newer = phrase("install a newer syncd")
    if left < 0:
        what = phrase(
            "{domain}: Shopify no longer serves API version {version}, which syncd asks for",
            domain=shop.domain,
            version=API_VERSION,
        )
        return Finding("wrong", what, newer)
    if served != API_VERSION:
        what = phrase(
            "{domain}: Shopify serves API version {served}, not {version}",
            domain=shop.domain,
            served=served,
            version=API_VERSION,
        )
        return Finding("odd", what, newer)
    what = phrase(
        "{domain}: API version {version}, served for {days} days more",
        domain=shop.domain,
        version=API_VERSION,
        days=left,
    )
    return Finding("odd", what, newer) if left < versions.SOON_DAYS else Finding("well", what)


def _of_lack(shop: Shop, lack: Lack) -> Finding:
    named = {"domain": shop.domain, "scope": lack.scope, "purpose": lack.purpose}
    if lack.is_needed:
        return Finding(
            "wrong",
            phrase("{domain}: the app lacks the scope {scope}, {purpose}", **named),
            phrase("give the app this scope in Shopify, and install it anew"),
        )
    return Finding(
        "odd",
        phrase("{domain}: the app has no scope {scope}, {purpose} (switched off)", **named),
        phrase("before it is switched on, the app needs this scope"),
    )


async def _of_subscriptions(
    pool: asyncpg.Pool, shop: Shop, held: Collection[str], present: Sequence[Present]
) -> Finding | None:
    """Whether Shopify was asked for all that we want to be told; None: we want nothing."""
    address = (await wired.wiring(pool, shop.shop_id)).wanted_address
    if address is None:
        return None
    plan = subscriptions.plan(subscriptions.wanted(held), present, address=address)
    missing = [*(str(one.enum) for one in plan.create), *(str(one.enum) for one, _ in plan.update)]
    if not missing:
        count = len(plan.kept)
        return Finding(
            "well",
            phrase("{domain}: {count} webhooks are subscribed", domain=shop.domain, count=count),
        )
    return Finding(
        "odd",
        phrase(
            "{domain}: webhooks are not subscribed: {topics}",
            domain=shop.domain,
            topics=", ".join(missing),
        ),
        phrase("`syncd run` subscribes to them within an hour; what they tell is pulled meanwhile"),
    )
