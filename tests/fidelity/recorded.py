"""Recordings made up for tests: in the form of the real ones, of a shop that we know."""

from __future__ import annotations

from typing import Any

from fidelity.recordings import Exchange
from fidelity.replay import Result, played

PRODUCT = "gid://shopify/Product/10241000000001"
CREATE = """
mutation Make($product: ProductCreateInput!) {
  productCreate(product: $product) { product { id title status } userErrors { field message } }
}
"""
READ = "query Read($id: ID!) { product(id: $id) { id title status } }"


def exchange(query: str, data: Any, path: str = "step", **more: Any) -> Exchange:
    """As recorded; `variables`, `errors`, `status`, `version`, `cost` may be named."""
    response = {"data": data}
    if "errors" in more:
        response["errors"] = more["errors"]
    if "cost" in more:
        response["extensions"] = {"cost": more["cost"]}
    return Exchange(
        "fjord.myshopify.com/2026-04/made/up.json",
        (path,),
        more.get("version", "2026-04"),
        query,
        more.get("variables", {}),
        more.get("status", 200),
        response,
    )


def created(**changes: Any) -> Exchange:
    product = {"id": PRODUCT, "title": "Ski", "status": "ACTIVE", **changes}
    payload = {"product": product, "userErrors": []}
    return exchange(CREATE, {"productCreate": payload}, variables={"product": {"title": "Ski"}})


def read(id: str = PRODUCT, **changes: Any) -> Exchange:
    product = {"id": id, "title": "Ski", "status": "ACTIVE", **changes}
    return exchange(READ, {"product": product}, variables={"id": id})


def results(*story: Exchange) -> list[Result]:
    return played(list(story), {})


def verdicts(*story: Exchange) -> list[str]:
    return [one.verdict for one in results(*story)]
