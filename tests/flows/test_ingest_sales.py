"""The live road: a delivery tells that an order or a customer changed."""

from __future__ import annotations

import pytest

from syncd.deliveries import Delivery, InboxKind
from syncd.flows import ingest
from syncd.postgres import inbox
from syncd.postgres.embedded import Server
from tests import leasing
from tests.flows import counter
from tests.flows.conftest import Scene, settings


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One is enough: what is asked of Postgres is tried on each of them elsewhere."""
    return embedded


def told(
    scene: Scene, name: str, topic: str, gid: str, body: dict[str, str] | None = None
) -> Delivery:
    kind: InboxKind = "order" if topic.startswith("orders") else "customer"
    return Delivery(scene.shop.shop_id, name, topic, kind, gid=gid, body=dict(body or {}))


async def ingested(scene: Scene, *deliveries: Delivery) -> dict[str, str]:
    """What became of these: the outcome, or the state with the error."""
    await inbox.add(scene.pool, deliveries)
    lease = await leasing.shop_lease(scene.pool, scene.shop.shop_id)
    await ingest.ingest_once(scene.pool, scene.client, scene.shop, lease)
    rows = await scene.pool.fetch("select * from syncd.inbox")
    return {row["delivery_id"]: row["outcome"] or row["last_error"] for row in rows}


async def test_both_roads_meet_and_nothing_is_given_twice(scene: Scene) -> None:
    await counter.stocked(scene)
    await counter.pulled(scene)
    gid = await counter.buy(scene, ("J-S", 1))
    one = told(scene, "a", "orders/create", gid)
    two = told(scene, "b", "orders/updated", gid)
    assert await ingested(scene, one, two, one) == {"a": "received", "b": "received"}
    assert scene.client.tally.calls["OrderRead"] == 1
    await counter.due(scene)
    await counter.pulled(scene)
    assert await scene.pool.fetchval("select count(*) from retail.sales_order") == 1


async def test_a_merge_is_told_to_the_backoffice(scene: Scene) -> None:
    await counter.stocked(scene)
    await counter.buy(scene, ("L-1", 1))
    await scene.tell("edit", {"do": "add_customer", "set": {"email": "k2@example.com"}})
    gone, kept = (f"gid://shopify/Customer/{each}" for each in scene.running.shop.held["Customer"])
    await ingested(
        scene,
        told(scene, "a", "customers/create", gone),
        told(scene, "b", "customers/create", kept),
    )
    await counter.pulled(scene)
    body = {"admin_graphql_api_customer_deleted_id": gone}
    done = await ingested(scene, told(scene, "c", "customers/merge", kept, body))
    assert done["c"] == "received"
    heir = await scene.pool.fetchval(
        "select c.external_ref from retail.sales_order o join retail.customer c using (customer_id)"
    )
    assert heir == kept


async def test_what_the_backoffice_refuses_stays_in_the_inbox(scene: Scene) -> None:
    await counter.stocked(scene)
    await scene.pool.execute("alter table retail.sales_order add check (total < 200)")
    dear, cheap = await counter.buy(scene, ("J-S", 1)), await counter.buy(scene, ("L-1", 1))
    done = await ingested(
        scene, told(scene, "a", "orders/create", dear), told(scene, "b", "orders/create", cheap)
    )
    assert done["b"] == "received"
    assert "the Backoffice refused order" in done["a"]


@pytest.mark.parametrize("topic", ["orders/create", "customers/create"])
async def test_what_is_not_wanted_is_not_read(scene: Scene, topic: str) -> None:
    await counter.stocked(scene)
    await settings(scene, sync_orders=False, sync_customers=False)
    gid = await counter.buy(scene, ("L-1", 1))
    assert await ingested(scene, told(scene, "a", topic, gid)) == {"a": "skipped"}
    assert "OrderRead" not in scene.client.tally.calls
