"""Work on products that goes on after the answer: how it is begun, how it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.records import Product, ProductWork
from syncd.sandbox.resolvers.fields import Fields, Info, attribute, shop_of
from syncd.sandbox.shop import Shop
from syncd.sandbox.words import invalid_id

IN_PROGRESS = "Another operation already in progress. Please wait until current one is finished."
KINDS = ("ProductSetOperation", "ProductDeleteOperation", "ProductDuplicateOperation")


def begin_work(
    shop: Shop, kind: str, arguments: Mapping[str, Any], product_id: int | None = None
) -> ProductWork:
    """Kept at once; `happenings.product_works` carries it out."""
    number = shop.new_id("ProductWork")
    work = ProductWork(number, kind, "CREATED", next_step(shop), dict(arguments), product_id)
    shop.put("ProductWork", work)
    return work


def next_step(shop: Shop) -> str:
    due = shop.options.clock.now() + timedelta(seconds=shop.options.paces.operation_s)
    return due.isoformat()


def is_busy(shop: Shop, product_id: int) -> bool:
    """Whether other work on the product is not done yet."""
    works = (shop.held[kind][number] for kind, number in shop.due if kind == "ProductWork")
    return any(work.product_id == product_id for work in works)


def product_operation(_root: None, info: Info, id: str) -> ProductWork | None:
    kind, number = gids.parted(id) or ("", 0)
    if kind not in KINDS:
        raise invalid_id(id)
    work: ProductWork | None = shop_of(info).held["ProductWork"].get(number)
    return work if work is not None and work.kind == kind else None


def product_of(work: ProductWork, info: Info) -> Product | None:
    """What the work made or changed, else what it is about."""
    is_duplicate = work.kind == "ProductDuplicateOperation"
    number = work.product_id if is_duplicate else work.made_id
    return shop_of(info).products.get(number) if number else None


def new_product(work: ProductWork, info: Info) -> Product | None:
    return shop_of(info).products.get(work.made_id) if work.made_id else None


def deleted_id(work: ProductWork, _info: Info) -> str | None:
    is_done = work.status != "CREATED" and work.product_id is not None
    return gids.gid("Product", work.product_id or 0) if is_done else None


def shown(kind: str) -> Mapping[str, Any]:
    return {
        "id": lambda work, _info: gids.gid(kind, work.id),
        "status": attribute("status"),
        "product": product_of,
        "userErrors": attribute("errors"),
    }


FIELDS: Fields = {
    "QueryRoot": {"productOperation": product_operation},
    "ProductSetOperation": shown("ProductSetOperation"),
    "ProductDeleteOperation": {**shown("ProductDeleteOperation"), "deletedProductId": deleted_id},
    "ProductDuplicateOperation": {
        **shown("ProductDuplicateOperation"),
        "newProduct": new_product,
    },
}
