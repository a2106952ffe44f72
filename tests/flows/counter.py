"""A shop with goods of ours, in which customers buy."""

from __future__ import annotations

from typing import Any

import aiohttp

from syncd.flows import pull
from syncd.flows.pull_step import Pulled
from syncd.sales import Kind
from tests import leasing
from tests.flows.conftest import JAKKE, LUE, Scene, settings

KARI = {
    "firstName": "Kari",
    "lastName": "Nordmann",
    "email": "kari@example.com",
    "phone": "+4722225555",
}
HOME = {"firstName": "Kari", "address1": "Storgata 1", "city": "Oslo", "countryCode": "NO"}
STEPS = 500


async def stocked(scene: Scene, **more: object) -> None:
    """Jackets and caps in the shop; customers and orders come back."""
    await settings(scene, sync_customers=True, sync_orders=True, **more)
    await scene.load(JAKKE, LUE)
    await scene.push()


async def buy(scene: Scene, *lines: tuple[str, int], **more: Any) -> str:
    """Kari buys these (SKU, pieces); the GID of the order."""
    before = set(scene.running.shop.held["Order"])
    wanted = [{"sku": sku, "quantity": count} for sku, count in lines]
    body = {"lines": wanted, "customer": KARI, "shippingAddress": HOME, "paid": True, **more}
    await scene.tell("buy", body)
    (made,) = set(scene.running.shop.held["Order"]) - before
    return f"gid://shopify/Order/{made}"


async def edit(scene: Scene, do: str, **more: Any) -> None:
    """What the merchant does in the admin, a minute later."""
    await later(scene)
    await scene.tell("edit", {"do": do, **more})


async def later(scene: Scene, seconds: float = 60) -> None:
    await scene.tell("clock", {"advance_s": seconds})


async def fault(scene: Scene, **rule: Any) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{scene.running.url}/_sandbox/faults", json=rule) as response,
    ):
        assert response.status in (200, 201), await response.text()


async def pulled(scene: Scene, kind: Kind = "order", *, page: int = pull.PAGE) -> Pulled:
    """Step by step until the kind is up to date; what all of them did."""
    whole = Pulled()
    lease = await leasing.shop_lease(scene.pool, scene.shop.shop_id)
    for _ in range(STEPS):
        done = await pull.pull_once(scene.pool, scene.client, scene.shop, lease, kind, page=page)
        if done is None:
            return whole
        whole.looked += done.looked
        whole.outcomes += done.outcomes
        if done.is_over:
            return whole
    raise AssertionError("the pull goes on and on")


async def due(scene: Scene, kind: Kind = "order") -> None:
    """The next pull is due: ten minutes are over."""
    await scene.pool.execute(
        "update syncd.cursor set pulled_at = pulled_at - interval '10 minutes' where kind = $1",
        kind,
    )


async def lines(scene: Scene) -> list[tuple[Any, ...]]:
    """The lines of all orders as the Backoffice has them: number, SKU, variant, pieces."""
    rows = await scene.pool.fetch(
        "select o.number, l.sku, l.variant_id::text, l.quantity from retail.sales_order o"
        " join retail.sales_order_line l using (order_id) order by o.order_id, l.sku"
    )
    return [tuple(row) for row in rows]


async def order(scene: Scene) -> dict[str, Any]:
    """The one order that the Backoffice has."""
    row = await scene.pool.fetchrow("select * from retail.sales_order")
    assert row is not None
    return dict(row)
