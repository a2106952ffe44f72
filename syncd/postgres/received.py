"""What came back from Shopify, given to the Backoffice through its contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from syncd.errors import ContractError
from syncd.phrases import phrase
from syncd.postgres import backoffice
from syncd.postgres.db import Connection, Executor, Statements
from syncd.sales import Completion, Head, Kind, Tracking

sql = Statements("received")

BROKEN = (  # the contract's function is not there, or not ours to call: no thing can help that
    asyncpg.UndefinedFunctionError,
    asyncpg.InvalidSchemaNameError,
    asyncpg.InsufficientPrivilegeError,
)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a thing: `updated_at` by Shopify, `read_at` when we asked for that."""

    key: str | None
    updated_at: datetime | None
    read_at: datetime | None
    gone_at: datetime | None


async def lock(
    connection: Connection, *, shop_id: int, kind: Kind, gids: Sequence[str]
) -> dict[str, Known]:
    """What is known of these, by GID, theirs alone until the transaction ends."""
    await sql.take_turns.execute(connection, shop_id=shop_id)
    await sql.lock.execute(connection, shop_id=shop_id, kind=kind, gids=list(gids))
    rows = await sql.known.fetch(connection, shop_id=shop_id, kind=kind, gids=list(gids))
    return {
        row["gid"]: Known(row["key"], row["updated_at"], row["read_at"], row["gone_at"])
        for row in rows
    }


async def give(
    connection: Connection, *, account_id: str, kind: Kind, told: Mapping[str, Any]
) -> str | None:
    """Give a thing to the Backoffice, in a savepoint of its own; returns the Backoffice's key.

    Raises what the Backoffice's function raises, as asyncpg has it.
    """
    async with connection.transaction():
        key: str | None
        if kind == "customer":
            key = await sql.receive_customer.value(
                connection, account_id=account_id, customer=dict(told)
            )
        else:
            key = await sql.receive_order.value(connection, account_id=account_id, sold=dict(told))
        return key


async def take_turns(connection: Connection, shop_id: int) -> None:
    """Whoever gives things of this shop to the Backoffice waits for the others, until the end."""
    await sql.take_turns.execute(connection, shop_id=shop_id)


async def give_product(
    connection: Connection, *, account_id: str, department_key: str, told: Mapping[str, Any]
) -> Any:
    """Give a product to the Backoffice; returns what its function does: its keys.

    Raises ContractError where there is no such function, else what it raises, as asyncpg has it.
    """
    try:
        return await sql.receive_product.value(
            connection, account_id=account_id, department_key=department_key, product=dict(told)
        )
    except BROKEN as error:
        raise ContractError(
            phrase(
                "nothing can be imported: syncd_contract.receive_product cannot be called ({why})",
                why=str(error),
            ),
            hint=phrase("make it in the Backoffice (docs/backoffice.md), or grant execute on it"),
        ) from error


async def save(
    connection: Connection,
    *,
    shop_id: int,
    kind: Kind,
    keys: Mapping[str, tuple[str | None, datetime]],
    read_at: datetime,
) -> None:
    """Note what was received: the Backoffice's key, the time of the last change, by GID."""
    await sql.save.execute(
        connection,
        shop_id=shop_id,
        kind=kind,
        gids=list(keys),
        keys=[key for key, _ in keys.values()],
        updated=[updated_at for _, updated_at in keys.values()],
        read_at=read_at,
    )


async def save_gone(
    connection: Connection, *, shop_id: int, kind: Kind, gids: Sequence[str]
) -> None:
    await sql.save_gone.execute(connection, shop_id=shop_id, kind=kind, gids=list(gids))


async def refuse(
    connection: Connection, *, shop_id: int, kind: Kind, refused: Mapping[str, tuple[str, float]]
) -> None:
    """Note why the Backoffice refused these, with the seconds until they are tried again."""
    await sql.refuse.execute(
        connection,
        shop_id=shop_id,
        kind=kind,
        gids=list(refused),
        errors=[error for error, _ in refused.values()],
        waits_s=[wait_s for _, wait_s in refused.values()],
    )


async def failures(
    db: Executor, *, shop_id: int, kind: Kind, gids: Sequence[str]
) -> dict[str, int]:
    """How often in a row the Backoffice refused these in a pull."""
    rows = await sql.failures.fetch(db, shop_id=shop_id, kind=kind, gids=list(gids))
    return {row["gid"]: row["failures"] for row in rows}


async def due(db: Executor, *, shop_id: int, kind: Kind, most: int) -> list[str]:
    """The GIDs of what was refused and is to be tried again now."""
    rows = await sql.due.fetch(db, shop_id=shop_id, kind=kind, most=most)
    return [row["gid"] for row in rows]


async def unknown(
    db: Executor, *, shop_id: int, kind: Kind, heads: Sequence[Head], margin_s: float
) -> list[str]:
    """The GIDs of those heads that have to be read, in their order."""
    rows = await sql.surely_known.fetch(
        db,
        shop_id=shop_id,
        kind=kind,
        gids=[head.gid for head in heads],
        updated=[head.updated_at for head in heads],
        margin_s=margin_s,
    )
    known = {row["gid"] for row in rows}
    return [head.gid for head in heads if head.gid not in known]


async def listed(db: Executor, *, shop_id: int, kind: Kind, gids: Sequence[str]) -> None:
    """Note that a list of all there is has these."""
    await sql.listed.execute(db, shop_id=shop_id, kind=kind, gids=list(gids))


async def unlisted(
    db: Executor, *, shop_id: int, kind: Kind, since: datetime, most: int
) -> list[str]:
    """The GIDs of what the Backoffice has and a list that was asked for then did not have."""
    rows = await sql.unlisted.fetch(db, shop_id=shop_id, kind=kind, since=since, most=most)
    return [row["gid"] for row in rows]


async def variant_keys(db: Executor, *, shop_id: int, gids: Sequence[str]) -> dict[str, str]:
    """The Backoffice's keys of these variants, by GID; strangers are not in it."""
    rows = await sql.variant_keys.fetch(db, shop_id=shop_id, gids=list(gids))
    return {row["gid"]: row["variant_key"] for row in rows}


async def gids_of(
    db: Executor, *, shop_id: int, kind: Kind, keys: Sequence[str]
) -> dict[str, str | None]:
    """Shopify's ids of what the Backoffice was given, by its keys; None: from another shop."""
    rows = await sql.gids_of.fetch(db, shop_id=shop_id, kind=kind, keys=list(keys))
    return {row["key"]: row["gid"] if row["is_ours"] else None for row in rows}


async def completions(
    db: Executor, *, account_id: str, keys: Sequence[str]
) -> dict[str, Completion]:
    """Which of these orders are completed, by key. Raises ContractError."""
    async with backoffice.reading(db):
        rows = await sql.completions.fetch(db, account_id=account_id, keys=list(keys))
    found: dict[str, Completion] = {}
    for row in rows:
        if row["order_key"] in found:
            raise ContractError(
                f"syncd_contract.order_completion has two rows for order {row['order_key']}"
            )
        found[row["order_key"]] = Completion(
            key=row["order_key"],
            completed_at=row["completed_at"],
            tracking=Tracking(
                company=(row["tracking_company"] or "").strip(),
                number=(row["tracking_number"] or "").strip(),
                url=(row["tracking_url"] or "").strip(),
            ),
            lines=row["lines"],
        )
    return found


async def counts(db: Executor, *, shop_id: int, kind: Kind) -> tuple[int, int]:
    """How many the Backoffice has, how many it refused."""
    row = await sql.counts.row(db, shop_id=shop_id, kind=kind)
    assert row is not None  # an aggregate
    return row["received"], row["refused"]
