"""metafieldDefinitionCreate: says what a metafield may hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncd.sandbox.metafield_types import require_access, resolved_namespace
from syncd.sandbox.mutations.metafield_checks import unknown_type
from syncd.sandbox.mutations.metafield_values import misnamed
from syncd.sandbox.mutations.write import refuse
from syncd.sandbox.records import Definition
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.shop import Shop
from syncd.sandbox.words import Complaints, not_simulated, too_long

MAX_NAME = 255
OWNERS = {"PRODUCT": "Product", "PRODUCTVARIANT": "Product Variant"}

Given = Mapping[str, Any]


def definition_create(_root: None, info: Info, definition: Given) -> dict[str, Any]:
    refuse(definition, ["pin", "constraints", "useAsCollectionCondition"])
    shop, complaints = shop_of(info), Complaints()
    namespace = resolved_namespace(definition.get("namespace"))
    require_access(namespace)
    _complain_of(complaints, definition, namespace)
    made = None
    if not complaints and _is_new(shop, complaints, definition, namespace):
        made = _definition(shop, definition, namespace)
        shop.put("MetafieldDefinition", made)
    return {"createdDefinition": made, "userErrors": complaints.found}


def _complain_of(complaints: Complaints, given: Given, namespace: str) -> None:
    for part, text in (("namespace", namespace), ("key", given["key"])):
        for message, code in misnamed(part, text):
            complaints.add(["definition", part], message, code)
    if not given["name"].strip():
        complaints.add(["definition", "name"], "Name can't be blank", "BLANK")
    if len(given["name"]) > MAX_NAME:
        complaints.add(["definition", "name"], too_long("Name", MAX_NAME), "TOO_LONG")
    if unknown := unknown_type(given["type"]):
        complaints.add(["definition", "type"], unknown, "INCLUSION")
    unique = (given.get("capabilities") or {}).get("uniqueValues") or {}
    if given["type"] == "id" and unique.get("enabled") is False:
        message = "Capability unique_values is required for type id but is disabled"
        complaints.add(["definition"], message, "CAPABILITY_REQUIRED_BUT_DISABLED")
    elif given["type"] != "id" and unique.get("enabled"):
        raise not_simulated("unique values of other types than id")


def _is_new(shop: Shop, complaints: Complaints, given: Given, namespace: str) -> bool:
    owner = given["ownerType"]
    if shop.definition(owner, namespace, given["key"]) is None:
        return True
    named = OWNERS.get(owner, owner.replace("_", " ").capitalize())
    message = f"Key is in use for {named} metafields on the '{namespace}' namespace."
    complaints.add(["definition", "key"], message, "TAKEN")
    return False


def _definition(shop: Shop, given: Given, namespace: str) -> Definition:
    return Definition(
        id=shop.new_id("MetafieldDefinition"),
        name=given["name"],
        namespace=namespace,
        key=given["key"],
        owner_type=given["ownerType"],
        type=given["type"],
        description=given.get("description"),
        validations=tuple((one["name"], one["value"]) for one in given.get("validations") or ()),
        access=tuple((who, right) for who, right in (given.get("access") or {}).items() if right),
    )


FIELDS: Fields = {"Mutation": {"metafieldDefinitionCreate": definition_create}}
