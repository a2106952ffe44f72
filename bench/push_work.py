"""What each contender of `make bench NAME=push` sends: products in bulk, counts in a hurry.

The products go by ProductSetFiles: of our documents with productSet it selects least, so that the
calls are cheap, thus many a second. Each call's variables are unlike all others'.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.sandbox import product
from syncd.shopify.documents import documents

PUSH, URGENT = "ProductSetFiles", "InventorySetQuantities"
IN_FLIGHT = 50
URGENT_EVERY_S = 0.2
URGENT_CALLS = 1_000  # more than any contender comes to
VARIABLES = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Work:
    """Without products all urgent calls are sent, else until the products are."""

    products: list[VARIABLES]
    urgent: list[VARIABLES]
    in_flight: int = IN_FLIGHT
    urgent_every_s: float = URGENT_EVERY_S
    texts: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys((PUSH, URGENT), ""))

    def write(self, path: Path) -> None:
        """For a contender to read, with the texts of the documents."""
        texts = {name: documents()[name].text for name in (PUSH, URGENT)}
        path.write_text(json.dumps({**asdict(self), "texts": texts}))


def read(path: Path) -> Work:
    return Work(**json.loads(path.read_text()))


def work(products: int) -> Work:
    return Work(
        [push_variables(number) for number in range(products)],
        [urgent_variables(number) for number in range(URGENT_CALLS)],
    )


def alone(urgent: int, every_s: float) -> Work:
    """The first urgent calls of that work, and nothing beside them."""
    return Work([], work(0).urgent[:urgent], urgent_every_s=every_s)


def push_variables(number: int) -> VARIABLES:
    """Five variants and two metafields; of its one picture the answer tells the id."""
    metafields = [
        {"namespace": "custom", "key": key, "type": "single_line_text_field", "value": value}
        for key, value in (("material", "Ull"), ("season", f"H{number}"))
    ]
    custom_id = {"namespace": "syncd", "key": "backoffice_id", "value": str(number)}
    return {
        "identifier": {"customId": custom_id},
        "input": {**product(number), "metafields": metafields},
        "media": 1,
    }


def urgent_variables(number: int) -> VARIABLES:
    quantity = {
        "inventoryItemId": f"gid://shopify/InventoryItem/{number + 1}",
        "locationId": "gid://shopify/Location/1",
        "quantity": number % 7,
        "changeFromQuantity": None,
    }
    counts = {"name": "available", "reason": "correction", "quantities": [quantity]}
    return {"input": counts, "key": f"urgent-{number}"}


def pushed(variables: VARIABLES) -> VARIABLES:
    """The `data` that answers a product."""
    number = int(variables["identifier"]["customId"]["value"]) + 1
    picture = {"id": f"gid://shopify/MediaImage/{number}"}
    product = {"id": f"gid://shopify/Product/{number}", "media": {"nodes": [picture]}}
    return {"productSet": {"product": product, "userErrors": []}}


def counted(variables: VARIABLES) -> VARIABLES:
    """The `data` that answers a count."""
    return {"inventorySetQuantities": {"userErrors": []}}


ANSWERS: Mapping[str, Callable[[VARIABLES], VARIABLES]] = {PUSH: pushed, URGENT: counted}
