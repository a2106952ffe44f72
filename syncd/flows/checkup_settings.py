"""Whether what a shop's settings name is still there, in the shop as in the Backoffice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Literal

import asyncpg

from syncd.errors import SyncdError
from syncd.flows.onboard import Probe
from syncd.phrases import phrase
from syncd.postgres import backoffice
from syncd.records import Shop
from syncd.rules.choice import choose
from syncd.rules.shop_settings import PLACES


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `hint` says what to do about it."""

    state: Literal["well", "odd", "wrong"]
    what: str
    hint: str = ""


async def of_settings(pool: asyncpg.Pool, shop: Shop, probe: Probe) -> AsyncIterator[Finding]:
    if probe.domain != shop.domain:
        what = phrase(
            "the address of {domain} is answered by {other}",
            domain=shop.domain,
            other=probe.domain,
        )
        yield Finding("wrong", what, phrase("check the address and the access token"))
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
            yield refused(shop, error)
    if not wrong:
        what = phrase(
            "{domain}: department, warehouse, location, sales channels are there",
            domain=shop.domain,
        )
        yield Finding("well", what)
    if shop.state == "unlinked":
        what = phrase("{domain} is unlinked: nothing is created there", domain=shop.domain)
        yield Finding(
            "odd",
            what,
            phrase(
                "syncd link start {domain}, or syncd shop declare-empty {domain}",
                domain=shop.domain,
            ),
        )


def _of_own(shop: Shop, probe: Probe) -> Iterator[Finding]:
    """What the shop says of itself, beside what it said when that was stored."""
    changes = []
    if probe.currency != shop.currency:
        changes.append(
            phrase(
                "sells in {now}, no longer in {before}", now=probe.currency, before=shop.currency
            )
        )
    if probe.taxes_included != shop.taxes_included:
        changes.append(
            phrase("holds prices with VAT, no longer without")
            if probe.taxes_included
            else phrase("holds prices without VAT, no longer with")
        )
    for change in changes:
        hint = phrase(
            "start `syncd run` anew: it stores what the shop says and compares every product"
        )
        yield Finding("odd", phrase("{domain} {change}", domain=shop.domain, change=change), hint)


def refused(shop: Shop, error: SyncdError) -> Finding:
    what = phrase("{domain}: {what}", domain=shop.domain, what=error.message)
    return Finding("wrong", what, error.hint)
