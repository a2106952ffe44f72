"""The sandbox's own routes for people: `buy` as a customer, `edit` as the merchant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from aiohttp import web

from syncd.sandbox import gids
from syncd.sandbox.answers import answered
from syncd.sandbox.counter.buying import FORM, buy
from syncd.sandbox.counter.edits import EDITS
from syncd.sandbox.counter.named import Refused
from syncd.sandbox.desk import DESK
from syncd.sandbox.happenings import happen
from syncd.sandbox.records_orders import Order
from syncd.sandbox.sales import progress, totals
from syncd.sandbox.shop import Shop

ROUTES = web.RouteTableDef()


@ROUTES.post("/_sandbox/buy")
async def buy_(request: web.Request) -> web.Response:
    """Answers 201 with the order; 404 for an unknown SKU, 409 for one that is out of stock."""
    shop = request.app[DESK].shop
    asked = _json(await request.read())
    if not isinstance(asked, Mapping):
        return answered({"error": FORM}, status=400)
    return _done(shop, lambda: _shown(shop, buy(shop, asked)), status=201)


@ROUTES.post("/_sandbox/edit")
async def edit(request: web.Request) -> web.Response:
    """One edit `{"do": NAME, …}` or a list of them, all or none."""
    shop = request.app[DESK].shop
    asked = _json(await request.read())
    edits = asked if isinstance(asked, list) else [asked]
    if not edits or not all(isinstance(one, Mapping) and one.get("do") in EDITS for one in edits):
        known = sorted(EDITS)
        return answered({"error": 'give {"do": NAME, …}', "known": known}, status=400)
    return _done(shop, lambda: {"done": [EDITS[one["do"]](shop, one) for one in edits]})


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _done(shop: Shop, act: Callable[[], Any], *, status: int = 200) -> web.Response:
    happen(shop)
    try:
        body = act()
    except Refused as refused:
        if shop.changes:
            shop.restore()
        return answered({"error": refused.error, **refused.more}, status=refused.status)
    shop.save()
    return answered(body, status=status)


def _shown(shop: Shop, order: Order) -> dict[str, Any]:
    return {
        "order": {
            "id": gids.gid("Order", order.id),
            "name": order.name,
            "total": totals.text(totals.total(order)),
            "currency": order.currency,
            "financialStatus": totals.financial_status(order),
            "customerId": order.customer_id and gids.gid("Customer", order.customer_id),
            "fulfillmentOrders": [
                {
                    "id": gids.gid("FulfillmentOrder", one.id),
                    "location": shop.locations[one.location_id].name,
                    "lines": [
                        {"id": gids.gid("FulfillmentOrderLineItem", each.id), "count": each.total}
                        for each in one.portions
                    ],
                }
                for one in progress.fulfillment_orders(shop, order)
            ],
        }
    }
