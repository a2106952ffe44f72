"""Shopify's search syntax: what is found, what is told beside the data."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.till import Till

LIST = """
query List($query: String, $sortKey: ProductSortKeys = TITLE) {
  found: products(first: 50, query: $query, sortKey: $sortKey) { nodes { title } }
  productsCount(query: $query) { count precision }
}
"""
VARIANTS = """
query Variants($query: String) {
  productVariants(first: 50, query: $query, sortKey: SKU) { nodes { sku } }
  productVariantsCount(query: $query) { count }
}
"""


@pytest.fixture(scope="module")
def till() -> Till:
    """Caps and skis. The shop's day begins at 23:00 UTC."""
    till = Till()
    make = till.make
    make("NIKE | Swoosh Flat Peak Cap", vendor="NIKE", productType="ACCESSORIES", tags=["cap"])
    make("VANS Socks", vendor="VANS", productType="ACCESSORIES", tags=["vans", "no:rth"])
    make("VANS Shirt", vendor="VANS", productType="SHIRTS", tags=["vans", "cap"], status="DRAFT")
    rows = [
        {
            "optionValues": [{"optionName": "Size", "name": size}],
            "sku": sku,
            "price": price,
            "requiresComponents": sku == "SKI-2",
        }
        for size, sku, price in (("S", "SKI-1", "10"), ("M", "SKI-2", "250"))
    ]
    options = [{"name": "Size", "values": [{"name": "S"}, {"name": "M"}]}]
    field = {"namespace": "custom", "key": "color", "type": "single_line_text_field"}
    make(
        "Ski",
        vendor="Levi's",
        status="ARCHIVED",
        productOptions=options,
        variants=rows,
        metafields=[{**field, "value": "blue"}],
    )
    return till


CAP, SOCKS, SHIRT, SKI = "NIKE | Swoosh Flat Peak Cap", "VANS Socks", "VANS Shirt", "Ski"
ALL = [CAP, SKI, SHIRT, SOCKS]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        pytest.param("", ALL, id="nothing asked"),
        pytest.param("   ", ALL, id="only space"),
        pytest.param("socks", [SOCKS], id="a word"),
        pytest.param("vans shirt", [SHIRT], id="two words are both wanted"),
        pytest.param('"flat peak cap" accessories -vendor:VANS', [CAP], id="recorded: a phrase"),
        pytest.param('"peak flat"', [], id="a phrase is in order"),
        pytest.param("swoo* status:active", [CAP], id="recorded: a beginning"),
        pytest.param("sw*sh", [], id="a star elsewhere is a sign"),
        pytest.param("vendor:nike", [CAP], id="any case"),
        pytest.param("vendor:NIK", [], id="a whole value"),
        pytest.param("vendor:NIK*", [CAP], id="the beginning of a value"),
        pytest.param('vendor:"Levi\'s"', [SKI], id="double quotes"),
        pytest.param("vendor:'Levi\\'s'", [SKI], id="single quotes"),
        pytest.param("vendor:Levi's", [SKI], id="an apostrophe"),
        pytest.param("title:cap", [CAP], id="a word of a title"),
        pytest.param("tag:cap", [CAP, SHIRT], id="a tag"),
        pytest.param("tag_not:cap", [SKI, SOCKS], id="not a tag"),
        pytest.param("tag:no\\:rth", [SOCKS], id="a colon with a backslash"),
        pytest.param(
            "vendor:NIKE OR vendor:VANS tag:vans product_type:SHIRTS",
            [CAP, SHIRT],
            id="recorded: AND binds before OR",
        ),
        pytest.param("vendor:NIKE OR (vendor:VANS AND tag:cap)", [CAP, SHIRT], id="brackets"),
        pytest.param("(vendor:NIKE OR vendor:VANS) tag:cap", [CAP, SHIRT], id="brackets first"),
        pytest.param("NOT vendor:VANS", [CAP, SKI], id="NOT"),
        pytest.param("-(vendor:VANS OR vendor:NIKE)", [SKI], id="minus before brackets"),
        pytest.param("status:active,draft", [CAP, SHIRT, SOCKS], id="one of several"),
        pytest.param("-status:active", [SKI, SHIRT], id="minus"),
        pytest.param("price:>10 price:<=250", [SKI], id="two bounds"),
        pytest.param("price:<10", [CAP, SHIRT, SOCKS], id="below"),
        pytest.param("sku:SKI-2", [SKI], id="a variant's"),
        pytest.param("sku:*", [SKI], id="any value"),
        pytest.param("-sku:*", [CAP, SHIRT, SOCKS], id="no value"),
        pytest.param("metafields.custom.color:blue", [SKI], id="a metafield"),
        pytest.param("has_only_default_variant:false", [SKI], id="a flag"),
        pytest.param("created_at:>=2026-11-25T08", ALL, id="an hour of the shop's zone"),
        pytest.param("created_at:>'2026-11-25T09:00:00+01:00'", [], id="a time with its zone"),
        pytest.param("created_at:2026-11-25", ALL, id="a day"),
        pytest.param("created_at:<2026-11-25", [], id="before a day"),
        pytest.param("tag:(cap", [], id="recorded: a bracket behind a field is a sign"),
        pytest.param("(vendor:NIKE", [CAP], id="recorded: a bracket that is not closed"),
        pytest.param("vendor:NIKE OR", [CAP], id="recorded: OR with nothing after it"),
        pytest.param("published_at:*", [], id="published"),
    ],
)
def test_what_is_found(till: Till, query: str, titles: list[str]) -> None:
    body = till.ask(LIST, {"query": query})
    assert [one["title"] for one in body["data"]["found"]["nodes"]] == titles
    assert body["data"]["productsCount"] == {"count": len(titles), "precision": "EXACT"}
    assert "search" not in body["extensions"]


@pytest.mark.parametrize(
    ("query", "skus"),
    [
        pytest.param("sku:SKI-1", ["SKI-1"], id="sku"),
        pytest.param("option1:M", ["SKI-2"], id="option"),
        pytest.param("requires_components:true", ["SKI-2"], id="a flag"),
        pytest.param("product_status:archived", ["SKI-1", "SKI-2"], id="of the product"),
        pytest.param('title:S vendor:"Levi\'s"', ["SKI-1"], id="both"),
    ],
)
def test_variants_are_found_too(till: Till, query: str, skus: list[str]) -> None:
    data = till.ask(VARIANTS, {"query": query})["data"]
    assert [one["sku"] for one in data["productVariants"]["nodes"]] == skus
    assert data["productVariantsCount"] == {"count": len(skus)}


def warned(field: str, message: str = "", code: str = "invalid_field") -> dict[str, str]:
    return {
        "field": field,
        "message": message or "Invalid search field for this query.",
        "code": code,
    }


@pytest.mark.parametrize(
    ("query", "count", "parsed", "warnings"),
    [
        pytest.param(
            "made_up:value",
            4,
            {"field": "made_up", "match_all": "value"},
            [warned("made_up")],
            id="recorded: an unknown field matches everything",
        ),
        pytest.param(
            "made_up:false sku:'SKI-1'",
            1,
            {
                "and": [
                    {"field": "made_up", "match_all": "false"},
                    {"field": "sku", "match_phrase": "SKI-1"},
                ]
            },
            [warned("made_up")],
            id="recorded: the others count",
        ),
        pytest.param(
            "status:GONE",
            0,
            {"field": "status", "match_all": "GONE"},
            [warned("status", "Input `GONE` is not an accepted value.", "invalid_value")],
            id="recorded: an unknown value finds nothing",
        ),
        pytest.param(
            "updated_at:<2000-01-01T00:00:00Z sku:'SKI-1'",
            0,
            {
                "and": [
                    {"field": "updated_at", "range_lte": "2000-01-01T00:00:00+01:00"},
                    {"field": "00", "match_all": "00Z"},
                    {"field": "sku", "match_phrase": "SKI-1"},
                ]
            },
            [warned("00")],
            id="recorded: an unquoted time ends at its colon",
        ),
        pytest.param(
            "a:b OR NOT c:d",
            4,
            {
                "or": [
                    {"field": "a", "match_all": "b"},
                    {"not": {"field": "c", "match_all": "d"}},
                ]
            },
            [warned("a"), warned("c")],
            id="nothing but unknown fields",
        ),
    ],
)
def test_what_is_told_beside_the_data(
    till: Till, query: str, count: int, parsed: Any, warnings: Any
) -> None:
    body = till.ask(LIST, {"query": query})
    assert body["data"]["productsCount"]["count"] == count
    first, second = body["extensions"]["search"]
    assert first == {"path": ["found"], "query": query, "parsed": parsed, "warnings": warnings}
    assert second["path"] == ["productsCount"]


def test_a_time_that_is_none_refuses_the_call(till: Till) -> None:
    (error,) = till.ask('{ productsCount(query: "created_at:not-a-date") { count } }')["errors"]
    assert error["message"] == "Invalid timestamp for query filter `created_at`."
    assert error["extensions"] == {"code": "BAD_REQUEST"}


@pytest.mark.parametrize(
    ("sort_key", "titles"),
    [
        pytest.param("ID", [CAP, SOCKS, SHIRT, SKI], id="as made"),
        pytest.param("VENDOR", [SKI, CAP, SOCKS, SHIRT], id="vendor"),
        pytest.param("INVENTORY_TOTAL", [CAP, SOCKS, SHIRT, SKI], id="stock"),
        pytest.param("PUBLISHED_AT", [CAP, SOCKS, SHIRT, SKI], id="published"),
        pytest.param("RELEVANCE", [CAP, SOCKS, SHIRT, SKI], id="relevance"),
    ],
)
def test_sorted(till: Till, sort_key: str, titles: list[str]) -> None:
    body = till.ask(LIST, {"sortKey": sort_key})
    assert [one["title"] for one in body["data"]["found"]["nodes"]] == titles


def test_counting_stops_at_the_limit(till: Till) -> None:
    count = till.ask("{ productsCount(limit: 3) { count precision } }")["data"]["productsCount"]
    assert count == {"count": 3, "precision": "AT_LEAST"}
