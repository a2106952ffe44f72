"""The safe road: what changed in the shop arrives, whatever webhooks did."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.errors import KindError, LeaseLostError, ShopError
from syncd.flows import pull
from syncd.flows.pull_step import Pulled
from syncd.postgres import cursors
from syncd.postgres.embedded import Server
from syncd.sales import Kind
from tests import leasing
from tests.flows import counter
from tests.flows.conftest import Scene


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """Both servers are held by tests/postgres, by pushes, stock, resyncs."""
    return embedded


async def count(scene: Scene, table: str = "sales_order") -> int:
    found: int = await scene.pool.fetchval(f"select count(*) from retail.{table}")
    return found


async def test_the_first_pull_lists_all(scene: Scene) -> None:
    await counter.stocked(scene)
    for _ in range(5):
        await counter.buy(scene, ("L-1", 1))
    done = await counter.pulled(scene, page=2)
    assert (done.looked, done.outcomes) == (5, {"received": 5})
    assert await count(scene) == 5
    assert scene.client.tally.calls["BulkOperationRunQuery"] == 1
    done = await counter.pulled(scene, "customer")
    assert done.outcomes == {"received": 1}
    cursor = await cursors.find(scene.pool, shop_id=scene.shop.shop_id, kind="order")
    assert cursor.is_full
    assert cursor.operation is None


async def test_an_empty_shop_is_read_at_once(scene: Scene) -> None:
    await counter.stocked(scene)
    assert (await counter.pulled(scene)).outcomes == {}
    await counter.buy(scene, ("L-1", 1))
    await counter.due(scene)
    assert (await counter.pulled(scene)).outcomes == {"received": 1}


async def test_nothing_is_asked_before_it_is_due(scene: Scene) -> None:
    await counter.stocked(scene)
    await counter.pulled(scene)
    before = dict(scene.client.tally.calls)
    await counter.pulled(scene)
    assert scene.client.tally.calls == before


async def test_what_changed_since_follows_over_page_borders(scene: Scene) -> None:
    await counter.stocked(scene)
    bought = [await counter.buy(scene, ("L-1", 1)) for _ in range(5)]
    await counter.pulled(scene)
    await counter.later(scene, 3600)
    await counter.due(scene)
    await counter.pulled(scene)  # the cursor is an hour ahead of no order: nothing to move to
    for gid in bought[:3]:
        await counter.edit(scene, "change_order", order=gid, set={"note": f"{gid} changed"})
    await counter.due(scene)
    done = await counter.pulled(scene, page=2)
    assert done.outcomes["received"] >= 3
    notes = await scene.pool.fetch("select external_ref, note from retail.sales_order")
    assert {row["external_ref"]: row["note"] for row in notes} == {
        gid: f"{gid} changed" if gid in bought[:3] else None for gid in bought
    }


async def test_what_is_known_is_not_read_again(scene: Scene) -> None:
    await counter.stocked(scene)
    await counter.buy(scene, ("L-1", 1))
    await counter.pulled(scene)
    long_after = "update syncd.received set read_at = updated_at + interval '6 minutes'"
    await scene.pool.execute(long_after)
    before = scene.client.tally.calls["OrderRead"]
    await counter.due(scene)
    done = await counter.pulled(scene)
    assert (done.looked, done.outcomes) == (1, {})
    assert scene.client.tally.calls["OrderRead"] == before


async def test_what_was_read_in_the_second_it_changed_is_read_once_more(scene: Scene) -> None:
    await counter.stocked(scene)
    gid = await counter.buy(scene, ("L-1", 1))
    await counter.pulled(scene)
    # In the same second of Shopify's clock, after it was read.
    (order,) = scene.running.shop.held["Order"].values()
    at = order.updated_at
    await scene.tell("edit", {"do": "change_order", "order": gid, "set": {"note": "late"}})
    ((number, order),) = scene.running.shop.held["Order"].items()
    scene.running.shop.held["Order"][number] = replace(order, updated_at=at)
    await counter.due(scene)
    await counter.pulled(scene)
    assert (await counter.order(scene))["note"] == "late"


async def test_a_gap_is_read_over_at_once(scene: Scene) -> None:
    await counter.stocked(scene)
    await counter.pulled(scene)
    await counter.buy(scene, ("L-1", 1))
    await cursors.ask(scene.pool, shop_id=scene.shop.shop_id, kind="order", since=None)
    assert (await counter.pulled(scene)).outcomes == {"received": 1}
    assert await scene.pool.fetchval("select count(*) from syncd.gap") == 0
    assert (await counter.pulled(scene)).looked == 0


async def test_a_pull_goes_back_as_far_as_it_is_asked_to(scene: Scene) -> None:
    await counter.stocked(scene)
    await counter.pulled(scene)
    await counter.buy(scene, ("L-1", 1))
    now = await scene.pool.fetchval("select syncd.clock()")
    # As if a webhook had been lost, and the cursor gone on.
    await scene.pool.execute("update syncd.cursor set until = $1", now + timedelta(hours=2))
    await counter.due(scene)
    assert (await counter.pulled(scene)).looked == 0
    since = now - timedelta(hours=1)
    await cursors.ask(scene.pool, shop_id=scene.shop.shop_id, kind="order", since=since)
    assert (await counter.pulled(scene)).outcomes == {"received": 1}


async def test_a_crash_in_the_middle_repeats_and_gives_nothing_twice(scene: Scene) -> None:
    await counter.stocked(scene)
    await counter.pulled(scene)
    for _ in range(4):
        await counter.buy(scene, ("L-1", 1))
    await counter.due(scene)
    until = await scene.pool.fetchval("select until from syncd.cursor")
    # The dice let the first read pass, the second is refused: two orders are stored by then.
    await counter.fault(scene, kind="http", status=403, root="nodes", probability=0.5, seed=16)
    lease = await leasing.shop_lease(scene.pool, scene.shop.shop_id)
    with pytest.raises(ShopError):
        await pull.pull_once(scene.pool, scene.client, scene.shop, lease, "order", page=2)
    assert await scene.pool.fetchval("select until from syncd.cursor") == until
    assert await count(scene) == 2
    assert (await counter.pulled(scene, page=2)).outcomes == {"received": 4}
    assert await count(scene) == 4


async def test_a_pull_of_another_node_stores_nothing(scene: Scene) -> None:
    await counter.stocked(scene)
    await counter.pulled(scene)
    await counter.buy(scene, ("L-1", 1))
    await counter.due(scene)
    lease = await leasing.shop_lease(scene.pool, scene.shop.shop_id)
    stale = replace(lease, fence=lease.fence - 1)
    with pytest.raises(LeaseLostError):
        await pull.pull_once(scene.pool, scene.client, scene.shop, stale, "order")
    assert await count(scene) == 0


async def test_a_lost_answer_to_the_start_of_the_list_is_found_again(scene: Scene) -> None:
    await counter.stocked(scene)
    await counter.buy(scene, ("L-1", 1))
    await counter.fault(scene, kind="bulk", lose_start=True)
    lease = await leasing.shop_lease(scene.pool, scene.shop.shop_id)
    with pytest.raises(Exception, match="no answer"):
        await pull.pull_once(scene.pool, scene.client, scene.shop, lease, "order")
    assert (await counter.pulled(scene)).outcomes == {"received": 1}
    assert scene.client.tally.calls["BulkOperationRunQuery"] == 1


async def test_a_list_that_is_not_whole_is_asked_for_again(scene: Scene) -> None:
    await counter.stocked(scene)
    for _ in range(3):
        await counter.buy(scene, ("L-1", 1))
    await counter.fault(scene, kind="bulk", truncate=True)
    done = await counter.pulled(scene)
    assert await count(scene) == 3
    assert done.outcomes["received"] == 3
    assert scene.client.tally.calls["BulkOperationRunQuery"] == 2


async def test_too_many_changes_for_pages_are_listed(scene: Scene) -> None:
    await counter.stocked(scene)
    await counter.pulled(scene)
    for _ in range(4):
        await counter.buy(scene, ("L-1", 1))
    await counter.due(scene)
    lease = await leasing.shop_lease(scene.pool, scene.shop.shop_id)
    first = await pull.pull_once(
        scene.pool, scene.client, scene.shop, lease, "order", page=1, most_pages=2
    )
    assert first is not None
    assert not first.is_over
    await counter.pulled(scene)
    assert await count(scene) == 4
    assert scene.client.tally.calls["BulkOperationRunQuery"] == 2


async def test_what_the_backoffice_refuses_is_given_again(scene: Scene) -> None:
    await counter.stocked(scene)
    await counter.pulled(scene)
    await scene.pool.execute("alter table retail.sales_order add constraint no check (total < 200)")
    dear = await counter.buy(scene, ("J-S", 1))
    await counter.buy(scene, ("L-1", 1))
    await counter.due(scene)
    done = await counter.pulled(scene)
    assert done.outcomes == {"received": 1, "refused": 1}
    assert await counter.pulled(scene) == Pulled()  # not at once
    row = await scene.pool.fetchrow("select last_error from syncd.received where gid = $1", dear)
    assert row is not None
    assert "the Backoffice refused order" in row["last_error"]
    await scene.pool.execute("alter table retail.sales_order drop constraint no")
    await scene.pool.execute(
        "update syncd.received set due_at = syncd.clock() where gid = $1", dear
    )
    assert (await counter.pulled(scene)).outcomes == {"received": 1}
    assert await count(scene) == 2
    assert await scene.pool.fetchval("select count(*) from syncd.received where failures > 0") == 0


async def test_protected_fields_clear_nothing(scene: Scene) -> None:
    """The app loses its approval; what the Backoffice has of a customer stays."""
    await counter.stocked(scene)
    await counter.buy(scene, ("L-1", 1))
    await counter.pulled(scene)
    await counter.pulled(scene, "customer")
    known = await scene.pool.fetchrow("select name, email, phone from retail.customer")
    options = scene.running.shop.options
    scene.running.shop.options = replace(options, customer_data=1)
    await counter.edit(scene, "change_customer", customer="kari@example.com", set={"note": "x"})
    (order,) = scene.running.shop.held["Order"]
    gid = f"gid://shopify/Order/{order}"
    await counter.edit(scene, "change_order", order=gid, set={"note": "changed"})
    kinds: tuple[Kind, ...] = ("customer", "order")
    for kind in kinds:
        await counter.due(scene, kind)
        done = await counter.pulled(scene, kind)
        assert done.outcomes == {"received": 1}
    assert known == await scene.pool.fetchrow("select name, email, phone from retail.customer")
    kept = await counter.order(scene)
    assert (kept["note"], kept["email"]) == ("changed", "kari@example.com")
    assert kept["shipping_address"]["city"] == "Oslo"


async def test_an_app_that_may_see_nothing_ends_nobody(scene: Scene) -> None:
    await counter.stocked(scene)
    await counter.buy(scene, ("L-1", 1))
    await counter.pulled(scene, "customer")
    options = scene.running.shop.options
    scene.running.shop.options = replace(options, customer_data=0)
    await counter.due(scene, "customer")
    with pytest.raises(KindError, match="not approved"):
        await counter.pulled(scene, "customer")
    gone = "select count(*) from retail.customer where deleted_at is not null"
    assert await scene.pool.fetchval(gone) == 0


async def test_a_deletion_that_no_webhook_told_is_found_by_the_weekly_list(scene: Scene) -> None:
    await counter.stocked(scene)
    await scene.tell("edit", {"do": "add_customer", "set": counter.KARI})
    await scene.tell("edit", {"do": "add_customer", "set": {"email": "ola@example.com"}})
    await counter.pulled(scene, "customer")
    await counter.edit(scene, "delete_customer", customer="kari@example.com")
    await counter.due(scene, "customer")
    await counter.pulled(scene, "customer")
    gone = "select count(*) from retail.customer where deleted_at is not null"
    assert await scene.pool.fetchval(gone) == 0
    await scene.pool.execute("update syncd.cursor set listed_at = listed_at - interval '7 days'")
    assert (await counter.pulled(scene, "customer")).outcomes["gone"] == 1
    kept = await scene.pool.fetch("select email from retail.customer where deleted_at is null")
    assert [row["email"] for row in kept] == ["ola@example.com"]
    assert (await counter.pulled(scene, "customer")).looked == 0
