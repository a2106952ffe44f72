"""What orders show of themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.connections import by_id, page
from syncd.sandbox.records_orders import Fulfillment, Order, Refund, ShippingLine, Transaction
from syncd.sandbox.resolvers.fields import (
    Fields,
    Info,
    always,
    attribute,
    count,
    gid_of,
    legacy_id,
    shop_of,
)
from syncd.sandbox.resolvers.metafields import OWNED
from syncd.sandbox.resolvers.order_discounts import discount_page
from syncd.sandbox.resolvers.order_lists import customer_of, gateways
from syncd.sandbox.resolvers.order_parts import (
    Of,
    single,
    tax_lines_of,
)
from syncd.sandbox.sales import progress, totals


def lines(one: Order, _info: Info, **arguments: Any) -> Any:
    return page([Of(one, line) for line in one.lines], by_id, arguments)


def unfulfillable_lines(one: Order, _info: Info, **arguments: Any) -> Any:
    return page([], by_id, arguments)


def shipping_lines(one: Order, _info: Info, **arguments: Any) -> Any:
    return page([Of(one, line) for line in one.shipping_lines], by_id, arguments)


def shipping_line(one: Order, _info: Info) -> Of[ShippingLine] | None:
    return Of(one, one.shipping_lines[0]) if one.shipping_lines else None


def transactions(one: Order, _info: Info, **arguments: Any) -> list[Of[Transaction]]:
    found: Sequence[Transaction] = one.transactions
    if arguments.get("capturable") is not None:
        wanted = arguments["capturable"]
        found = [each for each in found if (each.kind == "AUTHORIZATION") == wanted]
    return [Of(one, each) for each in found][: arguments.get("first")]


def refunds(one: Order, _info: Info, first: int | None = None) -> list[Of[Refund]]:
    return [Of(one, each) for each in one.refunds][:first]


def fulfillments(
    one: Order, info: Info, first: int | None = None, query: str | None = None
) -> list[Fulfillment]:
    return progress.fulfillments(shop_of(info), one)[:first]


def fulfillment_orders(one: Order, info: Info, **arguments: Any) -> Any:
    return page(progress.fulfillment_orders(shop_of(info), one), by_id, arguments)


def no_page(_one: Order, _info: Info, **arguments: Any) -> Any:
    return page((), by_id, arguments)


def left(one: Order, info: Info) -> int:
    return sum(progress.unfulfilled(shop_of(info), one, line) for line in one.lines)


def editable_errors(one: Order, _info: Info) -> list[str]:
    return ["Order is canceled"] if one.cancelled_at else []


def is_fully_paid(one: Order, _info: Info) -> bool:
    return totals.outstanding(one) <= 0 and totals.capturable(one) <= 0


def may_be_marked_paid(one: Order, _info: Info) -> bool:
    return not one.cancelled_at and totals.outstanding(one) > 0


def status_page(one: Order, info: Info, **_: Any) -> str:
    return f"https://{shop_of(info).options.domain}/orders/{one.id}/authenticate"


ALWAYS: dict[str, Any] = {
    "additionalFees": [],
    "alerts": [],
    "canNotifyCustomer": False,
    "confirmed": True,
    "customerAcceptsMarketing": False,
    "customerLocale": "en",
    "disputes": [],
    "dutiesIncluded": False,
    "edited": False,
    "estimatedTaxes": False,
    "hasTimelineComment": False,
    "paymentCollectionDetails": {"additionalPaymentCollectionUrl": None},
    "productNetwork": False,
    "risk": {"assessments": [], "recommendation": "NONE"},
    "riskLevel": "LOW",
    "risks": [],
    "taxExempt": False,
}

FIELDS: Fields = {
    "Order": {
        **{name: always(value) for name, value in ALWAYS.items()},
        "id": gid_of("Order"),
        "legacyResourceId": legacy_id,
        "name": attribute("name"),
        "number": attribute("number"),
        "createdAt": attribute("created_at"),
        "updatedAt": attribute("updated_at"),
        "processedAt": attribute("processed_at"),
        "closed": lambda one, _info: one.closed_at is not None,
        "closedAt": attribute("closed_at"),
        "cancelledAt": attribute("cancelled_at"),
        "cancelReason": attribute("cancel_reason"),
        "cancellation": lambda one, _info: (
            {"staffNote": one.staff_note} if one.cancelled_at else None
        ),
        "confirmationNumber": attribute("confirmation_number"),
        "email": attribute("email"),
        "phone": attribute("phone"),
        "note": attribute("note"),
        "poNumber": attribute("po_number"),
        "tags": attribute("tags"),
        "test": attribute("is_test"),
        "sourceName": attribute("source_name"),
        "sourceIdentifier": attribute("source_identifier"),
        "customAttributes": lambda one, _info: [
            {"key": key, "value": value} for key, value in one.attributes
        ],
        "customer": lambda one, info: customer_of(one, shop_of(info)),
        "billingAddress": attribute("billing_address"),
        "shippingAddress": attribute("shipping_address"),
        "displayAddress": lambda one, _info: one.shipping_address or one.billing_address,
        "billingAddressMatchesShippingAddress": lambda one, _info: (
            one.billing_address == one.shipping_address
        ),
        "retailLocation": lambda one, info: shop_of(info).locations.get(one.location_id or 0),
        "physicalLocation": lambda one, info: shop_of(info).locations.get(one.location_id or 0),
        "statusPageUrl": status_page,
        "merchantEditable": lambda one, _info: not one.cancelled_at,
        "merchantEditableErrors": editable_errors,
        # ------------------------------------------------------------------------------ its parts
        "lineItems": lines,
        "nonFulfillableLineItems": unfulfillable_lines,
        "shippingLines": shipping_lines,
        "shippingLine": shipping_line,
        "taxLines": lambda one, _info: tax_lines_of(one, totals.tax_lines(one)),
        "currentTaxLines": lambda one, _info: tax_lines_of(one, totals.tax_lines(one)),
        "discountApplications": discount_page,
        "discountCode": lambda one, _info: single(each.code for each in one.discounts),
        "discountCodes": lambda one, _info: [each.code for each in one.discounts],
        "transactions": transactions,
        "transactionsCount": lambda one, _info: count(len(one.transactions)),
        "paymentGatewayNames": lambda one, _info: list(gateways(one)),
        "refunds": refunds,
        "events": no_page,
        "agreements": no_page,
        "fulfillments": fulfillments,
        "fulfillmentsCount": lambda one, _info: count(len(one.fulfillment_ids)),
        "fulfillmentOrders": fulfillment_orders,
        # ----------------------------------------------------------------------------- its states
        "displayFinancialStatus": lambda one, _info: totals.financial_status(one),
        "displayFulfillmentStatus": lambda one, info: progress.fulfillment_status(
            shop_of(info), one
        ),
        "fullyPaid": is_fully_paid,
        "unpaid": lambda one, info: not is_fully_paid(one, info),
        "canMarkAsPaid": may_be_marked_paid,
        "capturable": lambda one, _info: totals.capturable(one) > 0,
        "fulfillable": lambda one, info: left(one, info) > 0,
        "refundable": lambda one, _info: totals.net(one) > 0,
        "restockable": lambda one, _info: any(line.current for line in one.lines),
        "requiresShipping": lambda one, _info: any(line.requires_shipping for line in one.lines),
        "merchantBusinessEntity": lambda _one, info: {
            "id": gids.gid("BusinessEntity", 4_718_592_050),
            "displayName": shop_of(info).options.name,
            "primary": True,
            "archived": False,
        },
        **OWNED,
    },
}
