"""The whole shop, read by one bulk query.

Its result promises no order. Variants have a position; of the pictures it is known which one is the
first (`featuredMedia`), but Media has no position: the others stand as their lines came. Whoever
would change the order of three pictures or more reads the product first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syncd.records import ObservedProduct
from syncd.rules.further import NOTHING, Further
from syncd.shopify import products
from syncd.shopify import stock as shelves
from syncd.shopify.documents import documents
from syncd.shopify.families import Family

NAME = "query ShopRead "
LOCATION = "gid://shopify/Location/1"
SHELF = (
    f'shelf: inventoryItem {{ inventoryLevel(locationId: "{LOCATION}", includeInactive: true)'
    ' { isActive quantities(names: ["available"]) { quantity } } }'
)
CHANNEL = 'on_1: publishedOnPublication(publicationId: "gid://shopify/Publication/1")'
PUBLICATION = "gid://shopify/Publication/"
VARIANT = "gid://shopify/ProductVariant/"


@dataclass(frozen=True, slots=True)
class Seen:
    """A product as the read showed it.

    `key` is our identity's value, None when it has none; `published` whether it is on the sales
    channels that were asked for, by their GIDs; `updated_at` when anything of it changed last.
    `counts` are what can be sold at the location that was asked for, by GID of the inventory item,
    None where it does not stock that any more. `further` is for those that take it over.
    """

    product: ObservedProduct
    key: str | None
    published: Mapping[str, bool]
    updated_at: datetime
    counts: Mapping[str, int | None]
    further: Further = NOTHING


def document(name: str, publications: Sequence[str], location: str | None = None) -> str:
    """The text of the query, for `bulk.start_query`.

    `name` becomes the name of its operation, so that an orphan is found: letters, digits, `_`.
    `publications` are GIDs of the sales channels to be asked for, `location` that of the place
    whose counts are.
    """
    text = documents()["ShopRead"].text
    text = text.replace(LOCATION, location) if location else text.replace(SHELF, "")
    asked = [
        f"on_{gid.removeprefix(PUBLICATION)}:"
        f" publishedOnPublication(publicationId: {json.dumps(gid)})"
        for gid in publications
    ]
    return text.replace(NAME, f"query {name} ").replace(CHANNEL, " ".join(asked))


def observed(family: Family) -> Seen:
    """A family of the query's result as records: the product is what `products.read` gives."""
    node = family.node
    variants: list[Mapping[str, Any]] = []
    media: list[Mapping[str, Any]] = []
    for child in family.children:
        if child.node["id"].startswith(VARIANT):
            shown = {"nodes": [one.node for one in child.children]}
            variants.append({**child.node, "media": shown})
        else:
            media.append(child.node)
    first = (node["featuredMedia"] or {}).get("id")
    return Seen(
        product=products.observed(
            node,
            sorted(variants, key=lambda one: int(one["position"])),
            products.pictures(sorted(media, key=lambda one: one["id"] != first)),
        ),
        key=(node["metafield"] or {}).get("value"),
        published={
            f"{PUBLICATION}{name.removeprefix('on_')}": bool(is_on)
            for name, is_on in node.items()
            if name.startswith("on_")
        },
        updated_at=datetime.fromisoformat(node["updatedAt"]),
        counts={
            variant["inventoryItem"]["id"]: shelves.available(level)
            for variant in variants
            if (level := variant.get("shelf", {}).get("inventoryLevel"))
        },
        further=_further(node, variants, media),
    )


def _further(
    node: Mapping[str, Any], variants: Sequence[Mapping[str, Any]], media: Sequence[Any]
) -> Further:
    return Further(
        addresses={one["id"]: url for one in media if (url := (one.get("image") or {}).get("url"))},
        shown={one["id"]: count for one in variants if (count := len(one["media"]["nodes"])) > 1},
        untaxed=frozenset([one["id"] for one in variants if not one["taxable"]]),
        combined=node["combinedListingRole"],
        is_gift_card=node["isGiftCard"],
        is_bundle=node["hasVariantsThatRequiresComponents"],
    )
