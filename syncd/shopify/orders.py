"""Orders of a shop, read by their ids with all their lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from syncd.sales import Address, Order, OrderLine, ShippingLine
from syncd.shopify import customers
from syncd.shopify.client import Client
from syncd.shopify.sightings import Node, amount, nodes, taxes, text, time

A_CALL = 100
LINES = 50  # as many as hardly an order has; further ones are read page by page
PAGE = 250


async def read(
    client: Client, gids: Sequence[str], *, lines: int = LINES
) -> Mapping[str, Order | None]:
    """These orders as they are now, by GID; None: gone, or older than the app may see.

    Raises what `Client.execute` raises; KindError where the app may see no orders.
    """
    found: dict[str, Order | None] = {}
    for at in range(0, len(gids), A_CALL):
        ids = list(gids[at : at + A_CALL])
        answer = await client.read("OrderRead", {"ids": ids, "lines": lines})
        country = answer.data["shop"]["shopAddress"]["countryCodeV2"]
        for gid, node in nodes(answer, ids):
            order = None if node is None else observed(node, country)
            if node is not None and order is not None:
                order = await _whole(client, order, node.fields["lineItems"]["pageInfo"])
            found[gid] = order
    return found


async def _whole(client: Client, order: Order, page: Mapping[str, Any]) -> Order:
    """The order with the lines that are beyond the first page."""
    lines = list(order.lines)
    while page["hasNextPage"]:
        asked = {"id": order.gid, "lines": PAGE, "after": page["endCursor"]}
        found = (await client.execute("OrderLines", asked))["order"]
        if found is None:  # deleted this moment: the next read says so
            break
        lines += map(_line, found["lineItems"]["nodes"])
        page = found["lineItems"]["pageInfo"]
    return replace(order, lines=tuple(lines))


def observed(node: Node, country: str | None) -> Order:
    """An order as a read showed it, with its first page of lines; `country` is the shop's."""
    fields = node.fields
    buyer = node.below("customer")
    methods = {
        one["deliveryMethod"]["methodType"]
        for one in (fields["fulfillmentOrders"] or {"nodes": ()})["nodes"]
        if one["deliveryMethod"]
    }
    return Order(
        gid=fields["id"],
        number=fields["name"],
        is_test=fields["test"],
        ordered_at=datetime.fromisoformat(fields["processedAt"]),
        updated_at=datetime.fromisoformat(fields["updatedAt"]),
        cancelled_at=time(fields["cancelledAt"]),
        cancel_reason=fields["cancelReason"],
        currency=fields["currencyCode"],
        taxes_included=fields["taxesIncluded"],
        payment_state=fields["displayFinancialStatus"],
        fulfilment_state=fields["displayFulfillmentStatus"],
        delivery_method=min(methods - {"NONE"}, default="NONE" if methods else None),
        note=text(fields["note"]),
        email=text(fields["email"]),
        phone=text(fields["phone"]),
        discount_codes=tuple(fields["discountCodes"] or ()),
        total=amount(fields["currentTotalPriceSet"]),
        tax=amount(fields["currentTotalTaxSet"]),
        discount=amount(fields["currentTotalDiscountsSet"]),
        taxes=taxes(fields["currentTaxLines"]),
        customer=None if buyer is None else customers.observed(buyer, country),
        shipping_address=_address(node.below("shippingAddress")),
        billing_address=_address(node.below("billingAddress")),
        shipping_lines=tuple(map(_shipping, fields["shippingLines"]["nodes"])),
        lines=tuple(map(_line, fields["lineItems"]["nodes"])),
        country=country,
        unread=_unread(node),
    )


def _unread(node: Node) -> frozenset[str]:
    """What was refused of the order itself; a refused field of an address is the address's own."""
    own = Node(node.fields, frozenset(path for path in node.refused if len(path) == 1))
    return own.unread(
        email=["email"],
        phone=["phone"],
        note=["note"],
        customer=["customer"],
        shipping_address=["shippingAddress"],
        billing_address=["billingAddress"],
    )


def _address(node: Node | None) -> Address | None:
    if node is None:
        return None
    names = {
        "first_name": "firstName",
        "last_name": "lastName",
        "company": "company",
        "address1": "address1",
        "address2": "address2",
        "zip": "zip",
        "city": "city",
        "province": "province",
        "country": "countryCodeV2",
        "phone": "phone",
    }
    shown = {ours: text(node.fields[theirs]) for ours, theirs in names.items()}
    return Address(**shown, unread=node.unread(**{ours: [one] for ours, one in names.items()}))


def _shipping(line: Mapping[str, Any]) -> ShippingLine:
    return ShippingLine(
        title=line["title"],
        price=amount(line["currentDiscountedPriceSet"]),
        taxes=taxes(line["taxLines"]),
    )


def _line(line: Mapping[str, Any]) -> OrderLine:
    variant = line["variant"]
    return OrderLine(
        gid=line["id"],
        sku=text(line["sku"]),
        title=line["title"],
        variant_title=text(line["variantTitle"]),
        quantity=line["quantity"],
        current=line["currentQuantity"],
        variant=None if variant is None else variant["id"],
        unit_price=amount(line["originalUnitPriceSet"]),
        discount=sum(
            (amount(one["allocatedAmountSet"]) for one in line["discountAllocations"]), amount(None)
        ),
        taxes=taxes(line["taxLines"]),
    )
