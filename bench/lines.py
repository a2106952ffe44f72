"""Our ways to make the lines of a bulk mutation from the Backoffice, each with its digest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import anyio
import asyncpg
import orjson

from bench.lines_sql import ARRAYS
from bench.ways import SHOP
from syncd.cli.run import spare_collector
from syncd.flows import bulk_lines
from syncd.flows.compare import batches
from syncd.postgres import backoffice, db
from syncd.records import Image, Product, Variant
from syncd.rules import creation, mapping

AHEAD = 1000


def line(product: Product) -> tuple[bytes, str]:
    """As flows.bulk_lines makes it, with the digest that the link will have."""
    made = creation.create(product, mapping.wanted(product, SHOP), SHOP, {})
    variables = {name: made.write.variables[name] for name in ("identifier", "input")}
    return orjson.dumps(variables) + b"\n", mapping.digest(made.form)


async def ours(url: str, path: Path) -> int:
    """From the contract's views, held against the contract; as flows.bulk_lines does."""
    spare_collector()
    digests = 0
    async with db.connect(url, name="bench", size=2) as pool:
        keys = await backoffice.product_keys(pool, SHOP.account_id)
        with path.open("wb") as file:
            for some in batches(keys, bulk_lines.BATCH):
                found = await backoffice.products(
                    pool,
                    account_id=SHOP.account_id,
                    department_key=SHOP.price_department,
                    warehouse_key=SHOP.stock_warehouse,
                    keys=some,
                )
                made = [line(found[key]) for key in some if key in found]
                file.writelines(text for text, _ in made)
                digests += len({digest for _, digest in made})
    return digests


async def by_hand(url: str, path: Path) -> int:
    """The fastest way by hand with our rules put in: no contract, no check of what was read."""
    spare_collector()
    connection, digests = await asyncpg.connect(url), 0
    ahead = Ahead(connection)
    async with anyio.create_task_group() as group:
        await ahead.fetch(0)
        with path.open("wb") as file:
            while rows := ahead.rows:
                ahead.begin()
                group.start_soon(ahead.fetch, rows[-1]["product_id"])
                await anyio.lowlevel.checkpoint()  # it is on its way
                made = [line(of_row(row)) for row in rows]
                file.writelines(text for text, _ in made)
                digests += len({digest for _, digest in made})
                await ahead.done.wait()
    await connection.close()
    return digests


@dataclass(slots=True)
class Ahead:
    """Rows that are fetched while others are worked on."""

    connection: asyncpg.Connection
    rows: Sequence[asyncpg.Record] = ()
    done: anyio.Event = field(default_factory=anyio.Event)

    def begin(self) -> None:
        self.done = anyio.Event()

    async def fetch(self, last: int) -> None:
        self.rows = await self.connection.fetch(ARRAYS, last, AHEAD)
        self.done.set()


def of_row(row: asyncpg.Record) -> Product:
    images = dict(zip(row["addresses"], row["alts"], strict=True))
    columns = (
        "keys", "values1", "values2", "skus", "barcodes", "prices", "compare_at_prices", "tracked",
        "images", "quantities",
    )  # fmt: skip
    variants = tuple(
        Variant(
            key=key,
            option_values=(one, two),
            sku=sku,
            barcode=barcode,
            price=Decimal(price),
            compare_at_price=before and Decimal(before),
            is_tracked=is_tracked,
            image_key=image,
            quantity=quantity,
        )
        for key, one, two, sku, barcode, price, before, is_tracked, image, quantity in zip(
            *(row[name] for name in columns), strict=True
        )
    )
    return Product(
        key=str(row["product_id"]),
        title=row["title"],
        vendor=row["vendor"],
        is_active=row["is_active"],
        option_names=tuple(row["names"]),
        variants=variants,
        images=tuple(Image(address, address, alt) for address, alt in images.items()),
        description_html=row["description_html"],
    )
