"""The orders, newest first."""

from __future__ import annotations

from html import escape

from syncd.sandbox.pages.asking import Json, ask
from syncd.sandbox.pages.listing import Wish, links, search
from syncd.sandbox.pages.markup import Html, chip, empty, moment, money, table, whole
from syncd.sandbox.pages.seen import Seen
from syncd.sandbox.pages.sheet import sheet

ORDERS = """
query Orders($first: Int!, $after: String, $query: String) {
  orders(first: $first, after: $after, query: $query, reverse: true, sortKey: CREATED_AT) {
    nodes {
      legacyResourceId name createdAt cancelledAt
      displayFinancialStatus displayFulfillmentStatus
      currentSubtotalLineItemsQuantity
      customer { displayName legacyResourceId }
      totalPriceSet { shopMoney { amount currencyCode } }
      currentTotalPriceSet { shopMoney { amount currencyCode } }
      lineItems(first: 4) { nodes { title quantity sku } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""

BUY = """curl -X POST {origin}/_sandbox/buy \\
  -H 'Content-Type: application/json' \\
  -d '{{"lines": [{{"sku": "YOUR-SKU", "quantity": 1}}]}}'"""


def orders(seen: Seen, wish: Wish) -> Html:
    """The page at `/orders`."""
    found = ask(seen.shop, ORDERS, **wish.variables).get("orders") or {}
    rows = [_row(order) for order in found.get("nodes") or ()]
    heads = ("Order", "Created", "Customer", "Payment", "Fulfilment", "Lines", ">Total")
    if rows:
        body = table(heads, rows, "orders")
    elif wish.words:
        body = empty(f"No order matches “{wish.words}”", "Searches are Shopify's: name:#1001")
    else:
        body = empty(
            "No orders yet",
            "Place one as a customer of the shop would; stock moves as in Shopify.",
            BUY.format(origin=seen.origin),
        )
    return sheet(
        seen,
        "Orders",
        f"""{search(wish, "A search such as name:#1001")}
<main data-live="main">{body}{links(wish, found.get("pageInfo") or {})}</main>""",
        tab="/orders",
    )


def _row(order: Json) -> list[Html]:
    customer = order.get("customer") or {}
    number = order["legacyResourceId"]
    cancelled = chip("CANCELLED") if order.get("cancelledAt") else ""
    return [
        f'<a class="title" href="/orders/{number}">{escape(order["name"])}</a> {cancelled}',
        f'<span class="soft small">{moment(str(order["createdAt"]))}</span>',
        escape(customer.get("displayName") or "–"),
        chip(order.get("displayFinancialStatus") or "–"),
        chip(order.get("displayFulfillmentStatus") or "–"),
        _lines(order),
        price(order.get("currentTotalPriceSet") or order.get("totalPriceSet")),
    ]


def _lines(order: Json) -> Html:
    lines = (order.get("lineItems") or {}).get("nodes") or ()
    return "<br>".join(f"{whole(one['quantity'])} × {escape(one['title'])}" for one in lines)


def price(amounts: Json | None) -> Html:
    """`1 299.00 NOK`, of a money bag."""
    found = (amounts or {}).get("shopMoney")
    return f"{money(str(found['amount']))} {escape(found['currencyCode'])}" if found else "–"
