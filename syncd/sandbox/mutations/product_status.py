"""productChangeStatus: active, draft, archived, unlisted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from syncd.sandbox.customids import product_number
from syncd.sandbox.mutations.write import begin
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of


def change_status(_root: None, info: Info, productId: str, status: str) -> dict[str, Any]:
    write = begin(shop_of(info), {})
    product = write.shop.products.get(product_number(productId))
    if product is None:
        write.complaints.add(["productId"], "Product does not exist", "PRODUCT_NOT_FOUND")
    elif product.status != status:
        product = replace(product, status=status, updated_at=write.at)
        write.keep(product)
    return {"product": product, "userErrors": write.complaints.found}


FIELDS: Fields = {"Mutation": {"productChangeStatus": change_status}}
