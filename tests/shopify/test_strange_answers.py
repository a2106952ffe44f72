"""Whatever stands where Shopify should be: data of the right shape, or an error in plain words."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio
import orjson
import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.errors import CallError, ShopifyError
from syncd.shopify import client as shopify
from syncd.shopify import shapes
from syncd.shopify.answers import of_errors
from syncd.shopify.documents import documents
from syncd.shopify.families import families, split
from syncd.shopify.jsonl import rows
from tests import programs

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False)
    | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["data", "errors", "extensions", "cost", "code", "path", "message", "x"]),
        inner, max_size=4,
    ),
    max_leaves=9,
)  # fmt: skip
SHOP = {"id": "gid://shopify/Shop/1", "myshopifyDomain": "x"}
WHOLE: dict[str, Any] = {
    "data": {"shop": SHOP},
    "errors": [
        {
            "message": "no",
            "path": ["shop", "name"],
            "extensions": {"code": "ACCESS_DENIED", "problems": []},
        }
    ],
    "extensions": {
        "cost": {
            "requestedQueryCost": 1,
            "actualQueryCost": 1,
            "throttleStatus": {
                "maximumAvailable": 2000,
                "currentlyAvailable": 1999,
                "restoreRate": 100,
            },
        },
        "search": [{"path": ["shop"], "query": "x", "warnings": []}],
    },
}
Place = tuple[str | int, ...]


def places(of: Any, at: Place = ()) -> Iterator[Place]:
    """Each place of a JSON value, itself the first."""
    yield at
    inner = of.items() if isinstance(of, dict) else enumerate(of) if isinstance(of, list) else ()
    for key, one in inner:
        yield from places(one, (*at, key))


def put(whole: Any, place: Place, strange: Any) -> Any:
    """The value with something else at a place."""
    if not place:
        return strange
    found = copy.deepcopy(whole)
    spot = found
    for step in place[:-1]:
        spot = spot[step]
    spot[place[-1]] = strange
    return found


@asynccontextmanager
async def answering() -> AsyncIterator[tuple[shopify.Client, list[bytes]]]:
    """A client at a server that answers with the last of these bytes."""
    bodies: list[bytes] = [b""]

    async def handler(_: web.Request) -> web.StreamResponse:
        return web.Response(body=bodies[-1], content_type="application/json")

    runner = web.AppRunner(web.Application())
    runner.app.router.add_post("/{rest:.*}", handler)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        async with shopify.connect("x", "shpat_test", url=url, deadline_s=0) as client:
            yield client, bodies
    finally:
        await runner.cleanup()


async def ask(bodies: list[bytes]) -> list[str]:
    """What the client says of each; empty: it gave data of the shape that was asked for."""
    said = []
    for body in bodies:
        async with answering() as (client, given):
            given.append(body)
            with anyio.fail_after(10):
                try:
                    answer = await client.read("BudgetProbe")
                    assert answer.data["shop"].keys() >= SHOP.keys()
                    said.append("")
                except ShopifyError as error:
                    assert str(error)
                    said.append(error.message)
    programs.surprises()
    return said


@settings(max_examples=60, deadline=None)
@given(place=st.sampled_from([*places(WHOLE)]), strange=JSON)
def test_any_json_at_any_place_of_an_answer_is_data_or_an_error_of_ours(
    place: Place, strange: Any
) -> None:
    anyio.run(ask, [orjson.dumps(put(WHOLE, place, strange))])


@settings(max_examples=30, deadline=None)
@given(body=st.binary(max_size=60) | JSON.map(orjson.dumps))
def test_any_bytes_at_all_are_an_error_of_ours(body: bytes) -> None:
    anyio.run(ask, [body])


STRANGE = [None, 7, -1, "", "x", [], [None], [7], {}, {"x": None}, True, 1e300]


async def test_each_sort_of_json_at_each_place_once() -> None:
    bodies = [orjson.dumps(put(WHOLE, place, one)) for place in places(WHOLE) for one in STRANGE]
    said = await ask(bodies)
    assert any("cannot be read" in one for one in said) and "" in said


async def test_what_cannot_be_read_is_named_and_may_have_happened() -> None:
    async with answering() as (client, bodies):
        bodies.append(b'{"data": {"productSet": {"product": {"id": 7}, "userErrors": []}}}')
        with pytest.raises(
            CallError, match=r"answer to ProductSet cannot be read: .*product"
        ) as got:
            await client.execute("ProductSet", {"input": {}, "variants": 1, "media": 1})
    assert "$.productSet.product" in got.value.message and got.value.is_unknown


@pytest.mark.parametrize("name", sorted(documents()))
def test_each_document_knows_its_shape(name: str) -> None:
    assert shapes.trouble(name, {}) and shapes.trouble(name, None)


def test_a_node_is_of_its_type_or_of_another_but_never_half() -> None:
    assert not shapes.trouble("FileStates", {"nodes": [{}]})
    assert not shapes.trouble("FileStates", {"nodes": [None]})
    assert "lacks fields" in shapes.trouble("FileStates", {"nodes": [{"id": "gid://x/1"}]})


LINES = st.lists(
    st.binary(max_size=40)
    | JSON.map(orjson.dumps)
    | st.sampled_from(
        [
            b'{"id":"gid://shopify/Product/1"}',
            b'{"id":"gid://shopify/ProductVariant/2","__parentId":"gid://shopify/Product/1"}',
            b'{"id":"x","__parentId":"gid://shopify/ProductVariant/2"}',
            b'{"__parentId":7}',
            b'{"id":',
        ]
    ),
    max_size=6,
)


@settings(deadline=None)
@given(lines=LINES)
def test_any_lines_of_a_bulk_query_are_families_or_an_error_of_ours(lines: list[bytes]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "result").write_bytes(b"\n".join(lines))
        try:
            split(folder / "result", folder, 2)
            list(families(folder))
        except ShopifyError as error:
            assert error.message


@settings(deadline=None)
@given(lines=LINES)
def test_any_lines_of_a_bulk_mutation_are_rows(lines: list[bytes]) -> None:
    for row in rows(lines):
        if row.errors:
            assert of_errors(row.errors, data=None, cost=None, document="x")
        for error in row.user_errors:
            assert isinstance(error, dict)
