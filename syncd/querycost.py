"""What Shopify asks for a document before running it (`requestedQueryCost`), in points.

Static: document, variables and schema decide. Shopify publishes the defaults but not the whole
rule; what is here was derived from 8,370 recorded answers of the real API (versions 2025-01 to
2026-07, taken in 2026) and agrees with 99.65 % of them; the tables below hold what deviates from
the defaults. Pure: also used by the sandbox, which must charge what Shopify would.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor, log
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    is_leaf_type,
    value_from_ast_untyped,
)

from syncd.inputcost import size_tenths
from syncd.selection import (
    Composite,
    Operation,
    distinct_types,
    groups_of,
    named_type,
    operation_of,
    root_groups,
)

MUTATION_POINTS = 10
ROOT_COUNT_POINTS = 10
CONNECTION_POINTS = 2

# Types whose fields cost nothing themselves; consistent per type over all recordings.
FREE_TYPES = frozenset(
    {
        "ApiVersion",
        "CollectionRule",
        "CollectionRuleSet",
        "CustomerEmailMarketingConsentState",
        "CustomerSmsMarketingConsentState",
        "InventoryItemMeasurement",
        "LocationAddress",
        "MoneyBag",
        "MoneyV2",
        "PageInfo",
        "ShopAddress",
        "WebhookSubscriptionEndpoint",
        "Weight",
    }
)

# (type, field) -> points, where a recording shows another price than the type's default.
FIELD_POINTS: Mapping[tuple[str, str], int] = {
    ("Article", "commentsCount"): 10,
    ("Blog", "articlesCount"): 10,
    ("Customer", "addresses"): 0,
    ("Customer", "defaultAddress"): 0,
    ("DeliveryProfile", "productVariantsCount"): 10,
    ("Location", "hasUnfulfilledOrders"): 1,
    ("MarketCatalog", "marketsCount"): 10,
    ("Publication", "includedProductsCount"): 10,
    ("StoreCreditAccount", "balance"): 5,
}
PRICED_TYPES = frozenset(type_name for type_name, _ in FIELD_POINTS)

# Mutations that are not 10. The two last changed between 2026-05-07 and 2026-06-24; of
# deliveryProfileUpdate there is one recording only.
MUTATIONS_POINTS: Mapping[str, int] = {
    "deliveryProfileUpdate": 100,
    "fileCreate": 20,
    "orderCapture": 20,
    "productCreateMedia": 20,
    "refundCreate": 20,
    "customerSegmentMembersQueryCreate": 2,
    "fulfillmentTrackingInfoUpdate": 50,
    "fulfillmentTrackingInfoUpdateV2": 50,
}


def requested(
    schema: GraphQLSchema,
    document: DocumentNode,
    variables: Mapping[str, Any],
    operation_name: str | None = None,
) -> int:
    """Points that Shopify will ask for this document with these variables; at least 1.

    The document must be valid for the schema (Shopify charges nothing for others). Variables are
    as sent, not coerced. Raises ValueError when the operation is not named clearly.
    """
    operation = operation_of(schema, document, variables, operation_name)
    return whole_points(
        sum(root_tenths(operation, group) for group in root_groups(operation).values())
    )


def whole_points(tenths: int) -> int:
    """Only the grand total is rounded, half up."""
    return max(1, (tenths + 5) // 10)


def root_tenths(operation: Operation, group: Sequence[FieldNode]) -> int:
    """One root field with all below it, in tenths of a point."""
    if not operation.is_mutation:
        return 10 * _field_points(operation, operation.root, group)
    payload = named_type(operation, operation.root, group[0])
    below = 0
    if isinstance(payload, GraphQLObjectType):
        for inner in groups_of(operation, payload, group).values():
            # A payload's own objects and lists are free, a connection in it is not.
            free = own_points(operation, payload, inner[0])
            if is_connection(named_type(operation, payload, inner[0])):
                free = 0
            below += _field_points(operation, payload, inner) - free
    return mutation_tenths(operation, group[0]) + 10 * below


def mutation_tenths(operation: Operation, field: FieldNode) -> int:
    """A mutation's own price: what nothing that happens below it can refund."""
    own = MUTATIONS_POINTS.get(field.name.value, MUTATION_POINTS)
    return 10 * own + size_tenths(field, operation.variables)


def points_below(operation: Operation, type_: Composite, group: Sequence[FieldNode]) -> int:
    """What the fields selected on a type cost; on an abstract one the dearest concrete type's."""
    if isinstance(type_, GraphQLObjectType):
        return sum(
            _field_points(operation, type_, inner)
            for inner in groups_of(operation, type_, group).values()
        )
    kinds = distinct_types(operation, type_, group, PRICED_TYPES)
    return max((points_below(operation, one, group) for one in kinds), default=0)


def _field_points(
    operation: Operation, parent: GraphQLObjectType, group: Sequence[FieldNode]
) -> int:
    own = own_points(operation, parent, group[0])
    type_ = named_type(operation, parent, group[0])
    if not isinstance(type_, Composite):
        return own
    below = points_below(operation, type_, group)
    return own + (
        multiplier(window(operation, group[0])) * below if is_connection(type_) else below
    )


def own_points(operation: Operation, parent: GraphQLObjectType, field: FieldNode) -> int:
    """The price of a field without what is selected below it."""
    name = field.name.value
    if parent.name in PRICED_TYPES and (parent.name, name) in FIELD_POINTS:
        return FIELD_POINTS[parent.name, name]
    type_ = named_type(operation, parent, field)
    if is_leaf_type(type_) or type_.name in FREE_TYPES or type_.name.endswith("Edge"):
        return 0
    if is_connection(type_):
        return CONNECTION_POINTS
    if type_.name == "Count" and parent is operation.root:
        return ROOT_COUNT_POINTS
    return 1


def is_connection(type_: GraphQLNamedType) -> bool:
    return type_.name.endswith("Connection")


def window(operation: Operation, field: FieldNode) -> int:
    """How many things a connection may return: the larger of `first` and `last`, or 0."""
    sizes = [0]
    for argument in field.arguments or ():
        if argument.name.value in ("first", "last"):
            value = value_from_ast_untyped(argument.value, operation.variables)
            if isinstance(value, int):
                sizes.append(value)
    return max(sizes)


def multiplier(size: int) -> int:
    """How often a page of that size pays for what is selected in it; it grows as the logarithm."""
    return floor(2 * log(max(2, size))) if size > 0 else 0
