"""The client against the sandbox, and against servers that misbehave."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import anyio
import pytest
from aiohttp import web

from syncd.errors import CallError, LeaseLostError, ShopError, ShopifyError, ThrottledError
from syncd.records import Lane
from syncd.sandbox import server as sandbox
from syncd.sandbox.options import ShopOptions
from syncd.shopify import answers, identity
from syncd.shopify import client as shopify
from syncd.shopify.documents import documents
from syncd.shopify.tally import Tally
from syncd.shopify.turns import Turn
from tests import programs

TOKEN = "shpat_test"
PROBED = {"data": {"shop": {"id": "gid://shopify/Shop/1", "myshopifyDomain": "x"}}}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def in_turn(*answers: web.Response | None) -> tuple[Handler, list[bytes]]:
    """A handler that gives these answers one after the other; None drops the connection."""
    bodies: list[bytes] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        bodies.append(await request.read())
        answer = answers[min(len(bodies), len(answers)) - 1]
        if answer is None:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return answer

    return handler, bodies


async def test_data_comes_back_and_the_version_is_seen() -> None:
    async with (
        sandbox.running(ShopOptions(token=TOKEN)) as running,
        shopify.connect("x", TOKEN, url=running.url) as client,
    ):
        answer = await client.execute("BudgetProbe")
        assert answer["shop"]["myshopifyDomain"] == running.shop.options.domain
        assert client.tally.served_version == shopify.API_VERSION


async def test_a_wrong_token_is_the_shops_trouble() -> None:
    async with (
        sandbox.running(ShopOptions(token=TOKEN)) as running,
        shopify.connect("x", "shpat_wrong", url=running.url) as client,
    ):
        with pytest.raises(ShopError, match="access token is not valid"):
            await client.execute("BudgetProbe")


async def test_declaring_the_identity_twice_is_as_good_as_once() -> None:
    async with (
        sandbox.running(ShopOptions(token=TOKEN)) as running,
        shopify.connect("x", TOKEN, url=running.url) as client,
    ):
        await identity.declare(client)
        await identity.declare(client)
        assert len(running.shop.definitions) == 1


async def test_a_version_that_is_served_by_another_is_noticed() -> None:
    answer = web.json_response(PROBED, headers={"X-Shopify-API-Version": "2027-01"})
    handler, _ = in_turn(answer)
    async with serving(handler) as url, shopify.connect("x", TOKEN, url=url) as client:
        await client.execute("BudgetProbe")
        assert client.tally.served_version == "2027-01"


async def test_a_read_is_repeated_when_its_answer_is_lost() -> None:
    handler, bodies = in_turn(None, web.json_response(PROBED))
    async with serving(handler) as url, shopify.connect("x", TOKEN, url=url) as client:
        await client.execute("BudgetProbe")
    assert len(bodies) == 2


async def test_a_write_that_may_have_happened_is_not_repeated() -> None:
    handler, bodies = in_turn(web.Response(status=502))
    async with serving(handler) as url, shopify.connect("x", TOKEN, url=url) as client:
        with pytest.raises(CallError) as raised:
            await client.execute("ProductSet", {"input": {}, "variants": 1, "media": 1})
    assert raised.value.is_unknown
    assert len(bodies) == 1


@pytest.mark.parametrize("document", ["BudgetProbe", "ProductSet"])
async def test_nothing_is_sent_whose_answer_could_come_when_the_shop_is_anothers(
    document: str,
) -> None:
    handler, bodies = in_turn(web.json_response(PROBED))
    until_s = anyio.current_time() + shopify.CALL_S - 1
    async with (
        serving(handler) as url,
        shopify.connect("x", TOKEN, url=url, until_s=lambda: until_s) as client,
    ):
        with pytest.raises(LeaseLostError):
            await client.execute(document, {"input": {}, "variants": 1, "media": 1})
        assert bodies == []
        until_s += 100  # renewed meanwhile
        await client.execute("BudgetProbe")
    assert len(bodies) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_the_token_follows_no_redirect(status: int) -> None:
    elsewhere, asked_elsewhere = in_turn(web.json_response(PROBED))
    async with serving(elsewhere) as other:
        there = f"{other}/admin/api/2026-10/graphql.json"
        handler, bodies = in_turn(web.Response(status=status, headers={"Location": there}))
        async with serving(handler) as url, shopify.connect("x", TOKEN, url=url) as client:
            with pytest.raises(ShopError, match=f"leads elsewhere .HTTP {status}: {other}") as got:
                await client.execute("BudgetProbe")
    assert "the token is not carried" in got.value.hint
    assert (len(bodies), asked_elsewhere) == (1, [])


async def test_an_answer_that_is_no_json_is_a_lost_one() -> None:
    handler, _ = in_turn(web.Response(text="<html>"))
    async with serving(handler) as url, shopify.connect("x", TOKEN, url=url) as client:
        with pytest.raises(CallError, match="ProductSet got no answer"):
            await client.execute("ProductSet", {"input": {}, "variants": 1, "media": 1})


async def test_an_answer_that_breaks_off_is_a_lost_one() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"data": {')
        assert request.transport is not None
        request.transport.close()
        return response

    async with serving(handler) as url, shopify.connect("x", TOKEN, url=url) as client:
        with pytest.raises(CallError, match="ProductSet got no answer") as raised:
            await client.execute("ProductSet", {"input": {}, "variants": 1, "media": 1})
    assert raised.value.is_unknown


async def test_nobody_at_the_address_means_that_nothing_happened(
    unused_tcp_port: int,
) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}"
    async with shopify.connect("x", TOKEN, url=url) as client:
        with pytest.raises(CallError) as raised:
            await client._try(documents()["ProductSet"], {"input": {}}, Turn(0, 0, "product", 0))
    assert not raised.value.is_unknown


async def test_a_null_in_the_variables_travels() -> None:
    handler, bodies = in_turn(web.json_response({"data": {"product": None}}))
    async with serving(handler) as url, shopify.connect("x", TOKEN, url=url) as client:
        await client.execute("ProductRead", {"id": "gid://shopify/Product/1", "after": None})
    assert b'"after":null' in bodies[0]


async def test_what_we_ask_for_is_what_shopify_asks_for() -> None:
    """The cost is known before sending: the sandbox charges it by the official schema."""
    async with (
        sandbox.running(ShopOptions(token=TOKEN)) as running,
        shopify.connect("x", TOKEN, url=running.url) as client,
    ):
        await client.execute("ShopProbe")
        assert client.tally.learned == {}
        assert client.level_points <= 2000


def throttled(document: str, variables: Mapping[str, Any], available: int) -> web.Response:
    status = {"maximumAvailable": 2000, "currentlyAvailable": available, "restoreRate": 2000}
    asked = documents()[document].cost_points(variables)
    cost = {"requestedQueryCost": asked, "actualQueryCost": None, "throttleStatus": status}
    errors = [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]
    return web.json_response({"errors": errors, "extensions": {"cost": cost}})


async def test_a_write_that_was_refused_for_want_of_points_is_sent_again() -> None:
    values = {"input": {}, "variants": 1, "media": 1}
    answers = throttled("ProductSet", values, 1), web.json_response({"data": {"productSet": None}})
    handler, bodies = in_turn(*answers)
    async with serving(handler) as url, shopify.connect("x", TOKEN, url=url) as client:
        await client.execute("ProductSet", values)
    assert len(bodies) == 2


async def test_what_is_refused_for_want_of_points_again_and_again_is_given_up() -> None:
    handler, bodies = in_turn(*(throttled("BudgetProbe", {}, 1500) for _ in range(9)))
    async with (
        serving(handler) as url,
        shopify.connect("x", TOKEN, url=url, deadline_s=2.5) as client,
    ):
        with pytest.raises(ThrottledError):
            await client.execute("BudgetProbe")
    assert len(bodies) == 3  # each counts as a second's wait


async def test_what_shopify_asks_more_than_we_computed_is_learned() -> None:
    status = {"maximumAvailable": 2000, "currentlyAvailable": 1900, "restoreRate": 100}
    cost = {"requestedQueryCost": 25, "actualQueryCost": 25, "throttleStatus": status}
    answer = {**PROBED, "extensions": {"cost": cost}}
    handler, _ = in_turn(*(web.json_response(answer) for _ in range(3)))
    computed = documents()["BudgetProbe"].cost_points({})
    async with serving(handler) as url, shopify.connect("x", TOKEN, url=url) as client:
        for _ in range(3):
            await client.execute("BudgetProbe")
            assert client.tally.learned == {"BudgetProbe": 25 - computed}
    (told,) = programs.surprises()  # once
    assert "BudgetProbe" in told


async def test_a_call_of_an_urgent_lane_overtakes_those_that_wait() -> None:
    """What is left is left to the urgent ones."""
    async with (
        sandbox.running(ShopOptions(token=TOKEN)) as running,
        shopify.connect("x", TOKEN, url=running.url) as client,
        aiohttp.ClientSession() as session,
    ):
        await client.execute("BudgetProbe")
        spent = {"kind": "spend", "points": 1960}
        async with session.post(f"{running.url}/_sandbox/faults", json=spent) as response:
            assert response.ok
        await client.execute("BudgetProbe")
        ended: list[Lane] = []

        async def call(lane: Lane) -> None:
            await client.on(lane).execute("ShopProbe")
            ended.append(lane)

        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(call, "product")
            await anyio.lowlevel.checkpoint()
            group.start_soon(call, "stock")
    assert ended == ["stock", "product", "product", "product"]


async def test_calls_and_points_are_counted_by_document() -> None:
    async with (
        sandbox.running(ShopOptions(token=TOKEN, plan="advanced")) as running,
        shopify.connect("x", TOKEN, url=running.url) as client,
    ):
        assert client.restore_points_s == 0
        await client.execute("BudgetProbe")
        await client.execute("ShopProbe")
        await client.execute("ShopProbe")
        assert client.tally.calls == {"BudgetProbe": 1, "ShopProbe": 2}
        assert client.tally.points.keys() == client.tally.calls.keys()
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{running.url}/_sandbox/stats") as response,
        ):
            assert sum(client.tally.points.values()) == (await response.json())["points"] > 0
        assert client.restore_points_s == 200


async def test_a_search_that_shopify_misunderstood_is_an_error() -> None:
    """It leaves out a filter that it does not know, and everything matches."""
    async with (
        sandbox.running(ShopOptions(token=TOKEN)) as running,
        shopify.connect("x", TOKEN, url=running.url) as client,
    ):
        asked = {"query": "skuu:J-S", "first": 2}
        with pytest.raises(ShopifyError, match=r"did not understand the search.*skuu"):
            await client.execute("VariantsBySku", asked)


async def test_what_may_not_be_read_is_told_by_its_path() -> None:
    error = {
        "message": "This app is not approved to use the email field.",
        "path": ["shop", "email"],
        "extensions": {"code": "ACCESS_DENIED"},
    }
    handler, _ = in_turn(web.json_response({**PROBED, "errors": [error]}))
    async with serving(handler) as url, shopify.connect("x", TOKEN, url=url) as client:
        answer = await client.read("BudgetProbe")
    assert answer.refused == {("shop", "email")}
    assert answer.data == PROBED["data"]


async def test_a_failed_field_does_not_hide_behind_a_refused_one() -> None:
    errors = [
        {"message": "no", "path": ["shop", "a"], "extensions": {"code": "ACCESS_DENIED"}},
        {"message": "oh", "path": ["shop", "b"], "extensions": {"code": "INTERNAL_SERVER_ERROR"}},
    ]
    handler, _ = in_turn(web.json_response({**PROBED, "errors": errors}))
    async with (
        serving(handler) as url,
        shopify.connect("x", TOKEN, url=url, deadline_s=0) as client,
    ):
        with pytest.raises(CallError):
            await client.read("BudgetProbe")


async def test_each_task_knows_its_own_call_by_shopifys_id_of_it() -> None:
    """gql keeps the headers of whichever answer came last."""

    async def handler(request: web.Request) -> web.StreamResponse:
        name = (await request.json())["operationName"]
        headers = {"X-Request-Id": f"id of {name}"}
        if name == "ShopProbe":
            return web.Response(status=500, headers=headers)
        data = {**PROBED["data"], "currentAppInstallation": {"accessScopes": []}}
        return web.json_response({"data": data}, headers=headers)

    heard: dict[str, str] = {}

    async with (
        serving(handler) as url,
        shopify.connect("x", TOKEN, url=url, deadline_s=0) as client,
    ):

        async def ask(name: str) -> None:
            await client.execute(name)
            heard[name] = answers.request_id()

        async with anyio.create_task_group() as group:
            for name in ("BudgetProbe", "InstallationScopes"):
                group.start_soon(ask, name)
        with pytest.raises(CallError) as caught:
            await client.execute("ShopProbe")
    assert heard == {name: f"id of {name}" for name in ("BudgetProbe", "InstallationScopes")}
    assert caught.value.request_id == "id of ShopProbe"
    assert str(caught.value).endswith("\n  request id id of ShopProbe")


OUTCOMES = [
    pytest.param(web.json_response, PROBED, "ok", id="an answer"),
    pytest.param(
        web.json_response,
        {"data": {"a": {"userErrors": [{"message": "no"}]}, **PROBED["data"]}},
        "rejected",
        id="a complaint",
    ),
    pytest.param(
        web.json_response,
        {"errors": [{"message": "no", "extensions": {"code": "BAD_REQUEST"}}]},
        "refused",
        id="an error",
    ),
]


@pytest.mark.parametrize(("respond", "body", "outcome"), OUTCOMES)
async def test_each_call_is_remembered_with_what_became_of_it(
    respond: Callable[[Any], web.Response], body: dict[str, Any], outcome: str
) -> None:
    async def handler(_request: web.Request) -> web.StreamResponse:
        answer = respond(body)
        answer.headers["X-Request-Id"] = "abc"
        return answer

    async with serving(handler) as url, shopify.connect("x", TOKEN, url=url) as client:
        with contextlib.suppress(ShopifyError):
            await client.on("price").execute("BudgetProbe")
        (past,) = client.tally.take()
        assert (past.document, past.lane, past.outcome) == ("BudgetProbe", "price", outcome)
        assert past.request_id == "abc"
        assert past.ended_s >= past.began_s
        assert client.tally.take() == []


async def test_lost_and_refused_calls_are_remembered_each_time() -> None:
    handler, _ = in_turn(None, web.Response(status=429), web.Response(status=401))
    async with serving(handler) as url, shopify.connect("x", TOKEN, url=url) as client:
        with pytest.raises(ShopError):
            await client.execute("BudgetProbe")
        outcomes = [one.outcome for one in client.tally.take()]
        assert outcomes == ["lost", "throttled", "refused"]


async def test_of_many_calls_the_last_200_are_remembered() -> None:
    tally = Tally("2026-10")
    for number in range(250):
        tally.count(f"{number}", "product", None, began_s=0.0, outcome="ok")
    assert [one.document for one in tally.take()] == [f"{number}" for number in range(50, 250)]
