"""List products for people: those that bear some words, or those in a state, page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import asyncpg

from syncd.errors import ContractError
from syncd.flows.search import search
from syncd.flows.seek import NOT_DIGITS
from syncd.postgres import listing, lookup
from syncd.postgres import search as words
from syncd.postgres.listing import START, Filter, Listed, Place
from syncd.postgres.search import Result
from syncd.records import Shop

NAMED: Mapping[str, Filter] = {
    "waits": "waits", "dead": "dead", "held": "held", "not-linked": "not linked",
}  # fmt: skip


async def listed(
    pool: asyncpg.Pool,
    shops: Sequence[Shop],
    text: str,
    *,
    shop: Shop | None = None,
    state: Filter | None = None,
    after: Place = START,
    most: int = 50,
) -> list[Listed]:
    """At most so many, in order of shop and key; of words those that are not linked come first.

    `shops` are all there are. Where the Backoffice's views are broken, what syncd knows is listed.
    """
    page: Any = {"shop_id": shop.shop_id if shop else None, "after": after, "most": most}
    query = words.query(text)
    if not text:
        if state is None:
            return await listing.linked(pool, "", **page)
        return await _titled(pool, shops, await listing.waiting(pool, state, "", **page))
    here: list[Listed] = []
    if after == START:
        asked = [one for one in shops if shop is None or one == shop]
        here = await _titled(pool, shops, await _elsewhere(pool, asked, text))
    if state == "not linked":
        return here
    if state is not None:
        here = [one for one in here if one.state == state]
        found = await listing.waiting(pool, state, query, **page) if query else []
    elif await listing.is_common(pool, query):
        found = await listing.linked(pool, query, **page)
    else:
        found = [_plain(one) for one in await search(pool, text, **page)]
    return [*here, *found]


async def _elsewhere(pool: asyncpg.Pool, shops: Sequence[Shop], text: str) -> list[Listed]:
    """What the Backoffice has by this SKU, barcode, or key, though a shop is not linked with it."""
    found: list[Listed] = []
    for shop in shops:
        try:
            hits = await lookup.exact(pool, shop.account_id, text, NOT_DIGITS.sub("", text))
        except ContractError:  # the page of a product says so
            return found
        keys = sorted({one.product_key for one in hits})
        found += await listing.strangers(pool, shop.shop_id, keys) if keys else []
    return found


async def _titled(
    pool: asyncpg.Pool, shops: Sequence[Shop], found: Sequence[Listed]
) -> list[Listed]:
    """With the Backoffice's names, where no shop has taken one yet."""
    told = list(found)
    for account in sorted({one.account_id for one in shops}):
        ids = {one.shop_id for one in shops if one.account_id == account}
        keys = sorted({one.key for one in told if not one.title and one.shop_id in ids})
        if not keys:
            continue
        try:
            names = {one.key: one for one in await lookup.titles(pool, account, keys)}
        except ContractError:
            return told
        told = [
            replace(one, title=names[one.key].title, skus=names[one.key].skus[:3])
            if not one.title and one.shop_id in ids and one.key in names
            else one
            for one in told
        ]
    return told


def _plain(one: Result) -> Listed:
    return Listed(
        one.shop_id,
        one.key,
        one.state,
        one.title,
        one.skus,
        one.variants,
        one.picture,
        one.changed_at,
    )
