"""A rehearsal tells what Shopify would refuse, and leaves no trace."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import aiohttp
import asyncpg
import pytest

from syncd.catalogue.entries import ImageEntry, ProductEntry
from syncd.cli.rehearse import stage
from syncd.demo import proof
from syncd.errors import CallError
from syncd.flows.rehearse import Finding, Rehearsal, rehearse
from syncd.postgres import backoffice
from syncd.postgres.embedded import Server
from syncd.rules import mapping
from syncd.sandbox import server as sandbox
from syncd.sandbox.options import ShopOptions
from syncd.sandbox.state import state
from syncd.shopify import client as shopify
from tests.flows.conftest import ACCOUNT, JAKKE, LUE, Scene, settings, variant

READS = {"ProductByIdentifier", "VariantsBySku"}
GOOD_CODE = "7038010000065"
MANY = ProductEntry(
    9,
    "skjorte",
    "Skjorte",
    "Fjell",
    tuple(variant(f"S{a}", f"F{b}", sku=f"S-{a}-{b}") for a in range(26) for b in range(20)),
    option_names=("Størrelse", "Farge"),
    images=(ImageEntry("https://x.no/s.jpg"),),
)


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One server is enough here: tests/postgres and the resync itself run on each."""
    return embedded


def sound(entry: ProductEntry) -> ProductEntry:
    """With barcodes that nothing can be said of."""
    variants = tuple(replace(one, barcodes=(GOOD_CODE,)) for one in entry.variants)
    return replace(entry, variants=variants)


def bad(handle: str, **fields: Any) -> ProductEntry:
    given = {"title": handle.title(), "variants": (variant(sku=handle),), **fields}
    return sound(ProductEntry(row=9, handle=handle, store="Fjell", **given))


async def rehearsed(scene: Scene) -> Rehearsal:
    async with stage(scene.shop) as client:
        return await rehearse(scene.pool, client, scene.shop, progress=lambda _done, _all: None)


def told(findings: tuple[Finding, ...]) -> list[tuple[str, str, str, str]]:
    return [(one.key, one.severity, one.cause, one.sku) for one in findings]


async def test_a_sound_catalogue_is_accepted_without_a_word(scene: Scene) -> None:
    await scene.load(sound(JAKKE), sound(LUE))
    found = await rehearsed(scene)
    assert found.findings == ()
    assert (found.products, found.sent, found.variants) == (2, 2, 3)
    assert found.calls == {"ProductSet": 2, "PublishablePublish": 2}
    assert found.points.keys() == found.calls.keys() and min(found.points.values()) > 0


async def test_what_shopify_would_refuse_is_told_in_the_catalogues_order(scene: Scene) -> None:
    alike = (variant("S", sku="A-1"), variant("s", sku="A-2"))
    unpriced = tuple(replace(variant(at, sku=f"U-{at}"), prices=()) for at in "SML")
    await scene.load(
        sound(JAKKE),
        bad("a", title="x" * 256),
        bad("b", variants=alike, option_names=("Størrelse",)),
        bad("c", title="Uten", variants=unpriced, option_names=("Størrelse",)),
        bad("d", variants=tuple(variant(f"{at}", sku=f"F-{at}") for at in range(2049)),
            option_names=("Nr",)),
        sound(LUE),
    )  # fmt: skip
    found = await rehearsed(scene)
    assert told(found.findings) == [
        ("1", "wrong", "text_too_long", "a"),
        ("2", "wrong", "variants_alike", "A-2"),
        ("3", "wrong", "no_price", "U-S"),
        ("3", "wrong", "no_price", "U-M"),
        ("3", "wrong", "no_price", "U-L"),
        ("4", "wrong", "too_many_variants", ""),
    ]
    assert found.sent == 2
    assert "has 256 characters; Shopify holds 255" in found.findings[0].message
    assert found.findings[0].next_step.startswith("shorten it in the Backoffice")
    assert found.findings[2].title == "Uten"


async def test_what_is_odd_is_told_and_sent(scene: Scene) -> None:
    await scene.load(
        bad("ski", title="Ski & Staver"),
        bad("ski2", title="ski  staver", variants=(variant(sku=" SKI "),)),
        bad("vott"),
    )
    await scene.pool.execute("update retail.barcode set code = '7001' where variant_id = 3")
    found = await rehearsed(scene)
    assert told(found.findings) == [
        ("2", "odd", "sku_twice", "SKI"),
        ("2", "odd", "same_address", ""),
        ("3", "odd", "barcode_odd", "vott"),
    ]
    assert found.sent == 3
    assert "product 1 (Ski & Staver)" in found.findings[0].message
    assert "/products/ski-staver" in found.findings[1].message
    assert found.findings[2].message.startswith("product 3 (Vott): SKU vott: barcode 7001")


async def test_what_the_sandbox_refuses_is_told_in_its_words(scene: Scene) -> None:
    await scene.load(sound(JAKKE), sound(LUE))
    async with stage(scene.shop) as client:
        definition = {
            "name": "Nr",
            "namespace": "syncd",
            "key": "backoffice_id",
            "type": "id",
            "ownerType": "PRODUCT",
            "validations": [{"name": "regex", "value": "^1$"}],
        }
        await client.execute("MetafieldDefinitionCreate", {"definition": definition})
        found = await rehearse(scene.pool, client, scene.shop, progress=lambda *_: None)
    (refused,) = found.findings
    assert (refused.key, refused.severity, refused.sku) == ("2", "wrong", "L-1")
    assert refused.message.startswith("product 2 (Lue)") and "correct format" in refused.message
    assert refused.next_step
    assert found.sent == 1


TABLES = """
select format('%I.%I', schemaname, tablename) as name from pg_tables
where schemaname not in ('pg_catalog', 'information_schema')
order by 1
"""


async def everything(pool: asyncpg.Pool) -> dict[str, list[Any]]:
    """All rows of all tables, with where they lie, so that not even an empty update is missed."""
    names = [row["name"] for row in await pool.fetch(TABLES)]
    return {
        name: await pool.fetch(
            f"select one.ctid::text as place, one::text as row from {name} one order by 1"
        )
        for name in names
    }


async def test_a_rehearsal_leaves_no_trace(scene: Scene) -> None:
    await scene.load(JAKKE, LUE, bad("lang", title="x" * 256))
    tables, calls = await everything(scene.pool), dict(scene.client.tally.calls)
    sequences = await scene.pool.fetch("select * from pg_sequences order by 1, 2")
    await rehearsed(scene)
    assert await everything(scene.pool) == tables
    assert await scene.pool.fetch("select * from pg_sequences order by 1, 2") == sequences
    assert scene.client.tally.calls == calls
    assert scene.state() == []
    assert "retail.product" in tables and "syncd.outbox" in tables


async def test_a_rehearsal_sends_what_a_push_would(scene: Scene) -> None:
    await settings(scene, inactive_as="archived")
    await scene.load(JAKKE, LUE, MANY, bad("borte", is_active=False))
    async with stage(scene.shop) as client:
        found = await rehearse(scene.pool, client, scene.shop, progress=lambda *_: None)
    sent = Counter(await scene.push())
    assert await scene.differences() == []
    assert found.calls == {name: n for name, n in sent.items() if name not in READS}
    assert found.calls["ProductVariantsBulkCreate"] == 2
    charged = {name: scene.client.tally.points[name] for name in found.points}
    assert found.points == charged


async def test_in_the_sandbox_stands_what_the_backoffice_says(scene: Scene) -> None:
    await scene.load(JAKKE, LUE, MANY)
    options = ShopOptions(
        token="t",
        plan="enterprise",
        locations=(scene.shop.location or "",),
        publications=scene.shop.publish_to,
    )
    async with sandbox.running(options) as running:
        async with shopify.connect("x", "t", url=running.url) as client:
            await rehearse(scene.pool, client, scene.shop, progress=lambda *_: None)
        shown = state(running.shop)
    keys = await backoffice.product_keys(scene.pool, ACCOUNT)
    products = await backoffice.products(
        scene.pool,
        account_id=ACCOUNT,
        department_key=scene.shop.price_department,
        warehouse_key=scene.shop.stock_warehouse,
        keys=keys,
    )
    wanted = {key: mapping.wanted(one, scene.shop) for key, one in products.items()}
    (channel,) = shown["publications"]
    in_it = replace(scene.shop, publish_to=(channel["id"],))
    assert proof.differences(wanted, shown, in_it) == []
    counts = {
        tuple(one["quantities"].items())
        for product in shown["products"]
        for one in product["variants"]
    }
    assert counts == {((scene.shop.location, 5),)}


async def test_a_shop_without_stock_and_channels_is_rehearsed_too(scene: Scene) -> None:
    await settings(scene, sync_stock=False, stock_warehouse=None, location=None, publish_to=[])
    await scene.load(sound(JAKKE))
    found = await rehearsed(scene)
    assert found.findings == ()
    assert found.calls == {"ProductSet": 1}


async def test_the_sandbox_is_like_the_shop(scene: Scene) -> None:
    shop = replace(scene.shop, currency="SEK", taxes_included=False)
    async with stage(shop) as client:
        answer = await client.execute("ShopProbe")
        assert answer["shop"]["currencyCode"] == "SEK"
        assert answer["shop"]["taxesIncluded"] is False
        assert answer["shop"]["myshopifyDomain"] == shop.domain


async def test_progress_is_told_product_by_product(scene: Scene) -> None:
    await scene.load(JAKKE, LUE, bad("lang", title="x" * 256))
    heard: list[tuple[int, int]] = []
    async with stage(scene.shop) as client:
        await rehearse(
            scene.pool, client, scene.shop, progress=lambda done, total: heard.append((done, total))
        )
    assert heard == [(0, 3), (1, 3), (2, 3), (3, 3)]


async def test_products_by_the_hundred_are_all_sent(scene: Scene) -> None:
    await scene.load(*(bad(f"p{at}") for at in range(205)))
    found = await rehearsed(scene)
    assert (found.products, found.sent) == (205, 205)
    assert found.findings == ()


async def test_a_sandbox_that_fails_is_no_products_fault(scene: Scene) -> None:
    await scene.load(sound(JAKKE), sound(LUE))
    location, channels = scene.shop.location or "", scene.shop.publish_to
    options = ShopOptions(token="t", locations=(location,), publications=channels)
    async with sandbox.running(options) as running:
        fault = {"kind": "http", "status": 503, "root": "productSet", "times": None}
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{running.url}/_sandbox/faults", json=fault) as response,
        ):
            assert response.status == 201
        async with shopify.connect("x", "t", url=running.url) as client:
            with pytest.raises(ExceptionGroup) as raised:
                await rehearse(scene.pool, client, scene.shop, progress=lambda *_: None)
    assert raised.group_contains(CallError, match="HTTP 503")


async def test_prices_without_a_price_list_are_no_reason_to_stop(scene: Scene) -> None:
    await scene.load(sound(JAKKE), sound(LUE))
    await scene.pool.execute("delete from retail.price where department_id = 'nett'")
    found = await rehearsed(scene)
    assert Counter(one.cause for one in found.findings) == {"no_price": 3}
    assert found.calls == {} and found.points == {}
