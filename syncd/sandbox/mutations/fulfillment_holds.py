"""Fulfilment orders held back, released again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.mutations.fulfillment_parts import (
    MISSING,
    counts_of,
    fulfillment_order_named,
)
from syncd.sandbox.records_orders import FulfillmentOrder, Hold, Order
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.sales import parting, progress
from syncd.sandbox.shop import Shop
from syncd.sandbox.words import Complaints

MAX_HOLDS = 10  # an app; shopify.dev/docs/api/admin-graphql, fulfillmentOrderHold, read 2026-11
Given = Mapping[str, Any]
AGAIN = "The handle provided for the fulfillment hold is already in use by this app for another hold on this fulfillment order."  # noqa: E501


def hold(_root: None, info: Info, id: str, fulfillmentHold: Given) -> dict[str, Any]:
    shop, complaints, given = shop_of(info), Complaints(), fulfillmentHold
    one = fulfillment_order_named(shop, id)
    if one is None:
        complaints.add(["id"], MISSING, "FULFILLMENT_ORDER_NOT_FOUND")
        return _held(None, complaints)
    counts = counts_of(
        complaints,
        ("fulfillmentHold", "fulfillmentOrderLineItems"),
        one,
        given.get("fulfillmentOrderLineItems"),
    )
    _check(complaints, one, given)
    if complaints:
        return _held(None, complaints)
    rest = None
    if not parting.is_all_of(one, counts):
        left = {id_: n - counts.get(id_, 0) for id_, n in parting.all_of(one).items()}
        one, rest = parting.parted(shop, one, left)
    made = Hold(
        shop.new_id("FulfillmentHold"),
        given.get("handle") or "",
        given["reason"],
        given.get("reasonNotes"),
        given.get("externalId"),
    )
    held = replace(one, status="ON_HOLD", holds=(*one.holds, made), updated_at=shop.now())
    parting.keep(shop, held)
    shop.tell("FULFILLMENT_ORDERS_PLACED_ON_HOLD", held)
    return {
        "fulfillmentHold": made,
        "fulfillmentOrder": held,
        "remainingFulfillmentOrder": rest,
        "userErrors": [],
    }


def _held(one: FulfillmentOrder | None, complaints: Complaints) -> dict[str, Any]:
    return {
        "fulfillmentHold": None,
        "fulfillmentOrder": one,
        "remainingFulfillmentOrder": None,
        "userErrors": complaints.found,
    }


def _check(complaints: Complaints, one: FulfillmentOrder, given: Given) -> None:
    handles = [each.handle for each in one.holds]
    if one.status in progress.ENDED:
        message = "The fulfillment order is not in an open state."
        complaints.add(["id"], message, "INVALID_LINE_ITEM_QUANTITY")
    elif (given.get("handle") or "") in handles:
        path = ["fulfillmentHold", "handle"]
        complaints.add(path, AGAIN, "DUPLICATE_FULFILLMENT_HOLD_HANDLE")
    elif len(one.holds) >= MAX_HOLDS:
        message = "The maximum number of fulfillment holds for this fulfillment order has been reached for this app. An app can only have up to 10 holds on a single fulfillment order at any one time."  # noqa: E501
        complaints.add(["id"], message, "FULFILLMENT_ORDER_HOLD_LIMIT_REACHED")
    elif one.holds and given.get("fulfillmentOrderLineItems"):
        message = "The fulfillment order is not in a splittable state."
        path = ["fulfillmentHold", "fulfillmentOrderLineItems"]
        complaints.add(path, message, "FULFILLMENT_ORDER_NOT_SPLITTABLE")


def release(
    _root: None,
    info: Info,
    id: str,
    holdIds: list[str] | None = None,
    externalId: str | None = None,
) -> dict[str, Any]:
    """All holds, or those that are named. With the last one the parts come together again."""
    shop, complaints = shop_of(info), Complaints()
    one = fulfillment_order_named(shop, id)
    if one is None:
        complaints.add(["id"], MISSING, "FULFILLMENT_ORDER_NOT_FOUND")
        return {"fulfillmentOrder": None, "userErrors": complaints.found}
    numbers = (
        None if holdIds is None else [gids.number(each, "FulfillmentHold") for each in holdIds]
    )
    left = tuple(each for each in one.holds if not _is_released(each, numbers, externalId))
    status = one.status if left or not one.holds else "OPEN"
    released = replace(one, holds=left, status=status, updated_at=shop.now())
    parting.keep(shop, released)
    if one.status == "ON_HOLD" and status == "OPEN":
        released = parting.joined(shop, released, _parts(shop, released))
        shop.tell("FULFILLMENT_ORDERS_HOLD_RELEASED", released)
    return {"fulfillmentOrder": released, "userErrors": []}


def _is_released(one: Hold, numbers: list[int | None] | None, external_id: str | None) -> bool:
    if external_id is not None and one.external_id != external_id:
        return False
    return numbers is None or one.id in numbers


def _parts(shop: Shop, one: FulfillmentOrder) -> list[FulfillmentOrder]:
    """What was split off when it was held, as far as it still waits at the same place."""
    order: Order = shop.held["Order"][one.order_id]
    return [
        each
        for each in progress.open_ones(shop, order)
        if each.split_of == one.id and each.status == "OPEN" and each.location_id == one.location_id
    ]


FIELDS: Fields = {
    "Mutation": {"fulfillmentOrderHold": hold, "fulfillmentOrderReleaseHold": release}
}
