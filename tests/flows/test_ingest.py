"""The inbox is worked off: each thing read once, one bad one keeps no other back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from syncd.deliveries import Delivery, InboxKind
from syncd.errors import CallError, KindError, RowError
from syncd.flows import ingest
from syncd.flows.ingest import Handler, Outcome
from syncd.postgres import inbox
from syncd.postgres.db import Connection
from syncd.postgres.embedded import Server
from syncd.records import Shop
from syncd.shopify.client import Client
from tests import leasing
from tests.flows.conftest import JAKKE, Scene, settings
from tests.flows.shelves import count


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One is enough: what is asked of Postgres is tried on each of them elsewhere."""
    return embedded


@dataclass(slots=True)
class Orders:
    """A handler that notes what it is asked; `fates` by the number of an order."""

    fates: dict[str, Outcome] = field(default_factory=dict)
    failure: Exception | None = None
    asked: list[list[str]] = field(default_factory=list)
    stored: list[str] = field(default_factory=list)

    async def read(self, _client: Client, _kind: str, gids: Sequence[str]) -> Mapping[str, Any]:
        self.asked.append(list(gids))
        if self.failure is not None:
            raise self.failure
        return dict.fromkeys(gids, "an order")

    async def store(
        self, _db: Connection, _shop: Shop, _kind: str, things: Mapping[str, Any]
    ) -> Mapping[str, Outcome]:
        self.stored += things
        return {gid: self.fates.get(gid.rpartition("/")[2], "received") for gid in things}

    @property
    def handlers(self) -> Mapping[InboxKind, Handler]:
        return {"order": Handler(self.read, self.store)}


def told(scene: Scene, name: str, number: int, kind: InboxKind = "order") -> Delivery:
    gid = f"gid://shopify/Order/{number}"
    return Delivery(scene.shop.shop_id, name, "orders/updated", kind, gid=gid)


async def ingested(scene: Scene, orders: Orders) -> dict[str, tuple[str, str | None]]:
    """State and outcome of each delivery after one step."""
    lease = await leasing.shop_lease(scene.pool, scene.shop.shop_id)
    await ingest.ingest_once(scene.pool, scene.client, scene.shop, lease, handlers=orders.handlers)
    return await states(scene)


async def states(scene: Scene) -> dict[str, tuple[str, str | None]]:
    rows = await scene.pool.fetch("select delivery_id, state, outcome from syncd.inbox")
    return {row["delivery_id"]: (row["state"], row["outcome"]) for row in rows}


async def test_what_many_deliveries_tell_of_is_read_once(scene: Scene) -> None:
    orders = Orders()
    await inbox.add(scene.pool, [told(scene, "a", 1), told(scene, "b", 2), told(scene, "c", 1)])
    found = await ingested(scene, orders)
    assert orders.asked == [["gid://shopify/Order/1", "gid://shopify/Order/2"]]
    assert found == dict.fromkeys("abc", ("done", "received"))


async def test_each_gets_its_own_outcome(scene: Scene) -> None:
    refused = RowError("order #1003: no such variant")
    orders = Orders({"1": "older", "2": "skipped", "3": refused, "4": ValueError("a bug")})
    await inbox.add(scene.pool, [told(scene, f"d{number}", number) for number in range(1, 6)])
    assert await ingested(scene, orders) == {
        "d1": ("done", "older"),
        "d2": ("done", "skipped"),
        "d3": ("dead", None),
        "d4": ("due", None),
        "d5": ("done", "received"),
    }
    row = await scene.pool.fetchrow("select * from syncd.inbox where delivery_id = 'd4'")
    assert row is not None
    assert (row["failures"], row["last_error"]) == (1, "a bug")
    assert row["due_at"] > row["last_error_at"]


async def test_an_outage_is_nobodys_fault_and_all_wait(scene: Scene) -> None:
    orders = Orders(failure=CallError("no answer"))
    await inbox.add(scene.pool, [told(scene, "a", 1), told(scene, "b", 2)])
    assert await ingested(scene, orders) == dict.fromkeys("ab", ("due", None))
    failures = await scene.pool.fetchval("select sum(failures) from syncd.inbox")
    assert (failures, orders.stored) == (0, [])


async def test_what_no_delivery_is_to_blame_for_is_raised_with_the_claims_given_back(
    scene: Scene,
) -> None:
    orders = Orders(failure=KindError("read_orders is missing"))
    await inbox.add(scene.pool, [told(scene, "a", 1)])
    with pytest.raises(KindError):
        await ingested(scene, orders)
    row = await scene.pool.fetchrow("select * from syncd.inbox")
    assert row is not None
    assert (row["state"], row["deliveries"], row["failures"]) == ("due", 0, 0)


async def test_what_another_node_took_over_is_not_stored(scene: Scene) -> None:
    orders = Orders()
    await inbox.add(scene.pool, [told(scene, "a", 1)])

    async def stolen(client: Client, kind: str, gids: Sequence[str]) -> Mapping[str, Any]:
        await scene.pool.execute("update syncd.inbox set claim_token = claim_token + 1")
        return await Orders.read(orders, client, kind, gids)

    lease = await leasing.shop_lease(scene.pool, scene.shop.shop_id)
    handlers: Mapping[InboxKind, Handler] = {"order": Handler(stolen, orders.store)}
    await ingest.ingest_once(scene.pool, scene.client, scene.shop, lease, handlers=handlers)
    assert orders.stored == []
    assert await states(scene) == {"a": ("claimed", None)}


async def test_a_kind_that_nobody_handles_waits(scene: Scene) -> None:
    await inbox.add(scene.pool, [told(scene, "a", 1, "customer")])
    assert await ingested(scene, Orders()) == {"a": ("due", None)}


def level(scene: Scene, name: str, item: str, location: str) -> Delivery:
    body = {"location_id": int(location.rpartition("/")[2]), "available": 3}
    return Delivery(scene.shop.shop_id, name, "inventory_levels/update", "stock", item, body=body)


async def test_a_level_of_ours_makes_the_variants_stock_due_and_no_other(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await count(scene)
    rows = await scene.pool.fetch("select variant_key, inventory_item from syncd.variant_link")
    ours = {row["variant_key"]: row["inventory_item"] for row in rows}
    small, medium = ours
    here = str(scene.shop.location)
    await inbox.add(
        scene.pool,
        [
            level(scene, "ours", ours[small], here),
            level(scene, "again", ours[small], here),
            level(scene, "elsewhere", ours[medium], "gid://shopify/Location/999"),
            level(scene, "unknown", "gid://shopify/InventoryItem/999", here),
        ],
    )
    lease = await leasing.shop_lease(scene.pool, scene.shop.shop_id)
    assert await ingest.ingest_once(scene.pool, scene.client, scene.shop, lease) == 4
    assert await states(scene) == {
        "ours": ("done", "received"),
        "again": ("done", "received"),
        "elsewhere": ("done", "skipped"),
        "unknown": ("done", "skipped"),
    }
    due = await scene.pool.fetch("select kind, key, lane from syncd.change")
    assert [tuple(row) for row in due] == [("stock", small, "stock")]


async def test_the_echo_of_our_own_count_makes_nothing_due(scene: Scene) -> None:
    await settings(scene, sync_stock=True, stock_direction="two_way")
    await scene.load(JAKKE)
    await scene.push()
    await count(scene)
    row = await scene.pool.fetchrow("select * from syncd.variant_link where variant_key = '1'")
    assert row is not None
    item, here = row["inventory_item"], str(scene.shop.location)
    echo, sale = level(scene, "echo", item, here), level(scene, "sale", item, here)
    await inbox.add(scene.pool, [replace(echo, body={**echo.body, "available": 5})])
    lease = await leasing.shop_lease(scene.pool, scene.shop.shop_id)
    await ingest.ingest_once(scene.pool, scene.client, scene.shop, lease)
    assert await states(scene) == {"echo": ("done", "echo")}
    assert await scene.pool.fetch("select from syncd.change") == []
    await inbox.add(scene.pool, [sale])
    await ingest.ingest_once(scene.pool, scene.client, scene.shop, lease)
    assert (await states(scene))["sale"] == ("done", "received")
    assert await scene.pool.fetchval("select key from syncd.change") == "1"
