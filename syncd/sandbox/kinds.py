"""The kinds of things a shop keeps, with their records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncd.sandbox.records import Definition, Location, Picture, Product, Publication

KINDS: Mapping[str, type[Any]] = {
    "Product": Product,
    "MediaImage": Picture,
    "MetafieldDefinition": Definition,
    "Location": Location,
    "Publication": Publication,
}
"""Kind, as in gids, -> record. Variants with their inventory items are kept inside products."""

FIRST_IDS = {
    "Product": 10_241_000_013_842,
    "ProductVariant": 51_478_000_009_266,
    "InventoryItem": 53_583_000_022_066,
    "ProductOption": 12_804_000_003_122,
    "ProductOptionValue": 8_322_000_016_434,
    "MediaImage": 44_702_000_029_234,
    "Metafield": 45_359_000_011_314,
    "MetafieldDefinition": 229_597_000_018,
    "Location": 113_884_004_402,
    "InventoryLevel": 143_273_000_242,
    "Publication": 268_039_356_722,
    "AppCatalog": 126_543_004_978,
}
"""Where each sequence begins, so that ids look like Shopify's; no two kinds agree."""

FIRST_ID = 9_120_000_000_306
"""Of a kind that is not named above."""

ID_STEP = 32_768
