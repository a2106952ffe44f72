from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import asyncpg
import pytest

from syncd import records
from syncd.catalogue.entries import (
    Catalogue,
    ImageEntry,
    PriceEntry,
    ProductEntry,
    VariantEntry,
)
from syncd.errors import ContractError
from syncd.postgres import backoffice, reference
from syncd.postgres.db import Executor

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
MANUAL = (Path(__file__).resolve().parents[2] / "docs" / "backoffice.md").read_text("utf-8")
RECIPES = re.findall(r"```sql\n(.*?)```", MANUAL, re.DOTALL)
JAKKE = ProductEntry(
    row=2,
    handle="jakke",
    title="Jakke",
    store="Fjell",
    option_names=("Størrelse", "Farge"),
    images=(ImageEntry("https://x.no/1.jpg", "foran"), ImageEntry("https://x.no/2.jpg")),
    description_html="<p>Varm</p>",
    variants=(
        VariantEntry(
            row=2,
            option_values=("S", "Blå"),
            prices=(PriceEntry("nett", Decimal("499.00"), Decimal("399.50")),),
            sku="J-S",
            barcodes=("7099000000007", "42"),
            image_address="https://x.no/2.jpg",
            counts=(("hoved", 5),),
        ),
        VariantEntry(
            row=3,
            option_values=("M", "Blå"),
            prices=(PriceEntry("butikk", Decimal("499.00")),),
            is_tracked=False,
        ),
    ),
)
LUE = ProductEntry(
    row=4,
    handle="lue",
    title="Lue",
    store="Fjell",
    is_active=False,
    variants=(VariantEntry(4, (), (PriceEntry("nett", Decimal("99.00")),)),),
)


@pytest.fixture(autouse=True)
async def _filled(pool: asyncpg.Pool) -> None:
    """The reference Backoffice with two products of the account `a`."""
    await reference.install(pool)
    await reference.load(pool, Catalogue("Fjord", (JAKKE, LUE)), account_id="a")


async def read(
    db: Executor, keys: Sequence[str] = ("1", "2"), *, warehouse: str | None = "hoved"
) -> dict[str, records.Product]:
    return await backoffice.products(
        db, account_id="a", department_key="nett", warehouse_key=warehouse, keys=keys
    )


async def spoil(pool: asyncpg.Pool, view: str, **columns: str | None) -> None:
    """Put another view in the place of one: columns by expression, None leaves one out."""
    names = await pool.fetch(
        "select column_name from syncd.contract where name = $1 order by position", view
    )
    selected = ", ".join(
        f"{columns.get(name, name)} as {name}"
        for (name,) in names
        if columns.get(name, name) is not None
    )
    await pool.execute(
        f"create schema kept; alter view syncd_contract.{view} set schema kept;"
        f"create view syncd_contract.{view} as select {selected} from kept.{view}"
    )


async def test_a_product_is_read_with_all_that_belongs_to_it(pool: asyncpg.Pool) -> None:
    products = await read(pool)
    assert products["1"] == records.Product(
        key="1",
        title="Jakke",
        vendor="Fjell",
        is_active=True,
        option_names=("Størrelse", "Farge"),
        variants=(
            records.Variant(
                key="1",
                option_values=("S", "Blå"),
                sku="J-S",
                barcode="7099000000007",
                price=Decimal("399.50"),
                compare_at_price=Decimal("499.00"),
                image_key="2",
                quantity=5,
                currency="NOK",
                vat_percent=Decimal(25),
            ),
            records.Variant(
                key="2", option_values=("M", "Blå"), price=None, is_tracked=False, quantity=0
            ),
        ),
        images=(
            records.Image("1", "https://x.no/1.jpg", "foran"),
            records.Image("2", "https://x.no/2.jpg"),
        ),
        description_html="<p>Varm</p>",
    )
    assert (products["2"].option_names, products["2"].variants[0].option_values) == ((), ())
    assert not products["2"].is_active


async def test_a_blocked_variant_is_still_read(pool: asyncpg.Pool) -> None:
    await pool.execute("update retail.variant set is_blocked = true where variant_id = 2")
    assert [one.is_blocked for one in (await read(pool))["1"].variants] == [False, True]


async def test_a_price_comes_with_its_currency_and_vat(pool: asyncpg.Pool) -> None:
    await pool.execute("update retail.account set currency = 'SEK' where account_id = 'a'")
    await pool.execute("update retail.product set vat_code = '31' where product_id = 1")
    priced, unpriced = (await read(pool))["1"].variants
    assert (priced.currency, priced.vat_percent) == ("SEK", Decimal(15))
    assert (unpriced.currency, unpriced.vat_percent) == (None, Decimal(0))


async def test_a_missing_option_value_is_left_for_the_mapping_to_refuse(pool: asyncpg.Pool) -> None:
    await pool.execute("update retail.variant set option2_value_id = null where variant_id = 2")
    assert (await read(pool))["1"].variants[1].option_values == ("M", "")


async def test_a_key_that_is_not_there_is_absent(pool: asyncpg.Pool) -> None:
    assert set(await read(pool, ["2", "77", ""])) == {"2"}
    assert await read(pool, []) == {}


async def test_another_accounts_products_are_not_seen(pool: asyncpg.Pool) -> None:
    await reference.load(pool, Catalogue("Annen", (JAKKE,)), account_id="b")
    assert await backoffice.product_keys(pool, "a") == ["1", "2"]
    (other,) = await backoffice.product_keys(pool, "b")
    assert await read(pool, [other]) == {}


async def test_without_a_warehouse_there_are_no_counts(pool: asyncpg.Pool) -> None:
    products = await read(pool, warehouse=None)
    assert {variant.quantity for variant in products["1"].variants} == {None}


@pytest.mark.parametrize(
    ("begins", "ends", "price"),
    [
        pytest.param(None, None, "399.50", id="always"),
        pytest.param(NOW - DAY, NOW + DAY, "399.50", id="now"),
        pytest.param(NOW - DAY, None, "399.50", id="has begun"),
        pytest.param(NOW + DAY, None, "499.00", id="not yet"),
        pytest.param(None, NOW - DAY, "499.00", id="over"),
    ],
)
async def test_the_offer_is_the_price_while_it_holds(
    pool: asyncpg.Pool, begins: datetime | None, ends: datetime | None, price: str
) -> None:
    await pool.execute(
        "update retail.price set offer_from = $1, offer_until = $2 where variant_id = 1",
        begins,
        ends,
    )
    variant = (await read(pool))["1"].variants[0]
    assert variant.price == Decimal(price)
    assert variant.compare_at_price == (Decimal("499.00") if price == "399.50" else None)


async def test_an_offer_ends_by_the_clock_alone(pool: asyncpg.Pool) -> None:
    await pool.execute(
        "update retail.price set offer_until = $1 where variant_id = 1", NOW + 2 * DAY
    )
    async with pool.acquire() as connection, connection.transaction():
        assert (await read(connection))["1"].variants[0].price == Decimal("399.50")
        await connection.execute("set local syncd.clock_offset = '3 days'")
        assert (await read(connection))["1"].variants[0].price == Decimal("499.00")


async def test_places_and_currencies_are_listed(pool: asyncpg.Pool) -> None:
    assert await backoffice.accounts(pool) == ["a"]
    assert await backoffice.departments(pool, "a") == {"butikk": "Butikk", "nett": "Nettbutikk"}
    assert await backoffice.warehouses(pool, "a") == {
        "butikk": "Butikklager",
        "hoved": "Hovedlager",
    }
    assert await backoffice.currencies(pool, account_id="a", department_key="nett") == ["NOK"]


async def test_numbered_keys_come_in_the_order_of_their_numbers(pool: asyncpg.Pool) -> None:
    lots = tuple(ProductEntry(n, f"p{n}", f"Vare {n}", "Fjell", LUE.variants) for n in range(3, 12))
    await reference.load(pool, Catalogue("Fjord", lots), account_id="a")
    keys = await backoffice.product_keys(pool, "a")
    assert keys == sorted(keys, key=int)
    assert len(keys) == 11


BREACHES = [
    pytest.param("price", {"list_price": "null::numeric"}, "price.list_price", id="null price"),
    pytest.param("price", {"list_price": None}, "price.list_price", id="no price column"),
    pytest.param("product", {"vendor": "null::text"}, "product.vendor", id="null vendor"),
    pytest.param(
        "product", {"is_active": "'ja'::text"}, "product.is_active", id="text for boolean"
    ),
    pytest.param(
        "product", {"product_key": "product_key::int"}, "product.product_key", id="int key"
    ),
    pytest.param("variant", {"variant_key": "null::text"}, "variant.variant_key", id="null key"),
    pytest.param("variant", {"is_tracked": "1"}, "variant.is_tracked", id="number for boolean"),
    pytest.param("variant", {"is_blocked": None}, "variant.is_blocked", id="no blocked column"),
    pytest.param("variant", {"is_blocked": "null::boolean"}, "variant.is_blocked", id="null block"),
    pytest.param("price", {"currency": "null::text"}, "price.currency", id="null currency"),
    pytest.param("price", {"vat_percent": "'25 %'::text"}, "price.vat_percent", id="text for VAT"),
    pytest.param("image", {"address": "null::text"}, "image.address", id="null address"),
    pytest.param("stock", {"quantity": "1.5"}, "stock.quantity", id="half a piece"),
    pytest.param("option", {"name": None}, "option.name", id="no option name"),
]


@pytest.mark.parametrize(("view", "columns", "where"), BREACHES)
async def test_reading_a_broken_view_names_the_column(
    pool: asyncpg.Pool, view: str, columns: dict[str, str | None], where: str
) -> None:
    await spoil(pool, view, **columns)
    with pytest.raises(ContractError, match=rf"syncd_contract\.{where}\b") as broken:
        await read(pool)
    assert broken.value.hint


@pytest.mark.parametrize(("view", "columns", "where"), BREACHES)
async def test_the_check_names_the_same_column(
    pool: asyncpg.Pool, view: str, columns: dict[str, str | None], where: str
) -> None:
    await spoil(pool, view, **columns)
    assert [breach.where for breach in await backoffice.check(pool)] == [f"syncd_contract.{where}"]


@pytest.mark.parametrize("amount", ["NaN", "Infinity"])
@pytest.mark.parametrize("column", ["list_price", "offer_price", "vat_percent"])
async def test_an_amount_without_end_is_a_breach(
    pool: asyncpg.Pool, column: str, amount: str
) -> None:
    await spoil(pool, "price", **{column: f"'{amount}'::numeric"})
    with pytest.raises(ContractError, match=rf"syncd_contract\.price\.{column} is '?{amount}"):
        await read(pool)


async def test_a_column_that_is_missing_is_named_even_inside_a_failed_transaction(
    pool: asyncpg.Pool,
) -> None:
    await spoil(pool, "price", list_price=None)
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        with pytest.raises(ContractError, match="list_price"):
            await read(connection)
        await transaction.rollback()


async def test_a_view_with_two_rows_for_a_key_is_a_breach(pool: asyncpg.Pool) -> None:
    await spoil(pool, "price", variant_key="'1'::text")
    with pytest.raises(ContractError, match=r"syncd_contract\.price has two rows for 1"):
        await read(pool)
    (breach,) = await backoffice.check(pool)
    assert str(breach).startswith("syncd_contract.price has two rows for account_id a")


async def test_a_missing_view_is_named(pool: asyncpg.Pool) -> None:
    await pool.execute("drop view syncd_contract.stock")
    with pytest.raises(ContractError, match=r"syncd_contract\.stock is missing"):
        await read(pool)
    (breach,) = await backoffice.check(pool)
    assert (breach.where, breach.what) == ("syncd_contract.stock", "is missing")


async def test_a_missing_schema_is_one_breach(pool: asyncpg.Pool) -> None:
    await pool.execute("drop schema syncd_contract cascade")
    (breach,) = await backoffice.check(pool)
    assert breach.where == "syncd_contract"
    with pytest.raises(ContractError, match="there is no such schema"):
        await read(pool)


async def test_the_reference_backoffice_keeps_the_contract(pool: asyncpg.Pool) -> None:
    assert await backoffice.check(pool) == []


async def test_varchar_and_bigint_are_as_good_as_text_and_integer(pool: asyncpg.Pool) -> None:
    await spoil(
        pool, "stock", warehouse_key="warehouse_key::varchar(20)", quantity="quantity::int8"
    )
    assert await backoffice.check(pool) == []
    assert (await read(pool))["1"].variants[0].quantity == 5


STOCK = "syncd_contract.receive_stock(text, text, text, integer, integer)"


@pytest.mark.parametrize(
    ("spoiling", "what"),
    [
        pytest.param(f"drop function {STOCK}", "is missing", id="missing"),
        pytest.param(
            f"drop function {STOCK};"
            "create function syncd_contract.receive_stock(account_id text, quantity numeric)"
            " returns void language sql as ''",
            "takes (account_id text, quantity numeric), must take"
            " (text, text, text, integer, integer)",
            id="other arguments",
        ),
        pytest.param(
            f"drop function {STOCK};"
            "create function syncd_contract.receive_stock(text, text, text, integer, integer)"
            " returns void language sql as ''",
            "returns void, must return boolean",
            id="another result",
        ),
    ],
)
async def test_a_function_that_syncd_could_not_call_is_a_breach(
    pool: asyncpg.Pool, spoiling: str, what: str
) -> None:
    await pool.execute(spoiling)
    (breach,) = await backoffice.check(pool)
    assert (breach.where, breach.what) == ("syncd_contract.receive_stock", what)


async def test_a_view_that_fails_is_a_breach(pool: asyncpg.Pool) -> None:
    await spoil(pool, "price", list_price="list_price / 0")
    (breach,) = await backoffice.check(pool)
    assert (breach.where, breach.what) == (
        "syncd_contract.price",
        "cannot be read: division by zero",
    )
    with pytest.raises(ContractError, match="division by zero"):
        await read(pool)


async def test_a_view_that_may_not_be_read_is_a_breach(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(
            """
            create role syncd_test_reader;
            grant usage on schema syncd_contract to syncd_test_reader;
            grant select on all tables in schema syncd, syncd_contract to syncd_test_reader;
            revoke select on syncd_contract.price from syncd_test_reader;
            set local role syncd_test_reader;
            """
        )
        (breach,) = await backoffice.check(connection)
        await transaction.rollback()
    assert (breach.where, breach.what) == ("syncd_contract.price", "may not be read")


async def follow_the_manual(pool: asyncpg.Pool) -> None:
    """A foreign Backoffice, with each recipe of the manual carried out."""
    await pool.execute(
        """
        drop schema syncd_contract cascade;
        create table butikk (butikknr int, navn text);
        create table vare (varenr int, butikknr int, navn text, beskrivelse text,
          utgaatt boolean, endret timestamptz);
        create table pris (varenr int, avdeling int, pris numeric, tilbud numeric,
          tilbud_fra timestamptz, tilbud_til timestamptz, unique (varenr, avdeling));
        insert into butikk values (1, 'Fjell');
        insert into vare values (4711, 1, 'Jakke', null, false, now());
        insert into pris values (4711, 1, 499), (4712, 1, 99);
        """
    )
    for recipe in RECIPES:
        if not recipe.startswith("grant"):  # there is no role syncd here
            await pool.execute(recipe)


async def test_the_recipes_of_the_manual_work(pool: asyncpg.Pool) -> None:
    await follow_the_manual(pool)
    assert await backoffice.product_keys(pool, "fjord") == ["4711"]
    assert not [b for b in await backoffice.check(pool) if ".product" in b.where]


GIVEN = {
    "id": "gid://shopify/Product/1",
    "title": "Lue",
    "vendor": "Fjell",
    "description_html": None,
    "is_active": True,
    "currency": "NOK",
    "prices_include_vat": True,
    "options": [],
    "variants": [{"id": "v1", "price": "99.00", "compare_at_price": "129.00"}],
}


async def test_the_recipe_takes_a_product_of_the_shop_once(pool: asyncpg.Pool) -> None:
    await follow_the_manual(pool)
    give = "select syncd_contract.receive_product('fjord', '2', $1)"
    keys = await pool.fetchval(give, GIVEN)
    assert keys == {"key": "4712", "variants": {"v1": "4712"}}
    assert await pool.fetchval(give, GIVEN) == keys
    prices = await pool.fetch("select pris, tilbud from pris where varenr = 4712 and tilbud > 0")
    assert [tuple(row) for row in prices] == [(Decimal("129.00"), Decimal("99.00"))]
    for refused, why in (({"options": ["Farge"]}, "options"), ({"vendor": "Fjord"}, "no store")):
        with pytest.raises(asyncpg.RaiseError, match=why):
            await pool.fetchval(give, {**GIVEN, "id": "2", **refused})


RECIPE_TELLS = [  # a statement, the keys it tells
    ("update pris set pris = 499 where varenr = 4711", []),
    ("update pris set pris = 89 where varenr = 4712", ["4712"]),
    ("update pris set varenr = 4713 where varenr = 4712", ["4712", "4713"]),
    ("insert into pris values (4711, 2, 5)", ["4711"]),
    (
        "insert into pris values (4711, 1, 5), (4711, 3, 7)"
        " on conflict (varenr, avdeling) do update set pris = 5",
        ["4711", "4711"],
    ),
    (
        "merge into pris p using (values (4712), (9)) as n (nr) on p.varenr = n.nr"
        " when matched then delete when not matched then insert (varenr, avdeling) values (nr, 1)",
        ["4712", "9"],
    ),
    ("set session_replication_role = replica; delete from pris where varenr = 4711", ["4711"]),
    ("insert into pris select n, 1 from generate_series(10000, 15000) as n", ["*"]),
    ("truncate pris", ["*"]),
    ("update vare set navn = 'Ny'", ["4711"]),
    ("delete from vare", ["4711"]),
    ("truncate vare", ["*"]),
]


@pytest.mark.parametrize(("statement", "keys"), RECIPE_TELLS)
async def test_the_recipe_tells_of_what_was_touched(
    pool: asyncpg.Pool, statement: str, keys: list[str]
) -> None:
    await follow_the_manual(pool)
    await pool.execute("truncate syncd.outbox")
    await pool.execute(statement)
    told = await pool.fetch("select key from syncd.outbox order by key")
    assert [row["key"] for row in told] == keys


async def test_the_recipe_tells_of_a_copy(pool: asyncpg.Pool) -> None:
    await follow_the_manual(pool)
    await pool.execute("truncate syncd.outbox")
    columns = ["varenr", "avdeling", "pris"]
    await pool.copy_records_to_table("pris", records=[(1, 1, 5), (2, 1, 5)], columns=columns)
    told = await pool.fetch("select key from syncd.outbox order by key")
    assert [row["key"] for row in told] == ["1", "2"]
