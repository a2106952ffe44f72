"""Stories played in a sandbox: what counts as what."""

from __future__ import annotations

from typing import Any

import pytest

from fidelity.report import differences, table, totals
from tests.fidelity.recorded import PRODUCT, READ, created, exchange, read, results, verdicts

MISSING = "gid://shopify/Product/10241000000009"


def test_a_story_that_the_sandbox_tells_likewise_is_equal() -> None:
    assert verdicts(created(), read()) == ["equal", "equal"]


def test_a_wrong_value_is_different() -> None:
    (result,) = results(created(status="DRAFT"))
    assert result.verdict == "different"
    assert [one.name for one in result.differences] == ["value Product.status"]


def test_what_a_mutation_made_is_not_seeded_away() -> None:
    """A seed from the read would make it equal whatever the mutation did."""
    assert verdicts(created(title="Sledge"), read(title="Sledge")) == ["different", "different"]


def test_state_comes_from_the_recording() -> None:
    (result,) = results(read(MISSING, title="Old ski", status="ARCHIVED"))
    assert result.verdict == "equal"


def test_what_was_missing_stays_missing() -> None:
    gone = exchange(READ, {"product": None}, variables={"id": MISSING})
    assert verdicts(gone) == ["equal"]


def test_a_step_that_was_not_recorded_is_noticed() -> None:
    """The second read contradicts the first, and nothing between was recorded."""
    assert verdicts(created(), read(), read(title="Renamed")) == [
        "equal",
        "equal",
        "needs_state",
    ]


def test_an_edited_recording_is_no_evidence() -> None:
    edited = exchange(READ, {"product": {"id": PRODUCT}}, variables={"id": PRODUCT})
    (result,) = results(edited)
    assert (result.verdict, result.reason) == ("misfit", ".product.status, .product.title")
    assert totals([result])["replayed"] == 0


def test_a_root_without_a_resolver_is_unsupported() -> None:
    asked = exchange("{ abandonedCheckoutsCount { count } }", {"abandonedCheckoutsCount": None})
    assert verdicts(asked) == ["unsupported"]


COLLECTION = "gid://shopify/Collection/514882568498"


def test_a_thing_without_a_record_needs_state() -> None:
    asked = exchange(
        "query Q($id: ID!) { node(id: $id) { id } }",
        {"node": {"id": COLLECTION}},
        variables={"id": COLLECTION},
    )
    assert verdicts(asked) == ["needs_state"]


def test_a_behaviour_that_changed_is_superseded() -> None:
    query = """
    mutation M($product: ProductCreateInput!) { productCreate(product: $product) {
      product { id } userErrors { field message } } }
    """
    words = (
        "Variable $product of type ProductCreateInput! was provided invalid value for status"
        ' (Expected "NO" to be one of: ACTIVE, ARCHIVED, DRAFT)'
    )
    error = {"message": words, "extensions": {"code": "INVALID_VARIABLE"}}
    old = exchange(
        query,
        None,
        errors=[error],
        variables={"product": {"status": "NO"}},
        version="2025-01",
    )
    (result,) = results(old)
    assert result.verdict == "superseded"
    assert "UNLISTED" in result.reason


@pytest.mark.parametrize(
    ("cost", "requested", "actual"),
    [
        pytest.param({"requestedQueryCost": 1, "actualQueryCost": 1}, True, True, id="both"),
        pytest.param({"requestedQueryCost": 2, "actualQueryCost": 1}, False, True, id="requested"),
        pytest.param({"requestedQueryCost": 1, "actualQueryCost": 0}, True, False, id="actual"),
    ],
)
def test_cost_is_compared_apart(cost: Any, requested: bool, actual: bool) -> None:
    asked = exchange("{ shop { name } }", {"shop": {"name": "fjord"}}, cost=cost)
    (result,) = results(asked)
    assert (result.verdict, result.requested, result.actual) == ("equal", requested, actual)


def test_another_status_is_a_difference() -> None:
    (result,) = results(exchange("{ shop { name } }", {"shop": {"name": "fjord"}}, status=500))
    assert [one.kind for one in result.differences] == ["status"]


def test_a_status_that_was_not_recorded_is_not_compared() -> None:
    assert verdicts(exchange("{ shop { name } }", {"shop": {"name": "fjord"}}, status=None)) == [
        "equal"
    ]


def test_an_old_version_is_served_by_the_oldest() -> None:
    asked = exchange("{ shop { name } }", {"shop": {"name": "fjord"}}, version="2025-01")
    assert verdicts(asked) == ["equal"]


def test_the_report_counts_what_was_compared() -> None:
    found = [*results(created(), read()), *results(created(status="DRAFT"))]
    assert totals(found) == {
        "replayed": 3,
        "equal": 2,
        "cost_compared": 0,
        "cost_equal": 0,
        "needs_state": 0,
        "superseded": 0,
        "unsupported": 0,
    }
    assert "productCreate" in table(found)
    assert "value Product.status" in differences(found)
