"""How far orders are sent, read; goods that leave, told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from syncd.sales import Load, Ordered, Parcel, Piece, Portion, Sending, Tracking
from syncd.shopify.client import Client
from syncd.shopify.sightings import nodes

A_CALL = 50
PARCELS = 20  # as many as the document reads
SENT = frozenset({"SUCCESS", "OPEN", "PENDING"})


async def read(client: Client, gids: Sequence[str]) -> Mapping[str, Sending | None]:
    """How far these orders are sent now, by GID; None: gone, or older than the app may see.

    Raises what `Client.execute` raises; KindError where the app may see no orders.
    """
    found: dict[str, Sending | None] = {}
    for at in range(0, len(gids), A_CALL):
        ids = list(gids[at : at + A_CALL])
        answer = await client.read("OrderFulfillment", {"ids": ids})
        for gid, node in nodes(answer, ids):
            found[gid] = None if node is None else _sending(node.fields)
    return found


async def send(client: Client, loads: Sequence[Load], tracking: Tracking, *, notify: bool) -> str:
    """These loads of one order leave from one location; what Shopify said.

    Empty: it is done. Not repeated when the answer was lost: CallError `is_unknown` says so, and
    whoever reads the order again sees what happened. Raises what `Client.execute` raises.
    """
    asked: dict[str, Any] = {
        "lineItemsByFulfillmentOrder": [_group(one) for one in loads],
        "notifyCustomer": notify,
    }
    if shown := _tracking(tracking):
        asked["trackingInfo"] = shown
    answer = await client.execute("FulfillmentCreate", {"fulfillment": asked})
    return _said(answer["fulfillmentCreate"]["userErrors"])


async def track(client: Client, parcel: Parcel, tracking: Tracking, *, notify: bool) -> str:
    """Tell where a parcel can be followed, for 50 points; what Shopify said, empty when done."""
    asked = {
        "fulfillmentId": parcel.gid,
        "trackingInfoInput": _tracking(tracking),
        "notifyCustomer": notify,
    }
    answer = await client.execute("FulfillmentTrackingInfoUpdate", asked)
    return _said(answer["fulfillmentTrackingInfoUpdate"]["userErrors"])


def _group(load: Load) -> dict[str, Any]:
    group: dict[str, Any] = {"fulfillmentOrderId": load.portion}
    if load.counts:
        group["fulfillmentOrderLineItems"] = [
            {"id": gid, "quantity": count} for gid, count in load.counts.items()
        ]
    return group


def _said(errors: Sequence[Mapping[str, Any]]) -> str:
    return "; ".join(str(error["message"]) for error in errors)


def _tracking(tracking: Tracking) -> dict[str, str]:
    shown = {"company": tracking.company, "number": tracking.number, "url": tracking.url}
    return {name: text for name, text in shown.items() if text}


def _sending(fields: Mapping[str, Any]) -> Sending:
    portions, lines = fields["fulfillmentOrders"], fields["lineItems"]
    parcels = sorted(fields["fulfillments"], key=lambda one: str(one["createdAt"]))
    counted = [
        lines,
        *(one["lineItems"] for one in portions["nodes"]),
        *(one["fulfillmentLineItems"] for one in parcels),
    ]
    return Sending(
        gid=fields["id"],
        number=fields["name"],
        state=fields["displayFulfillmentStatus"],
        is_cancelled=fields["cancelledAt"] is not None,
        portions=tuple(map(_portion, portions["nodes"])),
        parcels=tuple(map(_parcel, parcels)),
        is_whole=not portions["pageInfo"]["hasNextPage"],
        lines=tuple(Ordered(one["id"], one["name"], one["quantity"]) for one in lines["nodes"]),
        is_counted=len(parcels) < PARCELS
        and not any(one["pageInfo"]["hasNextPage"] for one in counted),
    )


def _portion(node: Mapping[str, Any]) -> Portion:
    place, lines = node["assignedLocation"], node["lineItems"]
    left = sum(line["remainingQuantity"] for line in lines["nodes"])
    # Of a long one it is enough to know that something is left, and Shopify knows what.
    is_open = lines["pageInfo"]["hasNextPage"] and node["status"] not in ("CLOSED", "CANCELLED")
    return Portion(
        gid=node["id"],
        status=node["status"],
        location=(place["location"] or {}).get("id"),
        place=place["name"],
        actions=frozenset(one["action"] for one in node["supportedActions"]),
        left=max(left, 1) if is_open else left,
        holds=tuple(one["reason"] for one in node["fulfillmentHolds"]),
        pieces=tuple(
            Piece(line["id"], line["lineItem"]["id"], line["remainingQuantity"])
            for line in lines["nodes"]
        ),
    )


def _parcel(node: Mapping[str, Any]) -> Parcel:
    shown = (node["trackingInfo"] or [{}])[0]
    counts: Counter[str] = Counter()
    for line in node["fulfillmentLineItems"]["nodes"]:
        counts[line["lineItem"]["id"]] += line["quantity"] or 0
    return Parcel(
        gid=node["id"],
        is_sent=node["status"] in SENT,
        location=(node["location"] or {}).get("id"),
        tracking=Tracking(
            company=shown.get("company") or "",
            number=shown.get("number") or "",
            url=shown.get("url") or "",
        ),
        counts=counts,
    )
