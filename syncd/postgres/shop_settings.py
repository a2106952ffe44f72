"""A shop's settings as values by name, with their log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from syncd.errors import ConfigError
from syncd.phrases import phrase
from syncd.postgres import webhooks
from syncd.postgres.db import Connection, Executor, Statements
from syncd.rules.setting_kinds import Interval, Value
from syncd.rules.shop_settings import BY_NAME, SETTINGS

sql = Statements("shop_settings")

REMOVAL_S = 3600.0  # millions of rows may go with a shop


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the log: who changed what; of a secret `old` and `new` tell nothing."""

    at: datetime
    setting: str
    old: str | None
    new: str | None
    changed_by: str


@dataclass(frozen=True, slots=True)
class Belongings:
    """How many rows are stored of a shop."""

    links: int
    changes: int
    received: int
    deliveries: int
    history: int


async def stored(db: Executor, shop_id: int) -> dict[str, Value]:
    """All settings by name; of secrets whether there is one. ConfigError: there is no such shop."""
    row = await sql.stored.value(db, shop_id=shop_id)
    if row is None:
        raise _gone(shop_id)
    return {one.name: _value(row[one.stored_as]) for one in SETTINGS}


async def lock(connection: Connection, shop_id: int, author: str) -> None:
    """Keep others from the settings until the transaction ends; `author` stands in the log.

    Raises ConfigError when there is no such shop any more.
    """
    if await sql.lock.value(connection, shop_id=shop_id) is None:
        raise _gone(shop_id)
    await sql.sign.value(connection, author=author)


async def change(connection: Connection, shop_id: int, values: Mapping[str, Value]) -> None:
    """Store values by name, no secrets; those that are not named stay."""
    given = {BY_NAME[name].stored_as: _json(name, value) for name, value in values.items()}
    await sql.change.execute(connection, shop_id=shop_id, given=given)


async def set_app_secret(connection: Connection, shop_id: int, sealed: bytes | None) -> None:
    """Another secret, which takes effect beside the present one; None: no webhook is accepted."""
    if sealed is None:
        await sql.remove_app_secret.execute(connection, shop_id=shop_id)
    else:
        await webhooks.set_secret(connection, shop_id, sealed)


async def is_linked(db: Executor, shop_id: int) -> bool:
    """Whether any product of the shop is linked."""
    found: bool = await sql.is_linked.value(db, shop_id=shop_id)
    return found


async def log(db: Executor, domain: str, *, most: int) -> list[Entry]:
    """Who changed what of the shop of this address, the newest first."""
    return [Entry(**row) for row in await sql.log.fetch(db, domain=domain, most=most)]


async def belongings(db: Executor, shop_id: int) -> Belongings:
    """What would go with the shop."""
    row = await sql.belongings.row(db, shop_id=shop_id)
    assert row is not None
    return Belongings(**row)


async def remove(connection: Connection, shop_id: int) -> None:
    """Delete the shop with all that is stored of it; its log, audit, receipts stay."""
    await connection.execute(sql.remove.text, shop_id, timeout=REMOVAL_S)


def _gone(shop_id: int) -> ConfigError:
    return ConfigError(
        phrase("there is no shop {shop_id}", shop_id=shop_id),
        hint=phrase("it may have been removed just now"),
    )


def _value(stored: object) -> Value:
    if isinstance(stored, list):
        return tuple(stored)
    assert stored is None or isinstance(stored, bool | int | str)
    return stored


def _json(name: str, value: Value) -> object:
    if isinstance(BY_NAME[name].kind, Interval) and value is not None:
        return f"{value} seconds"
    return list(value) if isinstance(value, tuple) else value
