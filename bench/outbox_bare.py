"""The floor of the outbox bench: a plain lease table in plain SQL, nobody else about."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

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
SETTLE = "delete from lease where id = any($1) and token = $2"


@dataclass(slots=True)
class Bare:
    connection: asyncpg.Connection

    async def fill(self, count: int) -> None:
        await self.connection.execute(FILL, count)

    async def drain(self, batch: int) -> float:
        """Claim with a lease, then delete by id; rows a second."""
        began, done = time.perf_counter(), 0
        while rows := await self.connection.fetch(CLAIM, batch, done):
            await self.connection.execute(SETTLE, [row["id"] for row in rows], done)
            done += len(rows)
        return done / (time.perf_counter() - began)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Bare]:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(SCHEMA)
        yield Bare(connection)
    finally:
        await connection.close()
