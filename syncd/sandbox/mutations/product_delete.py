"""productDelete: removes a product; its files stay in the shop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncd.sandbox.customids import product_number
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.resolvers.shop import shop as shop_itself
from syncd.sandbox.words import Complaints, not_simulated


def product_delete(
    _root: None, info: Info, input: Mapping[str, Any], synchronous: bool = True
) -> dict[str, Any]:
    if not synchronous:
        raise not_simulated("productDelete with synchronous: false")
    shop, complaints = shop_of(info), Complaints()
    product = shop.products.get(product_number(input["id"]))
    if product is None:
        complaints.add(["id"], "Product does not exist")
    else:
        shop.remove("Product", product)
    return {
        "deletedProductId": input["id"] if product else None,
        "shop": shop_itself(None, info),
        "userErrors": complaints.found,
    }


FIELDS: Fields = {"Mutation": {"productDelete": product_delete}}
