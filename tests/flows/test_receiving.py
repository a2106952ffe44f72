"""What was read in Shopify is given to the Backoffice once; the newest news alone count."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from syncd.errors import ContractError
from syncd.flows import receiving
from syncd.flows.receiving import Outcome
from syncd.postgres.db import clock, transaction
from syncd.sales import Gone, Kind
from syncd.shopify import orders
from tests.flows import counter
from tests.flows.conftest import Scene


async def store(
    scene: Scene, kind: Kind, things: dict[str, Any], read_at: datetime | None = None
) -> dict[str, Outcome]:
    async with transaction(scene.pool) as connection:
        return await receiving.store(connection, scene.shop, kind, things, read_at=read_at)


async def received(scene: Scene, kind: Kind, *gids: str) -> dict[str, str]:
    """Read these now, give them; what became of each."""
    read_at = await clock(scene.pool)
    things = dict(await receiving.read(scene.client, kind, gids))
    done = await store(scene, kind, things, read_at)
    return {gid: one.state for gid, one in done.items()}


async def count(scene: Scene, table: str) -> int:
    found: int = await scene.pool.fetchval(f"select count(*) from retail.{table}")
    return found


async def test_an_order_arrives_with_its_lines_and_its_buyer(scene: Scene) -> None:
    await counter.stocked(scene)
    gid = await counter.buy(scene, ("J-S", 2), ("L-1", 1), shipping="49.00")
    assert await received(scene, "order", gid) == {gid: "received"}
    number = (await counter.order(scene))["number"]
    assert await counter.lines(scene) == [(number, "J-S", "1", 2), (number, "L-1", "3", 1)]
    order = await counter.order(scene)
    assert (order["payment_state"], order["delivery_method"]) == ("paid", "shipping")
    assert order["shipping_address"]["city"] == "Oslo"
    assert str(order["total"]) == "1246.00"
    buyer = await scene.pool.fetchrow("select name, email, phone from retail.customer")
    assert tuple(buyer) == ("Kari Nordmann", "kari@example.com", "+4722225555")  # type: ignore[arg-type]
    known = await scene.pool.fetchrow("select key, gone_at from syncd.received where gid = $1", gid)
    assert tuple(known) == (str(order["order_id"]), None)  # type: ignore[arg-type]


async def test_no_stock_moves_in_the_backoffice(scene: Scene) -> None:
    await counter.stocked(scene)
    before = await scene.pool.fetch("select variant_id, quantity from retail.stock order by 1")
    await received(scene, "order", await counter.buy(scene, ("J-S", 2)))
    assert before == await scene.pool.fetch(
        "select variant_id, quantity from retail.stock order by 1"
    )


async def test_the_same_news_twice_act_once_older_ones_never(scene: Scene) -> None:
    await counter.stocked(scene)
    gid = await counter.buy(scene, ("J-S", 2))
    read_at = await clock(scene.pool)
    (early,) = (await orders.read(scene.client, [gid])).values()
    await counter.edit(scene, "change_order", order=gid, set={"note": "ring"})
    assert await received(scene, "order", gid) == {gid: "received"}
    done = await store(scene, "order", {gid: early}, read_at)
    assert done[gid].state == "older"
    assert (await counter.order(scene))["note"] == "ring"
    assert await count(scene, "sales_order") == 1


async def test_of_equally_old_news_those_read_later_count(scene: Scene) -> None:
    """Two changes in one second: Shopify's times are no finer."""
    await counter.stocked(scene)
    gid = await counter.buy(scene, ("J-S", 2))
    (one,) = (await orders.read(scene.client, [gid])).values()
    assert one is not None
    now = await clock(scene.pool)
    later = now + timedelta(milliseconds=5)
    first, second = replace(one, note="first"), replace(one, note="second")
    assert (await store(scene, "order", {gid: second}, later))[gid].state == "received"
    assert (await store(scene, "order", {gid: first}, now))[gid].state == "older"
    assert (await counter.order(scene))["note"] == "second"
    done = await store(scene, "order", {gid: first}, later + timedelta(milliseconds=5))
    assert done[gid].state == "received"
    assert (await counter.order(scene))["note"] == "first"


@pytest.mark.parametrize(
    ("do", "more", "expected"),
    [
        pytest.param(
            "cancel_order",
            {"restock": True, "reason": "CUSTOMER"},
            {"pieces": 0, "cancel_reason": "customer", "payment_state": "refunded"},
            id="cancelled",
        ),
        pytest.param(
            "refund_order",
            {"lines": [{"sku": "J-S", "quantity": 1}]},
            {"pieces": 1, "cancel_reason": None, "payment_state": "partially_refunded"},
            id="refunded in part",
        ),
        pytest.param(
            "fulfil_order",
            {},
            {"pieces": 2, "cancel_reason": None, "fulfilment_state": "fulfilled"},
            id="sent by the merchant",
        ),
    ],
)
async def test_what_happens_to_an_order_follows(
    scene: Scene, do: str, more: dict[str, Any], expected: dict[str, Any]
) -> None:
    await counter.stocked(scene)
    gid = await counter.buy(scene, ("J-S", 2))
    await received(scene, "order", gid)
    await counter.edit(scene, do, order=gid, **more)
    await counter.later(scene)
    assert await received(scene, "order", gid) == {gid: "received"}
    order = await counter.order(scene)
    (line,) = await counter.lines(scene)
    found = {**order, "pieces": line[3]}
    assert {name: found[name] for name in expected} == expected
    assert (order["cancelled_at"] is not None) == (do == "cancel_order")


async def test_a_test_order_never_arrives(scene: Scene) -> None:
    await counter.stocked(scene)
    gid = await counter.buy(scene, ("J-S", 1), test=True)
    assert await received(scene, "order", gid) == {gid: "skipped"}
    assert await count(scene, "sales_order") == 0


async def test_a_strangers_goods_have_no_key_whatever_their_sku(scene: Scene) -> None:
    await counter.stocked(scene)
    made = {
        "title": "Kopi",
        "productOptions": [{"name": "Title", "values": [{"name": "Default Title"}]}],
        "variants": [
            {
                "optionValues": [{"optionName": "Title", "name": "Default Title"}],
                "sku": "J-M",
                "price": "1",
            }
        ],
    }
    answer = await scene.call(
        "mutation Make($input: ProductSetInput!) { productSet(input: $input) {"
        " product { variants(first: 1) { nodes { id } } } } }",
        {"input": made},
    )
    (variant,) = answer["productSet"]["product"]["variants"]["nodes"]
    body = {"lines": [{"variantId": variant["id"], "quantity": 1}], "customer": counter.KARI}
    await scene.tell("buy", body)
    (gid,) = (f"gid://shopify/Order/{one}" for one in scene.running.shop.held["Order"])
    await received(scene, "order", gid)
    ((_, sku, key, _),) = await counter.lines(scene)
    assert (sku, key) == ("J-M", None)


async def test_an_order_that_the_backoffice_refuses_holds_up_no_other(scene: Scene) -> None:
    await counter.stocked(scene)
    await scene.pool.execute("alter table retail.sales_order add check (total < 500)")
    dear = await counter.buy(scene, ("J-S", 2))
    cheap = await counter.buy(scene, ("L-1", 1))
    things = dict(await receiving.read(scene.client, "order", [dear, cheap]))
    done = await store(scene, "order", things)
    assert {gid: one.state for gid, one in done.items()} == {dear: "refused", cheap: "received"}
    number = things[dear].number  # type: ignore[union-attr]
    assert f"the Backoffice refused order {number} of {scene.shop.domain}" in done[dear].error
    assert "sales_order_total_check" in done[dear].error
    assert "→ mend receive_order in the Backoffice" in done[dear].error
    await scene.pool.execute(
        "alter table retail.sales_order drop constraint sales_order_total_check"
    )
    assert await received(scene, "order", dear) == {dear: "received"}


async def test_a_refusal_names_nobody(scene: Scene) -> None:
    await counter.stocked(scene)
    await scene.pool.execute(
        "create function retail.refuse() returns trigger language plpgsql as $$ begin"
        " raise exception 'no room for \"%\"', new.name; end $$"
    )
    await scene.pool.execute(
        "create trigger refuse before insert on retail.customer"
        " for each row execute function retail.refuse()"
    )
    await counter.buy(scene, ("L-1", 1))
    (one,) = scene.running.shop.held["Customer"]
    gid = f"gid://shopify/Customer/{one}"
    things = dict(await receiving.read(scene.client, "customer", [gid]))
    (outcome,) = (await store(scene, "customer", things)).values()
    assert outcome.state == "refused"
    assert "no room for …" in outcome.error
    assert "Kari" not in outcome.error


async def test_without_the_function_all_of_the_kind_waits(scene: Scene) -> None:
    await counter.stocked(scene)
    gid = await counter.buy(scene, ("L-1", 1))
    await scene.pool.execute("drop function syncd_contract.receive_order")
    with pytest.raises(ContractError, match="receive_order cannot be called"):
        await received(scene, "order", gid)


async def test_a_deleted_customer_is_told_once(scene: Scene) -> None:
    await counter.stocked(scene)
    await scene.tell("edit", {"do": "add_customer", "set": counter.KARI})
    (one,) = scene.running.shop.held["Customer"]
    gid = f"gid://shopify/Customer/{one}"
    assert await received(scene, "customer", gid) == {gid: "received"}
    await counter.edit(scene, "delete_customer", customer=gid)
    assert await received(scene, "customer", gid) == {gid: "gone"}
    row = await scene.pool.fetchrow("select deleted_at, updated_at from retail.customer")
    assert row is not None
    assert row["deleted_at"] is not None
    assert await received(scene, "customer", gid) == {gid: "gone"}
    assert row == await scene.pool.fetchrow("select deleted_at, updated_at from retail.customer")


async def test_a_merged_customer_lives_on_in_the_other(scene: Scene) -> None:
    await counter.stocked(scene)
    order = await counter.buy(scene, ("L-1", 1))
    await received(scene, "order", order)
    await scene.tell("edit", {"do": "add_customer", "set": {"email": "k2@example.com"}})
    one, two = (f"gid://shopify/Customer/{each}" for each in scene.running.shop.held["Customer"])
    await received(scene, "customer", one, two)
    await counter.later(scene)
    await scene.call(
        "mutation Merge($one: ID!, $two: ID!) { customerMerge(customerOneId: $one,"
        " customerTwoId: $two) { resultingCustomerId userErrors { message } } }",
        {"one": one, "two": two},
    )
    await counter.later(scene)
    things = dict(await receiving.read(scene.client, "customer", [one, two]))
    assert things[one] is None
    done = await store(scene, "customer", {**things, one: Gone(merged_into=two)})
    assert {gid: each.state for gid, each in done.items()} == {one: "gone", two: "received"}
    heir = await scene.pool.fetchval(
        "select c.external_ref from retail.sales_order o join retail.customer c using (customer_id)"
    )
    assert heir == two


async def test_an_order_out_of_sight_is_not_ended(scene: Scene) -> None:
    """It may only be older than what the app is let see."""
    await counter.stocked(scene)
    gid = await counter.buy(scene, ("L-1", 1))
    await received(scene, "order", gid)
    done = await store(scene, "order", {gid: None})
    assert done[gid].state == "gone"
    assert (await counter.order(scene))["cancelled_at"] is None


async def test_a_deadlock_with_a_till_puts_one_thing_aside(scene: Scene) -> None:
    await counter.stocked(scene)
    gids = [await counter.buy(scene, ("L-1", 1)) for _ in range(2)]
    await received(scene, "order", *gids)
    for gid in gids:
        await counter.edit(scene, "change_order", order=gid, set={"note": "x"})
    things = dict(await receiving.read(scene.client, "order", gids))
    one, two = sorted(gids)
    lock = "select from retail.sales_order where external_ref = $1 for update"
    states: list[str] = []

    async def give() -> None:
        states.extend(each.state for each in (await store(scene, "order", things)).values())

    async with scene.pool.acquire() as till, till.transaction():
        await till.execute(
            "set local deadlock_timeout = '1h'"
        )  # so that ours is the one to give in
        await till.fetch(lock, two)
        async with anyio.create_task_group() as group:
            group.start_soon(give)
            await waits(scene)
            await till.fetch(lock, one)
    assert sorted(states) == ["received", "refused"]


async def waits(scene: Scene) -> None:
    """Until somebody waits for a row."""
    query = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
    while not await scene.pool.fetchval(query):
        await anyio.lowlevel.checkpoint()
