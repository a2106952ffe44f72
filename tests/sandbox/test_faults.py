"""Each fault on demand strikes once, before or after the write, as its rule says."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import ClientError, ClientSession

from syncd.sandbox.mischief import Mischief
from tests.sandbox.callers import SHOP, TOKEN, answer, open_shop, read
from tests.sandbox.till import PRODUCT_SET, Hands, Till

MAKE = {"query": PRODUCT_SET, "variables": {"input": {"title": "Ski"}}}
COUNT = {"query": "{ productsCount { count } }"}
INTERNAL = "INTERNAL_SERVER_ERROR"


async def add(session: ClientSession, *rules: Any) -> None:
    async with session.post("/_sandbox/faults", json=list(rules)) as added:
        assert added.status == 201, await added.text()


async def status(session: ClientSession, body: Any) -> int:
    """Of an answer that need not be JSON."""
    async with session.post("/admin/api/2026-10/graphql.json", json=body) as response:
        return response.status


async def products(session: ClientSession) -> int:
    _, body, _ = await answer(session, COUNT)
    return int(body["data"]["productsCount"]["count"])


@pytest.mark.parametrize("code", [401, 402, 403, 404, 423, 429, 430, 500, 502, 503, 504])
@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
async def test_a_status_is_answered_before_or_after_the_write(
    code: int, when: str, made: int
) -> None:
    async with open_shop() as (session, _):
        await add(session, {"kind": "http", "status": code, "when": when, "root": "productSet"})
        assert await products(session) == 0
        assert await status(session, MAKE) == code
        assert await products(session) == made
        assert await status(session, MAKE) == 200


@pytest.mark.parametrize(
    ("code", "body"),
    [
        (401, "[API] Invalid API key or access token (unrecognized login or wrong password)"),
        (402, "This shop's plan does not have access to this feature"),
        (403, "User does not have access"),
        (423, "This shop is unavailable"),
        (500, "An unexpected error occurred"),
    ],
)
async def test_a_status_has_shopifys_words(code: int, body: str) -> None:
    async with open_shop() as (session, _):
        await add(session, {"kind": "http", "status": code})
        assert (await answer(session, SHOP))[:2] == (code, {"errors": body})


async def test_429_says_when_to_ask_again() -> None:
    async with open_shop() as (session, _):
        await add(session, {"kind": "http", "status": 429})
        _, _, headers = await answer(session, SHOP)
        assert headers["Retry-After"] == "2.0"


@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
async def test_a_connection_drops_before_or_after_the_write(when: str, made: int) -> None:
    async with open_shop() as (session, _):
        await add(session, {"kind": "drop", "when": when})
        with pytest.raises(ClientError):
            await status(session, MAKE)
        assert await products(session) == made


async def test_another_app_spends_points_of_the_bucket() -> None:
    async with open_shop() as (session, _):
        await add(session, {"kind": "spend", "points": 1_500})
        _, body, _ = await answer(session, SHOP)
        assert body["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"] == 499


async def test_a_call_is_throttled_though_there_are_points() -> None:
    async with open_shop() as (session, _):
        await add(session, {"kind": "throttled"})
        code, body, _ = await answer(session, MAKE)
        assert (code, body["errors"][0]["extensions"]["code"]) == (200, "THROTTLED")
        assert body["extensions"]["cost"]["actualQueryCost"] is None
        assert await products(session) == 0


async def test_an_internal_error_comes_after_the_write() -> None:
    async with open_shop() as (session, _):
        await add(session, {"kind": "internal", "root": "productSet"})
        code, body, _ = await answer(session, MAKE)
        assert (code, body["errors"][0]["extensions"]["code"]) == (200, INTERNAL)
        assert await products(session) == 1


async def test_a_slow_answer_comes_all_the_same() -> None:
    async with open_shop() as (session, _):
        await add(session, {"kind": "slow", "seconds": 0.05})
        assert await status(session, MAKE) == 200
        (rule,) = (await read(session, "/_sandbox/faults"))["faults"]
        assert rule["struck"] == 1


async def test_a_token_expires_on_demand() -> None:
    async with open_shop() as (session, _):
        asked = {
            "grant_type": "client_credentials",
            "client_id": "sandbox-app",
            "client_secret": "sandbox-secret",
        }
        async with session.post("/admin/oauth/access_token", data=asked) as response:
            token = {"X-Shopify-Access-Token": (await response.json())["access_token"]}
        await add(session, {"kind": "token"})
        assert (await answer(session, SHOP, headers=token))[0] == 401
        assert (await answer(session, SHOP, headers=token))[0] == 401
        assert (await answer(session, SHOP, headers=TOKEN))[0] == 200


async def test_the_plan_is_halved_until_the_fault_is_cleared() -> None:
    async with open_shop() as (session, _):
        await add(session, {"kind": "plan", "factor": 0.5})
        for maximum in (1_000, 2_000):
            _, body, _ = await answer(session, SHOP)
            assert body["extensions"]["cost"]["throttleStatus"]["maximumAvailable"] == maximum
            async with session.delete("/_sandbox/faults") as cleared:
                assert cleared.status == 204


async def test_a_bulk_operation_is_given_its_faults() -> None:
    async with open_shop() as (session, running):
        await add(session, {"kind": "bulk", "hang": 3})
        query = 'mutation { bulkOperationRunQuery(query: "") { userErrors { message } } }'
        await answer(session, {"query": query})
        assert "hang" in running.shop.works.faults


async def test_a_search_does_not_find_what_has_just_changed() -> None:
    till = Till()
    till.make("Ski")
    till.shop.mischief.add({"kind": "index_lag", "seconds": 5})
    assert list(till.shop.searchable("Product")) == []
    till.hands.passed_s += 5
    assert [one.title for one in till.shop.searchable("Product")] == ["Ski"]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        pytest.param({"kind": "rain"}, "there is no fault of the kind 'rain'", id="kind"),
        pytest.param({"kind": "drop", "times": 0}, "times is a number from 1", id="times"),
        pytest.param({"kind": "drop", "after_s": -1}, "after_s is a number from 0", id="after"),
        pytest.param({"kind": "drop", "probability": 2}, "from 0 to 1", id="probability"),
        pytest.param({"kind": "chaos"}, "chaos wants", id="chaos without rates"),
        pytest.param({"kind": "http", "status": 200}, "from 400 to 599", id="status"),
        pytest.param({"kind": "drop", "when": "soon"}, "before or after", id="when"),
        pytest.param({"kind": "slow", "seconds": "2"}, "seconds is a number", id="seconds"),
        pytest.param("drop", 'give {"kind"', id="no rule"),
    ],
)
async def test_a_rule_that_cannot_be_is_refused_in_words(rule: Any, words: str) -> None:
    async with open_shop() as (session, _):
        rules = [{"kind": "drop"}, rule]
        async with session.post("/_sandbox/faults", json=rules) as refused:
            assert refused.status == 400
            assert words in (await refused.json())["error"]
        assert (await read(session, "/_sandbox/faults"))["faults"] == []


async def test_one_rule_can_be_taken_back() -> None:
    async with open_shop() as (session, _):
        await add(session, {"kind": "drop"}, {"kind": "slow"})
        async with session.delete("/_sandbox/faults/1") as cleared:
            assert cleared.status == 204
        (rule,) = (await read(session, "/_sandbox/faults"))["faults"]
        assert rule["kind"] == "slow"


def strikes(mischief: Mischief, kind: str, calls: int) -> list[bool]:
    return [mischief.strikes(kind, "productSet") is not None for _ in range(calls)]


def test_a_rule_strikes_so_many_times() -> None:
    mischief = Mischief(Hands().clock)
    mischief.add({"kind": "drop", "times": 2, "root": "productSet"})
    assert mischief.strikes("drop", "customerSet") is None
    assert strikes(mischief, "drop", 4) == [True, True, False, False]


def test_a_rule_waits_for_its_time_by_the_shops_clock() -> None:
    hands = Hands()
    mischief = Mischief(hands.clock)
    mischief.add({"kind": "drop", "after_s": 60, "times": None})
    assert strikes(mischief, "drop", 1) == [False]
    hands.passed_s = 60
    assert strikes(mischief, "drop", 2) == [True, True]


CHAOS = {"kind": "chaos", "seed": 7, "rates": {"http": 0.3, "drop": {"probability": 0.2}}}


def test_the_same_seed_gives_the_same_faults() -> None:
    one, other = Mischief(Hands().clock), Mischief(Hands().clock)
    for each in (one, other):
        each.add(CHAOS)
    assert strikes(one, "http", 100) == strikes(other, "http", 100)
    # Another kind is asked about first, and in between: it draws from a stream of its own.
    first = strikes(one, "drop", 50) + strikes(one, "drop", 50)
    again = [bool(strikes(other, "http", 1)) and strikes(other, "drop", 1)[0] for _ in range(100)]
    assert first == again
    assert 5 < sum(first) < 40


def test_another_seed_gives_other_faults() -> None:
    one, other = Mischief(Hands().clock), Mischief(Hands().clock)
    one.add(CHAOS)
    other.add({**CHAOS, "seed": 8})
    assert strikes(one, "http", 100) != strikes(other, "http", 100)
