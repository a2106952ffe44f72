"""The calls that make a product, none larger than Shopify takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from syncd.records import Form, Picture, Product, Shop
from syncd.rules import inputs, pictures
from syncd.rules.changes import IDENTITY, NAMESPACE, Write, identity


@dataclass(frozen=True, slots=True)
class Creation:
    """The call that makes the product, with the form that Shopify holds once it accepted it.

    `entries` are the pictures in the order in which they are sent.
    """

    write: Write
    form: Form
    entries: tuple[Picture, ...]


def create(product: Product, form: Form, shop: Shop, files: Mapping[str, str]) -> Creation:
    """Make a product with our identity, and PAGE of its variants at most.

    The answer shows the ids of so many: more would have to be read, and with all pictures there are
    a call would ask for more than the 1,000 points that Shopify takes. The rest follows by
    productVariantsBulkCreate, which answers with all ids. `files` are those of pictures that other
    products show already.
    """
    entries = form.pictures or ()
    counts = {variant.key: variant.quantity for variant in product.variants}
    rows: list[dict[str, Any]] = []
    by_ref = {picture.ref: picture for picture in entries}
    for variant in form.variants[: inputs.PAGE]:
        picture = by_ref.get(variant.picture or "")
        row = inputs.set_input(form, variant)
        if picture is not None:
            row["file"] = pictures.file_input(picture, files)
        if (count := inputs.first_count(counts.get(variant.key), variant, shop)) is not None:
            row["inventoryQuantities"] = [
                {"locationId": shop.location, "name": "available", "quantity": count}
            ]
        rows.append(row)
    made = form
    if len(form.variants) > inputs.PAGE:
        made = replace(form, variants=form.variants[: inputs.PAGE])
    fields = {
        **inputs.product_fields(form),
        "metafields": [inputs.metafield(NAMESPACE, IDENTITY, "id", product.key)],
        "files": pictures.list_input(entries, files),
        "productOptions": inputs.option_inputs(made, ()),
        "variants": rows,
    }
    write = Write("ProductSet", inputs.set_variables(identity(product.key), fields))
    return Creation(write, made, tuple(entries))
