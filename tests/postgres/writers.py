"""Connections of the Backoffice that tell events in transactions and savepoints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from syncd.postgres import db


async def tell(
    connection: db.Executor, *keys: str, changed: Sequence[str] = ("title",), kind: str = "product"
) -> None:
    """One event a key, of the account a."""
    await connection.execute(
        "select syncd.enqueue('a', $1, $2, $3)", kind, list(keys), list(changed)
    )


@dataclass
class Writer:
    """A connection and what its open transaction has told, a list for each savepoint."""

    connection: asyncpg.Connection
    label: str = ""
    levels: list[tuple[Any, list[str]]] = field(default_factory=list)

    async def begin(self, number: int) -> None:
        """A transaction, or a savepoint in it."""
        transaction = self.connection.transaction()
        await transaction.start()
        if not self.levels:
            self.label = f"t{number}"
        self.levels.append((transaction, []))

    async def tell(self, key: str) -> None:
        await tell(self.connection, key, changed=[self.label])
        self.levels[-1][1].append(key)

    async def tell_of_old(self, key: str, days: int) -> None:
        """As from a session whose clock stands wrong."""
        await self.connection.execute(
            "insert into syncd.outbox (account_id, kind, key, changed, created_at)"
            " values ('a', 'product', $1, array[$2], now() - make_interval(days => $3))",
            key,
            self.label,
            days,
        )
        self.levels[-1][1].append(key)

    async def end(self, *, is_kept: bool) -> list[str]:
        """End the innermost level; returns the keys that are committed by it."""
        transaction, keys = self.levels.pop()
        if not is_kept:
            await transaction.rollback()
            return []
        await transaction.commit()
        if not self.levels:
            return keys
        self.levels[-1][1].extend(keys)
        return []
