"""Write the links that a person approved, each product held once more against what was approved."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace

import structlog

from syncd.errors import ContractError
from syncd.flows import importing
from syncd.flows.compare import batches
from syncd.flows.reading import Step
from syncd.phrases import Phrase, phrase
from syncd.postgres import backoffice, linking, links, stock
from syncd.postgres.db import transaction
from syncd.postgres.linking import Due, Settled
from syncd.records import Form, Link, Product, VariantIds
from syncd.rules import adoption, entries, mapping
from syncd.rules.likeness import couple
from syncd.rules.stock import is_kept
from syncd.shopify import identity
from syncd.shopify.shopread import Seen

log = structlog.get_logger()


async def link_all(step: Step, shown: AsyncIterator[Sequence[Seen]]) -> None:
    """Write links with what the shop shows now, and take in what the Backoffice is to have.

    Each batch is a transaction: what is written is settled, so the next attempt leaves it alone.
    """
    pool, run, lease = step.pool, step.run, step.lease
    await linking.begin_send(pool, run, lease)
    due = {one.gid: one for one in reversed(await linking.to_link(pool, run.run_id))}
    wanted = await linking.to_import(pool, run.run_id)
    async for batch in shown:
        await _link(
            step, [(due.pop(one.product.gid), one) for one in batch if one.product.gid in due]
        )
        imports = [one for one in batch if one.product.gid in wanted]
        if imports:
            await _import(step, imports, wanted)
        await linking.progress(pool, run.run_id)
    gone = phrase("it is not in the shop any more")
    left = [one.number for one in await linking.to_link(pool, run.run_id)]
    left += (await linking.to_import(pool, run.run_id)).values()
    for numbers in batches(left, importing.MOST):
        ends = [Settled(number, "changed", gone) for number in numbers]
        await linking.settle(pool, run.run_id, ends)


async def products(step: Step, keys: Sequence[str]) -> dict[str, Product]:
    """These products with the warehouse's counts."""
    return await backoffice.products(
        step.pool,
        account_id=step.shop.account_id,
        department_key=step.shop.price_department,
        warehouse_key=step.shop.stock_warehouse,
        keys=keys,
    )


async def _link(step: Step, pairs: Sequence[tuple[Due, Seen]]) -> None:
    if not pairs:
        return
    found = await products(step, [due.key for due, _ in pairs])
    gids = [due.gid for due, _ in pairs]
    linked = await links.keys_of(step.pool, shop_id=step.shop.shop_id, gids=gids)
    made: dict[str, Link] = {}
    counts: dict[str, int | None] = {}
    ends: list[Settled] = []
    for due, seen in pairs:
        if linked.get(due.gid) == due.key:
            ends.append(Settled(due.number, "linked"))  # only our identity is missing there
            continue
        product = found.get(due.key)
        if (why := _changed(due, product, seen)) is not None:
            ends.append(Settled(due.number, "changed", why))
            continue
        assert product is not None  # else it changed
        form, complaint = mapping.asked(product, None, step.shop)
        if form is None:
            ends.append(Settled(due.number, "refused", str(complaint)))
            continue
        made[due.key] = _sight(step, due, form, seen)
        counts |= _first_counts(step, due, product, seen)
    async with transaction(step.pool) as connection:
        now = await linking.at(connection, step.run, step.lease)
        new = await linking.link(connection, step.shop.shop_id, list(made.values()), now)
        mine = {due.key: due.number for due, _ in pairs if due.key in made}
        ends += [Settled(number, "linked") for key, number in mine.items() if key in new]
        otherwise = phrase("it, or the product in Shopify, was linked otherwise meanwhile")
        ends += [
            Settled(number, "changed", otherwise) for key, number in mine.items() if key not in new
        ]
        theirs = {one for key in new for one in made[key].variants}
        if first := {key: count for key, count in counts.items() if key in theirs}:
            await stock.note(connection, step.shop, first)
        await linking.settle(connection, step.run.run_id, ends)


def _changed(due: Due, product: Product | None, seen: Seen) -> Phrase | None:
    """Why what was approved is not so any more; None when it is."""
    if product is None:
        return phrase("it is not in the Backoffice any more")
    now = couple(entries.here(product), entries.there(seen.product))
    if due.pairs != {pair.here: pair.there for pair in now.pairs}:
        return phrase("its variants, or their SKUs, changed after the report: link it anew")
    return None


def _sight(step: Step, due: Due, form: Form, seen: Seen) -> Link:
    """The link, with what the shop shows as known: so only true differences are sent."""
    ids = {one.ids.variant: one.ids for one in seen.product.variants}
    variants: Mapping[str, VariantIds] = {key: ids[gid] for key, gid in due.pairs.items()}
    base = replace(adoption.unknown(form, due.gid, due.key), variants=variants)
    return adoption.reconsidered(form, base, seen.product, step.shop, {}).link


def _first_counts(step: Step, due: Due, product: Product, seen: Seen) -> dict[str, int | None]:
    """What both sides are taken to have agreed on, so that the chosen side's count is kept."""
    if due.first_counts is None or not is_kept(step.shop):
        return {}
    if due.first_counts == "shopify":
        return {
            one.key: one.quantity or 0
            for one in product.variants
            if one.key in due.pairs and one.is_tracked
        }
    items = {one.ids.variant: one.ids.inventory_item for one in seen.product.variants}
    there = {key: seen.counts.get(items[gid]) for key, gid in due.pairs.items()}
    return {key: count for key, count in there.items() if count is not None}


async def _import(step: Step, seen: Sequence[Seen], wanted: Mapping[str, int]) -> None:
    try:
        done = await importing.take_in(step.pool, step.shop, seen)
    except ContractError as error:  # it has no such function, or breaks its promise
        done = [importing.Imported(one.product.gid, None, str(error)) for one in seen]
    ends = [
        Settled(wanted[one.gid], "imported" if one.key else "refused", one.refusal or None, one.key)
        for one in done
    ]
    await linking.settle(step.pool, step.run.run_id, ends)


async def name_once(step: Step) -> float:
    """Let some linked products carry our identity; when all do, the link has ended."""
    pool, run = step.pool, step.run
    unnamed = await linking.unnamed(pool, run.run_id, most=identity.MOST)
    if not unnamed:
        compare = await linking.finish(pool, run, step.lease)
        log.info("link_done", run=run.run_id, compare=compare)
        return 0.0
    numbers = {gid: number for number, (_, gid) in unnamed.items()}
    refused = await identity.write(step.client, {gid: key for key, gid in unnamed.values()})
    for gid, why in refused.items():
        said = phrase("Shopify did not take our id for it: {why}", why=why)
        await linking.named(pool, run.run_id, [numbers[gid]], error=said)
    await linking.named(pool, run.run_id, [numbers[gid] for gid in numbers if gid not in refused])
    return 0.0
