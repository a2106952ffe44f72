"""Products with their options, variants, inventory items, media, metafields."""

from __future__ import annotations

from fidelity.seeds import places
from fidelity.seeds.making import LONG_AGO, Seeding, made, slug, things
from fidelity.seeds.metafields import metafields
from fidelity.seeds.pictures import media_of, picture_id
from fidelity.seeds.variants import options_of, rows_of, variant_of
from fidelity.world import Thing
from syncd.sandbox.records import Product, Published


def product(seeding: Seeding, thing: Thing) -> None:
    """The product as far as it was seen; a variant of its own where none was."""
    shop = seeding.shop
    number = seeding.number("Product", thing)
    title = thing.get("title") or _title(thing) or f"Product {number}"
    created_at = thing.get("createdAt") or LONG_AGO
    rows = rows_of(seeding, thing)
    options = options_of(seeding, thing, rows)
    media = [picture_id(seeding, one) for one in media_of(thing)]
    record = made(
        Product,
        id=number,
        title=title,
        handle=_free_handle(seeding, number, thing.get("handle") or slug(title) or "product"),
        vendor=thing.get("vendor") or shop.options.name,
        created_at=created_at,
        updated_at=thing.get("updatedAt") or created_at,
        description_html=thing.get("descriptionHtml"),
        product_type=thing.get("productType"),
        status=thing.get("status"),
        tags=tuple(thing["tags"]) if thing.get("tags") is not None else None,
        template_suffix=thing.get("templateSuffix"),
        category=(thing.get("category") or {}).get("id"),
        requires_selling_plan=thing.get("requiresSellingPlan"),
        seo_title=(thing.get("seo") or {}).get("title"),
        seo_description=(thing.get("seo") or {}).get("description"),
        options=options,
        variants=tuple(variant_of(seeding, number, one, options) for one in rows),
        media_ids=tuple(media),
        metafields=metafields(seeding, thing),
        published=_published(seeding, thing),
    )
    shop.put("Product", record)


def _title(thing: Thing) -> str | None:
    for one in things(thing.get("variants")):
        if one.get("productTitle"):
            return str(one["productTitle"])
    return None


def _free_handle(seeding: Seeding, number: int, wanted: str) -> str:
    taken = seeding.shop.handles.get(wanted)
    return wanted if taken in (None, number) else f"{wanted}-{number}"


def _published(seeding: Seeding, thing: Thing) -> tuple[Published, ...]:
    found = {}
    for one in things(thing.get("resourcePublications")) + things(
        thing.get("resourcePublicationsV2")
    ):
        place = one.get("publication")
        if isinstance(place, dict) and place.get("id"):
            number = int(str(place["id"]).rpartition("/")[2])
            if number not in seeding.shop.publications:
                places.publication(seeding, place)
            found[number] = Published(number, one.get("publishDate") or LONG_AGO)
    if not found and thing.get("publishedAt"):
        for number in list(seeding.shop.publications)[:1]:
            found[number] = Published(number, thing["publishedAt"])
    return tuple(found.values())


def variant(seeding: Seeding, thing: Thing) -> None:
    whole = thing.get("product")
    if not isinstance(whole, dict):
        whole = _whole_of(seeding, thing) or {"__typename": "Product", "variants": [thing]}
        thing["product"] = whole
    product(seeding, whole)


def option(seeding: Seeding, thing: Thing) -> None:
    """With the other options of the answer, when it does not say whose they are."""
    for one in seeding.of_type("Product"):
        if any(each is thing for each in things(one.get("options"))):
            product(seeding, one)
            return
    lone = [
        one
        for one in seeding.of_type("ProductOption")
        if not seeding.twins.is_known(str(one.get("id")))
    ]
    product(seeding, {"__typename": "Product", "options": lone, "variants": [_chooser(lone)]})


def _chooser(options: list[Thing]) -> Thing:
    """A variant that has of each option a value that is said to have variants."""
    chosen = []
    for one in options:
        values = things(one.get("optionValues"))
        used = next((each for each in values if each.get("hasVariants") is not False), None)
        name = (used or {}).get("name") or next(iter(one.get("values") or ["Default Title"]))
        chosen.append({"name": one.get("name") or "Title", "value": name})
    return {"__typename": "ProductVariant", "selectedOptions": chosen}


def option_value(seeding: Seeding, thing: Thing) -> None:
    for one in seeding.of_type("ProductOption"):
        if any(each is thing for each in things(one.get("optionValues"))):
            option(seeding, one)
            return
    used: list[Thing] = [thing] if thing.get("hasVariants") else [{"name": "Default Title"}, thing]
    lone: Thing = {"__typename": "ProductOption", "name": "Title", "optionValues": used}
    product(seeding, {"__typename": "Product", "options": [lone], "variants": [_chooser([lone])]})


def _whole_of(seeding: Seeding, row: Thing) -> Thing | None:
    for one in seeding.of_type("Product"):
        if any(each is row for each in things(one.get("variants"))):
            return one
    return None


def inventory_item(seeding: Seeding, thing: Thing) -> None:
    row = thing.get("variant")
    if not isinstance(row, dict):
        row = next(
            (one for one in seeding.of_type("ProductVariant") if one.get("inventoryItem") is thing),
            None,
        ) or {"__typename": "ProductVariant"}
        thing["variant"] = row
    row["inventoryItem"] = thing
    variant(seeding, row)


def inventory_level(seeding: Seeding, thing: Thing) -> None:
    found = places.LEVEL.fullmatch(str(thing.get("id")))
    item: Thing | None = thing.get("item")
    if not isinstance(item, dict):
        if not found:
            return
        gid = f"gid://shopify/InventoryItem/{found[2]}"
        item = seeding.world.things.setdefault(gid, {"__typename": "InventoryItem", "id": gid})
        thing["item"] = item
    levels = item.setdefault("inventoryLevels", [])
    if all(one is not thing for one in levels):
        levels.append(thing)
    inventory_item(seeding, item)


SEEDERS = {
    "Product": product,
    "ProductVariant": variant,
    "InventoryItem": inventory_item,
    "InventoryLevel": inventory_level,
    "ProductOption": option,
    "ProductOptionValue": option_value,
}
