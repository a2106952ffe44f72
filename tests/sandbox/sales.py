"""A shop with goods to sell, by a clock that the test turns."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from syncd.sandbox.happenings import happen
from syncd.sandbox.records import Level
from syncd.sandbox.stockroom import level_at
from tests.sandbox.till import Till

ORDER_CREATE = """
mutation Create($order: OrderCreateOrderInput!, $options: OrderCreateOptionsInput) {
  orderCreate(order: $order, options: $options) {
    order {
      id name email displayFinancialStatus displayFulfillmentStatus
      customer { id email }
      lineItems(first: 10) { nodes { id sku quantity variant { id } } }
      transactions { id kind amountSet { shopMoney { amount } } }
      fulfillmentOrders(first: 10) {
        nodes {
          id status assignedLocation { name }
          lineItems(first: 10) { nodes { id totalQuantity remainingQuantity } }
        }
      }
    }
    userErrors { field message code }
  }
}
"""
ORDER = """
query Order($id: ID!) {
  order(id: $id) {
    id name closed cancelledAt cancelReason displayFinancialStatus displayFulfillmentStatus
    totalPriceSet { shopMoney { amount currencyCode } }
    currentTotalPriceSet { shopMoney { amount } }
    totalOutstandingSet { shopMoney { amount } }
    totalRefundedSet { shopMoney { amount } }
    lineItems(first: 10) {
      nodes { id currentQuantity refundableQuantity fulfillableQuantity unfulfilledQuantity }
    }
    fulfillments(first: 10) {
      id name status displayStatus
      fulfillmentLineItems(first: 10) { nodes { quantity } }
    }
    fulfillmentOrders(first: 10) {
      nodes {
        id status supportedActions { action } assignedLocation { name }
        fulfillmentHolds { id handle }
        lineItems(first: 10) { nodes { id totalQuantity remainingQuantity } }
      }
    }
    refunds { id note refundLineItems(first: 5) { nodes { quantity restockType } } }
  }
}
"""
FULFIL = """
mutation Fulfil($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) {
    fulfillment { id name status displayStatus trackingInfo { number url company } }
    userErrors { field message }
  }
}
"""
REFUND = """
mutation Refund($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) {
    refund { id totalRefundedSet { shopMoney { amount } } }
    order { id displayFinancialStatus }
    userErrors { field message }
  }
}
"""
CANCEL = """
mutation Cancel(
  $id: ID!, $restock: Boolean!, $refundMethod: OrderCancelRefundMethodInput, $note: String
) {
  orderCancel(
    orderId: $id, reason: CUSTOMER, restock: $restock, refundMethod: $refundMethod, staffNote: $note
  ) {
    job { id done } orderCancelUserErrors { field message code }
  }
}
"""


def payload(till: Till, document: str, **variables: Any) -> Any:
    """The payload of the document's one root field."""
    body = till.ask(document, variables)
    assert "errors" not in body, body["errors"]
    (found,) = body["data"].values()
    return found


def goods(till: Till, sku: str, count: int, place: int = 0, **more: Any) -> str:
    """A new tracked product at 100 with this stock at one location; the gid of its variant."""
    location = f"gid://shopify/Location/{list(till.shop.locations)[place]}"
    title = [{"name": "Title", "values": [{"name": "Default Title"}]}]
    variant = {
        "optionValues": [{"optionName": "Title", "name": "Default Title"}],
        "sku": sku,
        "price": "100",
        "inventoryItem": {"tracked": True},
        "inventoryQuantities": [{"locationId": location, "name": "available", "quantity": count}],
        **more,
    }
    till.make(sku, productOptions=title, variants=[variant])
    return f"gid://shopify/ProductVariant/{list(till.shop.variants)[-1]}"


def ordered(till: Till, *lines: tuple[str, int], paid: str | None = None, **more: Any) -> Any:
    """An order of these variants (gid, how many) for which stock is kept."""
    order: dict[str, Any] = {
        "lineItems": [{"variantId": gid, "quantity": count} for gid, count in lines],
        **more,
    }
    if paid:
        money = {"shopMoney": {"amount": paid, "currencyCode": "NOK"}}
        order["transactions"] = [{"amountSet": money}]
    options = {"inventoryBehaviour": "DECREMENT_OBEYING_POLICY"}
    made = payload(till, ORDER_CREATE, order=order, options=options)
    assert made["userErrors"] == []
    return made["order"]


def read(till: Till, order: Any) -> Any:
    return payload(till, ORDER, id=order["id"])


def stock(till: Till, variant: str, place: int = 0) -> tuple[int, int, int]:
    """Available, committed, on hand."""
    held = till.shop.variants[int(variant.rpartition("/")[2])]
    level = level_at(held.item, list(till.shop.locations)[place])
    assert isinstance(level, Level)
    return level.available, level.committed, level.on_hand


def portions(order: Any) -> list[dict[str, Any]]:
    """Fulfilment order by fulfilment order: its status, its (total, remaining)."""
    return [
        {
            one["status"]: [
                (each["totalQuantity"], each["remainingQuantity"])
                for each in one["lineItems"]["nodes"]
            ]
        }
        for one in order["fulfillmentOrders"]["nodes"]
    ]


def fulfil(till: Till, order: Any, count: int | None = None) -> Any:
    """The payload of fulfillmentCreate: everything, or so many of the first line."""
    source = order["fulfillmentOrders"]["nodes"][0]
    group: dict[str, Any] = {"fulfillmentOrderId": source["id"]}
    if count is not None:
        portion = source["lineItems"]["nodes"][0]["id"]
        group["fulfillmentOrderLineItems"] = [{"id": portion, "quantity": count}]
    return payload(till, FULFIL, fulfillment={"lineItemsByFulfillmentOrder": [group]})


def refund(till: Till, order: Any, **input: Any) -> Any:
    return payload(till, REFUND, input={"orderId": order["id"], **input}, key=str(uuid4()))


def later(till: Till, seconds: float = 2) -> None:
    """Let the shop's time go on, with what happens in it."""
    till.hands.passed_s += seconds
    happen(till.shop)


def said(found: Any) -> list[tuple[Any, str]]:
    """The userErrors: field, message."""
    return [(one["field"], one["message"]) for one in found["userErrors"]]
