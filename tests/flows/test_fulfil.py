"""What is completed in the Backoffice is fulfilled in Shopify, once."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.errors import ShopError
from syncd.flows import fulfil
from syncd.postgres.embedded import Server
from tests import leasing
from tests.flows import counter
from tests.flows.conftest import Scene, settings
from tests.sandbox.sales import ORDER


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One is enough: what is asked of Postgres is tried on each of them elsewhere."""
    return embedded


HOLD = """
mutation Hold($id: ID!) {
  fulfillmentOrderHold(id: $id, fulfillmentHold: {reason: HIGH_RISK_OF_FRAUD}) {
    fulfillmentHold { id } userErrors { message }
  }
}
"""
RELEASE = """
mutation Release($id: ID!) {
  fulfillmentOrderReleaseHold(id: $id) { fulfillmentOrder { id } userErrors { message } }
}
"""


async def bought(scene: Scene, *lines: tuple[str, int]) -> str:
    """An order of these, which the Backoffice has; completed orders are fulfilled."""
    await counter.stocked(scene, fulfil_orders=True)
    gid = await counter.buy(scene, *(lines or (("J-S", 2),)))
    await counter.pulled(scene)
    return gid


async def complete(scene: Scene, **tracking: str) -> None:
    """The floor hands all orders over."""
    names = ", ".join(f"tracking_{name} = '{text}'" for name, text in tracking.items())
    await scene.pool.execute(
        "update retail.sales_order set completed_at = coalesce(completed_at, now())"
        + (f", {names}" if names else "")
    )


async def fulfilled(scene: Scene) -> int:
    """Route and fulfil until nothing is due; how many orders were claimed."""
    while (await leasing.route_once(scene.pool)).events:
        pass
    lease = await leasing.shop_lease(scene.pool, scene.shop.shop_id)
    done = 0
    while some := await fulfil.fulfil_once(scene.pool, scene.client, scene.shop, lease):
        done += some
        assert done < 50
    return done


async def shown(scene: Scene, gid: str) -> dict[str, Any]:
    found: dict[str, Any] = (await scene.call(ORDER, {"id": gid}))["order"]
    return found


async def left(scene: Scene) -> dict[str, Any] | None:
    """What is still due of orders."""
    row = await scene.pool.fetchrow("select * from syncd.change where kind = 'order'")
    return None if row is None else dict(row)


async def at_once(scene: Scene) -> None:
    """Whatever waits out a back-off is due now."""
    await scene.pool.execute("update syncd.change set due_at = syncd.clock()")


def parcels(scene: Scene) -> list[Any]:
    return list(scene.running.shop.held["Fulfillment"].values())


async def test_a_completed_order_is_fulfilled(scene: Scene) -> None:
    gid = await bought(scene)
    await complete(scene, company="Posten", number="NO1", url="https://posten.no/NO1")
    assert await fulfilled(scene) == 1
    order = await shown(scene, gid)
    assert order["displayFulfillmentStatus"] == "FULFILLED"
    assert await left(scene) is None
    (row,) = await scene.pool.fetch(
        "select gid, writes, cardinality(request_ids) from syncd.history where kind = 'order'"
    )
    assert tuple(row) == (gid, ["FulfillmentCreate"], 1)
    tracking = await scene.call(
        "query Order($id: ID!) { order(id: $id) { fulfillments(first: 1) {"
        " trackingInfo(first: 1) { company number url } } } }",
        {"id": gid},
    )
    (info,) = tracking["order"]["fulfillments"][0]["trackingInfo"]
    assert info == {"company": "Posten", "number": "NO1", "url": "https://posten.no/NO1"}


async def test_switched_off_nothing_is_sent(scene: Scene) -> None:
    gid = await bought(scene)
    await settings(scene, fulfil_orders=False)
    await complete(scene)
    assert await fulfilled(scene) == 0
    assert (await shown(scene, gid))["displayFulfillmentStatus"] == "UNFULFILLED"


async def test_events_told_again_send_nothing_twice(scene: Scene) -> None:
    await bought(scene)
    await complete(scene)
    await fulfilled(scene)
    before = scene.client.tally.calls["FulfillmentCreate"]
    await scene.pool.execute("select syncd.enqueue('fjord', 'order', '{1}', '{completed}')")
    assert await fulfilled(scene) == 1
    assert scene.client.tally.calls["FulfillmentCreate"] == before
    assert len(parcels(scene)) == 1


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param({"kind": "drop", "when": "after"}, id="the answer was lost"),
        pytest.param({"kind": "http", "status": 502, "when": "after"}, id="502 after it was done"),
        pytest.param({"kind": "internal"}, id="an internal error after it was done"),
        pytest.param({"kind": "http", "status": 503, "when": "before"}, id="503 before"),
    ],
)
async def test_a_lost_answer_sends_nothing_twice(scene: Scene, rule: dict[str, Any]) -> None:
    gid = await bought(scene)
    await counter.fault(scene, root="fulfillmentCreate", **rule)
    await complete(scene)
    await fulfilled(scene)
    change = await left(scene)
    assert change is not None
    assert (change["state"], change["failures"]) == ("due", 0)
    await at_once(scene)
    await fulfilled(scene)
    assert await left(scene) is None
    assert (await shown(scene, gid))["displayFulfillmentStatus"] == "FULFILLED"
    assert len(parcels(scene)) == 1


async def hand_over(scene: Scene, **counts: int) -> None:
    """The floor hands over so many so far, by SKU with an underscore; the order is completed."""
    for sku, count in counts.items():
        await scene.pool.execute(
            "update retail.sales_order_line set handed_over = $2 where sku = $1",
            sku.replace("_", "-"),
            count,
        )
    await scene.pool.execute("update retail.sales_order set completed_at = now()")


def shipped(scene: Scene) -> list[list[int]]:
    """How many of its lines each parcel has."""
    return [[line.quantity for line in parcel.lines] for parcel in parcels(scene)]


async def test_a_part_is_fulfilled_then_the_rest(scene: Scene) -> None:
    gid = await bought(scene, ("J-S", 3), ("L-1", 1))
    await hand_over(scene, J_S=2)
    assert await fulfilled(scene) == 1
    assert (await shown(scene, gid))["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
    assert shipped(scene) == [[2]]
    await counter.due(scene)
    await counter.pulled(scene)  # the order comes back changed: what was handed over stays
    await hand_over(scene, J_S=3)
    await fulfilled(scene)
    assert shipped(scene) == [[2], [1]]
    await hand_over(scene, L_1=1)
    await fulfilled(scene)
    assert shipped(scene) == [[2], [1], [1]]
    assert (await shown(scene, gid))["displayFulfillmentStatus"] == "FULFILLED"
    assert await left(scene) is None


async def test_after_a_part_the_whole_order_is_the_rest(scene: Scene) -> None:
    gid = await bought(scene, ("J-S", 3), ("L-1", 1))
    await hand_over(scene, J_S=2)
    await fulfilled(scene)
    await scene.pool.execute("update retail.sales_order_line set handed_over = null")
    assert await fulfilled(scene) == 1
    assert sorted(map(sorted, shipped(scene))) == [[1, 1], [2]]
    assert (await shown(scene, gid))["displayFulfillmentStatus"] == "FULFILLED"


async def test_the_same_part_told_again_is_sent_once(scene: Scene) -> None:
    await bought(scene, ("J-S", 3))
    await hand_over(scene, J_S=2)
    await fulfilled(scene)
    await scene.pool.execute("select syncd.enqueue('fjord', 'order', '{1}', '{completed}')")
    assert await fulfilled(scene) == 1
    assert shipped(scene) == [[2]]


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param({"kind": "drop", "when": "after"}, id="the answer was lost"),
        pytest.param({"kind": "http", "status": 502, "when": "after"}, id="502 after it was done"),
        pytest.param({"kind": "http", "status": 503, "when": "before"}, id="503 before"),
    ],
)
async def test_a_part_whose_answer_was_lost_is_sent_once(
    scene: Scene, rule: dict[str, Any]
) -> None:
    await bought(scene, ("J-S", 3))
    await counter.fault(scene, root="fulfillmentCreate", **rule)
    await hand_over(scene, J_S=1)
    await fulfilled(scene)
    change = await left(scene)
    assert change is not None
    wait_s = await scene.pool.fetchval(
        "select extract(epoch from due_at - syncd.clock())::float8 from syncd.change"
        " where kind = 'order'"
    )
    assert wait_s > 60  # what may still be on its way has arrived by then
    await at_once(scene)
    await fulfilled(scene)
    assert await left(scene) is None
    assert shipped(scene) == [[1]]


async def test_a_part_that_was_called_back_is_sent_again(scene: Scene) -> None:
    await bought(scene, ("J-S", 2))
    await hand_over(scene, J_S=2)
    await fulfilled(scene)
    (number,) = scene.running.shop.held["Fulfillment"]
    await scene.call(
        "mutation Back($id: ID!) { fulfillmentCancel(id: $id) { userErrors { message } } }",
        {"id": f"gid://shopify/Fulfillment/{number}"},
    )
    await scene.pool.execute("select syncd.enqueue('fjord', 'order', '{1}', '{completed}')")
    await fulfilled(scene)
    assert shipped(scene) == [[2], [2]]


async def test_more_than_was_ordered_waits_for_a_person(scene: Scene) -> None:
    await bought(scene, ("J-S", 2), ("L-1", 1))
    await hand_over(scene, J_S=3, L_1=1)
    await fulfilled(scene)
    change = await left(scene)
    assert change is not None
    assert (change["state"], change["cause"]) == ("dead", "more_than_ordered")
    assert "order #1001: 3 of “" in change["last_error"]
    assert parcels(scene) == []
    await hand_over(scene, J_S=2)  # put right, it goes by itself
    await fulfilled(scene)
    assert await left(scene) is None
    assert shipped(scene) == [[2, 1]]


async def test_what_the_merchant_sent_already_is_left_as_it_is(scene: Scene) -> None:
    gid = await bought(scene, ("J-S", 2), ("L-1", 1))
    await counter.edit(scene, "fulfil_order", order=gid, lines=[{"sku": "L-1", "quantity": 1}])
    await complete(scene)
    await fulfilled(scene)
    assert (await shown(scene, gid))["displayFulfillmentStatus"] == "FULFILLED"
    assert len(parcels(scene)) == 2
    await counter.edit(scene, "change_order", order=gid, set={"note": "x"})
    await scene.pool.execute("select syncd.enqueue('fjord', 'order', '{1}', '{completed}')")
    await fulfilled(scene)
    assert len(parcels(scene)) == 2


async def test_a_number_that_comes_later_is_told_once(scene: Scene) -> None:
    await bought(scene)
    await complete(scene)
    await fulfilled(scene)
    await complete(scene, number="NO1")
    await fulfilled(scene)
    (one,) = parcels(scene)
    assert "NO1" in str(one)
    assert scene.client.tally.calls["FulfillmentTrackingInfoUpdate"] == 1
    await scene.pool.execute("select syncd.enqueue('fjord', 'order', '{1}', '{completed}')")
    await fulfilled(scene)
    assert scene.client.tally.calls["FulfillmentTrackingInfoUpdate"] == 1


async def test_a_hold_is_told_and_waited_out(scene: Scene) -> None:
    gid = await bought(scene)
    (portion,) = (await shown(scene, gid))["fulfillmentOrders"]["nodes"]
    await scene.call(HOLD, {"id": portion["id"]})
    await complete(scene)
    await fulfilled(scene)
    change = await left(scene)
    assert change is not None
    assert change["state"] == "due"
    assert "is on hold in Shopify: Shopify suspects fraud" in change["last_error"]
    assert "release the hold" in change["last_error"]
    await scene.call(RELEASE, {"id": portion["id"]})
    await at_once(scene)
    await fulfilled(scene)
    assert await left(scene) is None
    assert (await shown(scene, gid))["displayFulfillmentStatus"] == "FULFILLED"


async def test_a_cancelled_order_waits_for_a_person(scene: Scene) -> None:
    gid = await bought(scene)
    await counter.edit(scene, "cancel_order", order=gid, restock=True, reason="CUSTOMER")
    await counter.later(scene)
    await complete(scene)
    await fulfilled(scene)
    change = await left(scene)
    assert change is not None
    assert (change["state"], change["cause"]) == ("dead", "order_cancelled")


async def test_an_order_that_no_shop_sent_waits_for_a_person(scene: Scene) -> None:
    await bought(scene)
    await scene.pool.execute("delete from syncd.received")
    await complete(scene)
    await fulfilled(scene)
    change = await left(scene)
    assert change is not None
    assert (change["state"], change["cause"]) == ("dead", "order_unknown")
    assert "syncd pull orders" in change["last_error"]


async def test_another_shops_order_is_no_trouble(scene: Scene) -> None:
    await bought(scene)
    other = await scene.pool.fetchval(
        "insert into syncd.shop (domain, account_id, credentials, price_department, currency)"
        " values ('other.myshopify.com', 'fjord', '', 'nett', 'NOK') returning shop_id"
    )
    await scene.pool.execute("update syncd.received set shop_id = $1", other)
    await complete(scene)
    await fulfilled(scene)
    assert await left(scene) is None
    assert parcels(scene) == []


async def test_trouble_with_the_shop_gives_the_claims_back(scene: Scene) -> None:
    await bought(scene)
    await complete(scene)
    await counter.fault(scene, kind="http", status=423, root="nodes")
    with pytest.raises(ShopError):
        await fulfilled(scene)
    change = await left(scene)
    assert change is not None
    assert (change["state"], change["deliveries"]) == ("due", 0)


async def test_a_claim_that_is_anothers_by_now_sends_nothing(scene: Scene) -> None:
    await bought(scene)
    await complete(scene)
    while (await leasing.route_once(scene.pool)).events:
        pass
    lease = await leasing.shop_lease(scene.pool, scene.shop.shop_id)
    # Each claim is over the moment it is made.
    await scene.pool.execute(
        "create function retail.late() returns trigger language plpgsql as $$ begin"
        " new.claimed_until := syncd.clock() - interval '1 second'; return new; end $$"
    )
    await scene.pool.execute(
        "create trigger late before update on syncd.change for each row"
        " when (new.state = 'claimed') execute function retail.late()"
    )
    with pytest.raises(Exception, match="another's by now"):
        await fulfil.fulfil_once(scene.pool, scene.client, scene.shop, lease)
    assert parcels(scene) == []
