"""Metafields with their definitions."""

from __future__ import annotations

from typing import Any

from fidelity.seeds.making import LONG_AGO, Seeding, made, things
from fidelity.world import Thing
from syncd.sandbox.records import Definition, Metafield


def metafields(seeding: Seeding, thing: Thing) -> tuple[Metafield, ...]:
    """The owner's metafields; those that show neither key nor value are left out."""
    found = []
    for one in things(thing.get("metafields")):
        if one.get("key") is None or one.get("value") is None:
            continue
        created_at = one.get("createdAt") or LONG_AGO
        record = made(
            Metafield,
            id=seeding.number("Metafield", one),
            namespace=one.get("namespace") or "custom",
            key=one["key"],
            type=one.get("type") or "single_line_text_field",
            value=one["value"],
            created_at=created_at,
            updated_at=one.get("updatedAt") or created_at,
            digest=one.get("compareDigest"),
        )
        if isinstance(one.get("definition"), dict) and one["definition"].get("id"):
            definition(seeding, {**one, **one["definition"], "type": {"name": one["type"]}})
        found.append(record)
    return tuple(found)


def definition(seeding: Seeding, thing: Thing) -> None:
    number = seeding.number("MetafieldDefinition", thing)
    record = made(
        Definition,
        id=number,
        name=thing.get("name") or "Definition",
        namespace=thing.get("namespace") or "custom",
        key=thing.get("key") or f"key_{number}",
        owner_type=thing.get("ownerType") or "PRODUCT",
        type=_type(thing.get("type")),
        description=thing.get("description"),
        validations=tuple((one["name"], one["value"]) for one in things(thing.get("validations"))),
    )
    seeding.shop.put("MetafieldDefinition", record)


def _type(value: Any) -> str:
    return (value or {}).get("name") or "single_line_text_field"


SEEDERS = {"MetafieldDefinition": definition}
