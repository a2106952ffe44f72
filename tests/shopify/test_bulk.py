"""Bulk operations: started, refused, looked at, found again, ended early."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syncd.errors import (
    BulkBusyError,
    BulkLimitError,
    CallError,
    ShopifyError,
    SyncdError,
    UploadLostError,
)
from syncd.sandbox.server import Running
from syncd.shopify import bulk
from syncd.shopify.bulk import Kind, refused
from tests.shopify.operations import PRODUCTS, SET, opened, until_over

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
PATH = "tmp/1/bulk/2/lines.jsonl"


def put(running: Running, content: bytes = b'{"input":{"title":"Ski"}}\n') -> str:
    """A file where uploads are."""
    running.shop.works.blobs.write(PATH, content)
    return PATH


async def test_a_query_runs_to_its_end() -> None:
    async with opened() as (running, client):
        begun = await bulk.start_query(client, PRODUCTS.format(name="One"))
        assert (begun.status, begun.object_count, begun.url) == ("CREATED", 0, None)
        assert begun.query == PRODUCTS.format(name="One")
        assert begun.created_at.tzinfo is not None
        ended = await until_over(client, begun.gid)
        assert (ended.status, ended.error_code, ended.url) == ("COMPLETED", None, None)
        (held,) = running.shop.held["BulkOperation"].values()
        assert held.is_grouped is False


async def test_a_mutation_runs_to_its_end() -> None:
    async with opened() as (running, client):
        path = put(running)
        begun = await bulk.start_mutation(client, SET.format(name="One"), path, "syncd-run-1-0")
        ended = await until_over(client, begun.gid)
        assert (ended.status, ended.object_count, ended.root_count) == ("COMPLETED", 1, 1)
        assert ended.url and ended.url.startswith(running.url)
        (held,) = running.shop.held["BulkOperation"].values()
        assert held.client_identifier == "syncd-run-1-0"


async def test_a_sixth_operation_is_told_which_five_are_under_way() -> None:
    async with opened() as (running, client):
        running.shop.works.faults["hang"] = 0
        put(running)
        started = []
        for number in range(5):
            running.shop.works.faults["hang"] = 0
            text = SET.format(name=f"N{number}")
            started.append((await bulk.start_mutation(client, text, PATH, "syncd-run-1")).gid)
        with pytest.raises(BulkBusyError, match="as many bulk mutation operations") as caught:
            await bulk.start_mutation(client, SET.format(name="N5"), PATH, "syncd-run-1")
        assert sorted(caught.value.running) == sorted(started)
        assert caught.value.wait_s == bulk.BUSY_WAIT_S and not caught.value.is_unknown
        await bulk.start_query(client, PRODUCTS.format(name="Q"))  # queries are counted apart


@pytest.mark.parametrize(
    "content",
    [pytest.param(None, id="no file"), pytest.param(b"", id="an empty file")],
)
async def test_a_file_that_is_no_good_is_to_be_uploaded_again(content: bytes | None) -> None:
    async with opened() as (running, client):
        if content is not None:
            put(running, content)
        with pytest.raises(UploadLostError, match="upload it again"):
            await bulk.start_mutation(client, SET.format(name="One"), PATH, "syncd-run-1")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("{ products { nodes { id } } }", "edges", id="nodes"),
        pytest.param("{ shop { id } }", "at least one connection", id="no connection"),
        pytest.param("{ products {", "syntax error", id="no GraphQL"),
        pytest.param("mutation M { x }", "Only `query` operations", id="a mutation"),
    ],
)
async def test_a_query_that_shopify_does_not_take_is_our_fault(text: str, said: str) -> None:
    async with opened() as (_, client):
        with pytest.raises(ShopifyError, match=said) as caught:
            await bulk.start_query(client, text)
        assert type(caught.value) is ShopifyError and "report it" in caught.value.hint


async def test_a_refusal_without_a_code_is_our_fault_too() -> None:
    async with opened() as (running, client):
        text = "mutation M { a: productDelete(input: {id: 1}) { deletedProductId } b: x { y } }"
        put(running)
        with pytest.raises(ShopifyError) as caught:
            await bulk.start_mutation(client, text, PATH, "syncd-run-1")
        assert type(caught.value) is ShopifyError


SAYS: dict[str, Any] = {"field": None, "message": "Shopify's words"}


@pytest.mark.parametrize(
    ("code", "kind", "error", "wait_s"),
    [
        pytest.param("LIMIT_REACHED", "query", BulkLimitError, 3600, id="the day's limit"),
        pytest.param("LIMIT_REACHED", "mutation", BulkLimitError, 3600, id="of mutations too"),
        pytest.param(
            "INTERNAL_FILE_SERVER_ERROR", "mutation", UploadLostError, None, id="a file server"
        ),
        pytest.param("INVALID_MUTATION", "mutation", ShopifyError, None, id="a bad document"),
        pytest.param(None, "mutation", ShopifyError, None, id="no code"),
        pytest.param("NEW_ONE", "query", ShopifyError, None, id="an unknown code"),
    ],
)
def test_refusals_that_the_sandbox_does_not_make(
    code: str | None, kind: Kind, error: type[SyncdError], wait_s: float | None
) -> None:
    found = refused({**SAYS, "code": code}, kind)
    assert type(found) is error and found.hint
    assert "Shopify's words" in found.message
    assert getattr(found, "wait_s", None) == wait_s


async def test_an_operation_that_is_not_the_apps_is_not_there() -> None:
    async with opened() as (_, client):
        assert await bulk.look(client, "gid://shopify/BulkOperation/1") is None
        assert await bulk.cancel(client, "gid://shopify/BulkOperation/1") is None


async def test_an_operation_is_found_by_its_exact_name() -> None:
    async with opened() as (running, client):
        put(running)
        names = ("Run7", "Run71", "Run7Part")
        made = {}
        for name in names:
            text = f"# not Run8\n{SET.format(name=name)}"
            made[name] = await bulk.start_mutation(client, text, PATH, "syncd-run-7")
        for name in names:
            found = await bulk.find(client, name, "mutation", since=LONG_AGO)
            assert found and found.gid == made[name].gid
        assert await bulk.find(client, "Run8", "mutation", since=LONG_AGO) is None
        assert await bulk.find(client, "Run7", "query", since=LONG_AGO) is None


async def test_the_newest_of_a_name_is_found_behind_pages_of_others() -> None:
    async with opened() as (running, client):
        put(running)
        for name in ("Sought", "Sought", *(f"Other{number}" for number in range(bulk.PAGE))):
            text = SET.format(name=name)
            begun = await bulk.start_mutation(client, text, PATH, "syncd-run-7")
            await until_over(client, begun.gid)
        held = list(running.shop.held["BulkOperation"].values())
        before = client.tally.calls.get("BulkOperationList", 0)
        found = await bulk.find(client, "Sought", "mutation", since=LONG_AGO)
        assert found and found.gid.endswith(f"/{held[1].id}")
        assert client.tally.calls["BulkOperationList"] == before + 2


async def test_the_search_ends_where_it_cannot_have_been() -> None:
    async with opened() as (running, client):
        put(running)
        begun = await bulk.start_mutation(client, SET.format(name="Old"), PATH, "syncd-run-7")
        later = begun.created_at + timedelta(hours=1)
        assert await bulk.find(client, "Old", "mutation", since=later) is None
        a_clock_apart = begun.created_at + timedelta(minutes=5)
        assert await bulk.find(client, "Old", "mutation", since=a_clock_apart)


async def test_a_running_operation_is_ended_early() -> None:
    async with opened() as (running, client):
        put(running)
        running.shop.works.faults["hang"] = 0
        begun = await bulk.start_mutation(client, SET.format(name="One"), PATH, "syncd-run-1")
        asked = await bulk.cancel(client, begun.gid)
        assert asked and asked.status in ("CANCELING", "CANCELED")
        assert (await until_over(client, begun.gid)).status == "CANCELED"
        again = await bulk.cancel(client, begun.gid)
        assert again and again.status == "CANCELED"


async def test_a_start_whose_answer_is_lost_is_not_repeated_but_found() -> None:
    """The fault lose_start."""
    async with opened() as (running, client):
        put(running)
        running.shop.works.faults["lose_start"] = True
        with pytest.raises(CallError) as caught:
            await bulk.start_mutation(client, SET.format(name="Run9"), PATH, "syncd-run-9")
        assert caught.value.is_unknown
        assert client.tally.calls["BulkOperationRunMutation"] == 1
        found = await bulk.find(client, "Run9", "mutation", since=datetime.now(UTC))
        assert found and (await until_over(client, found.gid)).status == "COMPLETED"
        running.shop.works.faults["lose_start"] = True
        with pytest.raises(CallError):
            await bulk.start_query(client, PRODUCTS.format(name="Read9"))
        assert client.tally.calls["BulkOperationRunQuery"] == 1
        assert await bulk.find(client, "Read9", "query", since=datetime.now(UTC))


async def test_one_that_hangs_stands_still() -> None:
    """The fault hang: the counts stay, and it can be ended."""
    async with opened() as (running, client):
        put(running, b'{"input":{"title":"Ski"}}\n' * 3)
        running.shop.works.faults["hang"] = 2
        begun = await bulk.start_mutation(client, SET.format(name="One"), PATH, "syncd-run-1")
        seen = begun
        while seen.object_count < 2:
            seen = await bulk.look(client, begun.gid) or seen
        assert (seen.status, seen.object_count, seen.url) == ("RUNNING", 2, None)
        await bulk.cancel(client, begun.gid)
        ended = await until_over(client, begun.gid)
        assert (ended.status, ended.object_count) == ("CANCELED", 2) and ended.url


@pytest.mark.parametrize("code", ["INTERNAL_SERVER_ERROR", "TIMEOUT", "ACCESS_DENIED"])
async def test_one_that_fails_tells_why_and_what_it_has(code: str) -> None:
    """The faults fail and error."""
    async with opened() as (running, client):
        put(running, b'{"input":{"title":"Ski"}}\n' * 3)
        running.shop.works.faults |= {"fail": 2, "error": code}
        begun = await bulk.start_mutation(client, SET.format(name="One"), PATH, "syncd-run-1")
        ended = await until_over(client, begun.gid)
        assert (ended.status, ended.error_code, ended.object_count) == ("FAILED", code, 2)
        assert ended.url is None and ended.partial_url
