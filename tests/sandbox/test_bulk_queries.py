"""Bulk queries, with the lists of bulk operations."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.bulks import after, read, result, rows, run, run_query, started, titles
from tests.sandbox.till import SIZES, Till

VARIANTS = (
    "{ products(first: 1) { edges { cursor node { id title"
    " variants(first: 1) { edges { node { sku } } } } } pageInfo { hasNextPage } } }"
)


def done(till: Till, query: str, *, grouped: bool = True) -> str:
    id_ = started(run_query(till, query, grouped=grouped))
    after(till, 100)
    return id_


def shown(till: Till, id_: str) -> list[str]:
    """Each line as title or SKU."""
    return [row.get("title") or row["sku"] for row in rows(till, id_)]


@pytest.mark.parametrize(
    ("grouped", "order"),
    [
        pytest.param(True, ["Ski", "A-S", "A-M", "Staff", "A-S", "A-M"], id="children follow"),
        pytest.param(False, ["Ski", "Staff", "A-S", "A-M", "A-S", "A-M"], id="one depth together"),
    ],
)
def test_all_objects_of_all_connections_are_lines(grouped: bool, order: list[str]) -> None:
    till = Till()
    ids = [till.make("Ski", **SIZES), till.make("Staff", **SIZES)]
    id_ = done(till, VARIANTS, grouped=grouped)
    assert shown(till, id_) == order
    seen = read(till, id_)
    assert (seen["objectCount"], seen["rootObjectCount"]) == ("6", "2")
    found = rows(till, id_)
    assert found[0] == {"id": ids[0], "title": "Ski"}
    children = [row for row in found if "sku" in row]
    assert [row["__parentId"] for row in children] == [ids[0], ids[0], ids[1], ids[1]]
    assert b'"__parentId":"gid:\\/\\/shopify\\/Product\\/' in result(till, id_)


def test_lists_that_are_no_connections_stay_in_the_line() -> None:
    till = Till()
    till.make("Ski", **SIZES)
    id_ = done(till, "{ products { edges { node { options { name values } seo { title } } } } }")
    assert rows(till, id_) == [
        {"options": [{"name": "Size", "values": ["S", "M"]}], "seo": {"title": None}}
    ]


def test_connections_go_two_deep() -> None:
    till = Till()
    variants: Any = SIZES["variants"]
    till.make(
        "Ski",
        productOptions=SIZES["productOptions"],
        variants=[
            {
                **row,
                "metafields": [
                    {
                        "namespace": "custom",
                        "key": "color",
                        "type": "single_line_text_field",
                        "value": "c",
                    }
                ],
            }
            for row in variants
        ],
    )
    query = (
        "{ products { edges { node { id variants { edges { node { id"
        " metafields { edges { node { value } } } } } } } } } }"
    )
    found = rows(till, done(till, query))
    kinds = [row.get("id", "Metafield").split("/")[-2:-1] for row in found]
    assert kinds == [["Product"], ["ProductVariant"], [], ["ProductVariant"], []]
    assert found[2] == {"value": "c", "__parentId": found[1]["id"]}


def test_a_search_is_kept_to() -> None:
    till = Till()
    till.make("Ski", tags=["winter"])
    till.make("Kayak")
    query = '{ products(query: "tag:winter") { edges { node { title } } } }'
    assert shown(till, done(till, query)) == ["Ski"]


def test_nothing_found_has_no_address() -> None:
    till = Till()
    seen = read(till, done(till, "{ products { edges { node { id } } } }"))
    assert (seen["status"], seen["objectCount"], seen["url"]) == ("COMPLETED", "0", None)


def test_more_than_a_page_is_found_of_each_connection() -> None:
    till = Till()
    numbers = [{"name": str(number)} for number in range(20)]
    options = [{"name": name, "values": numbers} for name in ("Size", "Width")]
    variants: list[dict[str, Any]] = [
        {"optionValues": [{"optionName": "Size", **size}, {"optionName": "Width", **width}]}
        for size in numbers
        for width in numbers
    ]
    till.make("Ski", productOptions=options, variants=variants)
    id_ = done(till, "{ products { edges { node { id variants { edges { node { id } } } } } } }")
    assert read(till, id_)["objectCount"] == "401"


def test_objects_that_are_gone_meanwhile_are_left_out() -> None:
    till = Till()
    ids = [till.make(f"Ski {place}") for place in range(3)]
    till.shop.works.faults["hang"] = 1
    id_ = started(run_query(till, "{ products { edges { node { id title } } } }"))
    after(till, 1)
    delete = "mutation D($id: ID!) { productDelete(input: {id: $id}) { deletedProductId } }"
    till.ask(delete, {"id": ids[1]})
    till.shop.find(id_).faults.clear()
    after(till, 100)
    assert shown(till, id_) == ["Ski 0", "Ski 2"]


LIST = """
query List($query: String, $sortKey: BulkOperationsSortKeys, $reverse: Boolean) {
  bulkOperations(first: 10, query: $query, sortKey: $sortKey, reverse: $reverse) {
    nodes { id }
  }
}
"""


def listed(till: Till, **variables: Any) -> tuple[list[str], list[Any]]:
    """The ids, with the warnings of the search."""
    body = till.ask(LIST, variables)
    search = body["extensions"].get("search", [{"warnings": []}])
    return [one["id"] for one in body["data"]["bulkOperations"]["nodes"]], search[0]["warnings"]


def test_operations_are_listed_the_newest_first() -> None:
    till = Till()
    query = done(till, "{ products { edges { node { id } } } }")
    mutation = started(run(till, titles(1)))
    assert listed(till)[0] == [mutation, query]
    assert listed(till, reverse=True)[0] == [query, mutation]
    assert listed(till, sortKey="COMPLETED_AT")[0] == [query, mutation]
    assert listed(till, query="operation_type:mutation")[0] == [mutation]
    assert listed(till, query="status:completed AND created_at:>=2000-01-01")[0] == [query]
    assert listed(till, query="created_at:<2000-01-01")[0] == []


@pytest.mark.parametrize(
    ("query", "count", "warning"),
    [
        pytest.param(
            "made_up:value",
            1,
            ("made_up", "Invalid search field for this query.", "invalid_field"),
            id="an unknown field is ignored",
        ),
        pytest.param(
            "status:EXPIRED",
            0,
            ("status", "Input `EXPIRED` is not an accepted value.", "invalid_value"),
            id="an unknown value finds nothing",
        ),
    ],
)
def test_searches_warn(query: str, count: int, warning: tuple[str, str, str]) -> None:
    till = Till()
    started(run(till, titles(1)))
    ids, warnings = listed(till, query=query)
    field, message, code = warning
    assert len(ids) == count
    assert warnings == [{"field": field, "message": message, "code": code}]


def test_the_current_operation_is_the_newest_of_its_kind() -> None:
    till = Till()
    ask = "{ currentBulkOperation { id } other: currentBulkOperation(type: MUTATION) { id } }"
    assert till.ask(ask)["data"] == {"currentBulkOperation": None, "other": None}
    query = done(till, "{ products { edges { node { id } } } }")
    done(till, "{ products { edges { node { id } } } }")
    latest = done(till, "{ products { edges { node { id } } } }")
    mutation = started(run(till, titles(1)))
    assert query != latest
    found = {"currentBulkOperation": {"id": latest}, "other": {"id": mutation}}
    assert till.ask(ask)["data"] == found
    ask = "query($id: ID!) { node(id: $id) { ... on BulkOperation { status } } }"
    assert till.ask(ask, {"id": mutation})["data"] == {"node": {"status": "CREATED"}}
