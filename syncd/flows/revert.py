"""Take back what a run sent: each product gets the form that it had before."""

from __future__ import annotations

from dataclasses import replace

import asyncpg

from syncd.errors import RowError
from syncd.flows.bulk_lines import BATCH
from syncd.phrases import phrase
from syncd.postgres import backoffice, differences, links, reverts, runs
from syncd.postgres.differences import Finding
from syncd.postgres.leases import Lease
from syncd.postgres.reverts import Sent
from syncd.postgres.runs import Run
from syncd.records import Link, Product, Shop
from syncd.rules import comparison, mapping, restoring
from syncd.rules.guards import Totals


async def prepare(pool: asyncpg.Pool, shop: Shop, run: Run, lease: Lease) -> Totals:
    """Note what is to be taken back of `run.of_run`; returns what the guards judge by.

    What the Backoffice has changed since is left: it wants something else by now. From the
    beginning, however far an earlier attempt came. Raises ContractError, LeaseLostError.
    """
    assert run.of_run is not None  # a revert is of a run
    numbers, after = await runs.numbers(pool, shop.shop_id), 0
    await runs.begin_compare(pool, run, lease, total=len(run.keys or ()))
    while page := await reverts.sent(pool, run.of_run, keys=run.keys, after=after, most=BATCH):
        keys = [one.key for one in page]
        products = await backoffice.products(
            pool,
            account_id=shop.account_id,
            department_key=shop.price_department,
            warehouse_key=None,
            keys=keys,
        )
        known = await links.known(pool, shop_id=shop.shop_id, keys=keys)
        found = [
            _finding(
                one, products.get(one.key), known.get(one.key), shop, numbers.price_fall_percent
            )
            for one in page
        ]
        noted = [finding for finding in found if finding is not None]
        await differences.note(
            pool, run, lease, noted, products=len(page), same=len(page) - len(noted)
        )
        after = page[-1].place
    linked = await links.count(pool, shop.shop_id)
    totals = await differences.totals(pool, run, linked=linked, on_sale=linked)
    return replace(totals, both=linked, here=linked, refused=0)


def _finding(
    sent: Sent, product: Product | None, link: Link | None, shop: Shop, fall_percent: int
) -> Finding | None:
    """What taking a product back would change; None where the shop holds that already."""
    if product is None:
        return _left(sent, phrase("it was deleted in the Backoffice since"))
    if link is None:
        return _left(sent, phrase("it is not in the shop any more"))
    try:
        digest = mapping.digest(mapping.wanted(product, shop))
    except RowError as error:
        return _left(sent, str(error))
    if digest != sent.wanted_digest:
        return _left(sent, phrase("the Backoffice has changed it since"))
    restored = restoring.before(sent.observed, link.known)
    compared = comparison.between(restored, link.known, fall_percent)
    if not compared.fields:
        return None
    return Finding(
        "differs",
        sent.key,
        link.gid,
        sent.title,
        compared,
        wanted_digest=digest,
        restored=restored,
    )


def _left(sent: Sent, reason: str) -> Finding:
    return Finding(
        "conflict",
        sent.key,
        sent.gid,
        sent.title,
        reason=phrase("not taken back: {reason}", reason=reason),
    )
