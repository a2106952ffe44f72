"""Asynchronous work on products goes on: CREATED, ACTIVE, COMPLETE."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from graphql import GraphQLError

from syncd.sandbox.mutations.product_copies import duplicated
from syncd.sandbox.mutations.product_set import set_product
from syncd.sandbox.mutations.product_works import next_step
from syncd.sandbox.records import ProductWork
from syncd.sandbox.shop import Shop


def happen(shop: Shop) -> None:
    if not shop.due:
        return
    now = shop.options.clock.now()
    for kind, number in sorted(key for key in shop.due if key[0] == "ProductWork"):
        work = shop.held[kind][number]
        if datetime.fromisoformat(work.due_at) <= now:
            shop.put(kind, _next(shop, work))


def _next(shop: Shop, work: ProductWork) -> ProductWork:
    """A deletion is done when it is ACTIVE, as recorded; all else when it is COMPLETE."""
    if work.status == "CREATED":
        product = shop.products.get(work.product_id or 0)
        if work.kind == "ProductDeleteOperation" and product is not None:
            shop.remove("Product", product)
            shop.tell("PRODUCTS_DELETE", product)
        return replace(work, status="ACTIVE", due_at=next_step(shop))
    done = replace(work, status="COMPLETE", due_at=None)
    try:
        made, errors = _carried_out(shop, work)
    except GraphQLError as error:  # what refuses a whole call when it is synchronous
        told = {"field": None, "message": error.message, "code": "GENERIC_ERROR"}
        return replace(done, errors=(told,))
    return replace(done, made_id=made, errors=tuple(errors))


def _carried_out(shop: Shop, work: ProductWork) -> tuple[int | None, list[dict[str, Any]]]:
    """The number of the product that came of it, the userErrors."""
    match work.kind:
        case "ProductSetOperation":
            product, errors = set_product(shop, **work.arguments)
        case "ProductDuplicateOperation":
            product, errors = duplicated(shop, work.product_id or 0, work.arguments)
        case _:
            return None, []
    return (product.id if product else None), errors
