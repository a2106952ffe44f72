"""productUpdate: sets single fields of a product, adds to its metafields, to its media."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from syncd.sandbox.customids import product_identified, product_number
from syncd.sandbox.mutations.metafield_values import Bearer, metafields_added
from syncd.sandbox.mutations.pictures import appended
from syncd.sandbox.mutations.product_fields import Wording, changed_product, plain_input
from syncd.sandbox.mutations.product_set import CODES
from syncd.sandbox.mutations.write import Write, begin
from syncd.sandbox.records import Product
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.words import too_long

# The blank title is recorded (2025-01/products/product-update-parity), the others as productCreate
# has them. Its errors have no codes: those of productSet, which the checks need, are never shown.
WORDING: Wording = {
    "blank title": [(("title",), "Title can't be blank")],
    "title": [(("title",), too_long("Title"))],
    "handle": [(("handle",), too_long("Handle"))],
    "vendor": [(("vendor",), too_long("Vendor"))],
    "productType": [
        (("productType",), too_long("Product type")),
        (("customProductType",), too_long("Custom product type")),
    ],
    "tags": [(("tags",), "Product tags is invalid")],
}

Given = Mapping[str, Any]


def product_update(
    _root: None,
    info: Info,
    product: Given | None = None,
    media: Sequence[Given] | None = None,
    **others: Any,
) -> dict[str, Any]:
    """One complaint refuses the whole call; it then answers with the product as it is."""
    write = begin(shop_of(info), CODES)
    given = plain_input(product if product is not None else others.get("input") or {})
    before = _target(write, given, others.get("identifier"))
    if before is None:
        write.complaints.add(["id"], "Product does not exist")
    else:
        after = _changed(write, before, given, media or ())
        if not write.complaints:
            write.keep(after)
            before = after
    return {"product": before, "userErrors": write.complaints.found}


def _target(write: Write, given: Given, identifier: Given | None) -> Product | None:
    if identifier is not None:
        return product_identified(write.shop, identifier)
    if given.get("id") is None:
        return None
    return write.shop.products.get(product_number(given["id"]))


def _changed(write: Write, before: Product, given: Given, media: Sequence[Given]) -> Product:
    product = changed_product(write, before, given, WORDING)
    if given.get("metafields") is not None:
        bearer = Bearer("PRODUCT", product.id, product.metafields)
        held = metafields_added(write, ("metafields",), bearer, given["metafields"])
        product = replace(product, metafields=held)
    album = appended(write, ("media",), product.media_ids, media)
    product = replace(product, media_ids=album.ids)
    return product if product == before else replace(product, updated_at=write.at)


FIELDS: Fields = {"Mutation": {"productUpdate": product_update}}
