"""Bulk mutations from the start to the end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from syncd.sandbox.archive import Archive
from syncd.sandbox.bulk_faults import delivered
from syncd.sandbox.shop import Shop
from tests.sandbox.bulks import (
    SET,
    after,
    cancel,
    lines,
    read,
    result,
    rows,
    run,
    started,
    titles,
)
from tests.sandbox.till import OPENED_AT, Till

WEEK_S = 7 * 86_400


def done(till: Till, file: bytes, mutation: str = SET) -> str:
    """A bulk mutation that has ended."""
    id_ = started(run(till, file, mutation))
    after(till, 100)
    return id_


def test_it_is_created_then_running_then_completed() -> None:
    till = Till()
    payload = run(till, titles(10_000))["bulkOperation"]
    id_ = payload["id"]
    first = {
        "id": id_,
        "status": "CREATED",
        "type": "MUTATION",
        "errorCode": None,
        "createdAt": "2026-11-25T08:00:00Z",
        "completedAt": None,
        "objectCount": "0",
        "rootObjectCount": "0",
        "fileSize": None,
        "url": None,
        "partialDataUrl": None,
        "query": SET,
    }
    assert payload == read(till, id_) == first
    after(till, 0.11)
    seen = read(till, id_)
    assert (seen["status"], seen["objectCount"]) == ("RUNNING", "50")
    assert seen["url"] is None and seen["completedAt"] is None
    after(till, 10)
    seen = read(till, id_)
    assert (seen["status"], seen["objectCount"]) == ("COMPLETED", "10000")
    assert seen["rootObjectCount"] == "10000"
    assert seen["fileSize"] == str(len(result(till, id_)))
    assert seen["completedAt"] == "2026-11-25T08:00:10Z"
    assert f"Expires={int(OPENED_AT.timestamp()) + 10 + WEEK_S}&" in seen["url"]
    assert len(till.shop.products) == 10_000


def test_lines_are_executed_as_ordinary_calls_are() -> None:
    till = Till()
    id_ = done(
        till, lines({"input": {"title": "Ski"}}, {"input": {"title": "x" * 256, "handle": "x"}})
    )
    (product,) = till.shop.products.values()
    assert result(till, id_) == (
        b'{"data":{"productSet":{"product":{"id":"gid:\\/\\/shopify\\/Product\\/%d","title":"Ski"},'
        b'"userErrors":[]}},"__lineNumber":0}\n'
        b'{"data":{"productSet":{"product":null,"userErrors":[{"field":["input","title"],'
        b'"message":"is too long (maximum is 255 characters)"}]}},"__lineNumber":1}\n' % product.id
    )


VARIABLE = "Variable $input of type ProductSetInput! was provided invalid value"


@pytest.mark.parametrize(
    ("line", "frame"),
    [
        pytest.param(
            {"input": {"title": "Ski", "productOptions": [{"optionName": "Size"}]}},
            {
                "data": {
                    "productSet": {
                        "userErrors": [
                            {
                                "message": f"{VARIABLE} for productOptions.0.optionName"
                                " (Field is not defined on OptionSetInput)",
                                "field": ["query"],
                                "type": "GraphApi::BulkMutationUserError",
                                "code": None,
                                "extra_info": None,
                            }
                        ]
                    }
                }
            },
            id="a variable that does not fit",
        ),
        pytest.param(
            {"input": {"id": "gid://shopify/Product/x"}},
            None,
            id="a number that is none",
        ),
        pytest.param("{", {"errors": [{"message": "The line is not valid JSON."}]}, id="no JSON"),
        pytest.param("[]", {"errors": [{"message": "The line is not valid JSON."}]}, id="a list"),
    ],
)
def test_a_bad_line_is_told_of_and_the_others_go_on(line: Any, frame: Any) -> None:
    till = Till()
    id_ = done(till, lines(line, {"input": {"title": "Ski"}}))
    bad, good = rows(till, id_)
    assert frame is None or bad == {**frame, "__lineNumber": 0}
    assert good["__lineNumber"] == 1 and good["data"]["productSet"]["userErrors"] == []
    seen = read(till, id_)
    assert (seen["status"], seen["objectCount"]) == ("COMPLETED", "2")


def test_a_refused_field_is_told_of_errors_first() -> None:
    till = Till()
    mutation = "mutation M($id: ID!) { bulkOperationCancel(id: $id) { userErrors { field } } }"
    id_ = done(till, lines({"id": "gid://shopify/Product/1"}), mutation)
    assert result(till, id_).startswith(
        b'{"errors":[{"message":"Invalid id: gid:\\/\\/shopify\\/Product\\/1",'
        b'"locations":[{"line":1,"column":24}],"extensions":{"code":"RESOURCE_NOT_FOUND"},'
        b'"path":["bulkOperationCancel"]}],"data":{"bulkOperationCancel":null},"__lineNumber":0}'
    )


def test_lines_cost_nothing() -> None:
    till = Till()
    done(till, titles(1))
    available = till.bucket.status()["currentlyAvailable"]
    done(till, titles(500))
    assert till.bucket.status()["currentlyAvailable"] >= available - 20


def test_a_canceled_operation_goes_on_for_a_while() -> None:
    till = Till()
    id_ = started(run(till, titles(10_000)))
    after(till, 0.2)
    payload = cancel(till, id_)
    assert payload["userErrors"] == []
    assert payload["bulkOperation"]["status"] == "CANCELING"
    before = int(payload["bulkOperation"]["objectCount"])
    after(till, 0.05)
    seen = read(till, id_)
    assert seen["status"] == "CANCELING" and int(seen["objectCount"]) > before
    after(till, 0.1)
    seen = read(till, id_)
    assert seen["status"] == "CANCELED"
    assert (seen["completedAt"], seen["fileSize"], seen["partialDataUrl"]) == (None, None, None)
    assert seen["url"] and len(till.shop.products) == int(seen["objectCount"])


def test_one_that_had_not_begun_is_canceled_without_a_result() -> None:
    till = Till()
    id_ = started(run(till, titles(1)))
    cancel(till, id_)
    after(till, 1)
    seen = read(till, id_)
    assert (seen["status"], seen["objectCount"], seen["url"]) == ("CANCELED", "0", None)


def test_what_is_over_cannot_be_canceled() -> None:
    till = Till()
    id_ = done(till, titles(1))
    payload = cancel(till, id_)
    assert payload["bulkOperation"]["id"] == id_
    message = "A bulk operation cannot be canceled when it is completed"
    assert payload["userErrors"] == [{"field": None, "message": message}]
    payload = cancel(till, "gid://shopify/BulkOperation/1")
    error = {"field": ["id"], "message": "Bulk operation does not exist"}
    assert payload == {"bulkOperation": None, "userErrors": [error]}


def test_a_result_is_kept_for_seven_days() -> None:
    till = Till()
    id_ = done(till, titles(1))
    after(till, WEEK_S - 1)
    assert read(till, id_)["status"] == "COMPLETED"
    after(till, 1)
    seen = read(till, id_)
    assert (seen["status"], seen["url"]) == ("EXPIRED", None)


def test_it_goes_on_after_a_restart(tmp_path: Path) -> None:
    till = Till()
    file = tmp_path / "shop.sqlite"
    till.shop = Shop(till.shop.options, Archive(file))
    id_ = started(run(till, titles(2_000)))
    after(till, 0.2)
    assert read(till, id_)["status"] == "RUNNING"
    operation = till.shop.find(id_)
    till.shop.works.blobs.append(operation.result, b'{"what was not saved"')
    till.shop.archive.close()
    till.shop = Shop(till.shop.options, Archive(file))
    after(till, 10)
    assert read(till, id_)["status"] == "COMPLETED"
    assert [row["__lineNumber"] for row in rows(till, id_)] == list(range(2_000))
    assert len(till.shop.products) == 2_000


def test_a_file_that_is_changed_meanwhile_fails_the_operation() -> None:
    till = Till()
    id_ = started(run(till, titles(2)))
    till.shop.works.blobs.write("tmp/1/bulk/2/lines.jsonl", titles(3))
    after(till, 1)
    seen = read(till, id_)
    assert (seen["status"], seen["errorCode"]) == ("FAILED", "INTERNAL_SERVER_ERROR")


def test_one_that_hangs_fails_after_a_day() -> None:
    till = Till()
    till.shop.works.faults["hang"] = 3
    id_ = done(till, titles(10))
    seen = read(till, id_)
    assert (seen["status"], seen["objectCount"]) == ("RUNNING", "3")
    after(till, 86_400)
    seen = read(till, id_)
    assert (seen["status"], seen["errorCode"]) == ("FAILED", "TIMEOUT")
    assert seen["url"] is None and seen["partialDataUrl"]


def test_one_that_fails_leaves_what_it_has_done() -> None:
    till = Till()
    till.shop.works.faults["fail"] = 3
    id_ = done(till, titles(10))
    seen = read(till, id_)
    assert (seen["status"], seen["errorCode"]) == ("FAILED", "INTERNAL_SERVER_ERROR")
    assert seen["partialDataUrl"] and seen["url"] is None
    assert len(rows(till, id_)) == len(till.shop.products) == 3
    assert read(till, done(till, titles(10)))["status"] == "COMPLETED"


@pytest.mark.parametrize(
    ("faults", "numbers"),
    [
        pytest.param({"missing": 3}, [0, 1, 3, 4], id="each third line is missing"),
        pytest.param({}, [0, 1, 2, 3, 4, 5], id="all"),
    ],
)
def test_lines_may_not_be_delivered(faults: dict[str, Any], numbers: list[int]) -> None:
    till = Till()
    till.shop.works.faults |= faults
    id_ = done(till, titles(6))
    assert [row["__lineNumber"] for row in rows(till, id_)] == numbers
    assert read(till, id_)["fileSize"] == str(len(result(till, id_)))


def test_lines_may_be_delivered_in_another_order_or_cut() -> None:
    till = Till()
    operation = till.shop.find(started(run(till, titles(1))))
    content = lines(*({"a": place} for place in range(9)))
    operation.faults["shuffle"] = True
    shuffled = delivered(operation, content)
    assert shuffled != content and sorted(shuffled) == sorted(content)
    operation.faults.update(shuffle=False, truncate=True)
    assert delivered(operation, content) == content[:-4]


def test_an_answer_may_be_lost_though_the_operation_runs() -> None:
    till = Till()
    till.shop.works.faults["lose_start"] = True
    id_ = done(till, titles(1))
    assert read(till, id_)["status"] == "COMPLETED"
