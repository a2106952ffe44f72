"""productDelete: removes a product; its files stay in the shop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncd.sandbox.customids import product_number
from syncd.sandbox.mutations.product_works import IN_PROGRESS, begin_work, is_busy
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.resolvers.shop import shop as shop_itself
from syncd.sandbox.words import Complaints


def product_delete(
    _root: None, info: Info, input: Mapping[str, Any], synchronous: bool = True
) -> dict[str, Any]:
    """At once, or as an operation that is answered with."""
    shop, complaints = shop_of(info), Complaints()
    product = shop.products.get(product_number(input["id"]))
    work = None
    if product is None:
        complaints.add(["id"], "Product does not exist")
    elif is_busy(shop, product.id):
        complaints.add(None, IN_PROGRESS)
    elif synchronous:
        shop.remove("Product", product)
        shop.tell("PRODUCTS_DELETE", product)
    else:
        work = begin_work(shop, "ProductDeleteOperation", input, product.id)
    is_gone = product is not None and product.id not in shop.products
    return {
        "deletedProductId": input["id"] if is_gone else None,
        "productDeleteOperation": work,
        "shop": shop_itself(None, info),
        "userErrors": complaints.found,
    }


FIELDS: Fields = {"Mutation": {"productDelete": product_delete}}
