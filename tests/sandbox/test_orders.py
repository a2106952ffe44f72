"""Orders: what they cost, what undoes them, what that does to stock."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.sandbox.options import ShopOptions
from tests.sandbox.sales import (
    CANCEL,
    ORDER_CREATE,
    REFUND,
    fulfil,
    goods,
    later,
    ordered,
    payload,
    portions,
    read,
    refund,
    said,
    stock,
)
from tests.sandbox.till import Till

BACK = {"originalPaymentMethodsRefund": True}


def custom(amount: str = "10.00", **more: Any) -> dict[str, Any]:
    price = {"shopMoney": {"amount": amount, "currencyCode": "NOK"}}
    return {"title": "Waxing", "quantity": 1, "priceSet": price, **more}


def create(till: Till, **order: Any) -> Any:
    return payload(till, ORDER_CREATE, order=order)


def money(order: Any, name: str) -> str:
    return str(order[name]["shopMoney"]["amount"])


# ---------------------------------------------------------------------------------------- placing


def test_an_order_takes_the_texts_of_its_variant() -> None:
    till = Till()
    order = ordered(till, (goods(till, "SKI", 5), 2), email="kari@example.com")
    assert order["name"] == "#1001"
    assert order["displayFulfillmentStatus"] == "UNFULFILLED"
    assert order["lineItems"]["nodes"][0]["sku"] == "SKI"
    assert order["customer"]["email"] == "kari@example.com"
    assert money(read(till, order), "totalPriceSet") == "200.0"


def test_a_placed_order_moves_stock_from_available_to_committed() -> None:
    till = Till()
    ski = goods(till, "SKI", 5)
    ordered(till, (ski, 2))
    assert stock(till, ski) == (3, 2, 5)


def test_an_order_bypasses_stock_unless_it_is_asked_not_to() -> None:
    till = Till()
    ski = goods(till, "SKI", 5)
    create(till, lineItems=[{"variantId": ski, "quantity": 2}])
    assert stock(till, ski) == (5, 0, 5)


def test_an_order_that_obeys_the_policy_cannot_oversell() -> None:
    till = Till()
    ski = goods(till, "SKI", 1)
    options = {"inventoryBehaviour": "DECREMENT_OBEYING_POLICY"}
    order = {"lineItems": [{"variantId": ski, "quantity": 2}]}
    made = payload(till, ORDER_CREATE, order=order, options=options)
    assert made["order"] is None
    assert [one["code"] for one in made["userErrors"]] == ["INVENTORY_CLAIM_FAILED"]
    assert stock(till, ski) == (1, 0, 1)
    options = {"inventoryBehaviour": "DECREMENT_IGNORING_POLICY"}
    payload(till, ORDER_CREATE, order=order, options=options)
    assert stock(till, ski) == (-1, 2, 1)


@pytest.mark.parametrize(
    ("order", "error"),
    [
        pytest.param(
            {"lineItems": []},
            (["order", "lineItems"], "Line items must have at least one line item"),
            id="an order needs a line",
        ),
        pytest.param(
            {"lineItems": [custom()], "processedAt": "2099-01-01T00:00:00Z"},
            (["order", "processedAt"], "Processed at must not be in the future"),
            id="nothing is sold tomorrow",
        ),
    ],
)
def test_order_create_refuses(order: Any, error: Any) -> None:
    assert said(create(Till(), **order)) == [error]


@pytest.mark.parametrize(
    ("order", "status"),
    [
        pytest.param({}, None, id="nobody said anything of money"),
        pytest.param({"financialStatus": "PENDING"}, "PENDING", id="as it was said"),
        pytest.param({"transactions": [("SALE", "10.00")]}, "PAID", id="all was paid"),
        pytest.param({"transactions": [("SALE", "4.00")]}, "PARTIALLY_PAID", id="a part was"),
        pytest.param({"transactions": [("AUTHORIZATION", "10.00")]}, "AUTHORIZED", id="reserved"),
    ],
)
def test_the_financial_status_follows_the_transactions(order: Any, status: str | None) -> None:
    till = Till()
    payments = [
        {"kind": kind, "amountSet": {"shopMoney": {"amount": amount, "currencyCode": "NOK"}}}
        for kind, amount in order.pop("transactions", ())
    ]
    made = create(till, lineItems=[custom()], transactions=payments, **order)
    assert made["order"]["displayFinancialStatus"] == status


def test_a_discount_code_is_spread_over_the_lines_to_the_cent() -> None:
    till = Till()
    code = {"itemFixedDiscountCode": {"code": "TEN", "amountSet": custom()["priceSet"]}}
    lines = [custom("10.00"), custom("10.00"), custom("10.00")]
    order = create(till, lineItems=lines, discountCode=code)["order"]
    found = till.ask(
        "query($id: ID!) { order(id: $id) { discountCodes"
        " totalDiscountsSet { shopMoney { amount } } totalPriceSet { shopMoney { amount } }"
        " discountApplications(first: 1) { nodes { value { ... on MoneyV2 { amount } } } }"
        " lineItems(first: 3) { nodes { totalDiscountSet { shopMoney { amount } }"
        " discountAllocations { allocatedAmountSet { shopMoney { amount } } } } } } }",
        {"id": order["id"]},
    )["data"]["order"]
    assert found["discountCodes"] == ["TEN"]
    assert (money(found, "totalDiscountsSet"), money(found, "totalPriceSet")) == ("10.0", "20.0")
    assert found["discountApplications"]["nodes"][0]["value"] == {"amount": "10.0"}
    assert [money(one, "totalDiscountSet") for one in found["lineItems"]["nodes"]] == [
        "3.33",
        "3.33",
        "3.34",
    ]


def test_what_the_customer_saw_is_shown_in_their_currency() -> None:
    till = Till()
    price = {
        "shopMoney": {"amount": "16.99", "currencyCode": "CAD"},
        "presentmentMoney": {"amount": "12.50", "currencyCode": "USD"},
    }
    order = create(till, lineItems=[custom(priceSet=price)])["order"]
    found = till.ask(
        "query($id: ID!) { order(id: $id) { totalPriceSet {"
        " shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } } } }",
        {"id": order["id"]},
    )
    assert found["data"]["order"]["totalPriceSet"] == {
        "shopMoney": {"amount": "16.99", "currencyCode": "CAD"},
        "presentmentMoney": {"amount": "12.5", "currencyCode": "USD"},
    }


# ------------------------------------------------------------------------------------ cancelling


@pytest.mark.parametrize(
    ("is_restocked", "expected"),
    [
        pytest.param(True, (5, 0, 5), id="restocked goods can be sold again"),
        pytest.param(False, (3, 0, 3), id="the others are gone"),
    ],
)
def test_cancelling_frees_what_was_committed(is_restocked: bool, expected: Any) -> None:
    till = Till()
    ski = goods(till, "SKI", 5)
    order = ordered(till, (ski, 2), paid="200.00")
    found = payload(till, CANCEL, id=order["id"], restock=is_restocked, refundMethod=BACK)
    assert found["orderCancelUserErrors"] == []
    assert found["job"]["done"] is False
    assert stock(till, ski) == (3, 2, 5)
    later(till)
    assert till.ask("query($id: ID!) { job(id: $id) { done } }", {"id": found["job"]["id"]})[
        "data"
    ] == {"job": {"done": True}}
    assert stock(till, ski) == expected
    after = read(till, order)
    assert after["closed"] and after["cancelReason"] == "CUSTOMER"
    assert after["displayFinancialStatus"] == "REFUNDED"
    assert money(after, "currentTotalPriceSet") == money(after, "totalOutstandingSet") == "0.0"
    assert portions(after) == [{"CLOSED": [(0, 0)]}]
    assert after["lineItems"]["nodes"][0]["currentQuantity"] == 0


def test_until_the_job_is_done_the_goods_are_still_there() -> None:
    till = Till()
    order = ordered(till, (goods(till, "SKI", 5), 1))
    payload(till, CANCEL, id=order["id"], restock=True)
    between = read(till, order)
    assert between["cancelledAt"] and not between["closed"]
    assert portions(between) == [{"CLOSED": [(1, 1)]}]


def test_an_order_is_cancelled_once() -> None:
    till = Till()
    order = ordered(till, (goods(till, "SKI", 5), 1))
    payload(till, CANCEL, id=order["id"], restock=True)
    again = payload(till, CANCEL, id=order["id"], restock=True)
    assert again["orderCancelUserErrors"] == [
        {
            "field": ["orderId"],
            "message": "Cannot cancel an order that has already been canceled",
            "code": "INVALID",
        }
    ]


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        pytest.param(
            {"note": "x" * 256},
            (["staffNote"], "Staff note is too long. Maximum length is 255 characters."),
            id="long note",
        ),
        pytest.param(
            {"is_shipped": True},
            (["orderId"], "Cannot cancel an order that has outstanding fulfillments"),
            id="shipped",
        ),
    ],
)
def test_order_cancel_refuses(asked: Any, error: Any) -> None:
    till = Till()
    order = ordered(till, (goods(till, "SKI", 5), 1))
    if asked.pop("is_shipped", False):
        fulfil(till, order)
    found = payload(till, CANCEL, id=order["id"], restock=True, **asked)
    assert [(one["field"], one["message"]) for one in found["orderCancelUserErrors"]] == [error]


# -------------------------------------------------------------------------------------- refunding


@pytest.mark.parametrize(
    ("is_shipped", "restock", "expected"),
    [
        pytest.param(False, "CANCEL", (4, 1, 5), id="unfulfilled goods go back to available"),
        pytest.param(False, "NO_RESTOCK", (3, 1, 4), id="or are gone"),
        pytest.param(True, "RETURN", (4, 0, 4), id="shipped goods come back to the shelf"),
        pytest.param(True, "NO_RESTOCK", (3, 0, 3), id="or do not"),
    ],
)
def test_refunded_goods(is_shipped: bool, restock: str, expected: Any) -> None:
    till = Till()
    ski = goods(till, "SKI", 5)
    order = ordered(till, (ski, 2), paid="200.00")
    if is_shipped:
        fulfil(till, order)
    place = f"gid://shopify/Location/{next(iter(till.shop.locations))}"
    line = {
        "lineItemId": order["lineItems"]["nodes"][0]["id"],
        "quantity": 1,
        "restockType": restock,
        "locationId": place,
    }
    found = refund(till, order, refundLineItems=[line])
    assert found["userErrors"] == []
    assert stock(till, ski) == expected
    after = read(till, order)
    assert after["lineItems"]["nodes"][0]["currentQuantity"] == 1
    assert money(after, "currentTotalPriceSet") == "100.0"


def test_what_comes_back_leaves_the_rest_to_be_shipped() -> None:
    till = Till()
    ski = goods(till, "SKI", 5)
    order = ordered(till, (ski, 2), paid="200.00")
    fulfil(till, order, 1)
    place = f"gid://shopify/Location/{next(iter(till.shop.locations))}"
    id_ = order["lineItems"]["nodes"][0]["id"]
    line = {"lineItemId": id_, "quantity": 1, "restockType": "RETURN", "locationId": place}
    refund(till, order, refundLineItems=[line])
    after = read(till, order)
    assert after["lineItems"]["nodes"][0]["unfulfilledQuantity"] == 1
    assert after["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
    assert stock(till, ski) == (4, 1, 5)
    fulfil(till, order, 1)
    assert read(till, order)["displayFulfillmentStatus"] == "FULFILLED"


def test_money_goes_back_through_the_gateway_it_came_by() -> None:
    till = Till()
    order = ordered(till, (goods(till, "SKI", 5), 2), paid="200.00")
    payment = order["transactions"][0]["id"]
    money_back = {
        "amount": "50.00",
        "gateway": "another",
        "kind": "REFUND",
        "orderId": order["id"],
        "parentId": payment,
    }
    found = refund(till, order, transactions=[money_back])
    assert found["refund"]["totalRefundedSet"] == {"shopMoney": {"amount": "50.0"}}
    assert found["order"]["displayFinancialStatus"] == "PARTIALLY_REFUNDED"


def transaction(order: Any, **more: Any) -> dict[str, Any]:
    payment = order["transactions"][0]["id"]
    given = {"amount": "1.00", "gateway": "manual", "kind": "REFUND", "parentId": payment}
    return {**given, "orderId": order["id"], **more}


@pytest.mark.parametrize(
    ("transactions", "error"),
    [
        pytest.param(
            {"kind": "AUTHORIZATION"},
            (None, "Kind authorization is not a valid transaction"),
            id="only refunds",
        ),
        pytest.param(
            {"parentId": "gid://shopify/OrderTransaction/999999999999"},
            (["transactions"], "Transactions require a parent_id associated with the order"),
            id="only on a payment of the order",
        ),
        pytest.param(
            {"amount": "999.00"},
            (None, "Refund amount $999.00 is greater than net payment received $200.00"),
            id="not more than was paid",
        ),
    ],
)
def test_refund_create_refuses_payments(transactions: Any, error: Any) -> None:
    till = Till()
    order = ordered(till, (goods(till, "SKI", 5), 2), paid="200.00")
    found = refund(till, order, transactions=[transaction(order, **transactions)])
    assert found["refund"] is None and found["order"]["displayFinancialStatus"] == "PAID"
    assert said(found) == [error]


def test_no_more_is_refunded_than_was_bought() -> None:
    till = Till()
    order = ordered(till, (goods(till, "SKI", 5), 2))
    line = {"lineItemId": order["lineItems"]["nodes"][0]["id"], "quantity": 3}
    assert said(refund(till, order, refundLineItems=[line])) == [
        (
            ["refundLineItems", "0", "quantity"],
            "Quantity cannot refund more items than were purchased",
        )
    ]


def test_a_refund_is_made_once_a_key() -> None:
    till = Till()
    order = ordered(till, (goods(till, "SKI", 5), 2), paid="200.00")
    asked = {"input": {"orderId": order["id"], "transactions": [transaction(order)]}}
    first = payload(till, REFUND, **asked, key="one")
    assert first == payload(till, REFUND, **asked, key="one")
    assert money(read(till, order), "totalRefundedSet") == "1.0"


def test_a_refund_needs_a_key() -> None:
    till = Till()
    order = ordered(till, (goods(till, "SKI", 5), 2))
    bare = REFUND.replace("@idempotent(key: $key)", "").replace(", $key: String!", "")
    body = till.ask(bare, {"input": {"orderId": order["id"]}})
    assert [one["extensions"]["code"] for one in body["errors"]] == ["BAD_REQUEST"]


# -------------------------------------------------------------------------------------- changing

UPDATE = """
mutation ($input: OrderInput!) {
  orderUpdate(input: $input) { order { id note tags } userErrors { field message } }
}
"""
PAY = """
mutation ($input: OrderMarkAsPaidInput!) {
  orderMarkAsPaid(input: $input) {
    order { displayFinancialStatus paymentGatewayNames } userErrors { field message }
  }
}
"""


@pytest.mark.parametrize(
    ("input", "errors"),
    [
        pytest.param({}, [(None, "No valid update parameters have been provided")], id="nothing"),
        pytest.param({"phone": "not a phone"}, [(["phone"], "Phone is invalid")], id="no phone"),
        pytest.param({"note": "Gift"}, [], id="a note"),
    ],
)
def test_order_update(input: Any, errors: Any) -> None:
    till = Till()
    order = ordered(till, (goods(till, "SKI", 5), 1))
    assert said(payload(till, UPDATE, input={"id": order["id"], **input})) == errors


def test_an_order_is_marked_as_paid_once() -> None:
    till = Till()
    order = ordered(till, (goods(till, "SKI", 5), 1))
    paid = payload(till, PAY, input={"id": order["id"]})
    assert paid["order"] == {"displayFinancialStatus": "PAID", "paymentGatewayNames": ["manual"]}
    assert said(payload(till, PAY, input={"id": order["id"]})) == [
        (["id"], "Order cannot be marked as paid.")
    ]


# --------------------------------------------------------------------------------------- reading


@pytest.mark.parametrize(
    ("query", "names"),
    [
        pytest.param("name:#1002", ["#1002"], id="name"),
        pytest.param("status:cancelled", ["#1001"], id="cancelled"),
        pytest.param("tag:vip", ["#1003"], id="tag"),
        pytest.param("financial_status:paid", ["#1002"], id="paid"),
        pytest.param("fulfillment_status:shipped", ["#1002"], id="shipped"),
        pytest.param("sku:SKI test:true", ["#1003"], id="two at once"),
        pytest.param("email:ola@example.com", ["#1002"], id="email"),
    ],
)
def test_orders_are_found_by_query(query: str, names: list[str]) -> None:
    till = Till()
    ski = goods(till, "SKI", 9)
    one = ordered(till, (ski, 1))
    two = ordered(till, (ski, 1), paid="100.00", email="ola@example.com")
    ordered(till, (ski, 1), tags=["vip"], test=True)
    payload(till, CANCEL, id=one["id"], restock=True)
    later(till)
    fulfil(till, two)
    found = till.ask(
        "query($q: String) { orders(first: 9, query: $q) { nodes { name } } }", {"q": query}
    )
    assert [each["name"] for each in found["data"]["orders"]["nodes"]] == names


def test_old_orders_are_out_of_sight_without_the_scope_for_all() -> None:
    till = Till()
    order = ordered(till, (goods(till, "SKI", 9), 1))
    later(till, 61 * 86_400)
    assert read(till, order) is not None
    scopes = tuple(one for one in ShopOptions().scopes if "all_orders" not in one)
    object.__setattr__(till.shop.options, "scopes", scopes)
    assert read(till, order) is None
    found = till.ask("{ orders(first: 5) { nodes { id } } ordersCount { count } }")["data"]
    assert found == {"orders": {"nodes": []}, "ordersCount": {"count": 0}}
