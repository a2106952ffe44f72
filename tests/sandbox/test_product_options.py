"""Options of products that are there already; variants taken away, put in order."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.shops import a_product, call, check_indexes, chosen, new_shop, option, refusal

SHOWN = """
product {
  id options { id name position values optionValues { id name } }
  variants(first: 9) { nodes { id title } }
}
userErrors { field message code }
"""
CREATE = f"""
mutation C($id: ID!, $options: [OptionCreateInput!]!, $s: ProductOptionCreateVariantStrategy) {{
  productOptionsCreate(productId: $id, options: $options, variantStrategy: $s) {{ {SHOWN} }}
}}
"""
DELETE = f"""
mutation D($id: ID!, $options: [ID!]!, $s: ProductOptionDeleteStrategy) {{
  productOptionsDelete(productId: $id, options: $options, strategy: $s) {{
    deletedOptionsIds {SHOWN}
  }}
}}
"""
REORDER = f"""
mutation R($id: ID!, $options: [OptionReorderInput!]!) {{
  productOptionsReorder(productId: $id, options: $options) {{ {SHOWN} }}
}}
"""
UPDATE = f"""
mutation U(
  $id: ID!, $option: OptionUpdateInput!, $add: [OptionValueCreateInput!],
  $change: [OptionValueUpdateInput!], $delete: [ID!]
) {{
  productOptionUpdate(
    productId: $id, option: $option, optionValuesToAdd: $add,
    optionValuesToUpdate: $change, optionValuesToDelete: $delete
  ) {{ {SHOWN} }}
}}
"""
BULK_DELETE = f"""
mutation B($id: ID!, $ids: [ID!]!) {{
  productVariantsBulkDelete(productId: $id, variantsIds: $ids) {{ {SHOWN} }}
}}
"""
BULK_REORDER = f"""
mutation B($id: ID!, $positions: [ProductVariantPositionInput!]!) {{
  productVariantsBulkReorder(productId: $id, positions: $positions) {{ {SHOWN} }}
}}
"""
COLOR, SIZE = option("Color", "Red", "Green"), option("Size", "S")


def menu(product: Any) -> dict[str, list[str]]:
    return {
        one["name"]: [value["name"] for value in one["optionValues"]] for one in product["options"]
    }


def titles(product: Any) -> list[str]:
    return [one["title"] for one in product["variants"]["nodes"]]


def two_colors(shop: Any) -> Any:
    rows = [{"optionValues": chosen(Color=color, Size="S")} for color in ("Red", "Green")]
    return a_product(shop, productOptions=[COLOR, SIZE], variants=rows)


def test_new_options_take_the_place_of_the_standard_one() -> None:
    shop = new_shop()
    product = a_product(shop)
    after = call(shop, CREATE, id=product["id"], options=[COLOR])["product"]
    assert menu(after) == {"Color": ["Red", "Green"]}
    assert titles(after) == ["Red"]
    check_indexes(shop)
    more = call(shop, CREATE, id=product["id"], options=[SIZE], s="CREATE")["product"]
    assert titles(more) == ["Red / S", "Green / S"]
    check_indexes(shop)


@pytest.mark.parametrize(
    ("options", "field", "message", "code"),
    [
        pytest.param(
            [SIZE, SIZE],
            ["options", "1"],
            "Duplicated option name.",
            "DUPLICATED_OPTION_NAME",
            id="twice",
        ),
        pytest.param(
            [COLOR],
            ["options", "0"],
            "Option 'Color' already exists.",
            "OPTION_ALREADY_EXISTS",
            id="there already",
        ),
        pytest.param(
            [option("Size")],
            ["options", "0"],
            "Option 'Size' must specify at least one option value.",
            "OPTION_VALUES_MISSING",
            id="without values",
        ),
        pytest.param(
            [option("N" * 256, "a")],
            ["options", "0"],
            "Option name is too long.",
            "OPTION_NAME_TOO_LONG",
            id="long",
        ),
        pytest.param(
            [option(name, "a") for name in "ABC"],
            ["options"],
            "Can only specify a maximum of 3 options",
            "OPTIONS_OVER_LIMIT",
            id="four",
        ),
    ],
)
def test_new_options_are_refused(options: Any, field: Any, message: str, code: str) -> None:
    shop = new_shop()
    product = a_product(shop)["id"]
    call(shop, CREATE, id=product, options=[COLOR])
    payload = call(shop, CREATE, id=product, options=options)
    assert payload["userErrors"] == [{"field": field, "message": message, "code": code}]
    assert menu(payload["product"]) == {"Color": ["Red", "Green"]}


def test_an_option_goes_when_one_value_of_it_is_used() -> None:
    shop = new_shop()
    product = two_colors(shop)
    color, size = (one["id"] for one in product["options"])
    refused = call(shop, DELETE, id=product["id"], options=[color])
    assert refused["deletedOptionsIds"] == []
    assert [one["code"] for one in refused["userErrors"]] == [
        "CANNOT_DELETE_OPTION_WITH_MULTIPLE_VALUES"
    ]
    done = call(shop, DELETE, id=product["id"], options=[size])
    assert done["deletedOptionsIds"] == [size]
    assert titles(done["product"]) == ["Red", "Green"]
    kept = call(shop, DELETE, id=product["id"], options=[color], s="NON_DESTRUCTIVE")
    assert [one["code"] for one in kept["userErrors"]] == ["CANNOT_USE_NON_DESTRUCTIVE_STRATEGY"]
    last = call(shop, DELETE, id=product["id"], options=[color], s="POSITION")
    assert menu(last["product"]) == {"Title": ["Default Title"]}
    assert titles(last["product"]) == ["Default Title"]
    check_indexes(shop)
    unknown = call(shop, DELETE, id=product["id"], options=[color])
    assert unknown["userErrors"] == [
        {
            "field": ["options", "0"],
            "message": "Option does not exist",
            "code": "OPTION_DOES_NOT_EXIST",
        }
    ]


def test_variants_follow_the_order_of_options() -> None:
    shop = new_shop()
    product = two_colors(shop)
    order = [{"name": "Size"}, {"name": "Color", "values": [{"name": "Green"}, {"name": "Red"}]}]
    after = call(shop, REORDER, id=product["id"], options=order)["product"]
    assert list(menu(after)) == ["Size", "Color"]
    assert titles(after) == ["S / Green", "S / Red"]
    check_indexes(shop)


NO_OPTION, NO_VALUE = "gid://shopify/ProductOption/9", "gid://shopify/ProductOptionValue/9"


@pytest.mark.parametrize(
    ("options", "field", "message", "code"),
    [
        pytest.param(
            [{"name": "X"}],
            "options",
            "Option name 'X' does not exist.",
            "OPTION_NAME_DOES_NOT_EXIST",
            id="unknown name",
        ),
        pytest.param(
            [{"id": NO_OPTION}],
            "options",
            "Option id '9' does not exist.",
            "OPTION_ID_DOES_NOT_EXIST",
            id="unknown id",
        ),
        pytest.param(
            [{"name": "Color", "values": [{"name": "X"}]}],
            "options",
            "Option value 'X' does not exist.",
            "OPTION_VALUE_DOES_NOT_EXIST",
            id="unknown value",
        ),
        pytest.param(
            [{"name": "Color", "values": [{"id": NO_VALUE}]}],
            "options",
            "Option value id '9' does not exist.",
            "OPTION_VALUE_ID_DOES_NOT_EXIST",
            id="unknown id of a value",
        ),
        pytest.param(
            [{"name": "Color"}, {"name": "Color"}],
            "options.1",
            "Duplicated option name 'Color'.",
            "DUPLICATED_OPTION_NAME",
            id="twice",
        ),
        pytest.param(
            [{"name": "Color", "values": [{"name": "Red"}, {"name": "Red"}]}],
            "options.1",
            "Duplicated option value 'Red'.",
            "DUPLICATED_OPTION_VALUE",
            id="a value twice",
        ),
        pytest.param(
            [{"name": "Color"}, {"id": NO_OPTION}],
            "options",
            "Only specify one of `id` or `name` fields for options.",
            "MIXING_ID_AND_NAME_KEYS_IS_NOT_ALLOWED",
            id="names with ids",
        ),
        pytest.param(
            [{"name": "Color", "values": [{"name": "Red"}, {"id": NO_VALUE}]}],
            "options",
            "Only specify one of `id` or `name` fields for option values.",
            "MIXING_ID_AND_NAME_KEYS_IS_NOT_ALLOWED",
            id="names of values with ids",
        ),
    ],
)
def test_an_order_is_refused(options: Any, field: str, message: str, code: str) -> None:
    shop = new_shop()
    payload = call(shop, REORDER, id=two_colors(shop)["id"], options=options)
    (told,) = payload["userErrors"]
    assert (".".join(told["field"]), told["message"], told["code"]) == (field, message, code)
    assert titles(payload["product"]) == ["Red / S", "Green / S"]


def test_an_order_names_what_it_moves() -> None:
    shop = new_shop()
    product = two_colors(shop)["id"]
    message, code = refusal(shop, REORDER, id=product, options=[{"values": []}])
    assert message == "OptionReorderInput requires exactly one of id, name"
    assert code == "INVALID_FIELD_ARGUMENTS"


def test_an_option_is_renamed_moved_given_other_values() -> None:
    shop = new_shop()
    product = a_product(shop)["id"]
    made = call(shop, CREATE, id=product, options=[COLOR, SIZE])["product"]
    red, green = made["options"][0]["optionValues"]
    after = call(
        shop,
        UPDATE,
        id=product,
        option={"id": made["options"][0]["id"], "name": "Shade", "position": 2},
        add=[{"name": "Blue"}],
        change=[{"id": red["id"], "name": "Crimson"}],
        delete=[green["id"]],
    )["product"]
    assert menu(after) == {"Size": ["S"], "Shade": ["Crimson", "Blue"]}
    assert titles(after) == ["S / Crimson"]
    check_indexes(shop)
    used = call(
        shop, UPDATE, id=product, option={"id": made["options"][0]["id"]}, delete=[red["id"]]
    )
    assert [one["code"] for one in used["userErrors"]] == ["OPTION_VALUE_HAS_VARIANTS"]
    unknown = call(shop, UPDATE, id=product, option={"id": NO_OPTION})
    assert [one["field"] for one in unknown["userErrors"]] == [["option"]]


def test_variants_are_deleted_but_the_last() -> None:
    shop = new_shop()
    product = two_colors(shop)
    first, second = (one["id"] for one in product["variants"]["nodes"])
    foreign = a_product(shop)["variants"]["nodes"][0]["id"]
    payload = call(shop, BULK_DELETE, id=product["id"], ids=[first, foreign])
    assert payload["product"] is None
    assert payload["userErrors"] == [
        {
            "field": ["variantsIds", "1"],
            "message": "At least one variant does not belong to the product",
            "code": "AT_LEAST_ONE_VARIANT_DOES_NOT_BELONG_TO_THE_PRODUCT",
        }
    ]
    done = call(shop, BULK_DELETE, id=product["id"], ids=[first])["product"]
    assert titles(done) == ["Green / S"]
    assert menu(done)["Color"] == ["Red", "Green"]
    last = call(shop, BULK_DELETE, id=product["id"], ids=[second])
    assert [one["code"] for one in last["userErrors"]] == ["CANNOT_DELETE_LAST_VARIANT"]
    check_indexes(shop)


def test_variants_are_put_in_another_order() -> None:
    shop = new_shop()
    product = two_colors(shop)
    first, second = (one["id"] for one in product["variants"]["nodes"])
    positions = [{"id": second, "position": 1}, {"id": first, "position": 2}]
    after = call(shop, BULK_REORDER, id=product["id"], positions=positions)["product"]
    assert titles(after) == ["Green / S", "Red / S"]
    check_indexes(shop)
    twice = [{"id": first, "position": 1}, {"id": first, "position": 2}]
    payload = call(shop, BULK_REORDER, id=product["id"], positions=twice)
    assert [one["code"] for one in payload["userErrors"]] == ["DUPLICATED_VARIANT_ID"]
    none = call(shop, BULK_REORDER, id=product["id"], positions=[{"id": first, "position": 0}])
    assert [one["code"] for one in none["userErrors"]] == ["INVALID_POSITION"]
