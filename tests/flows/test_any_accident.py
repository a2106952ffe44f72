"""Whatever is done to whole products in Shopify, in any order, each is there once in the end."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.postgres.embedded import Server
from syncd.shopify import identity
from tests.flows import conftest
from tests.flows.accidents import COPY, DELETE, DELETE_VARIANT, MAKE
from tests.flows.conftest import JAKKE, LUE, Scene
from tests.flows.merchant import UPDATE
from tests.flows.running import resync
from tests.flows.shelves import count, sell

EXAMPLES = int(os.environ.get("SYNCD_EXAMPLES", "8"))
FORGET = """truncate syncd.link, syncd.change, syncd.outbox, syncd.history, syncd.run, syncd.harm,
  syncd.agreed_count, syncd.held_count, syncd.file, syncd.stock_write, retail.product
  restart identity cascade"""
ID = "syncd.backoffice_id"


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One server is enough here: tests/postgres run the statements on each."""
    return embedded


@dataclass(frozen=True, slots=True)
class Deed:
    """Something done there, or here; `place` chooses among what there is."""

    name: str
    place: int


THERE = ("delete", "delete", "delete_variant", "copy", "rename", "restore")
HERE = ("touch", "sell", "push", "count", "resync", "inactive", "active")
DEEDS = st.lists(st.builds(Deed, st.sampled_from([*THERE, *HERE]), st.integers(0, 3)), max_size=7)


async def do(scene: Scene, deed: Deed) -> None:
    """Carry it out; what Shopify refuses does not happen."""
    shown, pool, key = scene.state(), scene.pool, 1 + deed.place % 2
    one = shown[deed.place % len(shown)] if shown else None
    match deed.name:
        case "delete" if one:
            await scene.call(DELETE, {"id": one["id"]})
        case "delete_variant" if one:
            variant = one["variants"][0]["id"]
            await scene.call(DELETE_VARIANT, {"id": one["id"], "variant": variant})
        case "copy" if one and len(shown) < 6:
            await scene.call(COPY, {"id": one["id"], "title": f"Kopi {len(shown)}"})
        case "rename" if one:
            await scene.call(UPDATE, {"product": {"id": one["id"], "title": "Merchant's"}})
        case "restore":
            if not any(one["metafields"].get(ID) == str(key) for one in shown):
                await scene.call(MAKE, {"input": backup(key)})
        case "touch":
            await pool.execute(
                f"update retail.product set title = 'Vare {key}' where product_id = {key}"
            )
        case "inactive" | "active":
            await pool.execute(
                "update retail.product set is_active = $1 where product_id = $2",
                deed.name == "active",
                key,
            )
        case "sell":
            await sell(scene, 1)
        case "push":
            await scene.push()
        case "count":
            await count(scene)
        case "resync":
            await resync(scene)


def backup(key: int) -> dict[str, object]:
    """A product as it was once."""
    option = "Størrelse" if key == 1 else "Title"
    rows = [("S", "J-S"), ("M", "J-M")] if key == 1 else [("Default Title", "L-1")]
    return {
        "title": f"Gammel {key}",
        "metafields": [
            {"namespace": "syncd", "key": "backoffice_id", "type": "id", "value": str(key)}
        ],
        "productOptions": [{"name": option, "values": [{"name": value} for value, _ in rows]}],
        "variants": [
            {"optionValues": [{"optionName": option, "name": value}], "sku": sku, "price": "1.00"}
            for value, sku in rows
        ],
    }


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(deeds=DEEDS)
async def test_each_product_is_there_once_in_the_end(scene: Scene, deeds: list[Deed]) -> None:
    await scene.reset()
    await identity.declare(scene.client)
    await scene.pool.execute(FORGET)
    await conftest.settings(
        scene, sync_stock=True, stock_direction="two_way", first_counts="backoffice"
    )
    await scene.load(JAKKE, LUE)
    await scene.push()
    for deed in deeds:
        await do(scene, deed)
    ours = {str(key) for key in (1, 2)}
    for one in scene.state():  # while a copy is there, what was deleted is not made beside it
        if one["metafields"].get(ID) not in ours:
            await scene.call(DELETE, {"id": one["id"]})
    await scene.pool.execute("update retail.product set is_active = true")
    await scene.push()
    await count(scene)
    await scene.push()
    await scene.pool.execute("update syncd.change set due_at = syncd.clock() where cause is null")
    await scene.push()
    run = await resync(scene)
    assert run.state == "done"
    await count(scene)
    assert await scene.differences() == []
    assert Counter(one["metafields"].get(ID) for one in scene.state()) == dict.fromkeys(ours, 1)
    run = await resync(scene)
    assert (run.same, run.sent) == (2, 0)
    assert await scene.pool.fetch("select kind, key, last_error from syncd.change") == []
    for sku, product in (("J-S", 1), ("J-M", 1), ("L-1", 2)):
        (title,) = [one["title"] for one in scene.state() if one["metafields"][ID] == str(product)]
        here = await scene.pool.fetchval(
            "select s.quantity from retail.stock s join retail.variant v using (variant_id)"
            " where v.sku = $1 and s.warehouse_id = 'hoved'",
            sku,
        )
        assert sum(scene.variants(title)[sku]["quantities"].values()) == here
