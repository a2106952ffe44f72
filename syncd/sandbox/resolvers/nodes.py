"""`node`, `nodes`: anything by its id."""

from __future__ import annotations

from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.records import (
    Definition,
    Item,
    Location,
    Picture,
    Product,
    Publication,
    Variant,
)
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.resolvers.metafields import Held
from syncd.sandbox.resolvers.stock import Stocked, level_named
from syncd.sandbox.words import refusal

TYPE_NAMES = {
    Product: "Product",
    Variant: "ProductVariant",
    Item: "InventoryItem",
    Stocked: "InventoryLevel",
    Picture: "MediaImage",
    Held: "Metafield",
    Definition: "MetafieldDefinition",
    Location: "Location",
    Publication: "Publication",
}


def type_name(record: Any, _info: Info, _type: Any) -> str:
    """The schema's name for what a record is; resolves interfaces."""
    return str(record["__typename"]) if isinstance(record, dict) else TYPE_NAMES[type(record)]


def node(_root: None, info: Info, id: str) -> Any:
    if not gids.is_gid(id):
        raise refusal("invalid id", "RESOURCE_NOT_FOUND")
    shop = shop_of(info)
    return level_named(shop, id) or shop.find(id)


def nodes(_root: None, info: Info, ids: list[str]) -> list[Any]:
    """In the order asked, null for what is not there."""
    return [node(None, info, id_) for id_ in ids]


FIELDS: Fields = {"QueryRoot": {"node": node, "nodes": nodes}}
