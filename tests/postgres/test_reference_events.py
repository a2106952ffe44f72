"""What the reference Backoffice tells of, and what it is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from syncd.catalogue.entries import (
    Catalogue,
    ImageEntry,
    PriceEntry,
    ProductEntry,
    VariantEntry,
)
from syncd.postgres import reference

PRICE = (PriceEntry("nett", Decimal("499.00")),)
JAKKE = ProductEntry(
    2,
    "jakke",
    "Jakke",
    "Fjell",
    (
        VariantEntry(2, ("S",), PRICE, sku="J-S", barcodes=("703", "704")),
        VariantEntry(3, ("M",), PRICE, sku="J-M"),
    ),
    option_names=("Størrelse",),
    images=(ImageEntry("https://x.no/1.jpg"), ImageEntry("https://x.no/2.jpg")),
)
LUE = ProductEntry(4, "lue", "Lue", "Fjell", (VariantEntry(4, (), PRICE),))
T0 = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
async def filled(pool: asyncpg.Pool) -> asyncpg.Pool:
    """Product 1 with variants 1 and 2, product 2 with variant 3; no counts, no events left."""
    await reference.install(pool)
    await reference.load(pool, Catalogue("Fjord", (JAKKE, LUE)), account_id="a")
    await pool.execute("truncate syncd.outbox")
    return pool


async def events(pool: asyncpg.Pool) -> list[tuple[str, str, str]]:
    rows = await pool.fetch(
        "select kind, key, array_to_string(changed, ' ') as changed from syncd.outbox"
        " where account_id = 'a' order by event_id"
    )
    return [(row["kind"], row["key"], row["changed"]) for row in rows]


async def quantity_of(pool: asyncpg.Pool, variant_id: int = 1) -> int | None:
    found: int | None = await pool.fetchval(
        "select quantity from syncd_contract.stock where variant_key = $1", str(variant_id)
    )
    return found


TOUCHES = {  # a statement, and the events it makes: key and what changed
    "titles": ("update retail.product set title = 'Ny'", ["1 title", "2 title"]),
    "title and status are one event": (
        "update retail.product set title = 'Ny', is_active = false where product_id = 1",
        ["1 status title"],
    ),
    "nothing truly changed": ("update retail.product set title = title", []),
    "ours": ("update retail.product set external_ref = 'z' where product_id = 1", []),
    "no rows": ("update retail.product set title = 'x' where false", []),
    "description": (
        "update retail.product set description_html = 'x' where product_id = 1",
        ["1 description"],
    ),
    "deletion": ("delete from retail.product where product_id = 1", ["1 deleted"]),
    "store": ("update retail.store set name = 'Vidda'", ["* vendor"]),
    "currency": ("update retail.account set currency = 'SEK'", ["* price"]),
    "name of the retailer": ("update retail.account set name = 'Vidda'", []),
    "rate of VAT": ("update retail.vat_code set percent = 24 where vat_code = '3'", ["* price"]),
    "other VAT": ("update retail.product set vat_code = '5' where product_id = 1", ["1 price"]),
    "variant moved": (
        "update retail.variant set product_id = 1, position = 3 where variant_id = 3",
        ["1 variants", "2 "],
    ),
    "option": ("update retail.product_option set name = 'Str'", ["1 variants"]),
    "option value": (
        "update retail.option_value set value = 'XS' where value = 'S'",
        ["1 variants"],
    ),
    "sku": ("update retail.variant set sku = 'N' where variant_id = 3", ["2 variants"]),
    "blocked": (
        "update retail.variant set is_blocked = true where variant_id = 3",
        ["2 variants"],
    ),
    "still not blocked": ("update retail.variant set is_blocked = false", []),
    "variant gone": ("delete from retail.variant where variant_id = 2", ["1 variants"]),
    "barcode": ("update retail.barcode set code = '9' where is_primary", ["1 variants"]),
    "second barcode": ("update retail.barcode set code = '9' where not is_primary", []),
    "price": ("update retail.price set list_price = 1 where variant_id = 3", ["2 price"]),
    "the same price": ("update retail.price set list_price = 499.0", []),
    "no price any more": ("delete from retail.price where variant_id = 3", ["2 price"]),
    "alt text": ("update retail.image set alt = 'x' where position = 1", ["1 images"]),
    "pictures gone": ("delete from retail.image", ["1 images"]),
    "truncate": ("truncate retail.price", ["* "]),
}


@pytest.mark.parametrize(("statement", "told"), TOUCHES.values(), ids=TOUCHES.keys())
async def test_a_statement_tells_of_the_products_it_touched(
    filled: asyncpg.Pool, statement: str, told: list[str]
) -> None:
    await filled.execute(statement)
    assert [f"{key} {changed}" for _, key, changed in sorted(await events(filled))] == told
    assert {kind for kind, _, _ in await events(filled)} <= {"product"}


async def test_truncating_an_empty_table_tells_nothing(filled: asyncpg.Pool) -> None:
    await filled.execute("delete from retail.price")
    await filled.execute("truncate syncd.outbox")
    await filled.execute("truncate retail.price")
    assert await events(filled) == []


async def test_a_transaction_that_is_rolled_back_tells_nothing(filled: asyncpg.Pool) -> None:
    for statement, _ in TOUCHES.values():
        async with filled.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute(statement)
            await transaction.rollback()
    assert await events(filled) == []


MOVE = (
    "insert into retail.movement (variant_id, account_id, warehouse_id, quantity, reason) values "
)


@pytest.mark.parametrize(
    ("values", "quantity", "told"),
    [
        pytest.param(
            "(1, 'a', 'hoved', -2, 'sale')", -2, [("stock", "1", "quantity")], id="a sale"
        ),
        pytest.param(
            "(1, 'a', 'hoved', -2, 'sale'), (1, 'a', 'hoved', 2, 'return')", 0, [], id="and back"
        ),
    ],
)
async def test_a_movement_changes_the_balance_and_tells_of_it(
    filled: asyncpg.Pool, values: str, quantity: int, told: list[tuple[str, str, str]]
) -> None:
    await filled.execute(MOVE + values)
    assert await quantity_of(filled) == quantity
    assert await events(filled) == told


@pytest.mark.parametrize("statement", ["update retail.movement set quantity = 1",
    "delete from retail.movement"])  # fmt: skip
async def test_movements_are_only_added(filled: asyncpg.Pool, statement: str) -> None:
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await filled.execute(statement)


async def test_more_than_five_thousand_keys_become_one_event_in_no_time(
    filled: asyncpg.Pool,
) -> None:
    for number in range(300):  # the plan made for one row must not be that for all
        await filled.execute(
            "update retail.product set title = $1 where product_id = 1", str(number)
        )
    await filled.execute(
        "insert into retail.product (account_id, store_id, title)"
        " select 'a', (select min(store_id) from retail.store), 'Vare ' || n"
        " from generate_series(1, 20000) as n"
    )
    await filled.execute("truncate syncd.outbox")
    await filled.execute("update retail.product set title = title || '!'", timeout=20)
    assert await events(filled) == [("product", "*", "")]


async def test_whoever_may_write_products_may_also_tell_of_them(filled: asyncpg.Pool) -> None:
    async with filled.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(
            """
            create role syncd_test_till;
            grant usage on schema retail to syncd_test_till;
            grant select, update on retail.product to syncd_test_till;
            set local role syncd_test_till;
            update retail.product set title = 'Ny' where product_id = 1;
            reset role;
            """
        )
        told = await connection.fetchval("select key from syncd.outbox")
        await transaction.rollback()
    assert told == "1"


async def count(pool: asyncpg.Pool, quantity: int, before: int, variant: str = "1") -> bool:
    """Set the count of a variant that is to be `before`; says what the function answers."""
    answer: bool = await pool.fetchval(
        "select syncd_contract.receive_stock('a', 'hoved', $1, $2, $3)", variant, quantity, before
    )
    return answer


async def test_a_count_from_the_shop_is_set_if_nothing_moved_and_not_otherwise(
    filled: asyncpg.Pool,
) -> None:
    assert await count(filled, 7, 0)
    assert not await count(filled, 9, 5)
    assert await quantity_of(filled) == 7
    assert await filled.fetchval("select count(*) from retail.movement") == 1


async def test_a_count_that_is_the_wanted_one_by_chance_was_not_set(filled: asyncpg.Pool) -> None:
    await filled.execute(MOVE + "(1, 'a', 'hoved', 7, 'receipt')")
    assert not await count(filled, 7, 0)


async def test_what_was_sold_meanwhile_stands_in_the_way_of_a_count(filled: asyncpg.Pool) -> None:
    await count(filled, 7, 0)
    await filled.execute(MOVE + "(1, 'a', 'hoved', -2, 'sale')")
    assert not await count(filled, 10, 7)
    assert await quantity_of(filled) == 5


async def test_a_count_of_an_unknown_variant_is_refused(filled: asyncpg.Pool) -> None:
    with pytest.raises(asyncpg.ForeignKeyViolationError, match="account a has no variant 99"):
        await count(filled, 1, 0, variant="99")


def customer(name: str, at: datetime) -> dict[str, Any]:
    return {"id": "gid://shopify/Customer/1", "name": name, "updated_at": at.isoformat()}


async def test_the_newer_news_of_a_customer_win(filled: asyncpg.Pool) -> None:
    receive = "select syncd_contract.receive_customer('a', $1)"
    keys = [
        await filled.fetchval(receive, news)
        for news in (
            customer("Kari", T0),
            customer("Kari Nordmann", T0 + HOUR),
            customer("Kari", T0),
        )
    ]
    assert len(set(keys)) == 1
    assert await filled.fetchval("select name from retail.customer") == "Kari Nordmann"


def order(at: datetime, quantity: int = 1) -> dict[str, Any]:
    return {
        "id": "gid://shopify/Order/1",
        "number": "#1001",
        "ordered_at": T0.isoformat(),
        "updated_at": at.isoformat(),
        "currency": "NOK",
        "total": "499.00",
        "customer": customer("Kari", T0),
        "lines": [
            {
                "id": "gid://shopify/LineItem/1",
                "variant_key": "1",
                "sku": "J-S",
                "title": "Jakke",
                "quantity": quantity,
                "unit_price": "499.00",
            },
            {"id": "gid://shopify/LineItem/2", "quantity": 1, "unit_price": "9.50"},
        ],
    }


async def test_an_order_is_received_once_renewed_by_news_and_moves_no_stock(
    filled: asyncpg.Pool,
) -> None:
    receive = "select syncd_contract.receive_order('a', $1)"
    keys = [
        await filled.fetchval(receive, news)
        for news in (order(T0), order(T0 + HOUR, quantity=2), order(T0, quantity=7))
    ]
    assert len(set(keys)) == 1
    lines = await filled.fetch(
        "select variant_id, quantity from retail.sales_order_line order by external_ref"
    )
    assert [tuple(line) for line in lines] == [(1, 2), (None, 1)]
    assert await quantity_of(filled) is None
    assert await events(filled) == []


async def test_a_completed_order_is_told_and_shown(filled: asyncpg.Pool) -> None:
    key = await filled.fetchval("select syncd_contract.receive_order('a', $1)", order(T0))
    assert await filled.fetch("select order_key from syncd_contract.order_completion") == []
    await filled.execute(
        "update retail.sales_order set completed_at = $1, tracking_number = 'NO1'", T0 + HOUR
    )
    shown = await filled.fetchrow(
        "select order_key, completed_at, tracking_number from syncd_contract.order_completion"
    )
    assert shown is not None
    assert tuple(shown) == (key, T0 + HOUR, "NO1")
    assert await events(filled) == [("order", key, "completed")]


async def test_pieces_handed_over_are_told_once_the_order_is_completed(
    filled: asyncpg.Pool,
) -> None:
    key = await filled.fetchval("select syncd_contract.receive_order('a', $1)", order(T0, 3))
    hand_over = "update retail.sales_order_line set handed_over = $1 where external_ref like '%/1'"
    await filled.execute(hand_over, 1)
    assert await events(filled) == []
    await filled.execute("update retail.sales_order set completed_at = $1", T0)
    shown = "select lines from syncd_contract.order_completion"
    one = {"id": "gid://shopify/LineItem/1", "quantity": 1}
    assert await filled.fetchval(shown) == [one]
    await filled.execute("truncate syncd.outbox")
    await filled.execute(hand_over, 1)
    await filled.execute("update retail.sales_order_line set title = 'x'")
    assert await events(filled) == []
    await filled.execute(hand_over, 2)
    await filled.execute(hand_over, None)
    assert await events(filled) == [("order", key, "completed")] * 2
    assert await filled.fetchval(shown) is None


async def test_news_of_an_order_leave_what_was_handed_over(filled: asyncpg.Pool) -> None:
    await filled.fetchval("select syncd_contract.receive_order('a', $1)", order(T0, 3))
    await filled.execute("update retail.sales_order set completed_at = now()")
    await filled.execute("update retail.sales_order_line set handed_over = 1")
    await filled.execute("truncate syncd.outbox")
    news = order(T0 + HOUR, 2)
    del news["lines"][1]
    await filled.fetchval("select syncd_contract.receive_order('a', $1)", news)
    lines = await filled.fetch("select quantity, handed_over from retail.sales_order_line")
    assert [tuple(line) for line in lines] == [(2, 1)]
    assert await events(filled) == []


RECEIVE = "select syncd_contract.receive_customer('a', $1)"
RECEIVE_ORDER = "select syncd_contract.receive_order('a', $1)"


async def test_what_news_do_not_name_stays(filled: asyncpg.Pool) -> None:
    """A field that Shopify did not let us read is not an empty one."""
    await filled.fetchval(RECEIVE, {**customer("Kari", T0), "email": "kari@x.no", "phone": "+471"})
    unread = {"id": "gid://shopify/Customer/1", "updated_at": (T0 + HOUR).isoformat()}
    await filled.fetchval(RECEIVE, {**unread, "phone": None})
    kept = await filled.fetchrow("select name, email, phone from retail.customer")
    assert kept is not None
    assert tuple(kept) == ("Kari", "kari@x.no", None)
    await filled.fetchval(RECEIVE_ORDER, {**order(T0), "note": "ring twice", "email": "k@x.no"})
    await filled.fetchval(RECEIVE_ORDER, {**order(T0 + HOUR), "note": None})
    kept = await filled.fetchrow("select note, email, number from retail.sales_order")
    assert kept is not None
    assert tuple(kept) == (None, "k@x.no", "#1001")


async def test_a_merged_customer_leaves_its_orders_to_the_other(filled: asyncpg.Pool) -> None:
    await filled.fetchval(RECEIVE_ORDER, order(T0))
    other = {"id": "gid://shopify/Customer/2", "name": "Kari N", "updated_at": T0.isoformat()}
    heir = await filled.fetchval(RECEIVE, other)
    gone = {
        "id": "gid://shopify/Customer/1",
        "updated_at": (T0 + HOUR).isoformat(),
        "deleted": True,
        "merged_into": "gid://shopify/Customer/2",
    }
    keys = {await filled.fetchval(RECEIVE, gone) for _ in range(2)}
    assert len(keys) == 1
    assert await filled.fetchval("select customer_id::text from retail.sales_order") == heir
    assert (
        await filled.fetchval("select count(*) from retail.customer where deleted_at is null") == 1
    )


async def test_a_deleted_customer_that_was_never_here_is_not_made(filled: asyncpg.Pool) -> None:
    gone = {"id": "gid://shopify/Customer/9", "updated_at": T0.isoformat(), "deleted": True}
    assert await filled.fetchval(RECEIVE, gone) is None
    assert await filled.fetchval("select count(*) from retail.customer") == 0


async def test_an_order_carries_what_the_floor_needs(filled: asyncpg.Pool) -> None:
    news = order(T0)
    news |= {
        "payment_state": "paid",
        "delivery_method": "pick_up",
        "cancel_reason": None,
        "shipping": "49.00",
        "shipping_address": {"name": "Kari", "city": "Oslo"},
        "taxes": [{"title": "MVA", "vat_percent": "25", "amount": "99.80"}],
    }
    news["lines"][0] |= {"ordered_quantity": 3, "discount": "10.00", "vat_percent": "25"}
    await filled.fetchval(RECEIVE_ORDER, news)
    found = await filled.fetchrow(
        "select payment_state, delivery_method, shipping, shipping_address ->> 'city' as city"
        " from retail.sales_order"
    )
    assert found is not None
    assert [str(one) for one in found] == ["paid", "pick_up", "49.00", "Oslo"]
    line = await filled.fetchrow(
        "select quantity, ordered_quantity, discount from retail.sales_order_line"
        " where external_ref like '%/1'"
    )
    assert line is not None
    assert [str(one) for one in line] == ["1", "3", "10.00"]
