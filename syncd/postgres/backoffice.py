"""What the Backoffice says now, read through the contract's views."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal

import asyncpg

from syncd import records
from syncd.errors import ContractError
from syncd.postgres import breaches, view_rows
from syncd.postgres.breaches import Breach as Breach
from syncd.postgres.breaches import check as check
from syncd.postgres.breaches import lacking as lacking
from syncd.postgres.db import Executor, Statements
from syncd.postgres.view_rows import Document, OptionRow, PriceRow, ProductRow, VariantRow

sql = Statements("backoffice")

BROKEN = (  # how Postgres says that a view is not as the contract says
    asyncpg.UndefinedTableError,
    asyncpg.UndefinedColumnError,
    asyncpg.UndefinedFunctionError,
    asyncpg.InvalidSchemaNameError,
    asyncpg.InsufficientPrivilegeError,
    asyncpg.DatatypeMismatchError,
    asyncpg.DataError,
)


async def products(
    db: Executor,
    *,
    account_id: str,
    department_key: str,
    warehouse_key: str | None,
    keys: Sequence[str],
) -> dict[str, records.Product]:
    """The named products as they are now, by key; one that is not there is absent.

    The price is the one that holds at syncd.clock(): during an offer the offer price, with the
    list price to compare at. With a warehouse a variant without a count has 0, without one None.
    Raises ContractError, naming the view's column, when the contract is broken.
    """
    async with reading(db):
        text = await sql.products.value(
            db,
            account_id=account_id,
            department_key=department_key,
            warehouse_key=warehouse_key,
            keys=list(keys),
        )
    return assemble(view_rows.parse(text), has_warehouse=warehouse_key is not None)


async def product_keys(db: Executor, account_id: str) -> list[str]:
    """The keys of all products of an account, shorter ones first, so that numbers are in order."""
    async with reading(db):
        rows = await sql.product_keys.fetch(db, account_id=account_id)
    keys: list[str] = [row["product_key"] for row in rows]
    if wrong := {None, "", "*"}.intersection(keys):
        raise ContractError(
            f"{breaches.SCHEMA}.product.product_key is {wrong.pop()!r}, at account {account_id}",
            hint=view_rows.HINT,
        )
    return keys


async def accounts(db: Executor) -> list[str]:
    """The retailers there are: those with a department."""
    async with reading(db):
        return [row["account_id"] for row in await sql.accounts.fetch(db)]


async def departments(db: Executor, account_id: str) -> dict[str, str]:
    """Names of the departments by key, in order of name."""
    async with reading(db):
        rows = await sql.departments.fetch(db, account_id=account_id)
    return {row["key"]: row["name"] for row in rows}


async def warehouses(db: Executor, account_id: str) -> dict[str, str]:
    """Names of the warehouses by key, in order of name."""
    async with reading(db):
        rows = await sql.warehouses.fetch(db, account_id=account_id)
    return {row["key"]: row["name"] for row in rows}


async def currencies(db: Executor, *, account_id: str, department_key: str) -> list[str]:
    """The currencies of a department's price list: one; none when the list is empty."""
    async with reading(db):
        rows = await sql.currencies.fetch(db, account_id=account_id, department_key=department_key)
    return [row["currency"] for row in rows]


def assemble(document: Document, *, has_warehouse: bool) -> dict[str, records.Product]:
    """Put the rows of the views together as products, by key."""
    options: dict[str, list[OptionRow]] = defaultdict(list)
    for option in document.option:
        options[option.product_key].append(option)
    images: dict[str, list[records.Image]] = defaultdict(list)
    for image in document.image:
        images[image.product_key].append(
            records.Image(image.image_key, image.address, image.alt or "", image.version)
        )
    prices = {price.variant_key: price for price in document.price}
    quantities = {stock.variant_key: stock.quantity for stock in document.stock}
    named = {key: {option.position for option in rows} for key, rows in options.items()}
    variants: dict[str, list[records.Variant]] = defaultdict(list)
    for row in document.variant:
        variant = _variant(
            row,
            option_values=_values(row, named.get(row.product_key, ())),
            price=prices.get(row.variant_key),
            quantity=quantities.get(row.variant_key, 0) if has_warehouse else None,
        )
        variants[row.product_key].append(variant)
    return {
        row.product_key: _product(
            row,
            options=options[row.product_key],
            variants=variants[row.product_key],
            images=images[row.product_key],
        )
        for row in document.product
    }


def _product(
    row: ProductRow,
    *,
    options: Sequence[OptionRow],
    variants: Sequence[records.Variant],
    images: Sequence[records.Image],
) -> records.Product:
    return records.Product(
        key=row.product_key,
        title=row.title,
        vendor=row.vendor,
        is_active=row.is_active,
        option_names=tuple(option.name for option in options),
        variants=tuple(variants),
        images=tuple(images),
        description_html=row.description_html,
    )


def _variant(
    row: VariantRow,
    *,
    option_values: tuple[str, ...],
    price: PriceRow | None,
    quantity: int | None,
) -> records.Variant:
    offer = price.offer_price if price and price.is_on_offer else None
    return records.Variant(
        key=row.variant_key,
        option_values=option_values,
        sku=row.sku,
        barcode=row.barcode,
        price=offer if offer is not None or price is None else price.list_price,
        compare_at_price=price.list_price if price and offer is not None else None,
        is_tracked=row.is_tracked,
        image_key=row.image_key,
        quantity=quantity,
        is_blocked=row.is_blocked,
        currency=price.currency if price else None,
        vat_percent=price.vat_percent if price else Decimal(0),
    )


def _values(row: VariantRow, named: Collection[int]) -> tuple[str, ...]:
    """The values in the order of the options, of which these places have a name.

    A named option without a value gets an empty one and a value without a name stays: both are
    seen, and refused for this product alone, where it is mapped.
    """
    values = (row.option1, row.option2, row.option3)
    return tuple([value or "" for at, value in enumerate(values, 1) if value or at in named])


@asynccontextmanager
async def reading(db: Executor) -> AsyncIterator[None]:
    """When Postgres cannot read a view at all, say which view or column is at fault."""
    try:
        yield
    except BROKEN as error:
        try:
            faults = await breaches.structure(db)
        except asyncpg.PostgresError:  # a failed transaction answers nothing more
            faults = []
        if faults:
            raise ContractError(str(faults[0]), hint=faults[0].hint) from error
        raise ContractError(f"{breaches.SCHEMA}: {error}", hint=view_rows.HINT) from error
