"""What the reference Backoffice's triggers cost: its statements with them beside those without.

One embedded server with fsync on. With and without take turns within each round, first one first,
then the other, so that a noisy machine is noisy for both; medians are shown. Only the capture
triggers are silenced: those by which the Backoffice keeps its own house work in both.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import product
from pathlib import Path

import anyio
import asyncpg
from anyio import to_thread

from syncd.postgres import db, embedded, reference
from syncd.postgres.migrate import migrate

ROUNDS = int(os.environ.get("ROUNDS", "5"))
SINGLES = int(os.environ.get("SINGLES", "240"))
ROWS = int(os.environ.get("ROWS", "100000"))
PART = 4_000  # below the 5,000 products that become one event
BLOCK, MADE = 60, 10  # single updates with and without in turn; plans are made in the first of them
WARM = 300  # single updates of a session before its mass update
MOST = 1.3
SETTINGS = {"shared_buffers": "256MB", "max_wal_size": "4GB", "checkpoint_timeout": "30min"}

SINGLE = {  # $1 is the row, $2 a number that was not there before
    "product": "update retail.product set title = 'Vare ' || $2::int where product_id = $1::int",
    "price": "update retail.price set list_price = $2::int where variant_id = $1::int",
    "stock": "update retail.stock set quantity = $2::int where variant_id = $1::int",
}
MASS = {
    "product": "update retail.product set title = 'Vare ' || $2::int where product_id <= $1::int",
    "variant": "update retail.variant set sku = 'SKU ' || $2::int where variant_id <= $1::int",
    "price": "update retail.price set list_price = $2::int where variant_id <= $1::int",
}
MASSES = ("product", "variant")  # of these all rows at once
FILL = """
insert into retail.account (account_id, name) values ('a', 'Fjord');
insert into retail.store (account_id, name) values ('a', 'Fjell');
insert into retail.department (account_id, department_id, name) values ('a', 'nett', 'Nett');
insert into retail.warehouse (account_id, warehouse_id, name) values ('a', 'hoved', 'Hoved');
insert into retail.product (account_id, store_id, title, description_html)
select 'a', (select min(store_id) from retail.store), 'Vare ' || n, repeat('<p>En vare</p>', 20)
from generate_series(1, {rows}) as n;
insert into retail.variant (product_id, position, sku)
select n, 1, 'SKU ' || n from generate_series(1, {rows}) as n;
insert into retail.price (variant_id, account_id, department_id, list_price)
select n, 'a', 'nett', 100 from generate_series(1, {rows}) as n;
insert into retail.stock (variant_id, account_id, warehouse_id, quantity)
select n, 'a', 'hoved', 7 from generate_series(1, {rows}) as n;
"""
TABLES = ("product", "variant", "price", "stock")
CAPTURE = """
select format('alter table %s %s trigger %I', tgrelid::regclass, $1::text, tgname)
from pg_trigger
where tgname like 'tell%' and tgrelid::regclass::text like 'retail.%'
"""

Seconds = dict[str, dict[bool, list[float]]]
"""Of each measurement: those without the triggers, those with them."""


class Bench:
    """A filled Backoffice, and how long its statements took."""

    def __init__(self, pool: asyncpg.Pool, url: str) -> None:
        self.pool = pool
        self.url = url
        self.seconds: Seconds = defaultdict(lambda: {False: [], True: []})
        self.number = 1_000

    async def switch(self, is_on: bool) -> None:
        """The capture triggers on or off."""
        how = "enable always" if is_on else "disable"
        for (statement,) in await self.pool.fetch(CAPTURE, how):
            await self.pool.execute(statement)

    async def tidy(self) -> None:
        """Each measurement finds the same tables."""
        await self.pool.execute("truncate syncd.outbox")
        await self.pool.execute(f"vacuum {', '.join(f'retail.{table}' for table in TABLES)}")

    async def timed(self, connection: asyncpg.Connection, statement: str, rows: int) -> float:
        self.number += 1
        began_s = time.perf_counter()
        await connection.execute(statement, rows, self.number)
        return time.perf_counter() - began_s

    async def framed(self, connection: asyncpg.Connection, statement: str, row: int) -> float:
        """As applications send it: begin, update, commit."""
        began_s = time.perf_counter()
        async with connection.transaction():
            await self.timed(connection, statement, row)
        return time.perf_counter() - began_s

    async def singles(self, connection: asyncpg.Connection, order: Sequence[bool]) -> None:
        """Short blocks in turn, since a disk's mood changes within a second."""
        for block in range(0, SINGLES, BLOCK):
            for is_on in order:
                await self.switch(is_on)
                for name, statement in SINGLE.items():
                    for row in range(block, block + BLOCK):
                        place = row * 37 % ROWS + 1
                        alone_s = await self.timed(connection, statement, place)
                        framed_s = await self.framed(connection, statement, place)
                        if row >= block + MADE:
                            self.seconds[f"{name}, 1 row"][is_on].append(framed_s)
                            self.seconds[f"{name}, 1 row, autocommit"][is_on].append(alone_s)

    async def mass(self, name: str, is_on: bool, rows: int, warm: int = 0) -> None:
        await self.switch(is_on)
        await self.tidy()
        async with session(self.url) as connection:
            for row in range(1, warm + 1):
                await self.timed(connection, MASS[name].replace("<=", "="), row)
            taken_s = await self.timed(connection, MASS[name], rows)
        told = f", after {warm}" if warm else ""
        self.seconds[f"{name}, {rows:,} rows{told}"][is_on].append(taken_s)

    async def round(self, turn: int) -> None:
        order = (False, True) if turn % 2 else (True, False)
        async with session(self.url) as connection:
            await self.singles(connection, order)
        for name in MASS:
            for is_on in order:
                await self.mass(name, is_on, PART)
        for name, warm in product(MASSES, (0, WARM)):
            for is_on in order:
                await self.mass(name, is_on, ROWS, warm)


@asynccontextmanager
async def session(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


def made_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="syncd-bench-"))
    folder.chmod(0o755)  # as root, Postgres runs as another account and works in here
    return folder


@asynccontextmanager
async def filled() -> AsyncIterator[Bench]:
    """A server of our own with the reference Backoffice, as many rows a table as asked for."""
    folder = await to_thread.run_sync(made_folder)
    try:
        async with embedded.server(folder / "data", settings=SETTINGS) as server:
            url = await embedded.create_database(server, "bench")
            async with db.connect(url, name="bench", size=2) as pool:
                await migrate(pool)
                await reference.install(pool)
                await pool.execute(FILL.format(rows=ROWS), timeout=300)
                await pool.execute("vacuum analyze")
                yield Bench(pool, url)
    finally:
        embedded.remove(folder / "data")
        shutil.rmtree(folder, ignore_errors=True)


def shown(seconds: Seconds) -> dict[str, float]:
    """Print a line for each measurement; what of it goes into the report: the ratios."""
    print(f"{'medians':32}{'without':>11}{'with':>11}{'ratio':>8}{'us/row':>8}")
    ratios = {}
    for name, taken in seconds.items():
        without_s, with_s = statistics.median(taken[False]), statistics.median(taken[True])
        rows = int(name.split(", ")[1].split()[0].replace(",", ""))
        ratios[name] = round(with_s / without_s, 3)
        row_us = f"{1e6 * (with_s - without_s) / rows:8.2f}"
        print(
            f"{name:32}{1e3 * without_s:8.2f} ms{1e3 * with_s:8.2f} ms{ratios[name]:8.2f}{row_us}"
        )
    return ratios


def is_met(ratios: dict[str, float], barred: Sequence[str]) -> bool:
    return all(ratio <= MOST for name, ratio in ratios.items() if name.endswith(tuple(barred)))


async def run() -> int:
    began_s = time.perf_counter()
    print(f"making {ROWS:,} products, each with a variant, a price and a count …", flush=True)
    async with filled() as bench:
        for turn in range(ROUNDS):
            await bench.round(turn)
            taken_s = time.perf_counter() - began_s
            print(f"round {turn + 1} of {ROUNDS} done, {taken_s:.0f} s", flush=True)
        ratios = shown(bench.seconds)
    ok = is_met(ratios, (" 1 row", "autocommit", f"{ROWS:,} rows", f"after {WARM}"))
    print(json.dumps({"rounds": ROUNDS, "bar": MOST, "ratios": ratios, "ok": ok}))
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(anyio.run(run))
