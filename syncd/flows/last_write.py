"""The last write of a product that Shopify accepted, as it can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from syncd.phrases import phrase
from syncd.postgres import backoffice, links, reverts, runs
from syncd.postgres.differences import Finding
from syncd.postgres.reverts import LastWrite
from syncd.records import Form, Link, Product, Shop
from syncd.rules import comparison, mapping, owners, restoring
from syncd.rules.mapping import Reverted


@dataclass(frozen=True, slots=True)
class Offer:
    """What taking a write back would write; `why` says why it cannot be, empty: it can.

    `digest` is another one as soon as anything else would be written.
    """

    history_id: int
    finding: Finding
    why: str
    digest: str


async def offer(pool: asyncpg.Pool, shop: Shop, key: str) -> Offer | None:
    """The last write of the product; None where none is noted. Raises ContractError."""
    for written, finding, why in await _found(pool, shop, [key], None):
        forms = [form for form in (finding.restored, written.after) if form is not None]
        digest = "-".join([str(written.history_id), *map(mapping.digest, forms)])
        return Offer(written.history_id, finding, why, digest)
    return None


async def findings(
    pool: asyncpg.Pool, shop: Shop, keys: Sequence[str], *, until: datetime
) -> list[Finding]:
    """What a revert of the last writes finds; what was sent after `until` nobody saw.

    Raises ContractError.
    """
    found = {one.key: finding for one, finding, _ in await _found(pool, shop, keys, until)}
    return [found.get(key) or _left(key, phrase("nothing that was sent is noted")) for key in keys]


async def _found(
    pool: asyncpg.Pool, shop: Shop, keys: Sequence[str], until: datetime | None
) -> list[tuple[LastWrite, Finding, str]]:
    products = await backoffice.products(
        pool,
        account_id=shop.account_id,
        department_key=shop.price_department,
        warehouse_key=None,
        keys=keys,
    )
    known = await links.known(pool, shop_id=shop.shop_id, keys=keys)
    held = await reverts.held(pool, shop_id=shop.shop_id, keys=keys)
    fall_percent = (await runs.numbers(pool, shop.shop_id)).price_fall_percent
    found = []
    for one in await reverts.last(pool, shop_id=shop.shop_id, keys=keys):
        key, product, link = one.key, products.get(one.key), known.get(one.key)
        why = _obstacle(one, product, link, shop, held.get(key), until=until)
        if why or product is None or link is None:
            found.append((one, _left(key, why, one), why))
        else:
            finding = _taken_back(one, product, link.known, shop, fall_percent)
            found.append((one, finding, ""))
    return found


def _obstacle(
    one: LastWrite,
    product: Product | None,
    link: Link | None,
    shop: Shop,
    reverted: Reverted | None,
    *,
    until: datetime | None,
) -> str:
    """Why it cannot be taken back: only what the Backoffice still stands by is, else it would
    be undone by what waits; empty: it can."""
    if product is None:
        return phrase("it was deleted in the Backoffice since")
    if link is None or link.is_gone:
        return phrase("it is not in the shop any more")
    if link.known != one.after or (until is not None and one.settled_at > until):
        return phrase("something else was sent since")
    asked, complaint = mapping.asked(product, link.known, shop, reverted)
    if asked is None or complaint is not None:
        return str(complaint)
    if owners.ours(asked, link.known, shop) != link.known:
        return phrase("the Backoffice has changed it since")
    return ""


def _taken_back(
    one: LastWrite, product: Product, known: Form, shop: Shop, fall_percent: int
) -> Finding:
    restored = restoring.before(one.before, known)
    return Finding(
        "differs",
        one.key,
        one.gid,
        known.title,
        comparison.between(restored, known, fall_percent),
        wanted_digest=mapping.digest(mapping.wanted(product, shop)),
        restored=restored,
    )


def _left(key: str, reason: str, one: LastWrite | None = None) -> Finding:
    return Finding(
        "conflict",
        key,
        one.gid if one else None,
        one.after.title if one else "",
        reason=phrase("not taken back: {reason}", reason=reason),
    )
