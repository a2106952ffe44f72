"""Shopify's userErrors in words that a shop owner can act on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLObjectType,
    OperationDefinitionNode,
    OperationType,
    get_named_type,
    parse,
)
from hypothesis import given as for_all
from hypothesis import strategies as st

from syncd.errors import ProductGoneError, RowError, ShopifyError
from syncd.records import Form, VariantForm, VariantIds
from syncd.rules import limits, picture_words, refusals
from syncd.rules.metafield_words import DEFINITION_WORDS, METAFIELD_WORDS
from syncd.rules.picture_words import FILE_WORDS, MEDIA_WORDS
from syncd.rules.refusal_words import PRODUCT_WORDS, WAIT, Words
from syncd.rules.stock_words import STOCK_WORDS
from syncd.rules.text import line
from syncd.sandbox.official import official
from syncd.shopify.client import API_VERSION

FORM = Form(
    title="Jakke",
    vendor="Fjell",
    status="ACTIVE",
    description_html=None,
    options=("Størrelse",),
    variants=tuple(
        VariantForm(key, (key,), sku, "", "1.00", None, True, None)
        for key, sku in (("S", "J-S"), ("M", ""))
    ),
    pictures=(),
)


def error(message: str, *field: str, code: str | None = None) -> dict[str, Any]:
    return {"field": list(field) or None, "message": message, "code": code}


def told(*errors: dict[str, Any]) -> ShopifyError:
    found = refusals.of(errors, key="4711", form=FORM, skus=["J-S", ""])
    assert found is not None
    return found


def test_no_errors_are_no_refusal() -> None:
    assert refusals.of([], key="4711", form=FORM) is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param(
            error("is odd", "input", "title"),
            "product 4711 (Jakke): Shopify refused title: is odd",
            id="a field of the product",
        ),
        pytest.param(
            error("must be positive", "input", "variants", "0", "price"),
            "refused SKU J-S price: must be positive",
            id="a field of a variant, with its SKU",
        ),
        pytest.param(
            error("no", "variants", "1", "price"), "SKU (none)", id="a variant without SKU"
        ),
        pytest.param(
            error("no", "variants", "9", "price"),
            "refused variant 9 price: no",
            id="a variant nobody knows",
        ),
        pytest.param(error("Title is odd."), "refused Title is odd", id="no field"),
        pytest.param(
            error("is odd", "title", code="NEW_ONE"),
            "refused title: is odd (NEW_ONE)",
            id="a code nobody knows, to look it up by",
        ),
    ],
)
def test_what_is_said(given: dict[str, Any], said: str) -> None:
    assert said in told(given).message


def test_at_most_three_are_told_with_the_number_of_the_rest() -> None:
    message = told(*(error(f"e{number}") for number in range(5))).message
    assert message.endswith("e0; e1; e2 and 2 more")


def test_a_code_is_told_in_plain_words_then_in_shopifys() -> None:
    refusal = told(error("must be ≥ 0", "variants", "0", "price", code="NEGATIVE_PRICE_VALUE"))
    assert refusal.message == (
        "product 4711 (Jakke), SKU J-S: the price is less than 0 "
        "(Shopify says “price: must be ≥ 0”)"
    )
    assert refusal.hint == "correct the price in the Backoffice; it will be sent by itself"


def test_errors_of_one_code_share_its_sentence() -> None:
    skus = [f"J-{number}" for number in range(5)]
    errors = [
        error("no", "variants", str(at), "price", code="NEGATIVE_PRICE_VALUE") for at in range(5)
    ]
    refusal = refusals.of(errors, key="4711", form=FORM, skus=skus)
    assert refusal is not None
    assert refusal.message == (
        "product 4711 (Jakke), SKU J-0, SKU J-1, SKU J-2 and 2 more: the price is less than 0 "
        "(Shopify says “price: no”)"
    )


def test_each_code_has_its_sentence_and_its_hint() -> None:
    refusal = told(
        error("Name twice", "input", code="DUPLICATED_OPTION_NAME"),
        error("no", "input", "variants", "0", "price", code="NEGATIVE_PRICE_VALUE"),
        error("odd", "input", "vendor", code="NEW_ONE"),
    )
    assert refusal.message == (
        "product 4711 (Jakke): two options have the same name (Shopify says “Name twice”); "
        "SKU J-S: the price is less than 0 (Shopify says “price: no”); "
        "Shopify refused vendor: odd (NEW_ONE)"
    )
    first, second = refusal.hint.split(". Also: ")
    assert "another name" in first and "correct the price" in second


def test_errors_of_codes_past_the_third_are_counted() -> None:
    codes = ("BLANK", "TOO_LONG", "TOO_SHORT", "INVALID", "INVALID_INPUT")
    assert told(*(error("no", code=code) for code in codes)).message.endswith(" and 2 more")


def test_a_product_of_one_variant_is_named_by_its_sku_too() -> None:
    one = replace(FORM, variants=FORM.variants[:1])
    refusal = refusals.of([error("no", code="TOO_LONG")], key="4711", form=one)
    assert refusal is not None and "product 4711 (Jakke), SKU J-S: a text" in refusal.message


@pytest.mark.parametrize(
    ("message", "hint"),
    [
        pytest.param("Title can't be blank", "give it a value in the Backoffice", id="no title"),
        pytest.param(
            "Handle 'jakke' already in use. Please provide a new handle.",
            "change the handle of the other product in Shopify",
            id="a handle of another product",
        ),
        pytest.param("Title is too long (maximum is 255 characters)", "shorten it", id="too long"),
        pytest.param("Title is odd", "mend it in the Backoffice", id="unknown"),
    ],
)
def test_product_updates_errors_without_a_code_are_known_by_their_words(
    message: str, hint: str
) -> None:
    refusal = told(error(message))
    assert isinstance(refusal, RowError) and refusal.hint.startswith(hint)
    assert message.rstrip(".") in refusal.message


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        pytest.param("INVALID_INPUT", RowError, id="wrong data"),
        pytest.param(None, RowError, id="no code"),
        pytest.param("GENERIC_ERROR", ShopifyError, id="Shopify's trouble is tried again"),
        pytest.param("PRODUCT_VARIANT_DOES_NOT_EXIST", ShopifyError, id="read it first, next time"),
        pytest.param("CHANGE_FROM_QUANTITY_STALE", ShopifyError, id="a sale came between"),
        pytest.param("PRODUCT_SUSPENDED", RowError, id="Shopify's decision does not pass"),
    ],
)
def test_whose_fault_it_is(code: str | None, kind: type[ShopifyError]) -> None:
    assert type(told(error("no", code=code))) is kind


@pytest.mark.parametrize(
    "said", [error("gone", code="PRODUCT_DOES_NOT_EXIST"), error("Product does not exist")]
)
def test_a_product_deleted_in_shopify_is_known_for_that(said: Any) -> None:
    refusal = told(said)
    assert isinstance(refusal, ProductGoneError)
    assert "was deleted in Shopify" in refusal.message and said["message"] in refusal.message


IDS = {
    key: VariantIds(
        f"gid://shopify/ProductVariant/{number}", f"gid://shopify/InventoryItem/{number}"
    )
    for number, key in enumerate(("S", "M"), start=1)
}


@pytest.mark.parametrize(
    ("variables", "skus"),
    [
        pytest.param({"input": {"variants": [{"sku": "A"}, {"sku": ""}]}, "variants": 2},
                     ["A", ""], id="productSet"),
        pytest.param({"variants": [{"inventoryItem": {"sku": "B"}}]}, ["B"], id="new variants"),
        pytest.param({"variants": [{"id": IDS["M"].variant, "price": "1.00"},
                                   {"id": IDS["S"].variant, "price": "1.00"}]},
                     ["", "J-S"], id="some of the variants, by id, in another order"),
        pytest.param({"variantMedia": [{"variantId": IDS["S"].variant, "mediaIds": ["1"]}]},
                     ["J-S"], id="pictures of variants"),
        pytest.param({"variantsIds": [IDS["M"].variant, IDS["S"].variant]}, ["", "J-S"],
                     id="variants to delete"),
        pytest.param({"input": {"quantities": [{"inventoryItemId": IDS["S"].inventory_item}]}},
                     ["J-S"], id="counts"),
        pytest.param({"product": {"id": "1"}}, [], id="no variants"),
    ],
)  # fmt: skip
def test_the_variants_of_a_write_are_named_in_its_order(
    variables: dict[str, Any], skus: list[str]
) -> None:
    assert refusals.named(variables, FORM, IDS) == skus


# ------------------------------------------------------------------------------------------ codes

GRAPHQL = Path(__file__).resolve().parents[2] / "graphql"
# Those of graphql/ and those that are about to come.
CALLS = (
    "inventorySetQuantities",
    "metafieldDefinitionCreate",
    "metafieldsSet",
    "productSet",
    "productUpdate",
    "productVariantDetachMedia",
    "productVariantsBulkCreate",
    "productVariantsBulkDelete",
    "productVariantsBulkUpdate",
    "publishablePublish",
)


FILES = {  # of whole operations and their files: `shopify/bulk.py` has an answer to each code
    "bulkOperationCancel",
    "bulkOperationRunMutation",
    "bulkOperationRunQuery",
    "stagedUploadsCreate",
}

SPEECHLESS = {  # their `userErrors` have no code: rules/fulfilment.py and the flows go by words
    "fulfillmentCreate",
    "fulfillmentTrackingInfoUpdate",
    "inventoryActivate",
    "webhookSubscriptionCreate",
    "webhookSubscriptionDelete",
    "webhookSubscriptionUpdate",
}


def codes_of(enum: str) -> set[str]:
    """The codes of an enum in the official schema of the version that we speak."""
    type_ = official(API_VERSION).schema.type_map[enum]
    assert isinstance(type_, GraphQLEnumType)
    return set(type_.values)


@cache
def codes(call: str) -> frozenset[str]:
    """The codes that a mutation's `userErrors` may have; none where they have no code."""
    mutations = official(API_VERSION).schema.mutation_type
    assert mutations is not None
    payload = get_named_type(mutations.fields[call].type)
    assert isinstance(payload, GraphQLObjectType)
    one = get_named_type(payload.fields["userErrors"].type)
    assert isinstance(one, GraphQLObjectType)
    if "code" not in one.fields:
        return frozenset()
    return frozenset(codes_of(get_named_type(one.fields["code"].type).name))


def test_each_call_of_ours_is_asked_for_its_codes() -> None:
    ours = {
        field.name.value
        for path in GRAPHQL.glob("*.graphql")
        for one in parse(path.read_text(encoding="utf-8")).definitions
        if isinstance(one, OperationDefinitionNode) and one.operation is OperationType.MUTATION
        for field in one.selection_set.selections
        if isinstance(field, FieldNode)
    }
    assert ours and not ours - {*CALLS} - FILES - SPEECHLESS


@pytest.mark.parametrize("call", CALLS)
def test_each_code_of_a_call_has_a_sentence(call: str) -> None:
    assert not codes(call) - refusals.WORDS.keys()


def test_no_sentence_is_for_a_code_that_no_call_has() -> None:
    assert not refusals.WORDS.keys() - frozenset().union(*map(codes, CALLS))


@pytest.mark.parametrize("enum", ["FileErrorCode", "MediaErrorCode"])
def test_the_sentences_on_pictures_are_those_of_the_enum(enum: str) -> None:
    assert picture_words.FILE_WORDS.keys() == codes_of(enum)


def test_no_code_has_two_sentences() -> None:
    parts = (PRODUCT_WORDS, MEDIA_WORDS, METAFIELD_WORDS, DEFINITION_WORDS, STOCK_WORDS)
    assert sum(map(len, parts)) == len(refusals.WORDS)


@pytest.mark.parametrize("words", [refusals.WORDS, FILE_WORDS], ids=["refusals", "pictures"])
def test_sentences_can_be_put_together(words: Mapping[str, Words]) -> None:
    for one in words.values():
        for text in (one.meaning, one.hint):
            assert text == line(text) and not text.endswith((".", ";", ",")) and "  " not in text


def test_what_is_tried_again_says_so_and_nothing_else_does() -> None:
    waiting = {code for code, words in refusals.WORDS.items() if words.hint == WAIT}
    assert waiting == refusals.PASSING | refusals.STALE


TEXT = st.text(max_size=20)
CODE = st.none() | TEXT | st.sampled_from(sorted(refusals.WORDS))
STEP = TEXT | st.sampled_from(["input", "product", "files", "id", "0", "1", "²", *refusals.ROWS])
ERROR = st.fixed_dictionaries(
    {"field": st.none() | st.lists(STEP, max_size=5), "message": TEXT, "code": CODE}
)


@for_all(st.lists(ERROR, min_size=1, max_size=8), TEXT, st.lists(TEXT, max_size=3))
def test_any_refusal_names_the_product_and_gives_shopifys_first_words(
    errors: list[dict[str, Any]], key: str, skus: list[str]
) -> None:
    refusal = refusals.of(errors, key=key, form=FORM, skus=skus)
    assert refusal is not None
    assert refusal.hint or isinstance(refusal, ProductGoneError)
    assert refusal.message.startswith(limits.subject(key, FORM.title))
    assert line(errors[0]["message"]).rstrip(".") in refusal.message


# --------------------------------------------------------------------------------------- pictures

ADDRESS = "https://cdn.example/a.jpg"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        pytest.param(
            "IMAGE_DOWNLOAD_FAILURE",
            f"the picture {ADDRESS} does not show in Shopify: Shopify could not download it; give "
            "it a new address, one that anybody can open in a browser, in the Backoffice; "
            "it will be sent by itself",
            id="known",
        ),
        pytest.param("NEW_ONE", "does not show in Shopify (Shopify says NEW_ONE); ", id="unknown"),
        pytest.param(None, "in Shopify (Shopify gives no reason); give it a new ", id="no code"),
    ],
)
def test_a_picture_that_failed_is_told_with_its_address(code: str | None, said: str) -> None:
    sentence = refusals.picture(code, ADDRESS)
    assert said in sentence and ADDRESS in sentence


@pytest.mark.parametrize(
    ("errors", "sku"),
    [
        pytest.param([error("x", "input", "variants", "0", "price", code="INVALID")], "J-S",
                     id="the variant it points at"),
        pytest.param([error("x", "input", "title", code="INVALID"),
                      error("x", "variants", "0", code="INVALID")], "J-S",
                     id="the first that is pointed at"),
        pytest.param([error("x", "input", "variants", "1", code="INVALID")], "", id="no SKU"),
        pytest.param([error("x", "input", "variants", "9", code="INVALID")], "", id="nowhere"),
        pytest.param([error("x", code="INVALID")], "", id="the product"),
    ],
)  # fmt: skip
def test_a_refusal_carries_the_sku_that_is_to_blame(errors: list[dict[str, Any]], sku: str) -> None:
    found = told(*errors)
    assert isinstance(found, RowError) and found.sku == sku
