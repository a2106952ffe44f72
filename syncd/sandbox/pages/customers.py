"""The customers, last changed first."""

from __future__ import annotations

from html import escape

from syncd.sandbox.pages.asking import Json, ask
from syncd.sandbox.pages.listing import Wish, links, search
from syncd.sandbox.pages.markup import Html, chip, code, empty, moment, table, whole
from syncd.sandbox.pages.seen import Seen
from syncd.sandbox.pages.sheet import sheet

CUSTOMERS = """
query Customers($first: Int!, $after: String, $query: String) {
  customers(first: $first, after: $after, query: $query, reverse: true, sortKey: UPDATED_AT) {
    nodes {
      id displayName state numberOfOrders tags createdAt updatedAt
      defaultEmailAddress { emailAddress }
      defaultPhoneNumber { phoneNumber }
      defaultAddress { city country }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""


def customers(seen: Seen, wish: Wish) -> Html:
    """The page at `/customers`."""
    found = ask(seen.shop, CUSTOMERS, **wish.variables).get("customers") or {}
    rows = [_row(one) for one in found.get("nodes") or ()]
    heads = ("Customer", "Email", "Phone", "Place", "State", "Tags", ">Orders", "Changed")
    words = "They come with orders, with customerCreate or customerSet."
    body = table(heads, rows) if rows else empty("No customers to show", words)
    return sheet(
        seen,
        "Customers",
        f"""{search(wish, "Name, email or a search such as tag:vip")}
<main data-live="main">{body}{links(wish, found.get("pageInfo") or {})}</main>""",
        tab="/customers",
    )


def _row(one: Json) -> list[Html]:
    place = one.get("defaultAddress") or {}
    return [
        f'<b>{escape(one.get("displayName") or "–")}</b><div class="small">{code(one["id"])}</div>',
        escape((one.get("defaultEmailAddress") or {}).get("emailAddress") or "–"),
        escape((one.get("defaultPhoneNumber") or {}).get("phoneNumber") or "–"),
        escape(", ".join(filter(None, (place.get("city"), place.get("country")))) or "–"),
        chip(one.get("state") or "–"),
        escape(", ".join(one.get("tags") or ())),
        whole(int(one.get("numberOfOrders") or 0)),
        f'<span class="soft small">{moment(str(one["updatedAt"]))}</span>',
    ]
