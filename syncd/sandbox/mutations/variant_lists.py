"""The variants of a product as a whole: productSet's list of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.mutations.menu import Menu, complain_of_twins
from syncd.sandbox.mutations.metafield_values import Bearer, metafield_set
from syncd.sandbox.mutations.option_sets import STANDARD
from syncd.sandbox.mutations.pictures import Album
from syncd.sandbox.mutations.quantities import (
    MAX_QUANTITIES,
    TOO_MANY,
    available_of,
    check_places,
    first_levels,
    stocked,
)
from syncd.sandbox.mutations.variant_fields import changed_variant, dated, new_variant
from syncd.sandbox.mutations.write import Path, Write, altered, in_position
from syncd.sandbox.records import Level, Product, Variant

HERE: Path = ("input", "variants")
QUANTITY_NAMES = ("available", "on_hand")

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rebuild:
    """What a row of the list needs to know: the product has its new options, its old variants."""

    write: Write
    product: Product
    menu: Menu
    album: Album


def variant_list(
    write: Write, product: Product, given: Sequence[Entry], album: Album
) -> tuple[Variant, ...]:
    """The complete variants, matched by id, else by their option values, never by SKU."""
    rebuild = Rebuild(write, product, Menu(write, list(product.options), is_open=False), album)
    rows = [_values(rebuild, (*HERE, place), entry) for place, entry in enumerate(given)]
    complain_of_twins(write, HERE, rebuild.menu, rows)
    if sum(len(entry.get("inventoryQuantities") or ()) for entry in given) > MAX_QUANTITIES:
        write.complain(HERE, TOO_MANY, "quantities")
    before = _matched(rebuild, given, rows)
    if write.complaints:
        return ()
    made = [
        _variant(rebuild, place, entry, (known, values or ()))
        for place, (entry, known, values) in enumerate(zip(given, before, rows, strict=True))
    ]
    return tuple(in_position(given, made))


def standard_entry() -> Entry:
    """The one variant of a product without options of its own."""
    return {"optionValues": []}


def _values(rebuild: Rebuild, path: Path, entry: Entry) -> tuple[int, ...] | None:
    entries = entry["optionValues"]
    if not entries and [option.name for option in rebuild.menu.options] == [STANDARD["name"]]:
        entries = [{"optionName": STANDARD["name"], "name": "Default Title"}]
    return rebuild.menu.complete(path, rebuild.menu.chosen(path, entries))


def _matched(
    rebuild: Rebuild, given: Sequence[Entry], rows: Sequence[tuple[int, ...] | None]
) -> list[Variant | None]:
    """For each row the variant it means, which no other row means."""
    held = {variant.id: variant for variant in rebuild.product.variants}
    by_values = {frozenset(variant.values): variant for variant in rebuild.product.variants}
    found = [_named(rebuild, place, entry, held) for place, entry in enumerate(given)]
    taken = {variant.id for variant in found if variant}
    for place, (entry, values) in enumerate(zip(given, rows, strict=True)):
        known = by_values.get(frozenset(values or ()))
        if entry.get("id") is None and known and known.id not in taken:
            taken.add(known.id)
            found[place] = known
    return found


def _named(rebuild: Rebuild, place: int, entry: Entry, held: dict[int, Variant]) -> Variant | None:
    """The variant with the row's id. It is taken out of `held`, so that no other row has it."""
    if entry.get("id") is None:
        return None
    found = held.pop(gids.number(entry["id"], "ProductVariant") or 0, None)
    if found is None:
        message = "Product variant does not exist"
        rebuild.write.complaints.add(
            (*HERE, place, "id"), message, "PRODUCT_VARIANT_DOES_NOT_EXIST"
        )
    return found


def _variant(
    rebuild: Rebuild, place: int, entry: Entry, match: tuple[Variant | None, tuple[int, ...]]
) -> Variant:
    known, values = match
    write, path = rebuild.write, (*HERE, place)
    start = known or new_variant(write, rebuild.product.id, values)
    variant = changed_variant(write, path, altered(start, values=values), entry)
    item: dict[str, Any] = {}
    if "sku" in entry:
        write.limit((*path, "sku"), "SKU", entry["sku"])
        item["sku"] = entry["sku"]
    item["levels"] = _levels(rebuild, path, variant, entry)
    changes: dict[str, Any] = {"media_id": _picture(rebuild, path, variant, entry)}
    if entry.get("metafields") is not None:
        bearer = Bearer("PRODUCTVARIANT", variant.product_id, variant.metafields)
        place_of = (*path, "metafields")
        changes["metafields"] = metafield_set(write, place_of, bearer, entry["metafields"])
    changes["item"] = altered(variant.item, **item)
    return dated(write, known, altered(variant, **changes))


def _levels(rebuild: Rebuild, path: Path, variant: Variant, entry: Entry) -> tuple[Level, ...]:
    write, held = rebuild.write, variant.item.levels
    if not (given := entry.get("inventoryQuantities")):
        return held or first_levels(write.shop)
    here = (*path, "inventoryQuantities")
    if any(one["name"] not in QUANTITY_NAMES for one in given):
        message = "The quantity name must be either 'available' or 'on_hand'."
        write.complain(here, message, "input")
    counts = {one["locationId"]: available_of(held, one) for one in given}
    check_places(write, here, rebuild.menu.title(variant.values), counts)
    return stocked(write, here, held, counts)


def _picture(rebuild: Rebuild, path: Path, variant: Variant, entry: Entry) -> int | None:
    """The variant's picture: the given one, else the one it has, if the product keeps it."""
    if "file" not in entry:
        return variant.media_id if variant.media_id in rebuild.album.ids else None
    if entry["file"] is None:
        return None
    found = rebuild.album.find(entry["file"])
    if found is None:
        message = "The file of a variant must be one of the product's files"
        rebuild.write.complain((*path, "file"), message, "media")
    return found
