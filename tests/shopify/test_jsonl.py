"""What became of each line of a bulk mutation, in every shape that was seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import CallError, RowError, VariantLimitError
from syncd.shopify import bulk, uploads
from syncd.shopify.answers import of_errors
from syncd.shopify.jsonl import Row, rows
from tests.shopify.operations import SET, opened, until_over


def line(**frame: Any) -> bytes:
    """As Shopify writes it: slashes are escaped."""
    return orjson.dumps(frame).replace(b"/", b"\\/") + b"\n"


PAYLOAD = {"product": {"id": "gid://shopify/Product/1"}, "userErrors": []}
REFUSED: dict[str, Any] = {
    "product": None,
    "userErrors": [{"field": ["input", "title"], "message": "can't be blank", "code": "BLANK"}],
}
ERROR = {"message": "OptionSetInput requires …", "extensions": {"code": "INVALID_FIELD_ARGUMENTS"}}
LIMIT = {"message": "Daily limit", "extensions": {"code": "VARIANT_THROTTLE_EXCEEDED"}}
MISFIT = {
    "message": "Variable $input of type ProductSetInput! was provided invalid value",
    "field": ["query"],
    "type": "GraphApi::BulkMutationUserError",
    "code": None,
    "extra_info": None,
}
OLD = {
    "message": "Variable input of type ProductInput! was provided invalid value",
    "locations": [{"line": 1, "column": 13}],
    "extensions": {"value": {}, "problems": [{"path": ["x"], "explanation": "not defined"}]},
}


def one(text: bytes) -> Row:
    (row,) = rows([text])
    return row


def test_what_was_carried_out_is_ok() -> None:
    row = one(line(data={"productSet": PAYLOAD}, __lineNumber=7))
    assert row == Row(7, PAYLOAD) and row.is_ok


def test_what_was_refused_has_user_errors_with_its_payload() -> None:
    row = one(line(data={"productSet": REFUSED}, __lineNumber=0))
    assert row == Row(0, REFUSED, (), REFUSED["userErrors"]) and not row.is_ok


@pytest.mark.parametrize(
    ("frame", "error"),
    [
        pytest.param({"errors": [ERROR], "data": {"productSet": None}}, RowError, id="arguments"),
        pytest.param(
            {"errors": [LIMIT], "data": {"productSet": None}}, VariantLimitError, id="day"
        ),
        pytest.param({"data": {"productSet": {"userErrors": [MISFIT]}}}, RowError, id="variables"),
        pytest.param({"errors": [OLD]}, RowError, id="variables, the older shape"),
        pytest.param({"data": {"productSet": None}}, CallError, id="nothing at all"),
        pytest.param({"data": None}, CallError, id="no data"),
        pytest.param({}, CallError, id="an empty frame"),
    ],
)
def test_errors_amount_to_what_they_do_in_an_ordinary_call(
    frame: dict[str, Any], error: type[Exception]
) -> None:
    row = one(line(**frame, __lineNumber=3))
    assert (row.line_number, row.payload, row.is_ok) == (3, None, False)
    found = of_errors(row.errors, data=None, cost=None, document="productSet")
    assert type(found) is error


def test_a_line_of_which_nothing_is_told_may_have_been_carried_out() -> None:
    row = one(line(data={"productSet": None}, __lineNumber=3))
    found = of_errors(row.errors, data=None, cost=None, document="productSet")
    assert isinstance(found, CallError) and found.is_unknown


def test_errors_beside_a_payload_leave_the_payload() -> None:
    """Such as a field that may not be read: the write was carried out."""
    denied = {"message": "Access denied", "extensions": {"code": "ACCESS_DENIED"}}
    row = one(line(errors=[denied], data={"productSet": PAYLOAD}, __lineNumber=3))
    assert row.payload == PAYLOAD and row.errors == [denied] and not row.is_ok


def test_blank_lines_and_children_are_passed_over() -> None:
    child = line(id="gid://shopify/ProductVariant/1", __parentId="gid://shopify/Product/1")
    good = line(data={"productSet": PAYLOAD}, __lineNumber=1)
    assert list(rows([b"\n", child, good, b"  \r\n", b""])) == [Row(1, PAYLOAD)]


@pytest.mark.parametrize(
    "text",
    [b'{"data":{"prod', b"[]\n", b"7\n", b'{"data":{}}\n', b'"x"\n', b"null\n", b"\xff\xfe\n"],
)
def test_a_line_that_cannot_be_read_is_cut(text: bytes) -> None:
    row = one(text)
    assert row == Row(None, is_cut=True) and not row.is_ok


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
PAYLOADS = st.fixed_dictionaries({"product": JSON, "userErrors": st.just([])})


@given(st.lists(PAYLOADS, max_size=5), st.randoms(), st.data())
def test_wherever_a_result_is_cut_the_lines_before_are_read(
    payloads: list[dict[str, Any]], random: Any, data: st.DataObject
) -> None:
    lines = [
        line(data={"productSet": payload}, __lineNumber=number)
        for number, payload in enumerate(payloads)
    ]
    random.shuffle(lines)
    whole = b"".join(lines)
    cut = whole[: data.draw(st.integers(0, len(whole)))]
    found = list(rows(cut.splitlines(keepends=True)))
    read = [row for row in found if not row.is_cut]
    assert all(row.payload == payloads[row.line_number or 0] for row in read)
    assert len(read) in (cut.count(b"\n"), cut.count(b"\n") + 1)
    assert all(not row.is_cut for row in found[:-1])


@given(JSON)
def test_nothing_that_is_json_is_too_strange(strange: Any) -> None:
    list(rows([orjson.dumps(strange), orjson.dumps({"__lineNumber": 1, "errors": strange})]))


@pytest.mark.parametrize(
    ("faults", "numbers", "is_cut"),
    [
        pytest.param({}, [0, 1, 2, 3, 4, 5], False, id="no fault"),
        pytest.param({"shuffle": True}, [0, 1, 2, 3, 4, 5], False, id="shuffle"),
        pytest.param({"missing": 3}, [0, 1, 3, 4], False, id="missing"),
        pytest.param({"truncate": True}, [0, 1, 2, 3, 4], True, id="truncate"),
        pytest.param({"fail": 2}, [0, 1], False, id="fail"),
    ],
)
async def test_the_sandboxs_faults_are_told_by_the_numbers(
    tmp_path: Path, faults: dict[str, Any], numbers: list[int], is_cut: bool
) -> None:
    async with opened() as (running, client):
        running.shop.works.blobs.write("tmp/1", b'{"input":{"title":"Ski"}}\n' * 6)
        running.shop.works.faults |= faults
        begun = await bulk.start_mutation(client, SET.format(name="S"), "tmp/1", "syncd-run-1")
        ended = await until_over(client, begun.gid)
        url = ended.url or ended.partial_url
        assert url
        await uploads.download(url, tmp_path / "result")
    with (tmp_path / "result").open("rb") as file:
        found = list(rows(file))
    read = [row for row in found if not row.is_cut]
    assert sorted(row.line_number for row in read if row.line_number is not None) == numbers
    assert all(row.is_ok for row in read) and (len(found) > len(read)) == is_cut
    assert ("fail" in faults) == (ended.status == "FAILED")


async def test_what_the_sandbox_says_of_a_bad_line_is_understood(tmp_path: Path) -> None:
    async with opened() as (running, client):
        lines = b'{"input":{"tytle":"x"}}\n{"input":{"title":""}}\n{\n{"input":{"title":"Ski"}}\n'
        running.shop.works.blobs.write("tmp/1", lines)
        begun = await bulk.start_mutation(client, SET.format(name="S"), "tmp/1", "syncd-run-1")
        ended = await until_over(client, begun.gid)
        assert ended.url
        await uploads.download(ended.url, tmp_path / "result")
    misfit, blank, no_json, good = rows((tmp_path / "result").read_bytes().splitlines())
    assert isinstance(of_errors(misfit.errors, data=None, cost=None, document="x"), RowError)
    assert blank.user_errors and not blank.errors
    assert no_json.errors and no_json.line_number == 2
    assert good.is_ok and good.line_number == 3
