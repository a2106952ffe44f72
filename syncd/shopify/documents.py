"""The GraphQL documents of graphql/, by the names of their operations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from gql import GraphQLRequest
from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode, build_schema, parse

from syncd import assets
from syncd.price import Price

# Mutations that may be sent again when the answer was lost: the second time changes nothing. The
# others are not here: productSet fetches pictures again and would set the first count anew,
# productVariantsBulkCreate refuses variants that it made itself, a bulk operation would run
# beside its twin, and a second fulfillmentCreate would send what is left of a partly sent order.
REPEATABLE = frozenset(
    {
        "BulkOperationCancel",
        "InventoryActivate",
        "FulfillmentTrackingInfoUpdate",
        "InventorySetQuantities",
        "MetafieldDefinitionCreate",
        "MetafieldsSet",
        "ProductUpdate",
        "ProductVariantsBulkUpdate",
        "PublishablePublish",
        "PublishablePublishLine",
        "StagedUploadsCreate",
        "WebhookSubscriptionDelete",
        "WebhookSubscriptionUpdate",
    }
)


@dataclass(frozen=True, slots=True)
class Document:
    """One operation: `is_repeatable` when sending it twice is as good as once."""

    name: str
    text: str
    node: DocumentNode
    is_mutation: bool
    price: Price

    @property
    def is_repeatable(self) -> bool:
        return not self.is_mutation or self.name in REPEATABLE

    def cost_points(self, variables: Mapping[str, Any]) -> int:
        """What Shopify will ask for it with these variables, before running it."""
        return self.price.points(variables)


class Call(GraphQLRequest):
    """A document with variables as it travels: its text is printed once, not for each call.

    Nulls in the variables stay: to `changeFromQuantity` an explicit null has a meaning.
    """

    def __init__(self, document: Document, variables: Mapping[str, Any]) -> None:
        super().__init__(
            document.node, variable_values=dict(variables), operation_name=document.name
        )
        self.text = document.text

    @property
    def payload(self) -> dict[str, Any]:
        return {
            "query": self.text,
            "variables": self.variable_values,
            "operationName": self.operation_name,
        }


@cache
def schema() -> GraphQLSchema:
    """Shopify's official schema, pruned to what the documents select."""
    return build_schema(assets.text("graphql/schema.graphql"), assume_valid=True)


@cache
def documents() -> Mapping[str, Document]:
    """All documents by the name of their operation."""
    paths = sorted(assets.folder("graphql").glob("*.graphql"))
    found = [_read(path.read_text(encoding="utf-8")) for path in paths if path.stem != "schema"]
    return {document.name: document for document in found}


def _read(text: str) -> Document:
    node = parse(text, no_location=True)
    (operation,) = (one for one in node.definitions if isinstance(one, OperationDefinitionNode))
    assert operation.name  # tests/test_house.py
    return Document(
        name=operation.name.value,
        text=text,
        node=node,
        is_mutation=operation.operation.value == "mutation",
        price=Price(schema(), node, operation.name.value),
    )
