"""Products found by what people remember of them."""

from __future__ import annotations

from dataclasses import replace

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.flows.search import search
from syncd.postgres.embedded import Server
from syncd.postgres.search import query
from tests.postgres.test_links import FORM, ids, link, save

SWEATER = replace(FORM, title="Genser Élan", status="ARCHIVED")


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One server is enough here: tests/postgres prepares the statements on each."""
    return embedded


@pytest.fixture
async def shop_id(pool: asyncpg.Pool) -> int:
    shop_id: int = await pool.fetchval(
        "insert into syncd.shop (domain, account_id, credentials, price_department, currency)"
        " values ('x.myshopify.com', 'a', 'x', 'nett', 'NOK') returning shop_id"
    )
    jacket = link("1", {"11": ids(11), "12": ids(12)})
    await save(pool, shop_id, jacket, replace(link("2", {}), known=SWEATER))
    return shop_id


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        pytest.param("jakke blå", ["1"], id="words"),
        pytest.param("BLÅ jak", ["1"], id="in any order and case, by their beginnings"),
        pytest.param("elan", ["2"], id="without the accent"),
        pytest.param("j-s", ["1", "2"], id="a SKU"),
        pytest.param("703", ["1", "2"], id="a barcode"),
        pytest.param("2", ["2"], id="a key"),
        pytest.param("gid://shopify/Product/1", ["1"], id="an id"),
        pytest.param("jakke elan", [], id="not all words"),
        pytest.param("!!", [], id="no word"),
        pytest.param("", [], id="nothing"),
    ],
)
async def test_a_product_is_found_by(
    pool: asyncpg.Pool, shop_id: int, text: str, keys: list[str]
) -> None:
    found = await search(pool, text, shop_id=shop_id)
    assert [one.key for one in found] == keys


async def test_a_product_is_told_with_its_state_picture_skus(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    (found,) = await search(pool, "jakke")
    assert (found.shop_id, found.state, found.skus) == (shop_id, "in step", ("J-S", "J-M"))
    assert (found.variants, found.picture) == (2, "https://x.no/1.jpg")
    await pool.execute("update syncd.link set gone_at = now() where key = '1'")
    assert [one.key for one in await search(pool, "j-s", state="gone")] == ["1"]
    assert [one.key for one in await search(pool, "j-s", state="archived")] == ["2"]


async def test_pages_follow_each_other(pool: asyncpg.Pool, shop_id: int) -> None:
    (first,) = await search(pool, "j-s", most=1)
    (second,) = await search(pool, "j-s", most=1, after=(first.shop_id, first.key))
    assert (first.key, second.key) == ("1", "2")


HOSTILE = st.text(max_size=200) | st.lists(
    st.sampled_from(
        ["'", "\\", "\0", "%", "_", " & ", " | ", "!", "<->", ":*", "(", ")", "😀", "a"]
    )
).map("".join)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=HOSTILE)
async def test_whatever_is_typed_is_only_words(pool: asyncpg.Pool, shop_id: int, text: str) -> None:
    await search(pool, text)


async def test_a_text_of_ten_thousand_characters_is_only_words(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    assert await search(pool, "ab' " * 2500) == []
    assert await search(pool, "x" * 10_000) == []
    assert len(query("a b " * 5000)) < 1000
