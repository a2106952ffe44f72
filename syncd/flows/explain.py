"""Answer "why?": all that is known of one product in one shop, put together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Literal

import asyncpg

from syncd.flows import explain_past, sides
from syncd.flows.explanation import Count, Explanation, Failure, Row, Shot
from syncd.flows.judgement import HELD_BY
from syncd.flows.sides import Sides
from syncd.phrases import joined, phrase
from syncd.postgres import dossier, harms
from syncd.postgres.dossier import FileState
from syncd.recall import recalled
from syncd.records import Shop
from syncd.rules import (
    accidents,
    comparison,
    explaining,
    field_words,
    fields,
    refusals,
    remarks,
    stock,
)
from syncd.rules.clock_words import moment
from syncd.rules.facts import Facts, Hold
from syncd.rules.waiting_words import first_line, request_id, steps
from syncd.shopify.client import Client

LINES = 12  # of the timeline


async def explain(
    pool: asyncpg.Pool,
    client: Client | None,
    shop: Shop,
    key: str,
    *,
    variants: frozenset[str] = frozenset(),
    unheard: str = "",
    zone: tzinfo | None = None,
    most: int = LINES,
) -> Explanation:
    """The answer about one product of ours; `variants` are those that were asked about.

    Reads alone. Where the Backoffice's views are broken, or Shopify does not answer (`client` None:
    `unheard` says why), it tells so and what is known all the same. Times are on the clock of
    `zone`, None: this machine's. `most` lines of the timeline.
    """
    seen = await sides.look(pool, client, shop, key, unheard=unheard)
    is_asked = client is not None and not seen.unheard
    skus, shots = _skus(seen), await _shots(pool, shop, seen)
    rows = _rows(seen, shop, skus)
    facts = await _facts(pool, shop, seen, rows, shots, zone=zone, is_asked=is_asked)
    return Explanation(
        shop=shop.domain,
        key=key,
        title=_title(seen),
        gid=seen.gid or (seen.link.gid if seen.link else None),
        now=facts.now,
        answer=explaining.why(facts),
        rows=rows,
        variants=variants,
        waiting=facts.waiting,
        failure=_failure(facts),
        counts=await _counts(pool, shop, seen, skus),
        pictures=tuple(_shot(one, facts.now) for one in shots),
        remarks=tuple(_remarks(seen)),
        timeline=await explain_past.timeline(pool, shop, key, skus, facts.waiting, most=most),
        missing=_missing(seen),
        held_by=facts.hold.run_id if facts.hold else None,
    )


async def _facts(
    pool: asyncpg.Pool,
    shop: Shop,
    seen: Sides,
    rows: Sequence[Row],
    shots: Sequence[FileState],
    *,
    zone: tzinfo | None,
    is_asked: bool,
) -> Facts:
    """What the sentence is made of; `is_asked`: Shopify was."""
    key, skus = seen.key, _skus(seen)
    standing = await dossier.standing(pool, shop.shop_id)
    counted = list(skus) if stock.is_kept(shop) else []  # elsewhere what waits of counts goes away
    return Facts(
        key=key,
        domain=shop.domain,
        now=standing.now.astimezone(zone),
        standing=standing,
        is_here=None if seen.broken[0] else seen.product is not None,
        is_linked=seen.link is not None,
        is_there=seen.observed is not None if is_asked else None,
        status=seen.known.status if seen.known else "",
        accepted_at=await explain_past.last_sent(pool, shop, key),
        refusal=seen.refusal,
        waiting=tuple(await dossier.changes(pool, shop.shop_id, key, counted)),
        differences=_differences(seen),
        kept=tuple(_as_difference(row) for row in rows if row.who == "kept"),
        hold=await _hold(pool, shop, key),
        reverted_at=seen.reverted.reverted_at if seen.reverted else None,
        skus=skus,
        blocked=_blocked(seen),
        failed_pictures=tuple(one.said for one in map(_shot, shots) if one.state == "failed"),
        pending_pictures=sum(one.state == "pending" for one in shots),
        broken=seen.broken,
        unheard=seen.unheard,
    )


def _remarks(seen: Sides) -> list[str]:
    """What is odd of it, here or there."""
    said = remarks.of(seen.product) if seen.product else []
    if seen.link is not None and seen.link.is_gone and seen.wanted is not None:
        is_anew = accidents.is_made_anew(seen.wanted)
        tell = accidents.made_anew if is_anew else accidents.stays_away
        said.append(tell(seen.key, seen.wanted))
    return said


def _skus(seen: Sides) -> dict[str, str]:
    """By variant key: the Backoffice's now, or those that were sent last."""
    found = {one.key: one.sku for one in seen.known.variants} if seen.known else {}
    if seen.product is not None:
        found |= {one.key: one.sku or "" for one in seen.product.variants}
    return found


def _title(seen: Sides) -> str:
    return next((one.title for one in (seen.product, seen.known, seen.observed) if one), "")


def _rows(seen: Sides, shop: Shop, skus: dict[str, str]) -> tuple[Row, ...]:
    """Each field that any side has a word on, those that differ marked with who did it."""
    forms = (seen.told or seen.wanted, seen.known, seen.there)
    texts = [fields.lines(form) if form is not None else None for form in forms]
    who = {one.field: one for one in _differences(seen)}
    names = [*dict.fromkeys(name for text in texts for name in text or ())]
    rows = []
    for name in [*names, *(name for name in who if name not in names)]:
        wanted, known, observed = (None if text is None else text.get(name, "") for text in texts)
        if name not in names:
            wanted, known, observed = who[name].wanted, who[name].known, who[name].observed
        if wanted or known or observed:
            word = field_words.field(name, skus)
            made_by = who[name].who if name in who else _kept(name, wanted, observed, seen, shop)
            rows.append(Row(name, word, wanted, known, observed, made_by))
    return tuple(rows)


def _kept(
    name: str, wanted: str | None, observed: str | None, seen: Sides, shop: Shop
) -> Literal["kept", "reverted", "backoffice"] | None:
    """What differs from the Backoffice's and is to stay: a person's doing, or the merchant's."""
    if seen.told is not None:
        return "backoffice" if wanted != observed else None
    if wanted is None or observed is None or wanted == observed:
        return None
    if seen.reverted is not None:
        return "reverted"
    is_price = name.endswith("price")
    is_picture = "picture" in name and shop.image_mode == "if_empty"
    return "kept" if is_price or is_picture else None


def _differences(seen: Sides) -> tuple[comparison.FieldDifference, ...]:
    if seen.compared is not None:
        return seen.compared.fields
    if seen.asked is not None and seen.known is not None:
        return comparison.changed(seen.asked, seen.known)
    return ()


def _as_difference(row: Row) -> comparison.FieldDifference:
    return comparison.FieldDifference(
        row.name, row.wanted or "", row.known, row.observed or "", "shopify"
    )


def _blocked(seen: Sides) -> tuple[str, ...]:
    variants = seen.product.variants if seen.product else ()
    return tuple(one.sku or one.key for one in variants if one.is_blocked)


async def _hold(pool: asyncpg.Pool, shop: Shop, key: str) -> Hold | None:
    held = (await harms.look(pool, shop.shop_id, [key])).held.get(key)
    return (
        Hold(held.run_id, joined([*map(recalled, held.hold)], "; "), held.is_rejected)
        if held
        else None
    )


async def _shots(pool: asyncpg.Pool, shop: Shop, seen: Sides) -> list[FileState]:
    gids = list(seen.link.files.values()) if seen.link else []
    return await dossier.pictures(pool, shop.shop_id, gids) if gids else []


def _shot(one: FileState, now: datetime | None = None) -> Shot:
    if one.state == "failed":
        return Shot(one.ref, "failed", refusals.picture(one.error, one.ref))
    if one.state == "pending" and one.look_at is not None and now is not None:
        said = phrase("Shopify fetches it; asked again at {at}", at=moment(one.look_at, now))
        return Shot(one.ref, "pending", said)
    return Shot(one.ref, one.state)


async def _counts(
    pool: asyncpg.Pool, shop: Shop, seen: Sides, skus: dict[str, str]
) -> tuple[Count, ...]:
    here = {one.key: one for one in seen.product.variants} if seen.product else {}
    agreed = await dossier.counts(pool, shop, list(skus))
    ids = seen.link.variants if seen.link else {}
    found = []
    for key, sku in skus.items():
        level = seen.levels.get(ids[key].inventory_item) if key in ids else None
        warehouse = here[key].quantity if key in here and here[key].is_tracked else None
        location = level.available if level else None
        row = agreed[key]
        found.append(Count(key, sku, warehouse, row.agreed, location, row.sending))
    return tuple(found)


def _failure(facts: Facts) -> Failure | None:
    """The error to look at first: the product's, else that of a count."""
    for one in (*facts.of("product"), *facts.of("stock")):
        if one.error and one.failed_at and not one.error.startswith(HELD_BY):
            said, hints = steps(one.error)
            again_at = None if one.state == "dead" else one.due_at
            attempts = max(one.failures, 1)
            return Failure(one.failed_at, said, hints, attempts, again_at, request_id(one.error))
    return None


def _missing(seen: Sides) -> tuple[str, ...]:
    missing = []
    if seen.broken[0]:
        missing.append(phrase("The Backoffice could not be read: {said}", said=seen.broken[0]))
    if seen.unheard:
        said = first_line(seen.unheard)
        missing.append(phrase("Shopify could not be asked: {said}", said=said))
    return tuple(missing)
