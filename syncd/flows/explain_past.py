"""What happened to a product, as far as it is written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import asyncpg

from syncd.flows.explanation import Moment, Move
from syncd.flows.judgement import HELD_BY
from syncd.phrases import phrase
from syncd.postgres import dossier
from syncd.postgres.dossier import Accepted, Event
from syncd.records import Form, Shop
from syncd.rules import comparison, field_words, mapping
from syncd.rules import timeline as words
from syncd.rules.facts import Waiting
from syncd.rules.waiting_words import first_line, request_id

RECEIVED = "receive_stock"  # the document of what went to the Backoffice


async def last_sent(pool: asyncpg.Pool, shop: Shop, key: str) -> datetime | None:
    """When Shopify last accepted something of the product; None: never, or it is forgotten."""
    found = await dossier.accepted(pool, shop.shop_id, key, [], 1)
    return found[0].accepted_at if found else None


async def timeline(
    pool: asyncpg.Pool,
    shop: Shop,
    key: str,
    skus: Mapping[str, str],
    waiting: Sequence[Waiting],
    *,
    most: int,
) -> tuple[Moment, ...]:
    """The latest lines, the oldest of them first."""
    keys = list(skus)
    found = [
        _accepted(one, skus) for one in await dossier.accepted(pool, shop.shop_id, key, keys, most)
    ]
    found += _touched(await dossier.events(pool, shop.account_id, key, keys, most), skus)
    for deed in await dossier.deeds(pool, shop.shop_id, key, most):
        names = [str(one["field"]) for one in deed.fields]
        found.append(Moment(deed.at, words.deed(deed.what, deed.run_id, deed.actor, names, skus)))
    found += [_failed(one) for one in waiting if one.error and one.failed_at]
    return tuple(sorted(found, key=lambda one: one.at)[-most:])


def _touched(events: Sequence[Event], skus: Mapping[str, str]) -> list[Moment]:
    """Events, those of one moment by one hand as one line."""
    together: dict[tuple[str, str, str, datetime], dict[str, None]] = {}
    for one in reversed(events):
        place = (one.kind, one.key, one.actor, one.created_at.replace(microsecond=0))
        together.setdefault(place, {}).update(dict.fromkeys(one.changed))
    return [
        Moment(at, words.event(kind, skus.get(key) or key, tuple(changed), actor))
        for (kind, key, actor, at), changed in together.items()
    ]


def _accepted(one: Accepted, skus: Mapping[str, str]) -> Moment:
    moves: tuple[Move, ...] = ()
    if one.kind == "stock":
        sku = skus.get(one.key) or one.key
        before = (one.before or {}).get("quantity")
        is_received = RECEIVED in one.writes
        said = words.count(sku, before, one.after.get("quantity"), is_received=is_received)
    else:
        before_form = mapping.from_json(one.before) if one.before else None
        after = mapping.from_json(one.after)
        said, moves = words.accepted(before_form, after, skus), _moves(before_form, after, skus)
    if one.note:
        said = phrase("{said}: {note}", said=said, note=one.note)
    history_id = one.history_id if one.kind == "product" else None
    return Moment(one.accepted_at, said, one.request_ids, moves, history_id)


def _moves(before: Form | None, after: Form, skus: Mapping[str, str]) -> tuple[Move, ...]:
    """What a write changed; nothing where it made the product: all of it is new."""
    found = comparison.changed(after, before) if before is not None else ()
    return tuple(
        Move(one.field, field_words.field(one.field, skus), one.observed, one.wanted)
        for one in found
    )


def _failed(one: Waiting) -> Moment:
    error, at = one.error or "", one.failed_at
    assert at is not None
    said = first_line(error)
    if not error.startswith(HELD_BY):
        said = words.ended(said, is_dead=one.state == "dead")
    return Moment(at, said, tuple(filter(None, (request_id(error),))))
