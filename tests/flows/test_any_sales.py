"""Whatever happens to orders, however it is told, both sides agree in the end."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import Random
from typing import Any

import aiohttp
import pytest

from syncd.deliveries import Delivery
from syncd.errors import CallError
from syncd.flows import fulfil, ingest, receiving
from syncd.postgres import inbox
from syncd.postgres.embedded import Server
from syncd.rules import orders as as_order
from syncd.sales import Order
from tests import leasing
from tests.flows import counter
from tests.flows.conftest import Scene


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One is enough: what is asked of Postgres is tried on each of them elsewhere."""
    return embedded


HISTORIES = int(os.environ.get("HISTORIES", "3"))
DEEDS = 30


class History:
    """A made-up one: what customers, the merchant, the floor, the network do, in any order."""

    def __init__(self, scene: Scene, seed: int) -> None:
        self.scene, self.random = scene, Random(seed)
        self.bought: list[str] = []
        self.told = 0

    async def go_on(self) -> None:
        deeds: list[Callable[[], Awaitable[None]]] = [
            self.buy, self.buy, self.edit, self.edit, self.tell, self.tell, self.pull,
            self.complete, self.fulfil, self.fault,
        ]  # fmt: skip
        await self.random.choice(deeds)()
        if self.random.random() < 0.3:
            await counter.later(self.scene, self.random.choice([1, 60, 900]))

    def one(self) -> str | None:
        return self.random.choice(self.bought) if self.bought else None

    async def buy(self) -> None:
        lines = [("J-S", self.random.randint(1, 3)), ("L-1", 1)][: self.random.randint(1, 2)]
        self.bought.append(await counter.buy(self.scene, *lines))

    async def edit(self) -> None:
        """What the merchant does; what Shopify does not let him is no matter."""
        edits: list[tuple[str, dict[str, Any]]] = [
            ("change_order", {"set": {"note": str(self.random.random())}}),
            ("cancel_order", {"restock": True, "reason": "CUSTOMER"}),
            ("refund_order", {"lines": [{"sku": "J-S", "quantity": 1}]}),
            ("fulfil_order", {"lines": [{"sku": "J-S", "quantity": 1}]}),
        ]
        do, more = self.random.choice(edits)
        if (gid := self.one()) is None:
            return
        async with (
            aiohttp.ClientSession() as session,
            session.post(
                f"{self.scene.running.url}/_sandbox/edit", json={"do": do, "order": gid, **more}
            ) as response,
        ):
            assert response.status in (200, 409, 422), await response.text()

    async def tell(self) -> None:
        """A webhook of any time, perhaps for the second time; most are lost."""
        if (gid := self.one()) is None:
            return
        self.told += 1
        delivery = Delivery(
            self.scene.shop.shop_id, str(self.told), "orders/updated", "order", gid=gid
        )
        await inbox.add(self.scene.pool, [delivery])
        lease = await leasing.shop_lease(self.scene.pool, self.scene.shop.shop_id)
        await self.tried(
            ingest.ingest_once(self.scene.pool, self.scene.client, self.scene.shop, lease)
        )

    async def pull(self) -> None:
        await counter.due(self.scene)
        await self.tried(counter.pulled(self.scene, page=self.random.choice([1, 2, 250])))

    async def complete(self) -> None:
        await self.scene.pool.execute(
            "update retail.sales_order set completed_at = now() where order_id in"
            " (select order_id from retail.sales_order where completed_at is null"
            " and cancelled_at is null order by order_id limit 1)"
        )

    async def fulfil(self) -> None:
        while (await leasing.route_once(self.scene.pool)).events:
            pass
        await self.scene.pool.execute("update syncd.change set due_at = syncd.clock()")
        lease = await leasing.shop_lease(self.scene.pool, self.scene.shop.shop_id)
        await self.tried(
            fulfil.fulfil_once(self.scene.pool, self.scene.client, self.scene.shop, lease)
        )

    async def fault(self) -> None:
        root = self.random.choice(["fulfillmentCreate", "nodes", "orders"])
        when = self.random.choice(["before", "after"])
        await counter.fault(self.scene, kind="http", status=502, root=root, when=when)

    async def tried(self, deed: Awaitable[Any]) -> None:
        with suppress(CallError):  # the next one goes on
            await deed


def shown(order: Order) -> dict[str, Any]:
    told = as_order.told(order, {})
    names = ("note", "cancel_reason", "payment_state", "fulfilment_state", "total")
    lines = sorted((line["id"], line["quantity"]) for line in told["lines"])
    return {**{name: told[name] for name in names}, "lines": lines}


async def kept(scene: Scene) -> dict[str, dict[str, Any]]:
    rows = await scene.pool.fetch(
        "select o.external_ref, o.note, o.cancel_reason, o.payment_state, o.fulfilment_state,"
        " o.total::text, array_agg(array[l.external_ref, l.quantity::text]) as lines"
        " from retail.sales_order o join retail.sales_order_line l using (order_id)"
        " group by o.order_id"
    )
    return {
        row["external_ref"]: {
            **{name: row[name] for name in set(row.keys()) - {"external_ref", "lines"}},
            "lines": sorted((gid, int(count)) for gid, count in row["lines"]),
        }
        for row in rows
    }


@pytest.mark.parametrize("seed", range(HISTORIES))
async def test_both_sides_agree_in_the_end(scene: Scene, seed: int) -> None:
    await counter.stocked(scene, fulfil_orders=True)
    await scene.tell(
        "edit",
        [
            {"do": "change_variant", "variant": sku, "set": {"inventoryPolicy": "CONTINUE"}}
            for sku in ("J-S", "L-1")
        ],
    )
    await counter.pulled(scene)
    history = History(scene, seed)
    for _ in range(DEEDS):
        await history.go_on()
    async with aiohttp.ClientSession() as session:
        await session.delete(f"{scene.running.url}/_sandbox/faults")
    await history.fulfil()
    await history.fulfil()
    await counter.later(scene)
    await history.pull()
    things = await receiving.read(scene.client, "order", history.bought)
    assert await kept(scene) == {
        gid: shown(thing) for gid, thing in things.items() if isinstance(thing, Order)
    }
    completed = await scene.pool.fetch(
        "select o.fulfilment_state, c.cause, sum(l.quantity) as wanted from retail.sales_order o"
        " join retail.sales_order_line l using (order_id)"
        " left join syncd.change c on c.kind = 'order' and c.key = o.order_id::text"
        " where o.completed_at is not null group by o.order_id, c.cause"
    )
    for row in completed:
        is_sent = row["fulfilment_state"] == "fulfilled"
        assert is_sent or row["cause"] == "order_cancelled" or row["wanted"] == 0
