"""Write down how the changes of a step ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import anyio

from syncd.flows import counted, judgement, window
from syncd.flows.outcome import Outcome
from syncd.flows.step import Step
from syncd.postgres import files, harms, history, links, outbox
from syncd.postgres.db import Connection, clock, transaction
from syncd.postgres.outbox import Settled
from syncd.records import Link, Shop, VariantForm
from syncd.rules import stock
from syncd.rules.harms import Harm


async def settle(step: Step, outcomes: Sequence[Outcome]) -> None:
    """One transaction: the ends of the claims with links and history; the rest is given back."""
    kept, shop = step.judged.kept, step.shop
    ended = [one for one in outcomes if one.verdict or one.change.key in kept]
    if ended:
        async with transaction(step.pool) as connection:
            now, now_s = await clock(connection), anyio.current_time()
            runs = await window.hold(connection, shop.shop_id, step.judged)
            ends = [_settled(step, one, runs) for one in ended]
            held = await outbox.settle(connection, ends)
            ours = {one.change.key: one for one in ended if one.change.change_id in held}
            for outcome in (one for key, one in ours.items() if key not in kept):
                ago_s = now_s - outcome.ended_s
                async with connection.transaction():
                    await _note(connection, shop, outcome, now - timedelta(seconds=ago_s))
            await window.note(connection, step, runs, ours.keys())
            await harms.done(connection, shop.shop_id, _done(step, ours))
        counted.ended(shop, "product", [e for e in ends if e.change.change_id in held], kept=kept)
        for one in (one for key, one in ours.items() if key not in kept):
            at = now - timedelta(seconds=now_s - one.ended_s)
            if one.parcel is not None and one.parcel.sent:
                counted.accepted(shop, "product", one.change, one.parcel.sent, at)
    left = [one for one in outcomes if not one.verdict and one.change.key not in kept]
    await outbox.give_back(step.pool, [one.change for one in left])


def _settled(step: Step, outcome: Outcome, runs: Mapping[str, int]) -> Settled:
    key = outcome.change.key
    if (kept := step.judged.kept.get(key)) is not None:
        return Settled(outcome.change, *judgement.end(kept, runs.get(key)))
    return Settled(outcome.change, outcome.verdict, outcome.error, outcome.cause)


def _done(step: Step, ended: Mapping[str, Outcome]) -> dict[str, Sequence[Harm]]:
    """The harm that counts in the window: of what Shopify accepted something, now or unnoticed."""
    return {
        key: found
        for key, found in step.judged.counted.items()
        if key in ended and (parcel := ended[key].parcel) is not None and parcel.is_moved
    }


async def _note(
    connection: Connection, shop: Shop, outcome: Outcome, accepted_at: datetime
) -> None:
    """Write down what Shopify accepted of a product, if it did."""
    parcel = outcome.parcel
    if parcel is None or parcel.link is None:
        return
    link = parcel.link
    if parcel.is_published:
        link = replace(link, published_at=accepted_at)
    if link != parcel.before:
        await links.save(connection, shop.shop_id, link, accepted_at)
        alts = {picture.ref: picture.alt for picture in link.known.pictures or ()}
        await files.save(connection, shop.shop_id, link, alts, accepted_at)
        await _count(connection, shop, parcel.before, link)
    if parcel.sent:
        await history.add(
            connection,
            shop_id=shop.shop_id,
            change=outcome.change,
            gid=link.gid,
            writes=parcel.sent,
            request_ids=parcel.requests,
            before=parcel.before.known if parcel.before else None,
            after=link.known,
            accepted_at=accepted_at,
            note="; ".join(parcel.notes) or None,
        )


async def _count(connection: Connection, shop: Shop, before: Link | None, link: Link) -> None:
    """The counts of variants that were not counted in the shop until now are looked at."""
    was = {one.key: one for one in before.known.variants} if before else {}
    keys = [
        one.key
        for one in link.known.variants
        if one.key not in was
        or (one.tracked, one.stopped) != _counted(was[one.key])
        or (before and before.variants.get(one.key) != link.variants.get(one.key))
    ]
    if keys and stock.is_kept(shop):
        await outbox.enqueue(
            connection, shop_id=shop.shop_id, kind="stock", keys=keys, lane="stock"
        )


def _counted(known: VariantForm) -> tuple[bool, bool]:
    return known.tracked, known.stopped
