"""Products made, changed, deleted, copied: at once, or as operations that go on by the clock."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.sandbox.archive import Archive
from syncd.sandbox.happenings import happen
from syncd.sandbox.options import ShopOptions
from syncd.sandbox.paces import Allowance
from syncd.sandbox.shop import Shop
from tests.sandbox.shops import a_product, check_indexes, new_shop
from tests.sandbox.till import SIZES, Till

CREATE = """
mutation Create($product: ProductCreateInput, $input: ProductInput, $media: [CreateMediaInput!]) {
  productCreate(product: $product, input: $input, media: $media) {
    product {
      id title handle status vendor tags combinedListingRole
      options { name values optionValues { name hasVariants } }
      variants(first: 5) { nodes { title price inventoryQuantity } }
      media(first: 5) { nodes { status } }
      metafields(first: 5) { nodes { key value } }
    }
    shop { name }
    userErrors { field message }
  }
}
"""
SET = """
mutation Set($input: ProductSetInput!) {
  productSet(input: $input, synchronous: false) {
    product { id } productSetOperation { id status product { id } userErrors { message } }
    userErrors { field message }
  }
}
"""
DELETE = """
mutation Delete($id: ID!) {
  productDelete(input: {id: $id}, synchronous: false) {
    deletedProductId productDeleteOperation { id status deletedProductId }
    userErrors { field message }
  }
}
"""
OPERATION = """
query Operation($id: ID!) {
  productOperation(id: $id) {
    __typename status product { title }
    ... on ProductSetOperation { userErrors { field message code } }
    ... on ProductDeleteOperation { deletedProductId }
    ... on ProductDuplicateOperation { newProduct { title } }
  }
}
"""
DUPLICATE = """
mutation Copy($id: ID!, $title: String!, $images: Boolean, $synchronous: Boolean) {
  productDuplicate(
    productId: $id, newTitle: $title, includeImages: $images, synchronous: $synchronous
  ) {
    newProduct {
      id title handle status tags options { name values }
      variants(first: 5) { nodes { sku price } }
    }
    productDuplicateOperation { id status }
    userErrors { field message }
  }
}
"""
STATUS = """
mutation Status($id: ID!, $status: ProductStatus!) {
  productChangeStatus(productId: $id, status: $status) {
    product { status } userErrors { field message code }
  }
}
"""
PUBLISH = """
mutation Publish($id: ID!, $input: [PublicationInput!]!, $on: ID!) {
  %s(id: $id, input: $input) {
    publishable { publishedOnPublication(publicationId: $on) } userErrors { field message }
  }
}
"""


def asked(till: Till, document: str, **variables: Any) -> Any:
    happen(till.shop)
    body = till.ask(document, variables)
    assert "errors" not in body, body
    (payload,) = body["data"].values()
    return payload


def test_a_new_product_has_one_variant_with_the_first_value_of_each_option() -> None:
    till = Till()
    options = [
        {"name": "Color", "values": [{"name": "Red"}, {"name": "Blue"}]},
        {"name": "Size", "values": [{"name": "S"}]},
    ]
    payload = asked(till, CREATE, product={"title": "Ski", "productOptions": options})
    product = payload["product"]
    assert (product["status"], product["vendor"]) == ("ACTIVE", "syncd demo")
    (variant,) = product["variants"]["nodes"]
    assert variant == {"title": "Red / S", "price": "0.00", "inventoryQuantity": 0}
    assert product["options"][0] == {
        "name": "Color",
        "values": ["Red"],
        "optionValues": [
            {"name": "Red", "hasVariants": True},
            {"name": "Blue", "hasVariants": False},
        ],
    }
    check_indexes(till.shop)


def test_a_new_product_takes_media_metafields_a_role() -> None:
    field = {"namespace": "custom", "key": "kk", "type": "single_line_text_field", "value": "v"}
    media = [{"mediaContentType": "IMAGE", "originalSource": "https://x.no/a.jpg"}]
    given = {"title": "Ski", "metafields": [field], "vendor": " ", "combinedListingRole": "PARENT"}
    product = asked(Till(), CREATE, product=given, media=media)["product"]
    assert product["media"]["nodes"] == [{"status": "UPLOADED"}]
    assert product["metafields"]["nodes"] == [{"key": "kk", "value": "v"}]
    assert (product["vendor"], product["combinedListingRole"]) == ("syncd demo", "PARENT")
    assert product["variants"]["nodes"][0]["title"] == "Default Title"


@pytest.mark.parametrize(
    ("variables", "field", "message"),
    [
        pytest.param({"product": {"title": ""}}, ["title"], "Title can't be blank", id="title"),
        pytest.param(
            {"input": {"id": "gid://shopify/Product/1", "title": ""}},
            ["input"],
            "id cannot be specified during creation",
            id="an id before all else",
        ),
        pytest.param(
            {"product": {"title": "A", "handle": "held"}},
            ["input", "handle"],
            "Handle 'held' already in use. Please provide a new handle.",
            id="handle",
        ),
        pytest.param(
            {"product": {"title": "A", "productOptions": [{"name": "A / B", "values": [{}]}]}},
            ["options"],
            'Name cannot contain the character sequence " / "',
            id="option",
        ),
        pytest.param(
            {
                "product": {"title": "A"},
                "media": [{"mediaContentType": "IMAGE", "originalSource": "no"}],
            },
            ["media", "0", "originalSource"],
            "Image URL is invalid",
            id="media",
        ),
    ],
)
def test_one_complaint_makes_no_product(variables: Any, field: list[str], message: str) -> None:
    till = Till()
    till.make("Held", handle="held")
    payload = asked(till, CREATE, **variables)
    assert payload["product"] is None
    assert payload["userErrors"] == [{"field": field, "message": message}]
    assert len(till.shop.products) == 1 and not till.shop.media


def test_the_deprecated_input_makes_a_product_too() -> None:
    assert asked(Till(), CREATE, input={"title": "Ski", "tags": ["a"]})["product"]["tags"] == ["a"]


def test_an_asynchronous_product_set_is_done_by_the_clock() -> None:
    till = Till()
    payload = asked(till, SET, input={"title": "Ski", **SIZES})
    operation = payload["productSetOperation"]
    assert payload["product"] is operation["product"] is None
    assert operation["status"] == "CREATED" and operation["userErrors"] == []
    seen = []
    for _ in range(3):
        read = asked(till, OPERATION, id=operation["id"])
        seen.append((read["status"], read["product"]))
        till.hands.passed_s += 0.5
    assert seen == [("CREATED", None), ("ACTIVE", None), ("COMPLETE", {"title": "Ski"})]
    check_indexes(till.shop)


def test_what_an_asynchronous_product_set_complains_of_is_told_at_its_end() -> None:
    till = Till()
    operation = asked(till, SET, input={"title": ""})["productSetOperation"]
    till.hands.passed_s += 2
    happen(till.shop)
    till.hands.passed_s += 2
    read = asked(till, OPERATION, id=operation["id"])
    assert (read["status"], read["product"]) == ("COMPLETE", None)
    assert [one["message"] for one in read["userErrors"]] == ["Title can't be blank"]


def test_an_asynchronous_deletion_is_done_when_it_is_active() -> None:
    till = Till()
    product = till.make("Ski")
    operation = asked(till, DELETE, id=product)["productDeleteOperation"]
    assert (operation["status"], operation["deletedProductId"]) == ("CREATED", None)
    again = asked(till, DELETE, id=product)
    message = "Another operation already in progress. Please wait until current one is finished."
    assert again["userErrors"] == [{"field": None, "message": message}]
    till.hands.passed_s += 0.5
    read = asked(till, OPERATION, id=operation["id"])
    assert (read["status"], read["deletedProductId"]) == ("ACTIVE", product)
    assert not till.shop.products
    till.hands.passed_s += 0.5
    assert asked(till, OPERATION, id=operation["id"])["status"] == "COMPLETE"


def test_a_copy_has_all_but_the_ids() -> None:
    till = Till()
    product = till.make("Ski", **SIZES, tags=["a"])
    copy = asked(till, DUPLICATE, id=product, title="Ski")["newProduct"]
    assert copy["id"] != product
    assert (copy["title"], copy["handle"], copy["tags"]) == ("Ski", "ski-1", ["a"])
    assert copy["options"] == [{"name": "Size", "values": ["S", "M"]}]
    rows = [{"sku": "A-S", "price": "199.00"}, {"sku": "A-M", "price": "249.50"}]
    assert copy["variants"]["nodes"] == rows
    check_indexes(till.shop)


def test_a_copy_may_take_its_time() -> None:
    till = Till()
    product = till.make("Ski")
    payload = asked(till, DUPLICATE, id=product, title="Stav", synchronous=False)
    for _ in range(2):
        till.hands.passed_s += 0.5
        happen(till.shop)
    read = asked(till, OPERATION, id=payload["productDuplicateOperation"]["id"])
    assert (read["product"], read["newProduct"]) == ({"title": "Ski"}, {"title": "Stav"})


def test_a_status_is_changed() -> None:
    till = Till()
    payload = asked(till, STATUS, id=till.make("Ski"), status="ARCHIVED")
    assert payload == {"product": {"status": "ARCHIVED"}, "userErrors": []}
    told = {"field": ["productId"], "message": "Product does not exist"}
    payload = asked(till, STATUS, id="gid://shopify/Product/1", status="ARCHIVED")
    assert payload == {"product": None, "userErrors": [{**told, "code": "PRODUCT_NOT_FOUND"}]}


# ------------------------------------------------------------------------------------- publishing


def test_a_variant_is_published_with_its_product_or_taken_away_by_itself() -> None:
    till = Till()
    product = till.make("Ski", **SIZES)
    on = f"gid://shopify/Publication/{next(iter(till.shop.publications))}"
    small, large = (f"gid://shopify/ProductVariant/{number}" for number in till.shop.variants)
    seen = []
    for name, id_ in (
        ("publishablePublish", product),
        ("publishableUnpublish", small),
        ("publishablePublish", small),
        ("publishableUnpublish", product),
    ):
        payload = asked(till, PUBLISH % name, id=id_, input=[{"publicationId": on}], on=on)
        assert payload["userErrors"] == []
        seen.append(payload["publishable"]["publishedOnPublication"])
    assert seen == [True, False, True, False]
    assert large != small


def test_a_product_is_seen_from_its_date_on() -> None:
    till = Till()
    product = till.make("Ski")
    on = f"gid://shopify/Publication/{next(iter(till.shop.publications))}"
    entry = {"publicationId": on, "publishDate": "2026-11-25T09:00:00Z"}
    payload = asked(till, PUBLISH % "publishablePublish", id=product, input=[entry], on=on)
    assert payload["publishable"] == {"publishedOnPublication": False}
    till.hands.passed_s += 3_600
    query = """
    query Q($id: ID!, $on: ID!) {
      product(id: $id) { publishedOnPublication(publicationId: $on) }
    }
    """
    assert asked(till, query, id=product, on=on) == {"publishedOnPublication": True}


def test_an_app_that_is_no_channel_publishes_nothing_to_itself() -> None:
    till = Till()
    document = """
    mutation P($id: ID!) {
      publishablePublishToCurrentChannel(id: $id) {
        publishable { __typename } userErrors { field message }
      }
    }
    """
    payload = asked(till, document, id=till.make("Ski"))
    assert payload["publishable"] == {"__typename": "Product"}
    assert payload["userErrors"] == [{"field": ["id"], "message": "Channel does not exist"}]


# ----------------------------------------------------------------------------------------- limits


@pytest.mark.parametrize(
    ("plan", "made"),
    [pytest.param("standard", [True, True, False], id="a small plan"), ("plus", [True] * 3)],
)
def test_a_large_shop_makes_so_many_variants_a_day(plan: str, made: list[bool]) -> None:
    till = Till()
    allowance = Allowance(free_variants=1, variants_a_day=3)
    options = ShopOptions(clock=till.hands.clock, plan=plan, allowance=allowance)
    till.shop = Shop(options, Archive(None))
    document = "mutation C($t: String!) { productCreate(product: {title: $t}) { product { id } } }"
    till.make("Ski", **SIZES)
    bodies = [till.ask(document, {"t": "Stav"}) for _ in range(2)]
    assert ["errors" not in body for body in bodies] == made[1:]
    if plan == "standard":
        (error,) = bodies[1]["errors"]
        assert error["extensions"] == {"code": "VARIANT_THROTTLE_EXCEEDED"}
        till.hands.passed_s += 86_400
        assert "errors" not in till.ask(document, {"t": "Stav"})


def test_handles_of_one_title_are_counted_up_without_gaps() -> None:
    shop = new_shop()
    for _ in range(30):
        a_product(shop)
    assert {"ski", *(f"ski-{number}" for number in range(1, 30))} == set(shop.handles)
    shop.remove("Product", shop.products[shop.handles["ski-7"]])
    assert [a_product(shop)["handle"] for _ in range(2)] == ["ski-7", "ski-30"]
    assert a_product(shop, title="Ski 7")["handle"] == "ski-31"
