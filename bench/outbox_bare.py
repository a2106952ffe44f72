"""The floor of the outbox bench: a plain lease table in plain SQL, nobody else about."""

from __future__ import annotations

import itertools
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
import asyncpg

from bench.outbox_drain import SIDE_BY_SIDE, each

SCHEMA = """
create table lease (
  id bigint generated always as identity primary key,
  shop_id integer not null,
  key text not null,
  due_at timestamptz not null default now(),
  deliveries integer not null default 0,
  token bigint,
  claimed_by text
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
create index lease_due on lease (shop_id, due_at, id);
create table plain (key text not null);
"""
FILL = "insert into lease (shop_id, key) select 1, 'p' || n from generate_series(1, $1) as n"
CLAIM = """
update lease
set due_at = now() + interval '10 minutes', token = $2, claimed_by = 'bench',
  deliveries = deliveries + 1
where id = any(array(
  select id from lease
  where shop_id = 1 and due_at <= now()
  order by due_at, id
  limit $1
  for update skip locked
))
returning id, key, deliveries
"""
ONE = "insert into plain (key) values ($1)"
SETTLE = "delete from lease where id = any($1) and token = $2"


@dataclass(slots=True)
class Bare:
    """As many connections as our own drain uses."""

    connections: list[asyncpg.Connection]
    tokens: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def fill(self, count: int) -> None:
        await self.connections[0].execute(FILL, count)

    async def write_singly(self, count: int) -> float:
        """Rows a second, a transaction each: what a commit lets through, whatever is written."""
        began = time.perf_counter()
        for number in range(count):
            await self.connections[0].execute(ONE, f"p{number}")
        return count / (time.perf_counter() - began)

    async def drain(self, batch: int) -> float:
        """Claim with a lease, a task for each row, delete by id; rows a second."""
        began, done = time.perf_counter(), 0

        async def work_off(connection: asyncpg.Connection) -> None:
            nonlocal done
            while rows := await connection.fetch(CLAIM, batch, token := next(self.tokens)):
                await each(len(rows))
                await connection.execute(SETTLE, [row["id"] for row in rows], token)
                done += len(rows)

        async with anyio.create_task_group() as group:
            for connection in self.connections:
                group.start_soon(work_off, connection)
        return done / (time.perf_counter() - began)

    async def drain_alone(self, batch: int) -> float:
        """The same with one connection and no tasks."""
        began, done = time.perf_counter(), 0
        connection, token = self.connections[0], next(self.tokens)
        while rows := await connection.fetch(CLAIM, batch, token):
            await connection.execute(SETTLE, [row["id"] for row in rows], token)
            done += len(rows)
        return done / (time.perf_counter() - began)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Bare]:
    connections = [await asyncpg.connect(url) for _ in range(SIDE_BY_SIDE)]
    try:
        await connections[0].execute(SCHEMA)
        yield Bare(connections)
    finally:
        for connection in connections:
            await connection.close()
