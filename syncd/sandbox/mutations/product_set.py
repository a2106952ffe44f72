"""productSet: makes a product, or replaces the lists it is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from syncd.sandbox.customids import identity, product_identified, product_number
from syncd.sandbox.handles import normal
from syncd.sandbox.metafield_types import resolved_namespace
from syncd.sandbox.mutations.metafield_values import Bearer, metafield_set
from syncd.sandbox.mutations.option_sets import option_set
from syncd.sandbox.mutations.pictures import Album, file_set
from syncd.sandbox.mutations.product_fields import Wording, blank_product, changed_product
from syncd.sandbox.mutations.product_works import begin_work
from syncd.sandbox.mutations.variant_lists import standard_entry, variant_list
from syncd.sandbox.mutations.write import Codes, Write, begin
from syncd.sandbox.records import Product
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.shop import Shop
from syncd.sandbox.words import too_long

CODES: Codes = {
    "blank": "INVALID_VARIANT",
    "foreign": "INVALID_METAFIELD",
    "input": "INVALID_INPUT",
    "long": "INVALID_VARIANT",
    "long value": "INVALID_INPUT",
    "low": "INVALID_VARIANT",
    "high": "INVALID_VARIANT",
    "media": "INVALID_INPUT",
    "metafield": "INVALID_METAFIELD",
    "missing values": "OPTION_VALUES_MISSING",
    "option": "OPTION_DOES_NOT_EXIST",
    "option value": "OPTION_VALUE_DOES_NOT_EXIST",
    "place": "INVALID_INPUT",
    "quantities": "INVENTORY_QUANTITIES_LIMIT_EXCEEDED",
    "twin": "INVALID_VARIANT",
    "type": "INVALID_METAFIELD",
    "type name": "INVALID_METAFIELD",
    "unique": "CAPABILITY_VIOLATION",
}

# Recorded, but for blank titles and tags (2025-01/products/product-set-input-length-validation).
WORDING: Wording = {
    "blank title": [(("input", "title"), "Title can't be blank")],
    "title": [(("input", "title"), "is too long (maximum is 255 characters)")],
    "handle": [(("input",), too_long("Handle"))],
    "vendor": [(("input",), too_long("Vendor"))],
    "productType": [
        (("input",), too_long("Product type")),
        (("input",), too_long("Custom product type")),
    ],
    "tags": [(("input", "tags"), "Product tags is invalid")],
}

Given = Mapping[str, Any]


def product_set(
    _root: None,
    info: Info,
    input: Given,
    identifier: Given | None = None,
    synchronous: bool = True,
) -> dict[str, Any]:
    """At once, or as an operation that is answered with. Lines of bulk operations never wait."""
    shop, visit = shop_of(info), info.context
    if not synchronous and not visit.is_bulk:
        arguments = {"input": input, "identifier": identifier}
        work = begin_work(shop, "ProductSetOperation", arguments)
        return {"product": None, "productSetOperation": work, "userErrors": []}
    product, errors = set_product(shop, input, identifier)
    return {"product": product, "productSetOperation": None, "userErrors": errors}


def set_product(
    shop: Shop, input: Given, identifier: Given | None = None
) -> tuple[Product | None, list[dict[str, Any]]]:
    """The product, the userErrors: a refused update has the product as it is, a create has none."""
    write = begin(shop, CODES)
    before = _target(write, input, identifier)
    after = None
    if not write.complaints:
        after = _written(write, before or blank_product(write), input, identifier)
    if after is not None and not write.complaints:
        write.keep(after)
        before = after
    return before, write.complaints.found


def _target(write: Write, input: Given, identifier: Given | None) -> Product | None:
    """The product to be changed; None with complaints, or when one is to be made."""
    if identifier is None:
        return _target_by_input(write, input)
    if input.get("id") is not None:
        message = "The id field is not allowed if identifier is provided."
        write.complaints.add(["input"], message, "ID_NOT_ALLOWED")
        return None
    found = product_identified(write.shop, identifier)
    if identifier.get("id") is not None and found is None:
        message = "Resource matching the identifier was not found."
        write.complaints.add(["input"], message, "NOT_FOUND")
    if identifier.get("handle") is not None:
        _check_handle(write, identifier["handle"], input.get("handle"))
    return found


def _target_by_input(write: Write, input: Given) -> Product | None:
    if input.get("id") is None:
        return None
    found = write.shop.products.get(product_number(input["id"]))
    if found is None:
        write.complaints.add(["input", "id"], "Product does not exist", "PRODUCT_DOES_NOT_EXIST")
    return found


def _check_handle(write: Write, identifier: str, handle: str | None) -> None:
    if handle is None:
        message = "The input field corresponding to the identifier is required."
        write.complaints.add(["input"], message, "MISSING_FIELD_REQUIRED")
    elif normal(handle) != normal(identifier):
        message = (
            "The identifier value does not match the value of the corresponding field in the input."
        )
        write.complaints.add(["input"], message, "INPUT_MISMATCH")


def _written(
    write: Write, start: Product, input: Given, identifier: Given | None
) -> Product | None:
    """The product as it shall be; not to be kept when there are complaints."""
    custom_id = (identifier or {}).get("customId")
    product = changed_product(write, start, input, WORDING)
    product = _with_metafields(write, product, input, custom_id)
    album = Album(product.media_ids)
    if input.get("files") is not None:
        album = file_set(write, ("input", "files"), input["files"])
        product = _with_album(product, album)
    product = _with_variants(write, product, input, album)
    return product if product == start else replace(product, updated_at=write.at)


def _with_metafields(
    write: Write, product: Product, input: Given, custom_id: Given | None
) -> Product:
    """A custom id is written with a new product; a list of metafields has to hold it."""
    given = input.get("metafields")
    if custom_id is not None:
        namespace, key, value = identity(write.shop, custom_id)
        named = [_identity(entry) for entry in given or ()]
        if given is None and not product.metafields:
            given = [{"namespace": namespace, "key": key, "value": value}]
        elif given is not None and (namespace, key, value) not in named:
            message = (
                "The input argument `metafields` (if present) must contain the `customId` value."
            )
            write.complaints.add(["input"], message, "METAFIELD_MISMATCH")
    if given is None:
        return product
    bearer = Bearer("PRODUCT", product.id, product.metafields)
    held = metafield_set(write, ("input", "metafields"), bearer, given)
    return replace(product, metafields=held)


def _identity(entry: Given) -> tuple[str, Any, Any]:
    return resolved_namespace(entry.get("namespace")), entry.get("key"), entry.get("value")


def _with_album(product: Product, album: Album) -> Product:
    """With its new pictures; variants let go of those that went."""
    variants = tuple(
        variant if variant.media_id in (None, *album.ids) else replace(variant, media_id=None)
        for variant in product.variants
    )
    return replace(product, media_ids=album.ids, variants=variants)


def _with_variants(write: Write, product: Product, input: Given, album: Album) -> Product:
    """Options and variants go together: each needs the other."""
    options, variants = input.get("productOptions"), input.get("variants")
    if options is None and variants is None:
        if product.variants:
            return product
        options, variants = [], [standard_entry()]
    if not variants:
        message = "Variants input is required when updating product options"
        write.complaints.add(["input", "variants"], message, "VARIANTS_INPUT_MISSING")
    elif options is None:
        message = "Product options input is required when updating variants"
        write.complaints.add(["input", "productOptions"], message, "PRODUCT_OPTIONS_INPUT_MISSING")
    else:
        product = replace(product, options=option_set(write, product.options, options))
        if not write.complaints:
            made = variant_list(write, product, variants, album)
            product = replace(product, variants=made)
    return product


FIELDS: Fields = {"Mutation": {"productSet": product_set}}
