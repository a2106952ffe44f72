"""What webhooks tell of orders or customers reaches the Backoffice, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncd.deliveries import Delivery, InboxKind
from syncd.flows import ingest
from syncd.postgres import inbox
from tests import leasing
from tests.flows import counter
from tests.flows.conftest import Scene, settings


async def told(
    scene: Scene, name: str, kind: InboxKind, gid: str, body: Mapping[str, Any] | None = None
) -> str | None:
    """A delivery is worked off; what became of it."""
    delivery = Delivery(scene.shop.shop_id, name, f"{kind}s/updated", kind, gid, body=body or {})
    await inbox.add(scene.pool, [delivery])
    lease = await leasing.shop_lease(scene.pool, scene.shop.shop_id)
    await ingest.ingest_once(scene.pool, scene.client, scene.shop, lease)
    outcome: str | None = await scene.pool.fetchval(
        "select outcome from syncd.inbox where delivery_id = $1", name
    )
    return outcome


async def test_an_order_is_given_once_however_often_it_is_told_of(scene: Scene) -> None:
    await counter.stocked(scene)
    gid = await counter.buy(scene, ("J-S", 2))
    assert await told(scene, "first", "order", gid) == "received"
    await told(scene, "late", "order", gid)
    assert await scene.pool.fetchval("select count(*) from retail.sales_order") == 1
    assert await scene.pool.fetchval("select count(*) from retail.sales_order_line") == 1


async def test_what_the_shop_does_not_give_is_skipped(scene: Scene) -> None:
    await counter.stocked(scene)
    await settings(scene, sync_orders=False)
    gid = await counter.buy(scene, ("J-S", 2))
    assert await told(scene, "order", "order", gid) == "skipped"
    assert await scene.pool.fetchval("select count(*) from retail.sales_order") == 0


async def test_an_order_that_the_backoffice_refuses_is_tried_again_and_told(scene: Scene) -> None:
    await counter.stocked(scene)
    await scene.pool.execute(
        "alter table retail.sales_order add constraint no_orders check (number = '')"
    )
    gid = await counter.buy(scene, ("J-S", 2))
    assert await told(scene, "order", "order", gid) is None
    row = await scene.pool.fetchrow("select state, failures, last_error from syncd.inbox")
    assert row is not None
    assert (row["state"], row["failures"]) == ("due", 1)
    assert "refused order #" in row["last_error"]


async def test_a_customer_that_was_merged_lives_on_in_the_other(scene: Scene) -> None:
    await counter.stocked(scene)
    await counter.buy(scene, ("J-S", 1))
    await counter.buy(scene, ("J-M", 1), customer={"firstName": "Kari", "email": "k2@example.com"})
    kari, other = (
        f"gid://shopify/Customer/{number}" for number in scene.running.shop.held["Customer"]
    )
    for gid in (kari, other):
        assert await told(scene, gid, "customer", gid) == "received"
    await counter.later(scene)
    await scene.call(
        "mutation ($one: ID!, $two: ID!) { customerMerge(customerOneId: $one, customerTwoId: $two)"
        " { userErrors { message } } }",
        {"one": kari, "two": other},
    )
    body = {
        "admin_graphql_api_customer_kept_id": other,
        "admin_graphql_api_customer_deleted_id": kari,
    }
    await told(scene, "merge", "customer", other, body)
    heirs = await scene.pool.fetch(
        "select c.external_ref as was, h.external_ref as is_now from retail.customer c"
        " join retail.customer h on h.customer_id = c.merged_into"
    )
    assert [tuple(row) for row in heirs] == [(kari, other)]
