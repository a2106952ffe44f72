from __future__ import annotations

import dataclasses
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from syncd.catalogue import sample, shopify_csv
from syncd.catalogue.entries import (
    Catalogue,
    ImageEntry,
    PriceEntry,
    ProductEntry,
    VariantEntry,
)
from syncd.postgres import backoffice, reference
from syncd.postgres.reference import Counts

SHARED = Path(__file__).resolve().parents[3] / "shared" / "catalog" / "fashion.csv"
PRICE = (PriceEntry("nett", Decimal("499.00")),)
S = VariantEntry(2, ("S",), PRICE, sku="J-S", barcodes=("703", "704"), counts=(("hoved", 5),))
M = VariantEntry(3, ("M",), PRICE, sku="J-M")
JAKKE = ProductEntry(
    2,
    "jakke",
    "Jakke",
    "Fjell",
    (S, M),
    option_names=("Størrelse",),
    images=(ImageEntry("https://x.no/1.jpg"), ImageEntry("https://x.no/2.jpg")),
)
LUE = ProductEntry(4, "lue", "Lue", "Fjell", (VariantEntry(4, (), PRICE),))


@pytest.fixture(autouse=True)
async def _installed(pool: asyncpg.Pool) -> None:
    await reference.install(pool)


@pytest.fixture
async def filled(pool: asyncpg.Pool) -> asyncpg.Pool:
    """Product 1 with variants 1 and 2, product 2 with variant 3; no events left."""
    await load(pool, JAKKE, LUE)
    await pool.execute("truncate syncd.outbox")
    return pool


async def load(pool: asyncpg.Pool, *products: ProductEntry) -> reference.LoadReport:
    return await reference.load(pool, Catalogue("Fjord", products), account_id="a")


async def events(pool: asyncpg.Pool) -> list[tuple[str, str, str]]:
    rows = await pool.fetch(
        "select kind, key, array_to_string(changed, ' ') as changed from syncd.outbox"
        " where account_id = 'a' order by event_id"
    )
    return [(row["kind"], row["key"], row["changed"]) for row in rows]


async def product(pool: asyncpg.Pool, key: str = "1") -> Any:
    found = await backoffice.products(
        pool, account_id="a", department_key="nett", warehouse_key="hoved", keys=[key]
    )
    return found[key]


async def test_installing_again_does_nothing(pool: asyncpg.Pool) -> None:
    assert await reference.install(pool) is False


async def test_another_release_is_renewed_and_keeps_its_rows(filled: asyncpg.Pool) -> None:
    await filled.execute("update retail.installed set digest = 'older'")
    assert await reference.install(filled) is True
    assert (await product(filled)).title == "Jakke"
    assert await events(filled) == []


async def test_everything_in_the_reference_backoffice_is_explained(pool: asyncpg.Pool) -> None:
    silent = await pool.fetch(
        """
        select c.oid::regclass::text as name
        from pg_class c
        where c.relnamespace in ('retail'::regnamespace, 'syncd_contract'::regnamespace)
          and c.relkind in ('r', 'v')
          and obj_description(c.oid, 'pg_class') is null
        union all
        select a.attrelid::regclass || '.' || a.attname
        from pg_attribute a
        join pg_class c on c.oid = a.attrelid
        where (c.relnamespace in ('retail'::regnamespace, 'syncd_contract'::regnamespace)
            or c.oid = 'syncd.contract'::regclass)
          and c.relkind in ('r', 'v')
          and a.attnum > 0
          and col_description(a.attrelid, a.attnum) is null
        union all
        select p.oid::regprocedure::text
        from pg_proc p
        where p.pronamespace in ('retail'::regnamespace, 'syncd_contract'::regnamespace)
          and obj_description(p.oid, 'pg_proc') is null
        """
    )
    assert [row["name"] for row in silent] == []


async def test_loading_the_sample_twice_changes_nothing_and_tells_nothing(
    pool: asyncpg.Pool,
) -> None:
    catalogue = sample.catalogue()
    heard: list[tuple[int, int]] = []
    first = await reference.load(
        pool, catalogue, account_id="a", progress=lambda done, total: heard.append((done, total))
    )
    told = await pool.fetchval("select count(*) from syncd.outbox")
    second = await reference.load(pool, catalogue, account_id="a")
    assert first.products == Counts(loaded=300, updated=0, unchanged=0)
    assert first.variants == Counts(loaded=catalogue.variant_count, updated=0, unchanged=0)
    assert second.products == Counts(loaded=0, updated=0, unchanged=300)
    assert second.variants == Counts(loaded=0, updated=0, unchanged=catalogue.variant_count)
    assert await pool.fetchval("select count(*) from syncd.outbox") == told > 0
    assert heard == [(200, 300), (300, 300)]
    assert first.problems == second.problems == ()


async def test_a_loaded_catalogue_is_read_back_as_it_was(pool: asyncpg.Pool) -> None:
    catalogue = sample.catalogue()
    await reference.load(pool, catalogue, account_id="a")
    found = await backoffice.products(
        pool,
        account_id="a",
        department_key="butikk",
        warehouse_key="hoved",
        keys=await backoffice.product_keys(pool, "a"),
    )
    by_title = {product.title: product for product in found.values()}
    for entry in catalogue.products:
        read = by_title[entry.title]
        assert (read.vendor, read.is_active) == (entry.store, entry.is_active)
        assert read.option_names == entry.option_names
        assert [image.address for image in read.images] == [image.address for image in entry.images]
        addresses = {image.key: image.address for image in read.images}
        assert [
            (v.option_values, v.sku, v.barcode, v.is_tracked, v.price, v.quantity)
            for v in read.variants
        ] == [
            (
                v.option_values,
                v.sku,
                v.barcodes[0] if v.barcodes else None,
                v.is_tracked,
                v.prices[0].list_price,
                dict(v.counts)["hoved"],
            )
            for v in entry.variants
        ]
        assert [addresses.get(v.image_key or "") for v in read.variants] == [
            v.image_address for v in entry.variants
        ]


async def test_a_real_export_loads_whole(pool: asyncpg.Pool) -> None:
    if not SHARED.is_file():
        pytest.skip(f"{SHARED} is not there")
    catalogue = shopify_csv.read(SHARED.read_bytes()).catalogue
    report = await reference.load(pool, catalogue, account_id="a")
    assert report.products.loaded == 997
    assert report.variants.loaded == 3684
    assert report.problems == ()


CHEAPER = dataclasses.replace(M, prices=(PriceEntry("nett", Decimal("449.00")),))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        pytest.param({"title": "Frakk"}, [("product", "1", "title")], id="title"),
        pytest.param({"store": "Fjord"}, [("product", "1", "vendor")], id="store"),
        pytest.param({"is_active": False}, [("product", "1", "status")], id="status"),
        pytest.param({"variants": (S, CHEAPER)}, [("product", "1", "price")], id="price"),
        pytest.param(
            {"images": JAKKE.images[:1]}, [("product", "1", "images")], id="a picture less"
        ),
        pytest.param(
            {"images": JAKKE.images[::-1]}, [("product", "1", "images")], id="other order"
        ),
        pytest.param({"variants": (S,)}, [("product", "1", "variants")], id="a variant less"),
        pytest.param(
            {"variants": (dataclasses.replace(S, counts=(("hoved", 6),)), M)},
            [("stock", "1", "quantity")],
            id="a count",
        ),
        pytest.param({"option_names": ("Str.",)}, [("product", "1", "variants")], id="option name"),
    ],
)
async def test_a_changed_file_updates_just_what_differs(
    filled: asyncpg.Pool, changed: dict[str, Any], told: list[tuple[str, str, str]]
) -> None:
    report = await load(filled, dataclasses.replace(JAKKE, **changed), LUE)
    assert report.products == Counts(loaded=0, updated=1, unchanged=1)
    assert await events(filled) == told


async def test_another_primary_barcode_takes_the_place_of_the_first(filled: asyncpg.Pool) -> None:
    swapped = dataclasses.replace(S, barcodes=("704", "705"))
    await load(filled, dataclasses.replace(JAKKE, variants=(swapped, M)))
    rows = await filled.fetch("select code from retail.barcode where is_primary")
    assert [row["code"] for row in rows] == ["704"]
    assert set(await events(filled)) == {("product", "1", "variants")}


async def test_options_may_change_places(filled: asyncpg.Pool) -> None:
    blue = dataclasses.replace(S, option_values=("S", "Blå"))
    await load(
        filled,
        dataclasses.replace(JAKKE, option_names=("Størrelse", "Farge"), variants=(blue,)),
    )
    turned = dataclasses.replace(S, option_values=("Blå", "S"))
    await load(
        filled,
        dataclasses.replace(JAKKE, option_names=("Farge", "Størrelse"), variants=(turned,)),
    )
    read = await product(filled)
    assert read.option_names == ("Farge", "Størrelse")
    assert [variant.option_values for variant in read.variants] == [("Blå", "S")]


async def test_variants_that_the_file_could_not_tell_of_stay(filled: asyncpg.Pool) -> None:
    report = await load(filled, dataclasses.replace(JAKKE, variants=(S,), is_whole=False))
    assert report.removed_variants == 0
    assert len((await product(filled)).variants) == 2


async def test_what_the_database_refuses_is_a_problem_and_stops_nothing_else(
    pool: asyncpg.Pool,
) -> None:
    nameless = dataclasses.replace(LUE, row=9, handle="x", title=" ")
    report = await load(pool, JAKKE, nameless, LUE)
    (problem,) = report.problems
    assert (problem.row, problem.handle) == (9, "x")
    assert "product_has_a_title" in problem.reason
    assert report.products == Counts(loaded=2, updated=0, unchanged=0)


GIVE = "select syncd_contract.receive_product('a', 'nett', $1)"
PLATE: dict[str, Any] = {
    "id": "gid://shopify/Product/9",
    "title": "Asjett",
    "vendor": "Porsgrund",
    "description_html": None,
    "is_active": True,
    "currency": "NOK",
    "prices_include_vat": False,
    "options": ["Mål", "Farge", "Dekor"],
    "images": [{"id": "p1", "address": "https://x.no/9.jpg", "alt": "ovenfra"}],
    "variants": [
        {
            "id": f"v{number}",
            "option_values": [size, "Hvit", "Strå"],
            "sku": f"P-{size}",
            "barcode": None,
            "price": "79.96",
            "compare_at_price": "99.95" if number else None,
            "is_tracked": True,
            "is_taxed": True,
            "image": "p1" if number else None,
        }
        for number, size in enumerate(("17", "21"))
    ],
}


async def test_a_product_of_the_shop_is_taken_once(filled: asyncpg.Pool) -> None:
    keys = await filled.fetchval(GIVE, PLATE)
    assert keys == {"key": "3", "variants": {"v0": "4", "v1": "5"}}
    assert {key for _, key, _ in await events(filled)} == {"3"}
    renamed = {**PLATE, "title": "Tallerken", "variants": PLATE["variants"][::-1]}
    assert await filled.fetchval(GIVE, renamed) == keys
    read = await product(filled, "3")
    assert (read.title, read.vendor, read.option_names) == (
        "Asjett",
        "Porsgrund",
        ("Mål", "Farge", "Dekor"),
    )
    assert [one.option_values for one in read.variants] == [
        ("17", "Hvit", "Strå"),
        ("21", "Hvit", "Strå"),
    ]
    prices = [(one.price, one.compare_at_price) for one in read.variants]
    assert prices == [(Decimal("99.95"), None), (Decimal("99.95"), Decimal("124.94"))]
    (image,) = read.images
    assert [one.image_key for one in read.variants] == [None, image.key]


async def test_what_is_sold_without_tax_has_no_vat(filled: asyncpg.Pool) -> None:
    variants = [{**one, "is_taxed": False} for one in PLATE["variants"]]
    key = (await filled.fetchval(GIVE, {**PLATE, "variants": variants}))["key"]
    read = await product(filled, key)
    assert [(one.price, one.vat_percent) for one in read.variants] == [(Decimal("79.96"), 0)] * 2


async def test_a_product_that_cannot_be_held_is_refused_in_words(filled: asyncpg.Pool) -> None:
    for wrong, why in (
        ({"id": None}, "needs an id"),
        ({"currency": "EUR"}, "prices here are in NOK, not in EUR"),
        ({"vendor": ""}, "it has no vendor"),
        ({"variants": [{**PLATE["variants"][0], "price": "1e9"}]}, "more than nine digits"),
        ({"variants": PLATE["variants"][:1] * 2}, "variant_is_the_only_one_of_its_kind"),
    ):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError, match=why):
            await filled.fetchval(GIVE, {**PLATE, **wrong})
    with pytest.raises(asyncpg.CheckViolationError, match="there is no department lager"):
        await filled.fetchval(GIVE.replace("nett", "lager"), PLATE)
    assert await filled.fetchval("select count(*) from retail.product") == 2
