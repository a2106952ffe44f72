"""The reference Backoffice, installed with a catalogue in it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from syncd import assets
from syncd.catalogue.entries import Catalogue, Problem, ProductEntry
from syncd.postgres import reference_rows as rows_of
from syncd.postgres.db import Connection, Statements, transaction

sql = Statements("reference")

BATCH = 200  # products a transaction: short enough to watch, long enough to be quick
REFUSED = (  # the database refuses a row as it stands
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.CardinalityViolationError,
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many were new, changed, or already as the file says."""

    loaded: int
    updated: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What became of a catalogue; `removed_variants` are those its products no longer have."""

    products: Counts
    variants: Counts
    removed_variants: int
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class Tally:
    """Ids of what was touched, of committed batches only."""

    products: int = 0
    variants: int = 0
    new_products: set[int] = field(default_factory=set)
    new_variants: set[int] = field(default_factory=set)
    touched_products: set[int] = field(default_factory=set)
    touched_variants: set[int] = field(default_factory=set)
    removed_variants: int = 0
    problems: list[Problem] = field(default_factory=list)

    def report(self) -> LoadReport:
        return LoadReport(
            products=_counts(self.products, self.new_products, self.touched_products),
            variants=_counts(self.variants, self.new_variants, self.touched_variants),
            removed_variants=self.removed_variants,
            problems=tuple(self.problems),
        )


async def install(pool: asyncpg.Pool) -> bool:
    """Create or renew the schemas retail and syncd_contract; false when they are of this release.

    The files are repeatable: tables stay, views and triggers are replaced. One transaction.
    """
    files = sorted((assets.folder("sql") / "reference").glob("*.sql"))
    texts = [path.read_text(encoding="utf-8") for path in files]
    digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()
    async with transaction(pool) as connection:
        await sql.lock.execute(connection)
        is_here = await sql.has_release.value(connection)
        if is_here and await sql.release.value(connection) == digest:
            return False
        for text in texts:
            await connection.execute(text)
        await sql.installed.execute(connection, digest=digest)
    return True


async def load(
    pool: asyncpg.Pool,
    catalogue: Catalogue,
    *,
    account_id: str,
    progress: Callable[[int, int], None] | None = None,
) -> LoadReport:
    """Make the account's products as the catalogue says; others stay. Twice changes nothing more.

    A product is found again by its handle, a variant by its option values. Variants that a product
    no longer has are removed if all of it could be read. Counts are set to the file's.
    `progress` hears products done and in all. What the database refuses is a problem of its row.
    """
    async with transaction(pool) as connection:
        await _open(connection, catalogue, account_id)
    tally = Tally()
    total = len(catalogue.products)
    for start in range(0, total, BATCH):
        batch = catalogue.products[start : start + BATCH]
        await _load(pool, batch, account_id=account_id, tally=tally)
        if progress is not None:
            progress(start + len(batch), total)
    if tally.new_products:
        await sql.analyze.execute(pool)
    return tally.report()


async def _open(connection: Connection, catalogue: Catalogue, account_id: str) -> None:
    """The retailer with departments, warehouses and stores."""
    await sql.open_account.execute(
        connection, account_id=account_id, name=catalogue.name, currency=catalogue.currency
    )
    await sql.add_departments.execute(
        connection, account_id=account_id, departments=rows_of.places(catalogue.departments)
    )
    await sql.add_warehouses.execute(
        connection, account_id=account_id, warehouses=rows_of.places(catalogue.warehouses)
    )
    stores = sorted({product.store for product in catalogue.products})
    await sql.add_stores.execute(connection, account_id=account_id, names=stores)


async def _load(
    pool: asyncpg.Pool, batch: Sequence[ProductEntry], *, account_id: str, tally: Tally
) -> None:
    """One transaction; if the database refuses something, the culprit is found by halving."""
    try:
        async with transaction(pool) as connection:
            touched, removed = await _write(connection, batch, account_id)
    except REFUSED as error:
        if len(batch) == 1:
            reason = f"product not loaded: the database refuses it: {error}"
            tally.problems.append(Problem(batch[0].row, batch[0].handle, reason))
            return
        middle = len(batch) // 2
        await _load(pool, batch[:middle], account_id=account_id, tally=tally)
        await _load(pool, batch[middle:], account_id=account_id, tally=tally)
        return
    tally.products += len(batch)
    tally.variants += sum(len(product.variants) for product in batch)
    tally.removed_variants += removed
    for row in touched:
        _count(tally, row)


async def _write(
    connection: Connection, batch: Sequence[ProductEntry], account_id: str
) -> tuple[list[asyncpg.Record], int]:
    """Write a batch; returns the rows touched, and how many variants were removed."""
    touched = await sql.put_products.fetch(
        connection, account_id=account_id, rows=rows_of.products(batch)
    )
    handles = [product.handle for product in batch]
    found = await sql.product_ids.fetch(connection, account_id=account_id, handles=handles)
    ids = {row["handle"]: row["product_id"] for row in found}
    options, images = rows_of.options(batch, ids), rows_of.images(batch, ids)

    await sql.defer.execute(connection)
    touched += await sql.put_options.fetch(connection, rows=options)
    await sql.put_option_values.execute(connection, rows=rows_of.option_values(batch, ids))
    touched += await sql.put_images.fetch(connection, rows=images)
    touched += await sql.put_variants.fetch(connection, rows=rows_of.variants(batch, ids))

    there = await sql.variant_ids.fetch(connection, product_ids=list(ids.values()))
    named = {(row["product_id"], tuple(row["option_values"])): row["variant_id"] for row in there}
    stale = rows_of.stale(batch, ids, named)
    removed = await sql.drop_variants.fetch(connection, variant_ids=stale)
    touched += removed
    product_ids = list(ids.values())
    touched += await sql.drop_options.fetch(connection, product_ids=product_ids, rows=options)
    touched += await sql.drop_images.fetch(connection, product_ids=product_ids, rows=images)
    touched += await _write_numbers(connection, rows_of.numbered(batch, ids, named), account_id)
    return touched, len(removed)


async def _write_numbers(
    connection: Connection, variants: Sequence[rows_of.Numbered], account_id: str
) -> list[asyncpg.Record]:
    """Barcodes, prices and counts of variants whose ids are known."""
    barcodes: list[dict[str, Any]] = rows_of.barcodes(variants)
    touched = await sql.drop_barcodes.fetch(
        connection, variant_ids=[variant_id for variant_id, _ in variants], rows=barcodes
    )
    touched += await sql.put_barcodes.fetch(connection, rows=barcodes)
    touched += await sql.put_prices.fetch(
        connection, account_id=account_id, rows=rows_of.prices(variants)
    )
    touched += await sql.put_counts.fetch(
        connection, account_id=account_id, rows=rows_of.counts(variants)
    )
    return touched


def _count(tally: Tally, row: asyncpg.Record) -> None:
    """Note a touched row: of a product, or of a variant and so of its product."""
    product_id, variant_id, is_new = row["product_id"], row["variant_id"], row["is_new"]
    tally.touched_products.add(product_id)
    if variant_id is not None:
        tally.touched_variants.add(variant_id)
        if is_new:
            tally.new_variants.add(variant_id)
    elif is_new:
        tally.new_products.add(product_id)


def _counts(total: int, new: set[int], touched: set[int]) -> Counts:
    updated = len(touched - new)
    return Counts(loaded=len(new), updated=updated, unchanged=total - len(new) - updated)
