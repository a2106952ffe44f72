"""A Backoffice at work: a program that changes its products until it is killed.

Each title carries a version that grows with every change of the product, in the order of the
commits: it is drawn while the row is locked. What was committed is noted, `key version` a line,
after Postgres said so and not before.
"""

from __future__ import annotations

import os
import random
import re
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import anyio
import asyncpg

NAME = "scribe"  # in pg_stat_activity
HANDS = 3  # connections at work at the same time
PAUSE_S = 0.02
PREPARE = "create sequence if not exists retail.version"
TITLE = re.compile(r"Vare (\d+) v(\d+)( undone)?")
RENAME = """
update retail.product p
set title = format('Vare %s v%s%s', p.product_id, nextval('retail.version'), $2::text)
from (
  select product_id
  from retail.product
  where product_id = any($1)
  order by product_id
  for update
) as locked
where p.product_id = locked.product_id
returning p.title
"""
PRICE = """
update retail.price r
set list_price = 100 + nextval('retail.version') % 900
from retail.variant v
where v.product_id = $1 and r.variant_id = v.variant_id
"""


async def rename(
    connection: asyncpg.Connection, keys: Sequence[int], mark: str = ""
) -> list[tuple[int, int]]:
    """New titles for these products; returns them with their versions."""
    rows = await connection.fetch(RENAME, keys, mark)
    return [(int(key), int(version)) for row in rows for key, version, _ in TITLE.findall(row[0])]


class Hand:
    """One till: a connection that makes one change after the other."""

    def __init__(self, connection: asyncpg.Connection, keys: Sequence[int], seed: str) -> None:
        self.connection = connection
        self.keys = keys
        self.chance = random.Random(seed)
        self.deeds: list[Callable[[], Awaitable[list[tuple[int, int]]]]] = [
            self.one,
            self.one,
            self.many,
            self.several,
            self.none,
        ]

    async def act(self) -> list[tuple[int, int]]:
        """Any one deed; returns what it has committed."""
        return await self.chance.choice(self.deeds)()

    async def one(self) -> list[tuple[int, int]]:
        return await rename(self.connection, [self.chance.choice(self.keys)])

    async def many(self) -> list[tuple[int, int]]:
        """One statement for many products."""
        return await rename(self.connection, self._some())

    async def several(self) -> list[tuple[int, int]]:
        """Many statements, one commit; what a savepoint takes back is not told of."""
        told = []
        async with self.connection.transaction():
            for key in self._some()[:6]:
                told += await rename(self.connection, [key])
                await self.connection.execute(PRICE, key)
                savepoint = self.connection.transaction()
                await savepoint.start()
                await rename(self.connection, [key], " undone")
                await savepoint.rollback()
            await self.connection.execute("select pg_sleep($1)", self.chance.random() * PAUSE_S)
        return told

    async def none(self) -> list[tuple[int, int]]:
        """A transaction that is taken back."""
        transaction = self.connection.transaction()
        await transaction.start()
        await rename(self.connection, self._some(), " undone")
        await transaction.rollback()
        return []

    def _some(self) -> list[int]:
        return sorted(self.chance.sample(self.keys, self.chance.randint(2, len(self.keys))))


async def work(url: str, log: Path, seed: str) -> None:
    """Change products with all hands; ends with the process."""
    notes = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    settings = {"application_name": NAME}
    connections = [await asyncpg.connect(url, server_settings=settings) for _ in range(HANDS)]
    rows = await connections[0].fetch("select product_id from retail.product order by 1")
    keys = [row["product_id"] for row in rows]

    async def toil(hand: Hand) -> None:
        while True:
            for key, version in await hand.act():
                os.write(notes, f"{key} {version}\n".encode())
            await hand.connection.execute("select pg_sleep($1)", hand.chance.random() * PAUSE_S)

    async with anyio.create_task_group() as group:
        for number, connection in enumerate(connections):
            group.start_soon(toil, Hand(connection, keys, f"{seed} {number}"))


if __name__ == "__main__":
    anyio.run(work, sys.argv[1], Path(sys.argv[2]), sys.argv[3])
