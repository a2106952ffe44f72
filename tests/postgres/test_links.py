from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import asyncpg
import pytest

from syncd.postgres import links
from syncd.postgres.db import transaction
from syncd.records import Form, Link, Picture, VariantForm, VariantIds
from syncd.rules import mapping

T0 = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FORM = Form(
    title="Jakke «Blå»",
    vendor="Fjell",
    status="ACTIVE",
    description_html=None,
    options=("Størrelse",),
    variants=(
        VariantForm("11", ("S",), "J-S", "703", "499.00", "599.00", True, "https://x.no/1.jpg#v1"),
        VariantForm("12", ("M",), "J-M", "", "499.00", None, True, None),
    ),
    pictures=(Picture("https://x.no/1.jpg", "v1", "foran"),),
)


def ids(number: int) -> VariantIds:
    return VariantIds(
        f"gid://shopify/ProductVariant/{number}", f"gid://shopify/InventoryItem/{number}"
    )


def link(key: str, variants: Mapping[str, VariantIds]) -> Link:
    return Link(
        key=key,
        gid=f"gid://shopify/Product/{key}",
        known=FORM,
        digest=mapping.digest(FORM),
        variants=variants,
        files={"https://x.no/1.jpg#v1": "gid://shopify/MediaImage/1"},
        published_at=None,
    )


@pytest.fixture
async def shop_id(pool: asyncpg.Pool) -> int:
    shop_id: int = await pool.fetchval(
        "insert into syncd.shop (domain, account_id, credentials, price_department, currency)"
        " values ('x.myshopify.com', 'a', 'x', 'nett', 'NOK') returning shop_id"
    )
    return shop_id


async def save(pool: asyncpg.Pool, shop_id: int, *given: Link) -> None:
    async with transaction(pool) as connection:
        for one in given:
            await links.save(connection, shop_id, one, T0)


async def variants_of(pool: asyncpg.Pool, shop_id: int, key: str) -> Mapping[str, VariantIds]:
    return (await links.known(pool, shop_id=shop_id, keys=[key]))[key].variants


async def test_what_is_saved_is_known(pool: asyncpg.Pool, shop_id: int) -> None:
    saved = link("1", {"11": ids(11), "12": ids(12)})
    await save(pool, shop_id, saved, link("2", {}))
    assert await links.known(pool, shop_id=shop_id, keys=["1", "absent"]) == {"1": saved}
    assert await pool.fetchval("select accepted_at from syncd.link where key = '1'") == T0


async def test_saving_again_renews_everything(pool: asyncpg.Pool, shop_id: int) -> None:
    await save(pool, shop_id, link("1", {"11": ids(11), "12": ids(12)}))
    form = replace(FORM, title="Ny")
    renewed = Link(
        key="1",
        gid="gid://shopify/Product/77",
        known=form,
        digest=mapping.digest(form),
        variants={"12": ids(12), "13": ids(13)},
        files={},
        published_at=T0,
    )
    await save(pool, shop_id, renewed)
    assert await links.known(pool, shop_id=shop_id, keys=["1"]) == {"1": renewed}


MOVES: dict[str, tuple[dict[str, int], dict[str, int]]] = {  # variants' ids before and after
    "two change places": ({"11": 1, "12": 2}, {"11": 2, "12": 1}),
    "three in a ring": ({"11": 1, "12": 2, "13": 3}, {"11": 2, "12": 3, "13": 1}),
    "a new id": ({"11": 1}, {"11": 2}),
    "the id of one that left": ({"11": 1, "12": 2}, {"12": 1}),
    "none left": ({"11": 1, "12": 2}, {}),
    "the first one": ({}, {"11": 1}),
}


async def test_variants_may_change_their_ids(pool: asyncpg.Pool, shop_id: int) -> None:
    for name, steps in MOVES.items():
        for numbers in steps:
            variants = {key: ids(number) for key, number in numbers.items()}
            await save(pool, shop_id, link("1", variants))
            assert await variants_of(pool, shop_id, "1") == variants, name


async def test_an_inventory_item_may_change_alone(pool: asyncpg.Pool, shop_id: int) -> None:
    await save(pool, shop_id, link("1", {"11": ids(1)}))
    moved = VariantIds(ids(1).variant, ids(9).inventory_item)
    await save(pool, shop_id, link("1", {"11": moved}))
    assert await variants_of(pool, shop_id, "1") == {"11": moved}


async def test_a_variant_stays_with_its_old_product_until_that_is_saved(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    await save(pool, shop_id, link("1", {"11": ids(1), "12": ids(2)}))
    await save(pool, shop_id, link("2", {"12": ids(3)}))
    assert await variants_of(pool, shop_id, "1") == {"11": ids(1), "12": ids(2)}
    assert await variants_of(pool, shop_id, "2") == {"12": ids(3)}
    await save(pool, shop_id, link("1", {"11": ids(1)}))
    assert await variants_of(pool, shop_id, "1") == {"11": ids(1)}
    assert await variants_of(pool, shop_id, "2") == {"12": ids(3)}


async def test_an_id_is_taken_from_the_product_that_had_it(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    await save(pool, shop_id, link("1", {"11": ids(1), "12": ids(2)}))
    await save(pool, shop_id, link("2", {"12": ids(2)}))
    assert await variants_of(pool, shop_id, "1") == {"11": ids(1)}
    assert await variants_of(pool, shop_id, "2") == {"12": ids(2)}


async def test_two_keys_never_share_a_product(pool: asyncpg.Pool, shop_id: int) -> None:
    await save(pool, shop_id, link("1", {}))
    with pytest.raises(asyncpg.UniqueViolationError):
        await save(pool, shop_id, replace(link("2", {}), gid="gid://shopify/Product/1"))


async def test_shops_do_not_see_each_others_links(pool: asyncpg.Pool, shop_id: int) -> None:
    other: int = await pool.fetchval(
        "insert into syncd.shop (domain, account_id, credentials, price_department, currency)"
        " values ('y.myshopify.com', 'a', 'x', 'nett', 'NOK') returning shop_id"
    )
    await save(pool, shop_id, link("1", {"11": ids(1)}))
    await save(pool, other, link("1", {"11": ids(1)}))
    await save(pool, other, link("1", {}))
    assert await variants_of(pool, shop_id, "1") == {"11": ids(1)}


async def test_keys_stand_in_order_of_number(pool: asyncpg.Pool, shop_id: int) -> None:
    await save(pool, shop_id, *[link(key, {}) for key in ("10", "9", "2")])
    assert await links.keys(pool, shop_id) == ["2", "9", "10"]


async def test_impossible_links_are_refused(pool: asyncpg.Pool, shop_id: int) -> None:
    await save(pool, shop_id, link("1", {}))
    for assignment in ("gid = '4711'", "digest = 'beef'", "kind = 'stock'", "known = null"):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await pool.execute(f"update syncd.link set {assignment}")
