"""Options of products, variants."""

from __future__ import annotations

from typing import Any

from fidelity.seeds.making import LONG_AGO, Seeding, amount, made, things
from fidelity.seeds.metafields import metafields
from fidelity.seeds.pictures import picture_id
from fidelity.seeds.stock import item_of
from fidelity.world import Thing
from syncd.sandbox.records import Option, OptionValue, Variant

DEFAULT = {"name": "Title", "value": "Default Title"}


def rows_of(seeding: Seeding, thing: Thing) -> list[Thing]:
    """The product's variants, those included that only point at it."""
    rows = things(thing.get("variants"))
    for one in seeding.of_type("ProductVariant"):
        if one.get("product") is thing and all(one is not other for other in rows):
            rows.append(one)
    for single in (thing.get("legacyVariant"), thing.get("firstVariant")):
        if isinstance(single, dict) and all(single is not other for other in rows):
            rows.append(single)
    seen: dict[Any, Thing] = {}
    for place, row in enumerate(rows):
        seen.setdefault(row.get("id") or place, row)
    return list(seen.values()) or [{"__typename": "ProductVariant"}]


def _chosen(row: Thing) -> list[tuple[str, str]]:
    chosen = things(row.get("selectedOptions"))
    if chosen:
        return [(one.get("name", "Title"), one.get("value", "")) for one in chosen]
    title = row.get("title") or DEFAULT["value"]
    if title == DEFAULT["value"]:
        return [(DEFAULT["name"], DEFAULT["value"])]
    return [
        (f"Option {place}", part) for place, part in enumerate(str(title).split(" / "), start=1)
    ]


def options_of(seeding: Seeding, thing: Thing, rows: list[Thing]) -> tuple[Option, ...]:
    menus: dict[str, dict[str, Thing | None]] = {}
    ids: dict[str, Thing] = {}
    for option in things(thing.get("options")):
        name = option.get("name") or "Title"
        ids[name] = option
        menu = menus.setdefault(name, {})
        for shown in things(option.get("optionValues")):
            menu.setdefault(shown.get("name") or "", shown)
        for text in option.get("values") or ():
            menu.setdefault(text, None)
    names = list(menus)
    for row in rows:
        for place, (name, value) in enumerate(_chosen(row)):
            if name not in menus and place < len(names):
                name = names[place]
            menus.setdefault(name, {}).setdefault(value, None)
    return tuple(
        Option(
            seeding.number("ProductOption", ids.get(name)),
            name,
            tuple(
                OptionValue(seeding.number("ProductOptionValue", value), text)
                for text, value in menu.items()
            ),
        )
        for name, menu in menus.items()
    )


def variant_of(
    seeding: Seeding, product_id: int, row: Thing, options: tuple[Option, ...]
) -> Variant:
    created_at = row.get("createdAt") or LONG_AGO
    number = seeding.number("ProductVariant", row)
    pictures = [picture_id(seeding, one) for one in things(row.get("media"))]
    return made(
        Variant,
        id=number,
        product_id=product_id,
        item=item_of(seeding, row),
        values=_values(row, options),
        created_at=created_at,
        updated_at=row.get("updatedAt") or created_at,
        price=amount(row.get("price")),
        compare_at_price=amount(row.get("compareAtPrice")),
        barcode=row.get("barcode"),
        taxable=row.get("taxable"),
        tax_code=row.get("taxCode"),
        inventory_policy=row.get("inventoryPolicy"),
        requires_components=row.get("requiresComponents"),
        show_unit_price=row.get("showUnitPrice"),
        unit_price=row.get("unitPriceMeasurement"),
        media_id=pictures[0] if pictures else None,
        metafields=metafields(seeding, row),
    )


def _values(row: Thing, options: tuple[Option, ...]) -> tuple[int, ...]:
    chosen = _chosen(row)
    by_name = dict(chosen)
    found = []
    for place, option in enumerate(options):
        text = by_name.get(option.name)
        if text is None and place < len(chosen):
            text = chosen[place][1]
        names = {value.name: value.id for value in option.values}
        found.append(names.get(text or "", option.values[0].id))
    return tuple(found)
