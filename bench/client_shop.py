"""A shop that gives the same answer to every call, at once, from a bucket that is never empty.

`python -m bench.client_shop` prints the port it took, then serves until its stdin ends. What is
sent is what makes most new products: ProductSet, with five variants.
"""

from __future__ import annotations

from typing import Any

import anyio
import orjson
from aiohttp import web

from bench.push_shop import PATH
from bench.push_work import VARIABLES, push_variables
from bench.served import serve
from syncd.shopify.documents import documents

CREATE = "ProductSet"
FULL_POINTS, RESTORE_POINTS_S = 10_000_000, 5_000_000


def create_variables(number: int) -> VARIABLES:
    pushed = push_variables(number)
    return {**pushed, "variants": len(pushed["input"]["variants"])}


def created(variables: VARIABLES) -> dict[str, Any]:
    """The `data` that answers it."""
    nodes = [
        {
            "id": f"gid://shopify/ProductVariant/{place}",
            "selectedOptions": [
                {"name": one["optionName"], "value": one["name"]} for one in variant["optionValues"]
            ],
            "inventoryItem": {"id": f"gid://shopify/InventoryItem/{place}"},
        }
        for place, variant in enumerate(variables["input"]["variants"], start=1)
    ]
    page = {"hasNextPage": False, "endCursor": "eyJsYXN0X2lkIjo1fQ=="}
    product = {
        "id": "gid://shopify/Product/1",
        "variants": {"nodes": nodes, "pageInfo": page},
        "media": {"nodes": [{"id": "gid://shopify/MediaImage/1"}]},
    }
    return {"productSet": {"product": product, "userErrors": []}}


def canned() -> bytes:
    variables = create_variables(0)
    points = documents()[CREATE].cost_points(variables)
    status = {
        "maximumAvailable": FULL_POINTS,
        "currentlyAvailable": FULL_POINTS,
        "restoreRate": RESTORE_POINTS_S,
    }
    cost = {"requestedQueryCost": points, "actualQueryCost": points, "throttleStatus": status}
    return orjson.dumps({"data": created(variables), "extensions": {"cost": cost}})


async def main() -> None:
    body = canned()

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=body, content_type="application/json")

    await serve(PATH, answer)


if __name__ == "__main__":
    anyio.run(main)
