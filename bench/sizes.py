"""How much room each sort of row takes, in a filled database, with its indexes.

    make bench NAME=sizes [ROWS=100000]

Postgres 18, every table with so many rows, written as syncd writes them (events by syncd.enqueue,
changes by syncd.arm; forms of some 0.9 kB of JSON with five variants), then vacuumed. Bytes a row,
the table alone and with its indexes. The bar of each is what sql/README.md says, and a quarter.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass

import anyio
import asyncpg

from bench import outbox_server
from syncd.postgres import db, embedded
from syncd.postgres.migrate import migrate

ROWS = int(os.environ.get("ROWS") or 100_000)
MOST = 1.25  # times what the manual says
SETTINGS = {"shared_buffers": "512MB", "max_wal_size": "4GB", "synchronous_commit": "off"}
SHOP = """
insert into syncd.shop (domain, account_id, credentials, price_department, currency, state)
values ('x.myshopify.com', 'fjord', 'x', 'nett', 'NOK', 'linked')
"""
FORM = """
create table public.form as
select jsonb_build_object(
  'title', 'Ullgenser med rund hals', 'vendor', 'Fjell', 'status', 'ACTIVE',
  'options', '["Størrelse"]'::jsonb, 'files', '["https://bilder.example.no/4711-1.jpg"]'::jsonb,
  'variants', jsonb_agg(jsonb_build_object(
    'key', (47110 + v)::text, 'sku', 'ULL-4711-' || v, 'barcode', '70' || (4711000000 + v),
    'price', '1299.00', 'compare_at', null, 'tracked', true, 'values', jsonb_build_array(v::text)
  ))
) as form
from generate_series(1, 5) as v
"""


@dataclass(frozen=True, slots=True)
class Sort:
    """Rows of one sort: how they come to be, in which tables, what the manual says of them."""

    name: str
    statement: str
    tables: tuple[str, ...]
    said: int


SORTS = (
    Sort(
        "event",
        "select count(syncd.enqueue('fjord', 'product', array[n::text], '{title,price}'))"
        " from generate_series(1, $1::int) as n",
        ("outbox",),
        166,
    ),
    Sort(
        "change",
        "select syncd.arm(array(select row(1, 'product', n::text, '{title,price}', 'price', false,"
        " 1, now(), now())::syncd.news from generate_series(1, $1::int) as n))",
        ("change",),
        470,
    ),
    Sort(
        "link",
        "insert into syncd.link (shop_id, kind, key, gid, known, digest)"
        " select 1, 'product', n::text, 'gid://shopify/Product/' || 8000000000000 + n, f.form,"
        " md5(n::text) || md5(n::text)"
        " from generate_series(1, $1::int) as n cross join public.form as f",
        ("link",),
        1834,
    ),
    Sort(
        "variant_link",
        "insert into syncd.variant_link (shop_id, product_key, variant_key, gid, inventory_item)"
        " select 1, (1 + n / 5)::text, n::text, 'gid://shopify/ProductVariant/' || 4000000000000"
        " + n, 'gid://shopify/InventoryItem/' || 4000000000000 + n"
        " from generate_series(1, $1::int) as n",
        ("variant_link",),
        379,
    ),
    Sort(
        "history",
        "insert into syncd.history (shop_id, kind, key, gid, writes, before, after, events,"
        " first_event_at, accepted_at, settled_at) select 1, 'product', (1 + n % 10000)::text,"
        " 'gid://shopify/Product/' || 8000000000000 + n, '{ProductUpdate}', f.form, f.form, 1,"
        " now(), now(), now() from generate_series(1, $1::int) as n cross join public.form as f",
        ("history",),
        1770,
    ),
    Sort(
        "run_difference",
        "with r as (insert into syncd.run (shop_id, state, asked_by, total, differs)"
        " values (1, 'sending', 'bench', $1::int, $1::int) returning run_id)"
        " insert into syncd.run_difference (run_id, shop_id, place, verdict, key, gid, title,"
        " fields, observed, known) select r.run_id, 1, n, 'differs', n::text,"
        " 'gid://shopify/Product/' || 8000000000000 + n, 'Ullgenser', '[\"price\"]', f.form, f.form"
        " from r cross join generate_series(1, $1::int) as n cross join public.form as f",
        ("run_difference",),
        1805,
    ),
    Sort(
        "received",
        "insert into syncd.received (shop_id, kind, gid, key, updated_at, read_at, received_at)"
        " select 1, 'order', 'gid://shopify/Order/' || 6000000000000 + n, n::text, now(), now(),"
        " now()"
        " from generate_series(1, $1::int) as n",
        ("received",),
        242,
    ),
    Sort(
        "audit",
        "insert into syncd.audit (actor, action, shop_id, given, rows) select 'kari', 'retry', 1,"
        " jsonb_build_object('key', n::text), 1 from generate_series(1, $1::int) as n",
        ("audit",),
        138,
    ),
)
SIZE = """
select
  sum(pg_relation_size(c.oid) + coalesce(pg_relation_size(nullif(c.reltoastrelid, 0)), 0))::int8,
  sum(pg_total_relation_size(c.oid))::int8
from pg_class c
where c.relnamespace = 'syncd'::regnamespace
  and c.relkind = 'r'
  and (c.relname = $1 or c.relname ~ ('^' || $1 || '_\\d{8}$'))
"""
INDEX = "create index on syncd.{} (key, created_at)"
TODAY = "select 'outbox_' || to_char(now() at time zone 'UTC', 'YYYYMMDD')"


async def bytes_of(pool: asyncpg.Pool, tables: tuple[str, ...]) -> tuple[int, int]:
    rows = [await pool.fetchrow(SIZE, table) for table in tables]
    return sum(row[0] for row in rows if row), sum(row[1] for row in rows if row)


async def measure(pool: asyncpg.Pool, sort: Sort) -> dict[str, int]:
    """Bytes a row: the table alone, with its indexes; what an empty one takes is left out."""
    before = await bytes_of(pool, sort.tables)
    await pool.execute(sort.statement, ROWS, timeout=600)
    await pool.execute("vacuum (analyze)", timeout=600)
    after = await bytes_of(pool, sort.tables)
    return {
        "alone": round((after[0] - before[0]) / ROWS),
        "whole": round((after[1] - before[1]) / ROWS),
    }


async def over(pool: asyncpg.Pool) -> int:
    """An event once its day is over, and indexed by key."""
    await pool.execute(INDEX.format(await pool.fetchval(TODAY)))
    return round((await bytes_of(pool, ("outbox",)))[1] / ROWS)


async def main() -> int:
    found: dict[str, dict[str, int]] = {}
    with outbox_server.folder() as place:
        async with embedded.server(place / "data", settings=SETTINGS) as server:
            url = await embedded.create_database(server, "sizes")
            async with db.connect(url, name="bench: sizes", size=1) as pool:
                await migrate(pool)
                await pool.execute(SHOP)
                await pool.execute(FORM)
                form = await pool.fetchval("select length(form::text) from public.form")
                for sort in SORTS:
                    found[sort.name] = await measure(pool, sort)
                    print(f"{sort.name:16}{found[sort.name]}", flush=True)
                found["event, its day over"] = {"whole": await over(pool)}
    print(json.dumps({"rows": ROWS, "form_bytes": form, **found}))
    return int(any(found[one.name]["whole"] > MOST * one.said for one in SORTS))


if __name__ == "__main__":
    sys.exit(anyio.run(main))
