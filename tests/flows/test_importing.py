"""Products that only the shop has are taken into the Backoffice, which gives them back the same."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import anyio
import asyncpg
import pytest

from syncd.catalogue import shopify_csv
from syncd.catalogue.entries import PriceEntry, ProductEntry
from syncd.errors import ContractError
from syncd.flows import checkup, importing
from syncd.flows.importing import Imported
from syncd.postgres import backoffice
from syncd.postgres.embedded import Server
from syncd.records import Product
from syncd.shopify.shopread import Seen
from tests.flows import imports
from tests.flows.conftest import ACCOUNT, JAKKE, LUE, Scene, settings
from tests.flows.running import counts, resync
from tests.flows.shelves import count

CATALOGUES = Path(__file__).resolve().parents[3] / "shared" / "catalog"
READING = {"BulkOperationRunQuery", "BulkOperationRead"}
JACKET = replace(
    JAKKE,
    images=(replace(JAKKE.images[0], alt="foran"), JAKKE.images[1]),
    variants=(
        replace(
            JAKKE.variants[0],
            prices=(PriceEntry("nett", Decimal("599.00"), Decimal("499.00")),),
            image_address=JAKKE.images[1].address,
        ),
        replace(JAKKE.variants[1], row=3, sku=None, is_tracked=False),
    ),
)


@pytest.fixture
def postgres(embedded: Server) -> Server:
    return embedded


@pytest.fixture
async def shop(scene: Scene) -> Scene:
    """An empty Backoffice beside a shop that keeps counts and descriptions in step."""
    location = (await scene.call(imports.LOCATIONS))["locations"]["nodes"][0]["id"]
    await settings(
        scene, sync_stock=True, location=location, sync_description=True, stock_direction="two_way"
    )
    return scene


async def filled(scene: Scene, folder: Path, *entries: ProductEntry) -> list[Seen]:
    """The shop as a run shows it, after its merchant has typed these products in."""
    await imports.put(scene, entries)
    await scene.tell("clock", {"advance_s": 600})  # its pictures are fetched
    return await imports.read(scene, folder)


async def taken(scene: Scene, seen: list[Seen]) -> list[Imported]:
    done = []
    for at in range(0, len(seen), importing.MOST):
        some = seen[at : at + importing.MOST]
        done += await importing.take_in(scene.pool, scene.shop, some)
    return done


async def here(scene: Scene) -> dict[str, Product]:
    """The Backoffice's products by title, as the contract's views show them."""
    found = await backoffice.products(
        scene.pool,
        account_id=ACCOUNT,
        department_key=scene.shop.price_department,
        warehouse_key=scene.shop.stock_warehouse,
        keys=await backoffice.product_keys(scene.pool, ACCOUNT),
    )
    return {one.title: one for one in found.values()}


async def products(scene: Scene) -> int:
    number: int = await scene.pool.fetchval("select count(*) from retail.product")
    return number


def told(product: Product, seen: Seen) -> list[Any]:
    """Each field of a product of the Backoffice, with what the shop showed of it."""
    shown, addresses = seen.product, seen.further.addresses
    images = {one.key: one.address for one in product.images}
    is_plain = [tuple(one.values.values()) for one in shown.variants] == [("Default Title",)]
    names = () if is_plain else shown.options
    fields: list[Any] = [
        (product.title, shown.title),
        (product.vendor, shown.vendor),
        (product.is_active, shown.status == "ACTIVE"),
        (product.description_html or "", shown.description_html),
        (product.option_names, names),
        (
            [(one.address, one.alt) for one in product.images],
            [(addresses[one.gid], one.alt) for one in shown.files if one.state == "ready"],
        ),
    ]
    for ours, theirs in zip(product.variants, shown.variants, strict=True):
        own = shown.fields[theirs.ids.variant]
        before = None if own.compare_at_price is None else Decimal(own.compare_at_price)
        fields += [
            (ours.option_values, tuple(theirs.values[name] for name in names)),
            (ours.sku or "", own.sku),
            (ours.barcode or "", own.barcode),
            (ours.price, Decimal(own.price)),
            (ours.compare_at_price, before),
            (ours.is_tracked, own.tracked),
            (images.get(ours.image_key or ""), addresses.get(own.file or "")),
        ]
    return fields


async def test_a_product_comes_back_field_by_field(shop: Scene, tmp_path: Path) -> None:
    seen = await filled(shop, tmp_path, JACKET, replace(LUE, is_active=False))
    planned = list(importing.preview(shop.shop, seen))
    assert [(one.title, one.refusal) for one in planned] == [("Jakke", ""), ("Lue", "")]
    assert await products(shop) == 0
    done = await taken(shop, seen)
    assert [one.notes for one in done] == [one.notes for one in planned]
    assert [one.refusal for one in done] == ["", ""]
    assert ["without a SKU (1)" in note for note in done[0].notes] == [True]
    found, by_title = await here(shop), imports.by_title(seen)
    assert {one.key for one in done} == {one.key for one in found.values()}
    for title, product in found.items():
        for ours, theirs in told(product, by_title[title]):
            assert ours == theirs
    jacket = found["Jakke"]
    assert (jacket.variants[0].price, jacket.variants[0].compare_at_price) == (
        Decimal("499.00"),
        Decimal("599.00"),
    )
    assert jacket.variants[0].image_key == jacket.images[1].key


async def test_the_catalogues_come_back_and_a_resync_sends_nothing(
    shop: Scene, tmp_path: Path
) -> None:
    entries: list[ProductEntry] = []
    for name in ("apparel.csv", "fashion.csv"):
        path = CATALOGUES / name
        if not path.is_file():
            pytest.skip(f"{path} is not there")
        read = shopify_csv.read(path.read_bytes(), name=name)
        entries += read.catalogue.products[:25]
    seen = await filled(shop, tmp_path, *entries)
    assert len(seen) == len(entries) == 50
    done = await taken(shop, seen)
    assert [one.refusal for one in done if one.refusal] == []
    keys = {one.key: one.gid for one in done}
    shown = {one.product.gid: one for one in seen}
    found = (await here(shop)).values()
    for product in found:
        for ours, theirs in told(product, shown[keys[product.key]]):
            assert ours == theirs
    assert await shop.push() == []
    assert await count(shop) == []
    before = dict(shop.client.tally.calls)
    run = await resync(shop)
    assert counts(run) == {"same": 50}
    assert run.counts == 0
    calls = {name for name, n in shop.client.tally.calls.items() if n > before.get(name, 0)}
    assert calls <= READING


async def test_counts_of_the_location_are_the_first_ones(shop: Scene, tmp_path: Path) -> None:
    seen = await filled(shop, tmp_path, JACKET, LUE)
    before = shop.state()
    await taken(shop, seen)
    counted = {
        variant.sku: variant.quantity
        for product in (await here(shop)).values()
        for variant in product.variants
    }
    assert counted == {"J-S": 5, "L-1": 5, None: 0}
    agreed = await shop.pool.fetch("select quantity from syncd.agreed_count order by quantity")
    assert [row["quantity"] for row in agreed] == [5, 5, None]
    assert await count(shop) == []
    assert shop.state() == before
    await shop.pool.execute(
        "insert into retail.movement (variant_id, account_id, warehouse_id, quantity, reason)"
        " select variant_id, 'fjord', 'hoved', -2, 'sale' from retail.variant where sku = 'J-S'"
    )
    await count(shop)
    assert sum(shop.variants()["J-S"]["quantities"].values()) == 3


async def test_no_direction_moves_a_first_count(shop: Scene, tmp_path: Path) -> None:
    directions = {"from_shopify": JACKET, "to_shopify": LUE}
    for direction, entry in directions.items():
        await settings(shop, stock_direction=direction)
        seen = await filled(shop, tmp_path, entry)
        before = shop.state()
        await taken(shop, seen)
        assert set(await count(shop)) <= {"StockAt"}
        assert shop.state() == before


async def test_taken_in_twice_it_is_one_product(shop: Scene, tmp_path: Path) -> None:
    seen = await filled(shop, tmp_path, JACKET, LUE)
    first = await taken(shop, seen)
    again = await taken(shop, [*seen, *seen])
    assert [one.key for one in again] == [one.key for one in first] * 2
    assert await products(shop) == 2


async def test_of_two_at_once_the_second_finds_what_the_first_took(
    shop: Scene, tmp_path: Path
) -> None:
    seen = await filled(shop, tmp_path, JACKET, LUE)
    done: list[list[Imported]] = []

    async def take(some: list[Seen]) -> None:
        done.append(await taken(shop, some))

    async with anyio.create_task_group() as group:
        group.start_soon(take, seen)
        group.start_soon(take, seen[::-1])
    first, second = ({one.gid: one.key for one in each} for each in done)
    assert first == second
    assert None not in first.values()
    assert await products(shop) == 2


async def test_what_dies_in_the_middle_leaves_nothing(shop: Scene, tmp_path: Path) -> None:
    seen = await filled(shop, tmp_path, LUE, JACKET)
    await shop.pool.execute(
        "create function die() returns trigger language plpgsql as"
        " 'begin perform pg_terminate_backend(pg_backend_pid()); return new; end';"
        "create trigger die before insert on retail.variant for each row"
        " when (new.sku = 'J-S') execute function die()"
    )
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
        await taken(shop, seen)
    assert await products(shop) == 0
    assert await shop.pool.fetchval("select count(*) from syncd.link") == 0
    await shop.pool.execute("drop trigger die on retail.variant")
    assert [one.refusal for one in await taken(shop, seen)] == ["", ""]
    assert await products(shop) == 2


async def test_without_its_links_it_gets_the_same_keys(shop: Scene, tmp_path: Path) -> None:
    """As after a restore of syncd's schema alone, or a Backoffice that commits by itself."""
    links = "select product_key, variant_key, gid from syncd.variant_link order by gid"
    seen = await filled(shop, tmp_path, JACKET, LUE)
    first, linked = await taken(shop, seen), await shop.pool.fetch(links)
    await shop.pool.execute("delete from syncd.link; delete from syncd.file")
    await shop.pool.execute("delete from syncd.agreed_count")
    again = await taken(shop, seen)
    assert [(one.gid, one.key) for one in again] == [(one.gid, one.key) for one in first]
    assert await shop.pool.fetch(links) == linked
    assert await products(shop) == 2
    assert [one.variants[0].quantity for one in (await here(shop)).values()] == [5, 5]

    await shop.pool.execute("delete from syncd.link")
    await shop.pool.execute("update retail.product set title = 'Hue' where title = 'Lue'")
    jacket, cap = await taken(shop, seen)
    assert (jacket.key, cap.key) == (first[0].key, None)
    assert "title is “Hue”, Shopify holds “Lue”" in cap.refusal
    assert await products(shop) == 2


async def test_what_cannot_come_stays_and_holds_up_no_other(shop: Scene, tmp_path: Path) -> None:
    await shop.pool.execute(
        "alter table retail.barcode add constraint barcodes_are_digits check (code !~ 'J-S')"
    )
    archived = replace(LUE, title="Gammel")
    seen = await filled(shop, tmp_path, JACKET, LUE, archived)
    seen = [
        replace(one, product=replace(one.product, status="ARCHIVED"))
        if one.product.title == "Gammel"
        else one
        for one in seen
    ]
    done = {one.gid: one for one in await taken(shop, seen)}
    by_title = {one.product.title: done[one.product.gid] for one in seen}
    assert by_title["Lue"].key is not None
    assert "barcodes_are_digits" in by_title["Jakke"].refusal
    assert "“Jakke” (SKU J-S)" in by_title["Jakke"].refusal
    assert "is archived in Shopify" in by_title["Gammel"].refusal
    assert await products(shop) == 1


async def test_a_product_of_the_backoffice_is_not_taken_in(shop: Scene, tmp_path: Path) -> None:
    await shop.load(LUE)
    await shop.push()
    await shop.pool.execute("delete from syncd.link")
    (one,) = await taken(shop, await imports.read(shop, tmp_path))
    assert "is product 1 of the Backoffice already" in one.refusal
    assert await products(shop) == 1


async def test_one_that_gives_back_something_else_keeps_nothing(
    shop: Scene, tmp_path: Path
) -> None:
    seen = await filled(shop, tmp_path, LUE)
    await shop.pool.execute(
        "create function lose() returns trigger language plpgsql as"
        " 'begin new.sku := null; return new; end';"
        "create trigger lose before insert on retail.variant for each row execute function lose()"
    )
    (one,) = await taken(shop, seen)
    assert "variant SKU L-1: sku is “”, Shopify holds “L-1”" in one.refusal
    assert (await products(shop), one.key) == (0, None)


async def test_an_answer_without_keys_breaks_the_contract(shop: Scene, tmp_path: Path) -> None:
    seen = await filled(shop, tmp_path, LUE)
    for answer in ("null", '{"key": "1", "variants": {}}', '{"key": 1, "variants": {}}'):
        await shop.pool.execute(
            "create or replace function syncd_contract.receive_product"
            "(account_id text, department_key text, product jsonb) returns jsonb"
            f" language sql as $$ select '{answer}'::jsonb $$"
        )
        with pytest.raises(ContractError, match="receive_product returned"):
            await taken(shop, seen)


async def test_a_backoffice_without_the_function_lacks_nothing_else(
    shop: Scene, tmp_path: Path
) -> None:
    seen = await filled(shop, tmp_path, LUE)
    await shop.pool.execute("drop function syncd_contract.receive_product(text, text, jsonb)")
    with pytest.raises(ContractError, match="nothing can be imported") as caught:
        await taken(shop, seen)
    assert "docs/backoffice.md" in caught.value.hint
    assert await backoffice.check(shop.pool) == []
    found = [one async for one in checkup.of_database(shop.pool)]
    assert [one.what for one in found if one.state == "odd"] == [
        "the Backoffice has no receive_product: nothing can be imported from Shopify"
    ]


async def test_prices_without_vat_get_it_and_lose_it_again(shop: Scene, tmp_path: Path) -> None:
    await settings(shop, taxes_included=False)
    seen = await filled(shop, tmp_path, JACKET, LUE)
    assert [one.refusal for one in await taken(shop, seen)] == ["", ""]
    assert (await here(shop))["Lue"].variants[0].price == Decimal("248.75")
    assert await shop.push() == []
