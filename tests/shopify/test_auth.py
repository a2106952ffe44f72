"""Tokens that end: had by signing in, renewed early or when refused, once for all who wait."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from aiohttp import ClientSession, web

from syncd.errors import CallError, ShopError, TokenError
from syncd.rules.credentials import Grant
from syncd.sandbox import server as sandbox
from syncd.sandbox.options import ShopOptions
from syncd.sandbox.server import Running
from syncd.shopify import auth
from syncd.shopify import client as shopify
from syncd.shopify.auth import Access, Held, sign_in
from syncd.shopify.client import Client
from tests.shopify.test_client import in_turn, serving

GRANT = Grant("sandbox-app", "sandbox-secret")
DAY_S = 86_400
ENDED = Held("shpat_ended", 0.0)


def answered(one: int | str | None) -> web.Response | None:
    """With that status, or that text; None drops the connection."""
    match one:
        case int():
            return web.Response(status=one, headers={"Location": "/elsewhere"})
        case str():
            return web.Response(text=one)
    return None


async def tell(running: Running, path: str, **body: Any) -> None:
    async with (
        ClientSession() as session,
        session.post(f"{running.url}/_sandbox/{path}", json=body) as response,
    ):
        assert response.status == 200


def signed_in(running: Running) -> int:
    """How many tokens the shop has given that have not ended."""
    return len(running.shop.held["Token"])


def access_to(url: str, held: Held | None = None, grant: Grant = GRANT) -> Access:
    return Access(held, lambda _: sign_in("x", grant, url=url))


@asynccontextmanager
async def visited(
    held: Held | None = None, grant: Grant = GRANT
) -> AsyncIterator[tuple[Running, Client, Access]]:
    async with sandbox.running(ShopOptions(plan="enterprise")) as running:
        access = access_to(running.url, held, grant)
        async with shopify.connect("x", access, url=running.url) as client:
            yield running, client, access


async def call(client: Client, times: int) -> None:
    async with anyio.create_task_group() as group:
        for _ in range(times):
            group.start_soon(client.execute, "BudgetProbe")


async def test_nothing_is_asked_before_the_first_call_and_one_token_serves_all() -> None:
    async with visited() as (running, client, access):
        assert signed_in(running) == 0
        await call(client, 20)
        assert signed_in(running) == 1
        assert access.renew_at_s - auth.now_s() == pytest.approx(0.8 * DAY_S, abs=10)


async def test_a_token_that_ended_unseen_is_renewed_once_for_all_who_call() -> None:
    async with visited() as (running, client, access):
        await call(client, 1)
        first = access.token
        await tell(running, "clock", advance_s=DAY_S)
        await call(client, 20)
        assert signed_in(running) == 1 and access.token != first


async def test_a_token_is_renewed_before_it_ends() -> None:
    async with visited() as (running, client, access):
        await call(client, 1)
        access.renew_at_s = auth.now_s()
        await call(client, 20)
        assert signed_in(running) == 2


async def test_an_early_renewal_that_fails_leaves_the_token_in_use() -> None:
    tries = []

    async def renew(refused: str) -> Held:
        tries.append(refused)
        raise CallError("no answer") if len(tries) == 1 else ShopError("refused")

    async with sandbox.running(ShopOptions(token="shpat_old")) as running:
        access = Access(Held("shpat_old", auth.EARLY_S - 1), renew)
        async with shopify.connect("x", access, url=running.url) as client:
            await call(client, 5)
            assert tries == ["shpat_old"]
            access.renew_at_s = auth.now_s()
            await call(client, 5)
    assert (access.token, len(tries)) == ("shpat_old", 2)


async def test_a_renewal_that_fails_when_the_token_has_ended_is_an_error() -> None:
    async def renew(_: str) -> Held:
        raise CallError("no answer")

    access = Access(ENDED, renew)
    with pytest.raises(CallError):
        await access.renew_early()


async def test_a_second_refusal_is_final() -> None:
    """A token that Shopify has just given and refuses cannot be bettered by another."""
    calls: list[str] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        if request.path == auth.ADDRESS:
            calls.append("sign in")
            return web.json_response({"access_token": f"shpat_{len(calls)}", "expires_in": 99})
        calls.append(request.headers[auth.HEADER])
        return web.Response(status=401, text='{"errors":"[API] Invalid API key"}')

    async with (
        serving(handler) as url,
        shopify.connect("x", access_to(url, Held("shpat_old", DAY_S)), url=url) as client,
    ):
        with pytest.raises(TokenError, match="not valid"):
            await client.execute("BudgetProbe")
    assert calls == ["shpat_old", "sign in", "shpat_2"]


async def test_a_refused_write_is_repeated_since_nothing_happened() -> None:
    async with visited(Held("shpat_revoked", DAY_S)) as (running, client, _):
        given = {"input": {"title": "Jakke"}, "variants": 1, "media": 1}
        answer = await client.execute("ProductSet", given)
        assert not answer["productSet"]["userErrors"]
        assert len(running.shop.held["Product"]) == 1


async def test_a_fixed_token_that_is_refused_is_not_tried_again() -> None:
    handler, bodies = in_turn(web.Response(status=401))
    async with serving(handler) as url, shopify.connect("x", "shpat_1", url=url) as client:
        with pytest.raises(ShopError):
            await client.execute("BudgetProbe")
    assert len(bodies) == 1


async def test_an_app_that_was_removed_is_told_in_words_and_comes_back_by_itself() -> None:
    async with visited() as (running, client, _):
        await call(client, 1)
        await tell(running, "apps/sandbox-app", installed=False)
        with pytest.raises(ShopError, match="not installed in the shop"):
            await client.execute("BudgetProbe")
        await tell(running, "apps/sandbox-app", installed=True)
        await client.execute("BudgetProbe")


async def test_a_wrong_secret_is_told_without_it() -> None:
    async with visited(grant=Grant("sandbox-app", "shpss_wrong")) as (_, client, _):
        with pytest.raises(ShopError, match="client secret is not right") as caught:
            await client.execute("BudgetProbe")
    assert "shpss_wrong" not in f"{caught.value} {caught.value!r}"
    assert "syncd shop token" in caught.value.hint


@pytest.mark.parametrize(
    ("answers", "sort", "tries"),
    [
        pytest.param([None], CallError, 3, id="no answer"),
        pytest.param([502, 502, 502], CallError, 3, id="trouble there"),
        pytest.param(["<html>"], ShopError, 1, id="a page"),
        pytest.param(["[]"], ShopError, 1, id="a list"),
        pytest.param([302], ShopError, 1, id="led elsewhere"),
    ],
)
async def test_an_odd_answer_to_signing_in_is_an_error_of_its_sort(
    answers: list[int | str | None], sort: type[Exception], tries: int
) -> None:
    handler, bodies = in_turn(*map(answered, answers))
    async with serving(handler) as url:
        with pytest.raises(sort) as caught:
            await sign_in("x", GRANT, url=url)
    assert len(bodies) == tries
    assert "sandbox-secret" not in f"{caught.value!r}{caught.value.__context__!r}"


async def test_a_passing_trouble_is_waited_out() -> None:
    good = web.json_response({"access_token": "shpat_2", "expires_in": 10})
    handler, _ = in_turn(web.Response(status=429, headers={"Retry-After": "0.1"}), good)
    async with serving(handler) as url:
        held = await sign_in("x", GRANT, url=url)
    assert held.token == "shpat_2" and 9 < (held.lasts_s or 0) <= 10


async def test_a_renewal_without_an_answer_is_nobodys_fault(unused_tcp_port: int) -> None:
    handler, _ = in_turn(web.Response(status=401))
    access = access_to(f"http://127.0.0.1:{unused_tcp_port}", Held("shpat_old", DAY_S))
    async with serving(handler) as url, shopify.connect("x", access, url=url) as client:
        with pytest.raises(CallError) as caught:
            await client.execute("BudgetProbe")
    assert not caught.value.is_unknown


def test_no_repr_shows_a_token() -> None:
    assert "shpat" not in repr(Held("shpat_1")) + repr(Access.fixed("shpat_1"))
