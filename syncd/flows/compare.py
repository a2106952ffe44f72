"""Hold a whole shop against the Backoffice: what differs is noted, nothing is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TypeVar

import anyio.lowlevel
import asyncpg

from syncd.flows import findings
from syncd.flows.findings import Page
from syncd.flows.step import held
from syncd.postgres import backoffice, differences, files, left_out, links, outbox, runs, stock
from syncd.postgres.differences import Finding
from syncd.postgres.leases import Lease
from syncd.postgres.runs import Run
from syncd.records import Product, Shop
from syncd.rules import pictures
from syncd.rules.guards import Numbers, Totals
from syncd.rules.harms import ON_SALE
from syncd.rules.stock import is_kept
from syncd.shopify.shopread import Seen

BATCH = 100  # products at a time; more makes it no faster, and the loop stands still for longer
TURN = 20  # products read at a time: some milliseconds
T = TypeVar("T")


@dataclass(slots=True)
class Tally:
    """What is gathered on the way: products on sale that both sides have, for the guards.

    `aside` are products that carry the identity of one that is linked with another, by its key:
    what to make of them is known when it is known whether the shop shows that other one.
    """

    on_sale: int = 0
    aside: dict[str, Finding] = field(default_factory=dict)


async def compare(
    pool: asyncpg.Pool, shop: Shop, run: Run, lease: Lease, shown: Iterable[Seen]
) -> Totals:
    """Hold what the shop showed against what is wanted now, and note each difference.

    `shown` is every product of the shop, once, in any order, read not before `run.operation_at`.
    From the beginning, however far an earlier attempt came. Returns what the guards judge by.
    Raises ContractError, LeaseLostError.
    """
    if run.with_prices:
        shop = replace(shop, price_only_when_changed=False)
    numbers, tally = await runs.numbers(pool, shop.shop_id), Tally()
    left = dict.fromkeys(await backoffice.product_keys(pool, shop.account_id))
    here = len(left)
    left |= dict.fromkeys(await links.keys(pool, shop.shop_id))
    await runs.begin_compare(pool, run, lease, total=len(left))
    async for batch in in_turns(shown, BATCH):
        found = await _of_both(pool, shop, run, batch, left, tally, numbers)
        same = sum(finding is None for finding in found)
        noted = [finding for finding in found if finding is not None]
        await differences.note(pool, run, lease, noted, products=len(batch), same=same)
    strangers = [one for key, one in tally.aside.items() if key not in left]
    await differences.note(pool, run, lease, strangers, products=0, same=0)
    elsewhere = {key: one.gid for key, one in tally.aside.items() if key in left}
    for keys in batches(left, BATCH):
        noted = await _of_here(pool, shop, run, keys, elsewhere)
        await differences.note(pool, run, lease, noted, products=0, same=len(keys) - len(noted))
    await differences.meet_strangers(pool, run)
    await differences.meet_held(pool, run)
    await differences.meet_copies(pool, run, shop.account_id)
    totals = await differences.totals(
        pool,
        run,
        linked=await links.count(pool, shop.shop_id),
        on_sale=tally.on_sale,
    )
    return replace(totals, here=here)


async def _of_both(
    pool: asyncpg.Pool,
    shop: Shop,
    run: Run,
    batch: Sequence[Seen],
    left: dict[str, None],
    tally: Tally,
    numbers: Numbers,
) -> list[Finding | None]:
    """What is to be noted of products in the shop, None of the equal; found ones leave `left`."""
    gids = [seen.product.gid for seen in batch]
    linked = await links.keys_of(pool, shop_id=shop.shop_id, gids=gids)
    keys = {seen.product.gid: linked.get(seen.product.gid) or seen.key for seen in batch}
    page = await _page(pool, shop, run, batch, {key: gid for gid, key in keys.items() if key})
    await _count(pool, shop, run, batch, page)
    if not run.is_dry:
        back = [key for key, one in page.links.items() if one.is_gone and one.gid in keys]
        await links.back(pool, shop_id=shop.shop_id, keys=back)
    found: list[Finding | None] = []
    for seen in batch:
        await anyio.lowlevel.checkpoint()  # others have their turn
        key = keys[seen.product.gid]
        link = page.links.get(key or "")
        if key is not None and link is not None and link.gid != seen.product.gid:
            tally.aside[key] = findings.stranger(seen, key, link)
            continue
        if key is None or key not in left:
            found.append(findings.stranger(seen, key, None))
            continue
        del left[key]
        tally.on_sale += seen.product.status in ON_SALE
        finding = findings.compared(key, seen, page, shop, numbers)
        if finding.verdict == "same" and not run.is_forced:
            found.append(None)
        else:
            found.append(finding)
    return found


async def _count(
    pool: asyncpg.Pool, shop: Shop, run: Run, batch: Sequence[Seen], page: Page
) -> None:
    """Counts that are not as warehouse and location agreed on are due, unless nothing is sent."""
    if not is_kept(shop):
        return
    there = {item: count for seen in batch for item, count in seen.counts.items()}
    here = [variant.key for product in page.products.values() for variant in product.variants]
    keys = {*await stock.differing(pool, shop, there), *await stock.behind(pool, shop, here)}
    if keys and not run.is_dry:
        await outbox.enqueue(pool, shop_id=shop.shop_id, kind="stock", keys=sorted(keys))
    await runs.counted(pool, run, len(keys))


async def _page(
    pool: asyncpg.Pool, shop: Shop, run: Run, batch: Sequence[Seen], gids: Mapping[str, str]
) -> Page:
    """What is known of the products with these GIDs, by key."""
    shop_id, keys = shop.shop_id, list(gids)
    shown = {seen.product.gid: seen.product.files for seen in batch}
    products = await _products(pool, shop, keys)
    known = await links.known(pool, shop_id=shop_id, keys=keys)
    learned = {
        key: pictures.namesakes(link.known.pictures, shown[link.gid])
        for key, link in known.items()
        if link.known.pictures and not link.files and link.gid == gids[key]
    }
    await files.learn(
        pool,
        shop_id=shop_id,
        files={key: one for key, one in learned.items() if one},
        ready=[file.gid for some in shown.values() for file in some if file.state == "ready"],
    )
    return Page(
        products=products,
        links=known,
        underway=await outbox.on_their_way(pool, shop_id=shop_id, keys=keys),
        brought=await files.brought(
            pool, shop_id=shop_id, gids=[file.gid for some in shown.values() for file in some]
        ),
        written=await _written(pool, shop, run, keys),
        reverted=await held(pool, shop, products, keys),
        learned=learned,
    )


async def _products(pool: asyncpg.Pool, shop: Shop, keys: Sequence[str]) -> dict[str, Product]:
    return await backoffice.products(
        pool,
        account_id=shop.account_id,
        department_key=shop.price_department,
        warehouse_key=None,
        keys=keys,
    )


async def _of_here(
    pool: asyncpg.Pool,
    shop: Shop,
    run: Run,
    keys: Sequence[str],
    elsewhere: Mapping[str, str | None],
) -> list[Finding]:
    """What is to be noted of products that the shop did not show.

    `elsewhere` are products there that carry their identity, by key.
    """
    products = await _products(pool, shop, keys)
    known = await links.known(pool, shop_id=shop.shop_id, keys=keys)
    new = [key for key in keys if key not in known]
    left = await left_out.of(pool, shop_id=shop.shop_id, keys=new)
    written = await _written(pool, shop, run, keys)  # the last of all: perhaps just now
    found = {
        key: findings.only_here(
            key, products.get(key), known.get(key), shop, elsewhere.get(key), left.get(key)
        )
        for key in keys
        if key not in written
    }
    if not run.is_dry:
        gone = {key: one.gid for key, one in known.items() if key in found and not found[key]}
        away = [key for key in gone if key in products]
        lost = {key: gid for key, gid in gone.items() if key not in products}
        await links.stay_away(pool, shop_id=shop.shop_id, keys=away)
        await links.forget(pool, shop_id=shop.shop_id, gids=lost)
    return [finding for finding in found.values() if finding is not None]


async def _written(pool: asyncpg.Pool, shop: Shop, run: Run, keys: Sequence[str]) -> frozenset[str]:
    """Those that were sent to the shop since its reading began, or are on their way."""
    if run.operation_at is None:
        return frozenset()
    return await links.accepted_since(pool, shop_id=shop.shop_id, keys=keys, since=run.operation_at)


async def in_turns(things: Iterable[T], size: int) -> AsyncIterator[list[T]]:
    """As `batches`, for things that take a while to read; others have their turn meanwhile."""
    batch: list[T] = []
    for some in batches(things, TURN):
        batch += some
        if len(batch) >= size:
            yield batch
            batch = []
        await anyio.lowlevel.checkpoint()
    if batch:
        yield batch


def batches(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """The things in their order, so many at a time."""
    rest = iter(things)
    while batch := list(islice(rest, size)):
        yield batch
