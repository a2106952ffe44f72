"""All that is written down of one product in one shop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from syncd.errors import ConfigError
from syncd.postgres.db import Executor, Statements
from syncd.records import Shop
from syncd.rules.facts import Standing, Waiting

sql = Statements("dossier")


@dataclass(frozen=True, slots=True)
class Accepted:
    """A write that Shopify accepted, or a count that moved; `before`, `after` as JSON.

    `note` is what a person should know of it.
    """

    history_id: int
    accepted_at: datetime
    kind: Literal["product", "stock", "order"]
    key: str
    writes: tuple[str, ...]
    request_ids: tuple[str, ...]
    before: dict[str, Any] | None
    after: dict[str, Any]
    events: int
    note: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """Something of the Backoffice was touched; empty `changed`: nobody knows what."""

    created_at: datetime
    kind: str
    key: str
    changed: tuple[str, ...]
    actor: str


@dataclass(frozen=True, slots=True)
class Deed:
    """What a run found (`what` is its verdict, held or revert), or a person did."""

    at: datetime
    what: str
    run_id: int | None
    actor: str
    fields: list[dict[str, Any]]
    reason: str | None


@dataclass(frozen=True, slots=True)
class FileState:
    """Whether Shopify has fetched a picture; `look_at` is when it is asked the next time."""

    gid: str
    ref: str
    state: Literal["pending", "ready", "failed"]
    error: str | None
    look_at: datetime | None


@dataclass(frozen=True, slots=True)
class CountRow:
    """The count of a variant that was agreed on, and the one that a call is setting."""

    key: str
    agreed: int | None
    agreed_at: datetime | None
    sending: int | None
    sending_since: datetime | None


async def standing(db: Executor, shop_id: int) -> Standing:
    """Whether the shop is sent to; raises ConfigError when there is no such shop."""
    row = await sql.standing.row(db, shop_id=shop_id)
    if row is None:
        raise ConfigError(f"there is no shop {shop_id}", hint="it may have been removed just now")
    return Standing(**row)


async def changes(
    db: Executor, shop_id: int, key: str, variant_keys: Sequence[str]
) -> list[Waiting]:
    rows = await sql.changes.fetch(db, shop_id=shop_id, key=key, variant_keys=list(variant_keys))
    return [Waiting(**{**row, "changed": tuple(row["changed"])}) for row in rows]


async def accepted(
    db: Executor, shop_id: int, key: str, variant_keys: Sequence[str], most: int
) -> list[Accepted]:
    """What was accepted of the product and of its counts, the latest first."""
    rows = await sql.accepted.fetch(
        db, shop_id=shop_id, key=key, variant_keys=list(variant_keys), most=most
    )
    lists = ("writes", "request_ids")
    return [Accepted(**{**row, **{name: tuple(row[name]) for name in lists}}) for row in rows]


async def events(
    db: Executor, account_id: str, key: str, variant_keys: Sequence[str], most: int
) -> list[Event]:
    """What was touched of the product and of its counts, the latest first."""
    rows = await sql.events.fetch(
        db, account_id=account_id, key=key, variant_keys=list(variant_keys), most=most
    )
    return [Event(**{**row, "changed": tuple(row["changed"])}) for row in rows]


async def deeds(db: Executor, shop_id: int, key: str, most: int) -> list[Deed]:
    rows = await sql.deeds.fetch(db, shop_id=shop_id, key=key, most=most)
    return [Deed(**row) for row in rows]


async def pictures(db: Executor, shop_id: int, gids: Sequence[str]) -> list[FileState]:
    rows = await sql.pictures.fetch(db, shop_id=shop_id, gids=list(gids))
    return [FileState(**row) for row in rows]


async def counts(db: Executor, shop: Shop, variant_keys: Sequence[str]) -> dict[str, CountRow]:
    """By variant key; a variant without an agreed count has None."""
    rows = await sql.counts.fetch(
        db,
        shop_id=shop.shop_id,
        warehouse_key=shop.stock_warehouse,
        location=shop.location,
        variant_keys=list(variant_keys),
    )
    return {row["key"]: CountRow(**row) for row in rows}


async def stamp(db: Executor, shop_id: int, key: str) -> str:
    """Another text as soon as something of the product has happened."""
    found: str = await sql.stamp.value(db, shop_id=shop_id, key=key)
    return found
