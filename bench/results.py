"""Made-up results of bulk operations: of a mutation, of a read of the whole shop."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from syncd.shopify import jsonl, shopread
from syncd.shopify.families import Family, families, split

Node = dict[str, Any]
VARIANTS = 5
TEXT = "<p>" + "Varm og god, også når det regner. " * 12 + "</p>"
SIZES = ("XS", "S", "M", "L", "XL")


def gid(type_: str, number: int) -> str:
    return f"gid://shopify/{type_}/{number}"


def variant(number: int, place: int) -> Node:
    """What a write's answer names of a variant."""
    own = number * VARIANTS + place
    return {
        "id": gid("ProductVariant", own),
        "selectedOptions": [{"name": "Str", "value": SIZES[place]}],
        "inventoryItem": {"id": gid("InventoryItem", own)},
    }


def mutation_rows(products: int) -> Iterator[Node]:
    """Of productSet; one in a hundred is refused."""
    for number in range(products):
        nodes = [variant(number, place) for place in range(VARIANTS)]
        made: Node = {"id": gid("Product", number), "variants": {"nodes": nodes}}
        errors: list[Node] = []
        if number % 100 == 99:
            error = {"field": ["input", "title"], "message": "is too long", "code": "TOO_LONG"}
            made, errors = {}, [error]
        payload = {"product": made or None, "userErrors": errors}
        yield {"data": {"productSet": payload}, "__lineNumber": number}


def shop_nodes(products: int) -> Iterator[Node]:
    """Each product with five variants and two pictures, of which each variant shows one."""
    for number in range(products):
        product = gid("Product", number)
        yield {
            "id": product,
            "title": f"Ullgenser {number}",
            "vendor": "Devold",
            "status": "ACTIVE",
            "descriptionHtml": TEXT,
            "updatedAt": "2026-11-25T08:00:00Z",
            "isGiftCard": False,
            "combinedListingRole": None,
            "hasVariantsThatRequiresComponents": False,
            "options": [{"name": "Str"}],
            "metafield": {"value": str(number)},
            "featuredMedia": {"id": gid("MediaImage", number * 2)},
            "on_1": True,
        }
        for place in range(2):
            url = f"https://cdn.shopify.com/s/files/1/0001/files/{number}-{place}.jpg?v=1"
            image = {"id": gid("MediaImage", number * 2 + place), "alt": "", "status": "READY"}
            yield {**image, "image": {"url": url}, "__parentId": product}
        for place in range(VARIANTS):
            own = variant(number, place)
            yield {
                **own,
                "sku": f"ULL-{number}-{place}",
                "barcode": f"70{number:09}{place}",
                "price": "1299.00",
                "compareAtPrice": None,
                "inventoryPolicy": "DENY",
                "inventoryQuantity": 4,
                "position": place + 1,
                "taxable": True,
                "inventoryItem": {**own["inventoryItem"], "tracked": True},
                "__parentId": product,
            }
            yield {"id": gid("MediaImage", number * 2), "__parentId": own["id"]}


def write(path: Path, nodes: Sequence[Node]) -> int:
    """As Shopify writes, in no order; returns how many lines."""
    lines = [orjson.dumps(node).replace(b"/", b"\\/") + b"\n" for node in nodes]
    random.Random(7).shuffle(lines)
    path.write_bytes(b"".join(lines))
    return len(lines)


# ------------------------------------------------------------------------------------------ ours


def rows(path: Path, _folder: Path) -> int:
    """Reads all of a mutation's result; a sum that tells whether it was understood."""
    found = 0
    with path.open("rb", jsonl.BUFFER_BYTES) as file:  # as flows.push_bulk does
        for row in jsonl.rows(file):
            if row.user_errors or row.payload is None:
                found += len(row.user_errors)
            else:
                found += len(row.payload["product"]["variants"]["nodes"])
    return found


def joined(path: Path, folder: Path) -> int:
    """Puts the families of a read together; counts their members."""
    split(path, folder)
    found = 0
    for one in families(folder):
        assert isinstance(one, Family)
        found += 1 + len(one.children) + sum(len(child.children) for child in one.children)
    return found


def observed(path: Path, folder: Path) -> int:
    """The same, made to records."""
    split(path, folder)
    found = 0
    for one in families(folder):
        assert isinstance(one, Family)
        product = shopread.observed(one).product
        shown = [fields for fields in product.fields.values() if fields.file]
        found += 1 + len(product.files) + len(product.fields) + len(shown)
    return found
