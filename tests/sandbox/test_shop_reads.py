"""The shop itself, the app that asks, what `node` finds besides records."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.sandbox.shops import chosen, option
from tests.sandbox.till import OPENED_AT, Till


def test_the_shop_and_its_app_are_nodes() -> None:
    till = Till()
    query = (
        "{ shop { id } currentAppInstallation { id app { id handle } accessScopes { handle } } }"
    )
    data = till.ask(query)["data"]
    app = data["currentAppInstallation"]
    ids = [data["shop"]["id"], app["id"], app["app"]["id"], "gid://shopify/Shop/1"]
    document = "query Q($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
    found = till.ask(document, {"ids": ids})["data"]["nodes"]
    assert [one and one["__typename"] for one in found] == ["Shop", "AppInstallation", "App", None]
    assert [one["handle"] for one in app["accessScopes"]] == list(till.shop.options.scopes)


def test_options_and_their_values_are_nodes() -> None:
    till = Till()
    variants = [{"optionValues": chosen(Size="S")}]
    product = till.make("Ski", productOptions=[option("Size", "S")], variants=variants)
    read = "query Q($id: ID!) { product(id: $id) { options { id optionValues { id name } } } }"
    (size,) = till.ask(read, {"id": product})["data"]["product"]["options"]
    document = """
    query Q($ids: [ID!]!) { nodes(ids: $ids) {
      ... on ProductOption { name } ... on ProductOptionValue { name hasVariants }
    } }
    """
    found = till.ask(document, {"ids": [size["id"], size["optionValues"][0]["id"]]})
    assert found["data"]["nodes"] == [{"name": "Size"}, {"name": "S", "hasVariants": True}]


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        pytest.param(0, ["CET", "+0100", 60], id="winter"),
        pytest.param(200, ["CEST", "+0200", 120], id="summer"),
    ],
)
def test_the_zone_follows_the_clock(days: int, shown: list[object]) -> None:
    till = Till()
    assert OPENED_AT.month == 11
    till.hands.passed_s = timedelta(days=days).total_seconds()
    query = "{ shop { timezoneAbbreviation timezoneOffset timezoneOffsetMinutes } }"
    assert list(till.ask(query)["data"]["shop"].values()) == shown


def test_the_shop_and_its_locations_have_metafields() -> None:
    till = Till()
    read = """
    { shop { id metafield(namespace: "a_b", key: "care") { value ownerType owner { __typename } } }
      location { id metafields(first: 5) { nodes { key ownerType } } } }
    """
    before = till.ask(read)["data"]
    assert before["shop"]["metafield"] is None
    entry = {"namespace": "a_b", "key": "care", "type": "single_line_text_field", "value": "Wax"}
    document = """
    mutation M($metafields: [MetafieldsSetInput!]!) {
      metafieldsSet(metafields: $metafields) { userErrors { message } }
    }
    """
    owners = [before["shop"]["id"], before["location"]["id"]]
    made = till.ask(document, {"metafields": [{**entry, "ownerId": one} for one in owners]})
    assert made["data"]["metafieldsSet"]["userErrors"] == []
    after = till.ask(read)["data"]
    assert after["shop"]["metafield"] == {
        "value": "Wax",
        "ownerType": "SHOP",
        "owner": {"__typename": "Shop"},
    }
    assert after["location"]["metafields"]["nodes"] == [{"key": "care", "ownerType": "LOCATION"}]


def test_fields_of_types_that_are_never_both_there_may_share_a_name() -> None:
    """graphql-core calls it a conflict; Shopify answers (recorded 2026-04)."""
    document = """
    query Q($id: ID!) { node(id: $id) {
      ... on Order { status: displayFinancialStatus } ... on Product { status }
    } }
    """
    till = Till()
    body = till.ask(document, {"id": till.make("Ski")})
    assert body["data"]["node"] == {"status": "ACTIVE"}
