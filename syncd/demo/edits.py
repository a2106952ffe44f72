"""What a shop assistant changes in the Backoffice during the tour: plain SQL on its tables."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from syncd.postgres.db import Statements, transaction
from syncd.records import Shop

sql = Statements("edits")

NEW_TITLE = "Fersk vare fra demoen"


@dataclass(frozen=True, slots=True)
class Edit:
    """One committed change: the product's key, and what was done, in words."""

    key: str
    what: str


@dataclass(frozen=True, slots=True)
class Ware:
    """Something that both sides count and sell; `gid` is the variant's in Shopify."""

    variant_id: int
    title: str
    gid: str
    quantity: int


async def ware(pool: asyncpg.Pool, shop: Shop) -> Ware | None:
    """One of which there are two at least, in the shop's warehouse."""
    row = await sql.ware.row(pool, shop_id=shop.shop_id, warehouse_key=shop.stock_warehouse)
    return None if row is None else Ware(**row)


async def counted(pool: asyncpg.Pool, shop: Shop, one: Ware) -> int:
    """How many lie in the warehouse."""
    count: int = await sql.counted.value(
        pool, variant_id=one.variant_id, warehouse_key=shop.stock_warehouse
    )
    return count


async def sell(pool: asyncpg.Pool, shop: Shop, one: Ware) -> None:
    """One is sold at the till."""
    await sql.sell.execute(pool, variant_id=one.variant_id, warehouse_key=shop.stock_warehouse)


async def sent_s(pool: asyncpg.Pool, shop: Shop, one: Ware, newest: int) -> float | None:
    """Seconds from the sale until Shopify took the count; None: it has not yet."""
    row = await sql.sent_count.row(
        pool, shop_id=shop.shop_id, key=str(one.variant_id), history_id=newest
    )
    return None if row is None else (row["accepted_at"] - row["first_event_at"]).total_seconds()


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
