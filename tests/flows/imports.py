"""Catalogues that a merchant puts into the shop, which is then read as a run reads it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from syncd.catalogue.entries import ProductEntry
from syncd.flows.shown import shown
from syncd.shopify import bulk, shopread
from syncd.shopify.shopread import Seen
from tests.flows.conftest import Scene

SET = """mutation ($input: ProductSetInput!) { productSet(input: $input, synchronous: true) {
  product { id } userErrors { field message } } }"""
LOCATIONS = "{ locations(first: 1) { nodes { id } } }"


def merchants(entry: ProductEntry, location: str | None = None) -> dict[str, Any]:
    """The product as its merchant would type it in; the counts go to the location."""
    price = {variant.row: variant.prices[0] for variant in entry.variants}
    names = entry.option_names or ("Title",)
    rows = [
        {
            "optionValues": [
                {"optionName": name, "name": value}
                for name, value in zip(names, one.option_values or ("Default Title",), strict=True)
            ],
            "sku": one.sku,
            "barcode": one.barcodes[0] if one.barcodes else None,
            "price": str(price[one.row].offer_price or price[one.row].list_price),
            "compareAtPrice": str(price[one.row].list_price)
            if price[one.row].offer_price
            else None,
            "inventoryItem": {"tracked": one.is_tracked},
            **({"file": picture(one.image_address)} if one.image_address else {}),
            **(
                {
                    "inventoryQuantities": [
                        {"locationId": location, "name": "available", "quantity": count}
                        for _, count in one.counts
                    ]
                }
                if location and one.is_tracked
                else {}
            ),
        }
        for one in entry.variants
    ]
    return {
        "title": entry.title,
        "vendor": entry.store,
        "status": "ACTIVE" if entry.is_active else "DRAFT",
        "descriptionHtml": entry.description_html or "",
        "productOptions": [
            {
                "name": name,
                "values": [
                    {"name": value}
                    for value in dict.fromkeys(
                        (one.option_values or ("Default Title",))[at] for one in entry.variants
                    )
                ],
            }
            for at, name in enumerate(names)
        ],
        "variants": rows,
        "files": [picture(one.address, one.alt) for one in entry.images],
    }


def picture(address: str, alt: str | None = None) -> dict[str, str]:
    words = {} if alt is None else {"alt": alt}
    return {"originalSource": address, "contentType": "IMAGE", **words}


async def put(scene: Scene, entries: Iterable[ProductEntry]) -> list[str]:
    """The merchant's products are in the shop; their GIDs."""
    location = scene.shop.location
    made = []
    for entry in entries:
        answer = (await scene.call(SET, {"input": merchants(entry, location)}))["productSet"]
        assert answer["userErrors"] == [], (entry.handle, answer)
        made.append(answer["product"]["id"])
    return made


async def read(scene: Scene, folder: Path) -> list[Seen]:
    """The whole shop, as a run reads it."""
    shop = scene.shop
    text = shopread.document("ReadForImport", shop.publish_to, shop.location)
    gid = (await bulk.start_query(scene.client, text)).gid
    while not (operation := await bulk.look(scene.client, gid)) or not operation.is_over:
        pass
    place = folder / gid.rpartition("/")[2]
    place.mkdir()
    return sorted(await shown(operation, place), key=lambda one: one.product.gid)


def by_title(seen: Sequence[Seen]) -> dict[str, Seen]:
    return {one.product.title: one for one in seen}
