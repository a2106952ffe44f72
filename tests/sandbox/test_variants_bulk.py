"""productVariantsBulkUpdate changes some variants, productVariantsBulkCreate adds some."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.sandbox.shop import Shop
from tests.sandbox.shops import (
    RED_BLUE,
    a_product,
    call,
    check_indexes,
    chosen,
    executed,
    new_shop,
    option,
    refusal,
    told,
    variants_of,
)

LONG = "x" * 256
TOO_LONG = "is too long (maximum is 255 characters)"
PICTURE = {"originalSource": "https://x.no/a.jpg", "mediaContentType": "IMAGE"}
SHOWN = """
    product {
      options { id name values optionValues { id name hasVariants } }
      variants(first: 250) { nodes { id title price } }
      media(first: 9) { nodes { id } }
    }
    productVariants {
      id title sku barcode price compareAtPrice position inventoryQuantity
      media(first: 1) { nodes { id } }
      metafields(first: 9) { nodes { key value } }
      inventoryItem { id tracked inventoryLevels(first: 9) { nodes { location { name } } } }
    }
    userErrors { field message code }
"""
UPDATE = f"""
mutation ($productId: ID!, $variants: [ProductVariantsBulkInput!]!, $media: [CreateMediaInput!],
          $partial: Boolean = false) {{
  productVariantsBulkUpdate(productId: $productId, variants: $variants, media: $media,
                            allowPartialUpdates: $partial) {{ {SHOWN} }}
}}
"""
CREATE = f"""
mutation ($productId: ID!, $variants: [ProductVariantsBulkInput!]!, $media: [CreateMediaInput!],
          $strategy: ProductVariantsBulkCreateStrategy = DEFAULT) {{
  productVariantsBulkCreate(productId: $productId, variants: $variants, media: $media,
                            strategy: $strategy) {{ {SHOWN} }}
}}
"""


def red_blue() -> tuple[Shop, str, str, str]:
    """A shop, the product in it, its red and its blue variant."""
    shop = new_shop()
    product = a_product(shop, **RED_BLUE)
    red, blue = (variant["id"] for variant in variants_of(product))
    return shop, product["id"], red, blue


def titles(payload: Any) -> list[str]:
    return [one["title"] for one in payload["product"]["variants"]["nodes"]]


# ------------------------------------------------------------------------------------ update


def test_only_what_is_named_changes() -> None:
    shop, product, red, blue = red_blue()
    text = {"namespace": "custom", "key": "one", "type": "single_line_text_field", "value": "1"}
    row = {
        "id": red,
        "price": "14.25",
        "compareAtPrice": "18.00",
        "barcode": "1",
        "inventoryItem": {"sku": "NEW", "tracked": True},
        "mediaSrc": [PICTURE["originalSource"]],
        "metafields": [text],
    }
    payload = call(shop, UPDATE, productId=product, variants=[row], media=[PICTURE])
    assert told(payload) == []
    (variant,) = payload["productVariants"]
    assert (variant["price"], variant["compareAtPrice"]) == ("14.25", "18.00")
    assert (variant["sku"], variant["barcode"]) == ("NEW", "1")
    assert variant["inventoryItem"]["tracked"] is True
    assert variant["media"]["nodes"] == payload["product"]["media"]["nodes"]
    assert variant["metafields"]["nodes"] == [{"key": "one", "value": "1"}]
    other = shop.find(blue)
    assert (other.item.sku, other.price) == ("B", "20.00")
    check_indexes(shop)


def test_a_variant_moves_to_another_value_which_may_be_new() -> None:
    shop, product, red, _ = red_blue()
    rows = [{"id": red, "optionValues": chosen(Color="Green")}]
    payload = call(shop, UPDATE, productId=product, variants=rows)
    assert titles(payload) == ["Green", "Blue"]
    (colors,) = payload["product"]["options"]
    assert [one["name"] for one in colors["optionValues"]] == ["Red", "Blue", "Green"]
    assert colors["values"] == ["Blue", "Green"]


def test_two_variants_may_change_places() -> None:
    shop, product, red, blue = red_blue()
    rows = [
        {"id": red, "optionValues": chosen(Color="Blue")},
        {"id": blue, "optionValues": chosen(Color="Red")},
    ]
    payload = call(shop, UPDATE, productId=product, variants=rows)
    assert (told(payload), titles(payload)) == ([], ["Blue", "Red"])


def test_a_partial_update_keeps_the_good_rows_and_answers_with_all() -> None:
    shop, product, red, blue = red_blue()
    rows = [{"id": red, "price": "9.99"}, {"id": blue, "price": "-1.00"}]
    error = "variants.1.price: Price must be greater than or equal to 0 (GREATER_THAN_OR_EQUAL_TO)"
    refused = call(shop, UPDATE, productId=product, variants=rows)
    assert [one["price"] for one in refused["productVariants"]] == ["10.00", "20.00"]
    payload = call(shop, UPDATE, productId=product, variants=rows, partial=True)
    assert told(payload) == told(refused) == [error]
    assert [one["price"] for one in payload["productVariants"]] == ["9.99", "20.00"]
    assert [one["price"] for one in payload["product"]["variants"]["nodes"]] == ["9.99", "20.00"]


def test_what_goes_back_is_not_in_the_way_of_what_came_to_its_place() -> None:
    shop = new_shop()
    given = [{"optionValues": chosen(Color=color)} for color in ("Red", "Blue", "Green")]
    options = [option("Color", "Red", "Blue", "Green")]
    product = a_product(shop, productOptions=options, variants=given)
    red, blue, green = (variant["id"] for variant in variants_of(product))
    rows = [
        {"id": red, "optionValues": chosen(Color="Blue")},
        {"id": green, "optionValues": chosen(Color="Red")},
        {"id": blue, "price": "3"},
    ]
    payload = call(shop, UPDATE, productId=product["id"], variants=rows, partial=True)
    assert [one["field"] for one in payload["userErrors"]] == [["variants", "0"], ["variants", "1"]]
    assert titles(payload) == ["Red", "Blue", "Green"]
    assert [one["price"] for one in payload["product"]["variants"]["nodes"]][1] == "3.00"


def test_a_value_that_a_bad_row_brought_is_not_kept() -> None:
    shop, product, red, blue = red_blue()
    rows = [
        {"id": red, "price": "1"},
        {"id": blue, "price": "-1", "optionValues": chosen(Color="Green")},
    ]
    payload = call(shop, UPDATE, productId=product, variants=rows, partial=True)
    (colors,) = payload["product"]["options"]
    assert [one["name"] for one in colors["optionValues"]] == ["Red", "Blue"]


def test_errors_stand_by_row_and_then_by_field() -> None:
    shop, product, red, _ = red_blue()
    rows = [{"id": red, "price": "-1.00", "compareAtPrice": "1000000000000000000"}]
    payload = call(shop, UPDATE, productId=product, variants=rows)
    assert told(payload) == [
        "variants.0.compareAtPrice: must be less than 1000000000000000000 (INVALID_INPUT)",
        "variants.0.price: Price must be greater than or equal to 0 (GREATER_THAN_OR_EQUAL_TO)",
    ]


@pytest.mark.parametrize(
    ("row", "error"),
    [
        pytest.param(
            {"id": None},
            "id: Product variant is missing ID attribute (PRODUCT_VARIANT_ID_MISSING)",
            id="no id",
        ),
        pytest.param(
            {"id": "gid://shopify/ProductVariant/1"},
            "id: Product variant does not exist (PRODUCT_VARIANT_DOES_NOT_EXIST)",
            id="an unknown id",
        ),
        pytest.param(
            {
                "inventoryQuantities": [
                    {"locationId": "gid://shopify/Location/1", "availableQuantity": 1}
                ]
            },
            "inventoryQuantities: Inventory quantities can only be provided during create. To"
            " update inventory for existing variants, use inventoryAdjustQuantities."
            " (NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE)",
            id="quantities",
        ),
        pytest.param(
            {"optionValues": chosen(Size="S")},
            "optionValues.0: Option does not exist (OPTION_DOES_NOT_EXIST)",
            id="another option",
        ),
        pytest.param(
            {"optionValues": [{"optionName": "Color", "id": "gid://shopify/ProductOptionValue/1"}]},
            "optionValues.0: Option value does not exist (OPTION_VALUE_DOES_NOT_EXIST)",
            id="an unknown value",
        ),
        pytest.param(
            {"optionValues": chosen(Color=LONG)},
            "optionValues.0.name: Option value name is too long (OPTION_VALUE_NAME_TOO_LONG)",
            id="a long value",
        ),
    ],
)
def test_a_row_that_cannot_be_answers_without_variants(row: Any, error: str) -> None:
    shop, product, red, _ = red_blue()
    before = dict(shop.products)
    payload = call(shop, UPDATE, productId=product, variants=[{"id": red, **row}])
    assert told(payload) == [f"variants.0.{error}"]
    assert payload["productVariants"] is None
    assert titles(payload) == ["Red", "Blue"]
    assert shop.products == before


@pytest.mark.parametrize(
    ("row", "error"),
    [
        pytest.param(
            {"inventoryItem": {"sku": LONG}},
            f".inventoryItem.sku: SKU {TOO_LONG} (INVALID_INPUT)",
            id="a long SKU",
        ),
        pytest.param({"price": None}, ".price: Price can't be blank (BLANK)", id="no price"),
        pytest.param(
            {"inventoryItem": {"measurement": {"weight": {"unit": "GRAMS", "value": -1.0}}}},
            ".inventoryItem.measurement.weight: Weight must be greater than or equal to 0"
            " (GREATER_THAN_OR_EQUAL_TO)",
            id="a weight below nothing",
        ),
        pytest.param(
            {"mediaId": "gid://shopify/MediaImage/1"},
            ".mediaId: Image must be for this product (MUST_BE_FOR_THIS_PRODUCT)",
            id="another product's picture",
        ),
        pytest.param(
            {"optionValues": chosen(Color="Blue")},
            ": The variant 'Blue' already exists. Please change at least one option value."
            " (VARIANT_ALREADY_EXISTS)",
            id="another variant's values",
        ),
    ],
)
def test_a_wrong_value_answers_with_the_variants_as_they_are(row: Any, error: str) -> None:
    shop, product, red, _ = red_blue()
    before = dict(shop.products)
    payload = call(shop, UPDATE, productId=product, variants=[{"id": red, **row}])
    assert told(payload) == [f"variants.0{error}"]
    assert [one["title"] for one in payload["productVariants"]] == ["Red"]
    assert shop.products == before


# ------------------------------------------------------------------------------------ create


def test_new_variants_come_after_the_old_ones_with_their_new_values() -> None:
    shop = new_shop(locations=("Butikk", "Lager"))
    product = a_product(shop, **RED_BLUE)["id"]
    *_, lager = shop.locations
    counts = [{"locationId": f"gid://shopify/Location/{lager}", "availableQuantity": 5}]
    rows = [
        {
            "optionValues": chosen(Color="Green"),
            "price": "5",
            "inventoryItem": {"sku": "G"},
            "inventoryQuantities": counts,
        },
        {"optionValues": chosen(Color="Black")},
    ]
    payload = call(shop, CREATE, productId=product, variants=rows)
    assert told(payload) == []
    green, black = payload["productVariants"]
    assert (green["sku"], green["price"], green["position"], green["inventoryQuantity"]) == (
        "G",
        "5.00",
        3,
        5,
    )
    places = [
        [one["location"]["name"] for one in made["inventoryItem"]["inventoryLevels"]["nodes"]]
        for made in (green, black)
    ]
    assert places == [["Lager"], ["Butikk"]]
    assert titles(payload) == ["Red", "Blue", "Green", "Black"]
    check_indexes(shop)


@pytest.mark.parametrize(
    ("strategy", "is_default", "left"),
    [
        pytest.param("DEFAULT", True, ["New"], id="default: the lone Default Title goes"),
        pytest.param("DEFAULT", False, ["Old", "New"], id="default: a lone other stays"),
        pytest.param("PRESERVE_STANDALONE_VARIANT", True, ["Default Title", "New"], id="preserve"),
        pytest.param("REMOVE_STANDALONE_VARIANT", False, ["New"], id="remove"),
    ],
)
def test_the_strategy_says_whether_a_lone_variant_stays(
    strategy: str, is_default: bool, left: list[str]
) -> None:
    shop = new_shop()
    own = {
        "productOptions": [option("Title", "Old")],
        "variants": [{"optionValues": chosen(Title="Old")}],
    }
    product = a_product(shop, **({} if is_default else own))
    rows = [{"optionValues": chosen(Title="New")}]
    payload = call(shop, CREATE, productId=product["id"], variants=rows, strategy=strategy)
    assert (told(payload), titles(payload)) == ([], left)
    (title,) = payload["product"]["options"]
    assert title["id"] == product["options"][0]["id"]
    assert [one["name"] for one in title["optionValues"]] == left
    check_indexes(shop)


def test_nothing_to_create_is_no_error() -> None:
    shop, product, *_ = red_blue()
    payload = call(shop, CREATE, productId=product, variants=[])
    assert (told(payload), payload["productVariants"]) == ([], [])
    assert titles(payload) == ["Red", "Blue"]


EXISTS = "already exists. Please change at least one option value."


@pytest.mark.parametrize(
    ("rows", "errors"),
    [
        pytest.param(
            [{"optionValues": []}],
            [": You need to add option values for Color (NEED_TO_ADD_OPTION_VALUES)"],
            id="no values",
        ),
        pytest.param(
            [{"optionValues": chosen(Color="Green") + chosen(Color="Red")}],
            [".optionValues: Duplicated option name 'Color' (INVALID_INPUT)"],
            id="two values for one option",
        ),
        pytest.param(
            [{"optionValues": chosen(Size="S")}],
            [".optionValues.0: Option does not exist (INVALID_INPUT)"],
            id="another option",
        ),
        pytest.param(
            [{"optionValues": chosen(Color="Red")}],
            [f": The variant 'Red' {EXISTS} (VARIANT_ALREADY_EXISTS_CHANGE_OPTION_VALUE)"],
            id="what is there",
        ),
        pytest.param(
            [{"optionValues": chosen(Color="Green"), "id": "gid://shopify/ProductVariant/1"}],
            [".id: Product variant id cannot be used on create (NO_KEY_ON_CREATE)"],
            id="an id",
        ),
        pytest.param(
            [{"optionValues": chosen(Color="Green"), "price": "-1"}],
            [".price: Price must be greater than or equal to 0 (GREATER_THAN_OR_EQUAL_TO)"],
            id="a price below nothing",
        ),
        pytest.param(
            [
                {
                    "optionValues": chosen(Color="Green"),
                    "inventoryQuantities": [
                        {"locationId": "gid://shopify/Location/1", "availableQuantity": 1}
                    ],
                }
            ],
            [
                ".inventoryQuantities: Quantity for Green couldn't be set because the location was"
                " deleted. (TRACKED_VARIANT_LOCATION_NOT_FOUND)"
            ],
            id="an unknown location",
        ),
    ],
)
def test_one_wrong_row_creates_nothing(rows: Any, errors: list[str]) -> None:
    shop, product, *_ = red_blue()
    before = dict(shop.products)
    payload = call(shop, CREATE, productId=product, variants=rows)
    assert told(payload) == [f"variants.0{error}" for error in errors]
    assert (payload["product"], payload["productVariants"]) == (None, [])
    assert shop.products == before


def test_the_same_values_twice_are_refused() -> None:
    shop, product, *_ = red_blue()
    rows = [{"optionValues": chosen(Color="Green")}] * 2
    assert told(call(shop, CREATE, productId=product, variants=rows)) == [
        f"variants.1: The variant 'Green' {EXISTS} (VARIANT_ALREADY_EXISTS_CHANGE_OPTION_VALUE)"
    ]


@pytest.mark.parametrize(("document", "variants"), [(UPDATE, None), (CREATE, [])])
def test_a_product_that_is_not_there_has_no_variants(document: str, variants: Any) -> None:
    payload = call(new_shop(), document, productId="gid://shopify/Product/1", variants=[])
    assert (payload["product"], payload["productVariants"]) == (None, variants)
    assert told(payload) == ["productId: Product does not exist (PRODUCT_DOES_NOT_EXIST)"]


def test_several_pictures_of_a_new_address_are_not_simulated() -> None:
    shop, product, red, _ = red_blue()
    row = {"id": red, "mediaSrc": ["https://x.no/a.jpg", "https://x.no/b.jpg"]}
    found = refusal(shop, UPDATE, productId=product, variants=[row])
    assert found[1] == "NOT_SIMULATED"


def test_bundles_and_unit_prices_are_kept() -> None:
    shop, product, red, _ = red_blue()
    measured = {
        "quantityValue": 500,
        "quantityUnit": "ML",
        "referenceValue": 1,
        "referenceUnit": "L",
    }
    row = {"id": red, "requiresComponents": True, "showUnitPrice": True}
    row["unitPriceMeasurement"] = measured
    assert told(call(shop, UPDATE, productId=product, variants=[row])) == []
    document = """query ($id: ID!) { productVariant(id: $id) { requiresComponents showUnitPrice
        unitPriceMeasurement { quantityValue quantityUnit referenceValue referenceUnit } } }"""
    assert executed(shop, document, id=red).data == {
        "productVariant": {
            "requiresComponents": True,
            "showUnitPrice": True,
            "unitPriceMeasurement": {**measured, "quantityValue": 500.0},
        }
    }
