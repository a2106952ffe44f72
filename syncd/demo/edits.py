"""What a shop assistant changes in the Backoffice during the tour: plain SQL on its tables."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from syncd.postgres.db import Statements, transaction

sql = Statements("edits")

NEW_TITLE = "Fersk vare fra demoen"


@dataclass(frozen=True, slots=True)
class Edit:
    """One committed change: the product's key, and what was done, in words."""

    key: str
    what: str


async def count_active(pool: asyncpg.Pool, account_id: str) -> int:
    """How many active products have a price."""
    count: int = await sql.count_active.value(pool, account_id=account_id)
    return count


async def raise_price(pool: asyncpg.Pool, account_id: str, place: int) -> Edit:
    """Put up the prices of the active product at this place by ten."""
    product_id, title = await _active(pool, account_id, place)
    await sql.raise_price.execute(pool, product_id=product_id)
    return Edit(str(product_id), f"price of {title} put up by 10")


async def put_inactive(pool: asyncpg.Pool, account_id: str, place: int) -> Edit:
    """Take the active product at this place off sale."""
    product_id, title = await _active(pool, account_id, place)
    await sql.put_inactive.execute(pool, product_id=product_id)
    return Edit(str(product_id), f"{title} put inactive")


async def add_product(pool: asyncpg.Pool, account_id: str) -> Edit:
    """A new product with one variant and a price, in one transaction."""
    async with transaction(pool) as connection:
        product_id = await sql.add_product.value(connection, account_id=account_id, title=NEW_TITLE)
        variant_id = await sql.add_variant.value(connection, product_id=product_id)
        await sql.add_prices.execute(connection, variant_id=variant_id, account_id=account_id)
    return Edit(str(product_id), f"{NEW_TITLE} added")


async def _active(pool: asyncpg.Pool, account_id: str, place: int) -> tuple[int, str]:
    row = await sql.active.row(pool, account_id=account_id, place=place)
    assert row is not None  # count_active was asked before
    return row["product_id"], row["title"]
