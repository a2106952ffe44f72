"""What productSet refuses, in Shopify's words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.shops import (
    PRODUCT_SET,
    RED_BLUE,
    a_product,
    check_indexes,
    chosen,
    new_shop,
    option,
    product_set,
    refusal,
    told,
    variants_of,
)

LONG = "x" * 256
NOWHERE = {"locationId": "gid://shopify/Location/1", "name": "available", "quantity": 1}
TOO_LONG = "is too long (maximum is 255 characters)"
TOO_MANY = "exceeds the limit of 50000. Consider using separate `inventorySetQuantities` mutations."
DEFAULT: list[dict[str, Any]] = [{"optionValues": []}]


def options(*given: dict[str, Any]) -> dict[str, Any]:
    return {"productOptions": list(given), "variants": DEFAULT}


def row(values: Any = None, **more: Any) -> dict[str, Any]:
    """A red product with one variant."""
    values = chosen(Color="Red") if values is None else values
    rows = [{"optionValues": values, **more}]
    return {"productOptions": [option("Color", "Red")], "variants": rows}


@pytest.mark.parametrize(
    ("input", "errors"),
    [
        pytest.param(
            {"title": " "}, ["input.title: Title can't be blank (INVALID_PRODUCT)"], id="no title"
        ),
        pytest.param(
            {"title": LONG},
            [
                f"input.title: {TOO_LONG} (INVALID_PRODUCT)",
                f"input: Handle {TOO_LONG} (INVALID_PRODUCT)",
            ],
            id="a long title makes a long handle",
        ),
        pytest.param(
            {"handle": LONG}, [f"input: Handle {TOO_LONG} (INVALID_PRODUCT)"], id="a long handle"
        ),
        pytest.param(
            {"vendor": LONG}, [f"input: Vendor {TOO_LONG} (INVALID_PRODUCT)"], id="a long vendor"
        ),
        pytest.param(
            {"productType": LONG},
            [
                f"input: Product type {TOO_LONG} (INVALID_PRODUCT)",
                f"input: Custom product type {TOO_LONG} (INVALID_PRODUCT)",
            ],
            id="a long type",
        ),
        pytest.param(
            {"tags": [LONG]},
            ["input.tags: Product tags is invalid (INVALID_PRODUCT)"],
            id="a long tag",
        ),
        pytest.param(
            {"productOptions": [option("Color", "Red")]},
            [
                "input.variants: Variants input is required when updating product options"
                " (VARIANTS_INPUT_MISSING)"
            ],
            id="options without variants",
        ),
        pytest.param(
            {"variants": DEFAULT},
            [
                "input.productOptions: Product options input is required when updating variants"
                " (PRODUCT_OPTIONS_INPUT_MISSING)"
            ],
            id="variants without options",
        ),
        pytest.param(
            options(*(option(name, "x") for name in "ABCD")),
            ["input.productOptions: Can only specify a maximum of 3 options (OPTIONS_OVER_LIMIT)"],
            id="four options",
        ),
        pytest.param(
            options(option("X / Y", "1")),
            [
                "input.productOptions.0.name: The name contains unsupported sequence ' / '"
                " (INVALID_INPUT)"
            ],
            id="the delimiter in an option's name",
        ),
        pytest.param(
            options(option("A", "1"), option("A", "2")),
            ["input.productOptions.1: Duplicated option name 'A' (DUPLICATED_OPTION_NAME)"],
            id="an option twice",
        ),
        pytest.param(
            options(option("A", "1", "1")),
            [
                "input.productOptions.0.values.1: Duplicated option value '1'"
                " (DUPLICATED_OPTION_VALUE)"
            ],
            id="a value twice",
        ),
        pytest.param(
            options({"name": "A"}),
            [
                "input.productOptions.0: Each option must have at least one option value specified."
                " (OPTION_VALUES_MISSING)"
            ],
            id="an option without values",
        ),
        pytest.param(
            options(option("A", "1", LONG)),
            ["input.productOptions.0.values.1.name: Option value name is too long (INVALID_INPUT)"],
            id="a long option value",
        ),
        pytest.param(
            options({"id": "gid://shopify/ProductOption/1", "values": [{"name": "1"}]}),
            [
                "input.productOptions.0.id: Option does not exist (OPTION_DOES_NOT_EXIST)",
                "input.productOptions.0.name: Option name can't be blank (INVALID_INPUT)",
            ],
            id="an unknown option",
        ),
        pytest.param(
            row([]),
            ["input.variants.0: You need to add option values for Color (OPTION_VALUES_MISSING)"],
            id="a variant without a value for an option",
        ),
        pytest.param(
            row(chosen(Size="S")),
            ["input.variants.0.optionValues.0: Option does not exist (OPTION_DOES_NOT_EXIST)"],
            id="a variant with another option",
        ),
        pytest.param(
            row(chosen(Color="Blue")),
            [
                "input.variants.0.optionValues.0: Option value does not exist"
                " (OPTION_VALUE_DOES_NOT_EXIST)"
            ],
            id="a variant with another value",
        ),
        pytest.param(
            row(chosen(Color="Red") * 2),
            ["input.variants.0.optionValues: Duplicated option name 'Color' (INVALID_INPUT)"],
            id="two values for one option",
        ),
        pytest.param(
            row(id="gid://shopify/ProductVariant/1"),
            [
                "input.variants.0.id: Product variant does not exist"
                " (PRODUCT_VARIANT_DOES_NOT_EXIST)"
            ],
            id="an unknown variant",
        ),
        pytest.param(
            row(price="-1", compareAtPrice="1000000000000000000"),
            [
                "input.variants.0.price: Price must be greater than or equal to 0"
                " (INVALID_VARIANT)",
                "input.variants.0.compareAtPrice: must be less than 1000000000000000000"
                " (INVALID_VARIANT)",
            ],
            id="impossible prices",
        ),
        pytest.param(
            row(price=None),
            ["input.variants.0.price: Price can't be blank (INVALID_VARIANT)"],
            id="no price at all",
        ),
        pytest.param(
            row(inventoryItem={"cost": "-0.01"}),
            [
                "input.variants.0.inventoryItem.cost: Cost per item must be greater than or equal"
                " to 0 (INVALID_VARIANT)"
            ],
            id="a cost below nothing",
        ),
        pytest.param(
            row(inventoryItem={"cost": "1000000000000000000"}),
            [
                "input.variants.0.inventoryItem.cost: Cost per item must be less than"
                " 1000000000000000000 (INVALID_VARIANT)"
            ],
            id="a cost beyond measure",
        ),
        pytest.param(
            row(sku=LONG, barcode=LONG),
            [
                f"input.variants.0.barcode: Barcode {TOO_LONG} (INVALID_VARIANT)",
                f"input.variants.0.sku: SKU {TOO_LONG} (INVALID_VARIANT)",
            ],
            id="a long SKU, a long barcode",
        ),
        pytest.param(
            row(inventoryQuantities=[NOWHERE]),
            [
                "input.variants.0.inventoryQuantities: Quantity for Red couldn't be set because the"
                " location was deleted. (INVALID_INPUT)"
            ],
            id="an unknown location",
        ),
        pytest.param(
            row(inventoryQuantities=[NOWHERE] * 50_001),
            [
                f"input.variants: Inventory quantity input {TOO_MANY}"
                " (INVENTORY_QUANTITIES_LIMIT_EXCEEDED)"
            ],
            id="more quantities than a call may have",
        ),
        pytest.param(
            row(file={"originalSource": "https://x.no/1.jpg"}),
            [
                "input.variants.0.file: The file of a variant must be one of the product's files"
                " (INVALID_INPUT)"
            ],
            id="a variant's file that is not the product's",
        ),
        pytest.param(
            {"files": [{"originalSource": "http://[x"}, {"id": "gid://shopify/MediaImage/1"}]},
            [
                "input.files.0.originalSource: File URL is invalid (INVALID_INPUT)",
                "input.files.1.id: File id gid://shopify/MediaImage/1 does not exist."
                " (INVALID_INPUT)",
            ],
            id="files that cannot be",
        ),
        pytest.param(
            {"id": "gid://shopify/Product/999999999999"},
            ["input.id: Product does not exist (PRODUCT_DOES_NOT_EXIST)"],
            id="an unknown product",
        ),
    ],
)
def test_a_refused_create_says_why_and_leaves_nothing(input: Any, errors: list[str]) -> None:
    shop = new_shop()
    payload = product_set(shop, {"title": "Ski", **input})
    assert (payload["product"], told(payload)) == (None, errors)
    assert not shop.products and not shop.media
    check_indexes(shop)


@pytest.mark.parametrize(
    ("input", "identifier", "error"),
    [
        pytest.param(
            {"id": "gid://shopify/Product/1", "handle": "a"},
            {"handle": "a"},
            "The id field is not allowed if identifier is provided. (ID_NOT_ALLOWED)",
            id="an id beside an identifier",
        ),
        pytest.param(
            {},
            {"id": "gid://shopify/Product/1"},
            "Resource matching the identifier was not found. (NOT_FOUND)",
            id="an unknown id",
        ),
        pytest.param(
            {},
            {"handle": "a"},
            "The input field corresponding to the identifier is required. (MISSING_FIELD_REQUIRED)",
            id="a handle that the input does not repeat",
        ),
        pytest.param(
            {"handle": "b"},
            {"handle": "a"},
            "The identifier value does not match the value of the corresponding field in the"
            " input. (INPUT_MISMATCH)",
            id="another handle in the input",
        ),
    ],
)
def test_an_identifier_that_cannot_be_is_refused(input: Any, identifier: Any, error: str) -> None:
    payload = product_set(new_shop(), {"title": "Ski", **input}, identifier)
    assert (payload["product"], told(payload)) == (None, [f"input: {error}"])


def test_each_later_variant_with_the_same_values_is_named() -> None:
    values = [chosen(Size=size, Color="Red") for size in ("S", "M", "S", "L", "S")]
    given = [option("Size", "S", "M", "L"), option("Color", "Red")]
    rows = [{"optionValues": one} for one in values]
    payload = product_set(new_shop(), {"title": "a", "productOptions": given, "variants": rows})
    message = "The variant 'S / Red' already exists. Please change at least one option value."
    assert told(payload) == [
        f"input.variants.2: {message} (INVALID_VARIANT)",
        f"input.variants.4: {message} (INVALID_VARIANT)",
    ]


def test_one_variant_cannot_be_named_twice() -> None:
    shop = new_shop()
    product = a_product(shop, **RED_BLUE)
    red, _ = variants_of(product)
    rows = [{"id": red["id"], "optionValues": chosen(Color=color)} for color in ("Red", "Blue")]
    payload = product_set(shop, {**RED_BLUE, "variants": rows}, {"id": product["id"]})
    assert told(payload) == [
        "input.variants.1.id: Product variant does not exist (PRODUCT_VARIANT_DOES_NOT_EXIST)"
    ]
    assert variants_of(payload["product"]) == variants_of(product)


def test_an_existing_variant_gets_no_new_locations() -> None:
    shop = new_shop(locations=("Butikk", "Lager"))
    product = a_product(shop)
    *_, lager = shop.locations
    counts = [{**NOWHERE, "locationId": f"gid://shopify/Location/{lager}"}]
    rows = [{"optionValues": [], "inventoryQuantities": counts}]
    payload = product_set(shop, {"productOptions": [], "variants": rows}, {"id": product["id"]})
    assert told(payload) == [
        "input.variants.0.inventoryQuantities: The specified inventory item is not stocked at the"
        " location. (INVALID_INPUT)"
    ]


@pytest.mark.parametrize(
    ("variables", "message", "code"),
    [
        pytest.param(
            {"input": {"title": "a", "collections": ["gid://shopify/Collection/1"]}},
            "The sandbox does not simulate collections (docs/sandbox.md)",
            "NOT_SIMULATED",
            id="collections",
        ),
        pytest.param(
            {"input": {"title": "a", **options({"values": []})}},
            "OptionSetInput requires at least one of id, name",
            "INVALID_FIELD_ARGUMENTS",
            id="an option without a name",
        ),
        pytest.param(
            {"input": {"title": "a"}, "identifier": {"id": "gid://shopify/Order/1"}},
            "Invalid id: gid://shopify/Order/1",
            "RESOURCE_NOT_FOUND",
            id="the id of something else",
        ),
    ],
)
def test_what_is_refused_as_a_whole(variables: Any, message: str, code: str) -> None:
    assert refusal(new_shop(), PRODUCT_SET, **variables) == (message, code)
