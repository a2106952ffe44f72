"""One order: its lines, what is to be shipped, what was shipped, what was paid."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.pages.asking import Json, ask
from syncd.sandbox.pages.markup import Html, chip, code, empty, moment, money, pairs, table, whole
from syncd.sandbox.pages.orders import price
from syncd.sandbox.pages.seen import Seen
from syncd.sandbox.pages.sheet import sheet

ORDER = """
query Order($id: ID!) {
  order(id: $id) {
    id name email note tags createdAt updatedAt closedAt cancelledAt cancelReason
    displayFinancialStatus displayFulfillmentStatus
    customer { displayName legacyResourceId }
    totalPriceSet { shopMoney { amount currencyCode } }
    currentTotalPriceSet { shopMoney { amount currencyCode } }
    totalRefundedSet { shopMoney { amount currencyCode } }
    lineItems(first: 100) {
      nodes {
        title variantTitle sku quantity currentQuantity unfulfilledQuantity
        originalUnitPriceSet { shopMoney { amount currencyCode } }
      }
    }
    fulfillmentOrders(first: 20) {
      nodes {
        id status requestStatus assignedLocation { name }
        lineItems(first: 50) { nodes { totalQuantity remainingQuantity sku productTitle } }
      }
    }
    fulfillments(first: 20) {
      id name status createdAt location { name } trackingInfo { company number url }
    }
    transactions(first: 20) {
      id kind status gateway createdAt amountSet { shopMoney { amount currencyCode } }
    }
  }
}
"""


def order(seen: Seen, number: int) -> Html | None:
    """The page at `/orders/{number}`; None when there is no such order."""
    found = ask(seen.shop, ORDER, id=gids.gid("Order", number)).get("order")
    if not found:
        return None
    return sheet(
        seen,
        found["name"],
        f"""<main data-live="main"><a class="back" href="/orders">← All orders</a>
<h1>{escape(found["name"])} {chip(found["displayFinancialStatus"] or "–")}
{chip(found["displayFulfillmentStatus"] or "–")}</h1>
<h2>Facts</h2>{pairs(_facts(found))}
<h2>Lines</h2>{_lines(_nodes(found, "lineItems"))}
<h2>To be shipped</h2>{_to_ship(_nodes(found, "fulfillmentOrders"))}
<h2>Shipped</h2>{_shipped(found.get("fulfillments") or ())}
<h2>Payments</h2>{_payments(found.get("transactions") or ())}</main>""",
        tab="/orders",
    )


def missing(seen: Seen) -> Html:
    words = "It may have been deleted, or the shop was emptied."
    return sheet(seen, "No such order", empty("No such order", words), tab="/orders")


def _nodes(found: Json, name: str) -> Sequence[Json]:
    nodes: Sequence[Json] = (found.get(name) or {}).get("nodes") or ()
    return nodes


def _at(moment_: Any) -> Html:
    return moment(str(moment_)) if moment_ else ""


def _facts(found: Json) -> dict[str, Html]:
    return {
        "Customer": escape((found.get("customer") or {}).get("displayName") or ""),
        "Email": escape(found.get("email") or ""),
        "Total": price(found.get("totalPriceSet")),
        "Total now": price(found.get("currentTotalPriceSet")),
        "Refunded": price(found.get("totalRefundedSet")),
        "Tags": escape(", ".join(found.get("tags") or ())),
        "Note": escape(found.get("note") or ""),
        "Created": _at(found["createdAt"]),
        "Changed": _at(found.get("updatedAt")),
        "Closed": _at(found.get("closedAt")),
        "Cancelled": f"{_at(found['cancelledAt'])} {escape(found.get('cancelReason') or '')}"
        if found.get("cancelledAt")
        else "",
        "Id": code(found["id"]),
    }


def _lines(lines: Sequence[Json]) -> Html:
    rows = [
        [
            f"<b>{escape(one['title'])}</b> {escape(one.get('variantTitle') or '')}",
            code(one.get("sku")),
            price(one.get("originalUnitPriceSet")),
            whole(one["quantity"]),
            whole(one.get("currentQuantity") or 0),
            whole(one.get("unfulfilledQuantity") or 0),
        ]
        for one in lines
    ]
    return table(("Line", "SKU", ">Price", ">Bought", ">Still in the order", ">To ship"), rows)


def _to_ship(fulfillment_orders: Sequence[Json]) -> Html:
    rows = [
        [
            code(one["id"]),
            chip(one["status"]),
            chip(one.get("requestStatus") or "–"),
            escape((one.get("assignedLocation") or {}).get("name") or "–"),
            "<br>".join(map(_portion, _nodes(one, "lineItems"))),
        ]
        for one in fulfillment_orders
    ]
    return table(("Fulfilment order", "Status", "Request", "From", "Left of"), rows)


def _portion(line: Json) -> Html:
    what = line.get("sku") or line.get("productTitle") or "–"
    return f"{whole(line['remainingQuantity'])} of {whole(line['totalQuantity'])} {escape(what)}"


def _shipped(fulfillments: Sequence[Json]) -> Html:
    rows = [
        [
            escape(one.get("name") or "–"),
            chip(one["status"]),
            escape((one.get("location") or {}).get("name") or "–"),
            "<br>".join(map(_tracking, one.get("trackingInfo") or ())),
            f'<span class="soft small">{_at(one["createdAt"])}</span>',
        ]
        for one in fulfillments
    ]
    heads = ("Fulfillment", "Status", "From", "Tracking", "When")
    return table(heads, rows) if rows else '<p class="soft">Nothing yet.</p>'


def _tracking(info: Json) -> Html:
    return escape(" ".join(filter(None, (info.get("company"), info.get("number")))))


def _payments(transactions: Sequence[Json]) -> Html:
    rows = [
        [
            chip(one["kind"]),
            chip(one["status"]),
            escape(one.get("gateway") or "–"),
            money(str(one["amountSet"]["shopMoney"]["amount"])),
            f'<span class="soft small">{_at(one["createdAt"])}</span>',
        ]
        for one in transactions
    ]
    heads = ("Kind", "Status", "Gateway", ">Amount", "When")
    return table(heads, rows) if rows else '<p class="soft">None.</p>'
