"""Metafields, with their definitions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.belongings import belongings
from syncd.sandbox.connections import by_id, page
from syncd.sandbox.metafield_forms import as_json
from syncd.sandbox.metafield_types import category, resolved_namespace
from syncd.sandbox.records import Definition, Location, Metafield, Product, Variant
from syncd.sandbox.records_orders import Order
from syncd.sandbox.records_people import Customer
from syncd.sandbox.resolvers.fields import (
    Fields,
    Info,
    Resolver,
    always,
    attribute,
    gid_of,
    legacy_id,
    shop_of,
)
from syncd.sandbox.shop import Shop
from syncd.sandbox.words import not_simulated


@dataclass(frozen=True, slots=True)
class Held:
    """A metafield with its owner: a record, or the dict that stands for the shop."""

    owner: Any
    metafield: Metafield

    @property
    def id(self) -> int:
        return self.metafield.id


def metafield(owner: Any, info: Info, key: str, namespace: str | None = None) -> Held | None:
    wanted = (resolved_namespace(namespace), key)
    for one in metafields_of(shop_of(info), owner):
        if (one.namespace, one.key) == wanted:
            return Held(owner, one)
    return None


def metafields(owner: Any, info: Info, **arguments: Any) -> Any:
    """A page of them, by namespace or by keys (`namespace.key`)."""
    held = metafields_of(shop_of(info), owner)
    if (namespace := arguments.get("namespace")) is not None:
        held = [one for one in held if one.namespace == resolved_namespace(namespace)]
    if (keys := arguments.get("keys")) is not None:
        held = [one for one in held if f"{one.namespace}.{one.key}" in keys]
    return page([Held(owner, one) for one in sorted(held, key=by_id)], by_id, arguments)


def metafields_of(shop: Shop, owner: Any) -> Sequence[Metafield]:
    """Those that the owner's record holds, or that are kept beside it."""
    if isinstance(owner, dict | Location):
        kept = belongings(shop, gid_of_owner(owner))
        return kept.metafields if kept else ()
    held: Sequence[Metafield] = owner.metafields
    return held


def gid_of_owner(owner: Any) -> str:
    return str(owner["id"]) if isinstance(owner, dict) else gids.gid("Location", owner.id)


def no_metafields(_owner: Any, _info: Info, **arguments: Any) -> Any:
    return page((), by_id, arguments)


OWNER_TYPES: Mapping[type[Any], str] = {
    Product: "PRODUCT",
    Variant: "PRODUCTVARIANT",
    Customer: "CUSTOMER",
    Order: "ORDER",
    Location: "LOCATION",
}


def owner_type(owner: Any) -> str:
    return OWNER_TYPES.get(type(owner), "SHOP")


def of(name: str) -> Resolver:
    return lambda held, _info: getattr(held.metafield, name)


def json_value(held: Held, _info: Info) -> Any:
    return as_json(held.metafield.type, held.metafield.value)


def definition_of(held: Held, info: Info) -> Definition | None:
    one = held.metafield
    return shop_of(info).definition(owner_type(held.owner), one.namespace, one.key)


def definitions(_root: None, info: Info, **arguments: Any) -> Any:
    if arguments.get("query"):
        raise not_simulated("the search of metafield definitions")
    namespace, key = arguments.get("namespace"), arguments.get("key")
    held = [
        one
        for one in shop_of(info).definitions.values()
        if one.owner_type == arguments["ownerType"]
        and (namespace is None or one.namespace == resolved_namespace(namespace))
        and (key is None or one.key == key)
    ]
    return page(held, by_id, arguments)


def capabilities(definition: Definition, _info: Info) -> dict[str, Any]:
    is_id = definition.type == "id"
    return {"uniqueValues": {"enabled": is_id, "eligible": is_id}}


ACCESS = {"admin": "PUBLIC_READ_WRITE", "storefront": "NONE", "customerAccount": "NONE"}
"""Of a definition that says nothing of it."""

OWNED: dict[str, Resolver] = {"metafield": metafield, "metafields": metafields}
NEVER: dict[str, Resolver] = {"metafield": always(None), "metafields": no_metafields}

FIELDS: Fields = {
    "QueryRoot": {"metafieldDefinitions": definitions},
    "Product": OWNED,
    "ProductVariant": OWNED,
    "Shop": OWNED,
    "Location": OWNED,
    "AppInstallation": NEVER,
    "Image": NEVER,
    "MediaImage": NEVER,
    "Metafield": {
        "id": gid_of("Metafield"),
        "legacyResourceId": legacy_id,
        "namespace": of("namespace"),
        "key": of("key"),
        "type": of("type"),
        "value": of("value"),
        "jsonValue": json_value,
        "compareDigest": lambda held, _info: digest(held.metafield.value),
        "ownerType": lambda held, _info: owner_type(held.owner),
        "owner": attribute("owner"),
        "definition": definition_of,
        "createdAt": of("created_at"),
        "updatedAt": of("updated_at"),
    },
    "MetafieldDefinition": {
        "id": gid_of("MetafieldDefinition"),
        "name": attribute("name"),
        "namespace": attribute("namespace"),
        "key": attribute("key"),
        "ownerType": attribute("owner_type"),
        "description": attribute("description"),
        "pinnedPosition": always(None),
        "validationStatus": always("ALL_VALID"),
        "type": lambda one, _info: {"name": one.type, "category": category(one.type)},
        "validations": lambda one, _info: [
            {"name": name, "value": value} for name, value in one.validations
        ],
        "capabilities": capabilities,
        "access": lambda one, _info: {**ACCESS, **dict(one.access)},
    },
}


def digest(value: str) -> str:
    """Changes when the value does. How Shopify makes its own is not known."""
    return hashlib.sha256(value.encode()).hexdigest()
