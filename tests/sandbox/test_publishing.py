"""publishablePublish: visible where it is published, twice is once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.shops import a_product, call, new_shop, refusal

PUBLISH = """
mutation ($id: ID!, $input: [PublicationInput!]!, $publication: ID!) {
  publishablePublish(id: $id, input: $input) {
    publishable {
      publishedOnPublication(publicationId: $publication)
      ... on Product { id publishedAt resourcePublicationsCount { count } }
    }
    shop { name }
    userErrors { field message }
  }
}
"""
UNKNOWN = "gid://shopify/Publication/1"


def published(shop: Any, product: str, *given: dict[str, Any]) -> Any:
    first, *_ = shop.publications
    publication = f"gid://shopify/Publication/{first}"
    entries = [{"publicationId": publication, **entry} for entry in given]
    return call(shop, PUBLISH, id=product, input=entries, publication=publication)


def test_a_new_product_is_published_nowhere_until_it_is() -> None:
    shop = new_shop(publications=("Online Store", "Kasse"))
    product = a_product(shop)["id"]
    assert published(shop, product)["publishable"]["publishedOnPublication"] is False
    payload = published(shop, product, {})
    assert payload["userErrors"] == []
    assert payload["publishable"]["publishedOnPublication"] is True
    assert payload["publishable"]["resourcePublicationsCount"] == {"count": 1}


def test_twice_changes_nothing_and_a_date_is_kept() -> None:
    shop = new_shop()
    product = a_product(shop)["id"]
    published(shop, product, {"publishDate": "2024-01-02T03:04:05Z"})
    before = dict(shop.products)
    again = published(shop, product, {})
    assert again["publishable"]["publishedAt"] == "2024-01-02T03:04:05Z"
    assert shop.products == before


def test_a_draft_is_published_but_not_to_be_seen() -> None:
    shop = new_shop()
    product = a_product(shop, status="DRAFT")["id"]
    assert published(shop, product, {})["publishable"]["publishedOnPublication"] is False


@pytest.mark.parametrize(
    ("given", "path", "message"),
    [
        pytest.param(
            [{"publicationId": UNKNOWN}],
            ["input", "0", "publicationId"],
            "Publication does not exist or is not publishable",
            id="an unknown publication",
        ),
        pytest.param(
            [{"publicationId": None}],
            ["input", "0", "publicationId"],
            "PublicationId cannot be empty",
            id="no publication",
        ),
        pytest.param(
            [{}, {}],
            ["input", "1", "publicationId"],
            "The same publication was specified more than once",
            id="a publication twice",
        ),
        pytest.param(
            [{"publishDate": "1969-12-31T00:00:00Z"}],
            ["input", "0", "publishDate"],
            "Publish date must be a date after the year 1969",
            id="before all dates",
        ),
    ],
)
def test_one_complaint_refuses_all(given: Any, path: list[str], message: str) -> None:
    shop = new_shop()
    product = a_product(shop)["id"]
    payload = published(shop, product, *given)
    assert payload["userErrors"] == [{"field": path, "message": message}]
    assert payload["publishable"]["publishedOnPublication"] is False


def test_a_product_that_is_not_there_cannot_be_published() -> None:
    payload = published(new_shop(), "gid://shopify/Product/1", {})
    assert payload["publishable"] is None
    assert payload["userErrors"] == [{"field": ["id"], "message": "Resource does not exist"}]


@pytest.mark.parametrize(
    ("id_", "entry", "code"),
    [
        pytest.param("Collection/1", {}, "NOT_SIMULATED", id="a collection"),
        pytest.param("Order/1", {}, "RESOURCE_NOT_FOUND", id="what cannot be published"),
    ],
)
def test_what_is_refused_as_a_whole(id_: str, entry: Any, code: str) -> None:
    shop = new_shop()
    first, *_ = shop.publications
    publication = f"gid://shopify/Publication/{first}"
    variables = {
        "id": f"gid://shopify/{id_}",
        "input": [{"publicationId": publication, **entry}],
        "publication": publication,
    }
    assert refusal(shop, PUBLISH, **variables)[1] == code
