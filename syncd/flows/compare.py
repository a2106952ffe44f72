"""Hold a whole shop against the Backoffice: what differs is noted, nothing is sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar

import anyio.lowlevel
import asyncpg

from syncd.errors import RowError
from syncd.postgres import backoffice, differences, files, links, outbox, runs
from syncd.postgres.differences import Finding
from syncd.postgres.leases import Lease
from syncd.postgres.runs import Run
from syncd.records import Form, Link, Product, Shop
from syncd.rules import comparison, mapping, refusals
from syncd.rules.comparison import Underway
from syncd.rules.guards import Numbers, Totals
from syncd.rules.harms import ON_SALE
from syncd.rules.text import fold
from syncd.shopify.shopread import Seen

BATCH = 100  # products at a time; more makes it no faster, and the loop stands still for longer
T = TypeVar("T")


@dataclass(slots=True)
class Tally:
    """What the guards want to know of products that both sides have."""

    on_sale: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """All that is known here of some products, by key; `brought` as `files.brought`.

    `written` are those that were sent to the shop since it was read: what was read is no news.
    """

    products: Mapping[str, Product]
    links: Mapping[str, Link]
    underway: Mapping[str, Underway]
    brought: Mapping[str, tuple[str, str]]
    written: frozenset[str]


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
    for batch in batches(shown, BATCH):
        findings = await _of_both(pool, shop, run, batch, left, tally, numbers)
        same = sum(finding is None for finding in findings)
        noted = [finding for finding in findings if finding is not None]
        await differences.note(pool, run, lease, noted, products=len(batch), same=same)
    for keys in batches(left, BATCH):
        noted = await _of_here(pool, shop, keys)
        await differences.note(pool, run, lease, noted, products=0, same=len(keys) - len(noted))
    await differences.meet_strangers(pool, run)
    await differences.meet_held(pool, run)
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
    page = await _page(pool, shop, run, batch, [key for key in keys.values() if key])
    findings: list[Finding | None] = []
    for seen in batch:
        await anyio.lowlevel.checkpoint()  # others have their turn
        key = keys[seen.product.gid]
        link = page.links.get(key or "")
        is_others = link is not None and link.gid != seen.product.gid
        if key is None or key not in left or is_others:
            findings.append(_stranger(seen, key, link if is_others else None))
            continue
        del left[key]
        tally.on_sale += seen.product.status in ON_SALE
        finding = _compared(key, seen, page, shop, numbers)
        if finding.verdict == "same" and not run.is_forced:
            findings.append(None)
        else:
            findings.append(finding)
    return findings


async def _page(
    pool: asyncpg.Pool, shop: Shop, run: Run, batch: Sequence[Seen], keys: Sequence[str]
) -> Page:
    shop_id = shop.shop_id
    gids = [file.gid for seen in batch for file in seen.product.files]
    written: frozenset[str] = frozenset()
    if run.operation_at is not None:
        written = await links.accepted_since(
            pool, shop_id=shop_id, keys=keys, since=run.operation_at
        )
    return Page(
        products=await _products(pool, shop, keys),
        links=await links.known(pool, shop_id=shop_id, keys=keys),
        underway=await outbox.on_their_way(pool, shop_id=shop_id, keys=keys),
        brought=await files.brought(pool, shop_id=shop_id, gids=gids),
        written=written,
    )


async def _products(pool: asyncpg.Pool, shop: Shop, keys: Sequence[str]) -> dict[str, Product]:
    return await backoffice.products(
        pool,
        account_id=shop.account_id,
        department_key=shop.price_department,
        warehouse_key=None,
        keys=keys,
    )


def _stranger(seen: Seen, key: str | None, link: Link | None) -> Finding:
    """A product that only the shop has."""
    reason = None
    if link is not None:
        reason = f"it carries the identity of product {key}, which is linked with {link.gid}"
    elif key is not None:
        reason = f"it carries the identity of product {key}, which the Backoffice does not have"
    shown = seen.product
    skus = {fold(fields.sku): fields.sku for fields in shown.fields.values() if fields.sku}
    return Finding("only_there", None, shown.gid, shown.title, reason=reason, skus=skus)


def _compared(key: str, seen: Seen, page: Page, shop: Shop, numbers: Numbers) -> Finding:
    """What there is to say of a product that both have."""
    link, gid = page.links.get(key), seen.product.gid
    known = link.known if link else None
    wanted, complaint = mapping.asked(page.products.get(key), known, shop)
    title = seen.product.title
    if wanted is None:
        return Finding("conflict", key, gid, title, reason=_said(complaint))
    digest = mapping.digest(wanted)
    if key in page.written:
        return Finding("same", key, gid, title, wanted_digest=digest)
    compared = comparison.compare(
        key,
        wanted,
        link,
        seen.product,
        shop,
        brought=_brought(key, wanted, page, seen),
        underway=page.underway.get(key, Underway()),
        published=seen.published,
        fall_percent=numbers.price_fall_percent,
        is_gone=key not in page.products,
    )
    if not compared.fields and complaint is not None:
        return Finding("conflict", key, gid, title, compared, _said(complaint))
    verdict: differences.Verdict = "differs" if compared.fields else "same"
    return Finding(verdict, key, gid, wanted.title, compared, wanted_digest=digest)


def _brought(key: str, wanted: Form, page: Page, seen: Seen) -> dict[str, str]:
    """The files there that we brought for this product, or that it shall show, by ref.

    One that another product brought may have been chosen for this one by the merchant.
    """
    asked = {picture.ref for picture in wanted.pictures or ()}
    made = {
        file.gid: page.brought[file.gid] for file in seen.product.files if file.gid in page.brought
    }
    return {ref: gid for gid, (ref, maker) in made.items() if ref in asked or maker == key}


async def _of_here(pool: asyncpg.Pool, shop: Shop, keys: Sequence[str]) -> list[Finding]:
    """What is to be noted of products that the shop does not have."""
    products = await _products(pool, shop, keys)
    known = await links.known(pool, shop_id=shop.shop_id, keys=keys)
    found = (_only_here(key, products.get(key), known.get(key), shop) for key in keys)
    return [finding for finding in found if finding is not None]


def _only_here(key: str, product: Product | None, link: Link | None, shop: Shop) -> Finding | None:
    if product is None:
        return None  # gone here as well as there
    wanted, complaint = mapping.asked(product, None, shop)
    if wanted is None:
        return Finding("conflict", key, None, product.title, reason=_said(complaint))
    if link is not None:
        deleted = refusals.deleted(key, wanted)
        return Finding("conflict", key, link.gid, wanted.title, reason=_said(deleted))
    skus = {fold(variant.sku): variant.sku for variant in wanted.variants if variant.sku}
    return Finding(
        "only_here",
        key,
        None,
        wanted.title,
        skus=skus,
        wanted_digest=mapping.digest(wanted),
    )


def _said(error: RowError | None) -> str:
    assert error is not None  # nothing is wanted only where something is wrong
    return str(error)


def batches(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """The things in their order, so many at a time."""
    rest = iter(things)
    while batch := list(islice(rest, size)):
        yield batch
