"""The shop, the work and the contenders of `make bench NAME=push`, small ones."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from typing import Any

import aiohttp
import anyio
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from graphql import ExecutionResult, OperationDefinitionNode, execute_sync
from graphql.execution.values import get_variable_values

from bench import push, push_client, push_work
from bench.push_shop import PATH, Options, Shop
from bench.push_work import ANSWERS, PUSH, URGENT
from syncd.shopify.documents import documents, schema

FAST = Options(bucket_points=300, restore_points_s=1_000, least_s=0.01, most_s=0.05)
POINTS = {PUSH: 15, URGENT: 10}


def variables(name: str, number: int) -> push_work.VARIABLES:
    made = {PUSH: push_work.push_variables, URGENT: push_work.urgent_variables}
    return made[name](number)


@asynccontextmanager
async def opened(options: Options) -> AsyncIterator[tuple[Shop, str]]:
    shop = Shop(options)
    app = web.Application()
    app.router.add_post(PATH, shop.answer)
    async with TestServer(app) as server:
        yield shop, str(server.make_url("")).rstrip("/")


async def at_once(url: str, name: str, calls: int) -> list[dict[str, Any]]:
    """The answers to so many calls that are sent together."""
    answers = []

    async def ask(session: aiohttp.ClientSession, number: int) -> None:
        body = {"query": documents()[name].text, "variables": variables(name, number)}
        async with session.post(f"{url}/admin/api/2026-10/graphql.json", json=body) as answer:
            answers.append(await answer.json())

    async with aiohttp.ClientSession() as session, anyio.create_task_group() as calling:
        for number in range(calls):
            calling.start_soon(ask, session, number)
    return answers


@pytest.mark.parametrize("name", [PUSH, URGENT])
async def test_no_more_is_spent_than_the_bucket_holds(name: str) -> None:
    still = Options(bucket_points=105, restore_points_s=1, least_s=0, most_s=0.01, refusal_s=0)
    async with opened(still) as (shop, url):
        answers = await at_once(url, name, 40)
    costs = [one["extensions"]["cost"] for one in answers]
    good = [cost for one, cost in zip(answers, costs, strict=True) if "errors" not in one]
    assert {cost["requestedQueryCost"] for cost in costs} == {POINTS[name]}
    assert [cost["actualQueryCost"] for cost in good] == [POINTS[name]] * (105 // POINTS[name])
    assert {one["errors"][0]["extensions"]["code"] for one in answers if "errors" in one} == {
        "THROTTLED"
    }
    assert all(type(cost["throttleStatus"]["currentlyAvailable"]) is int for cost in costs)
    assert shop.tally.points == len(good) * POINTS[name]
    assert shop.tally.answered == {name: len(good)}
    assert shop.tally.throttled == {name: 40 - len(good)}


@pytest.mark.parametrize("name", [PUSH, URGENT])
def test_what_is_sent_and_answered_is_as_the_schema_says(name: str) -> None:
    given = variables(name, 7)
    document = documents()[name]
    (operation,) = document.node.definitions
    assert isinstance(operation, OperationDefinitionNode)
    coerced = get_variable_values(schema(), operation.variable_definitions or (), dict(given))
    assert not isinstance(coerced, list), coerced
    data = ANSWERS[name](given)
    result = execute_sync(
        schema(),
        document.node,
        data,
        variable_values=dict(given),
        type_resolver=lambda *_: "MediaImage",
    )
    assert isinstance(result, ExecutionResult)
    assert (result.errors, result.data) == (None, data)


def test_a_call_takes_as_long_whoever_sends_it() -> None:
    shop = Shop(Options())
    given = variables(PUSH, 3)
    turned = {name: given[name] for name in sorted(given, reverse=True)}
    assert shop.service_s(turned) == shop.service_s(given)
    assert Shop(Options(seed=2)).service_s(given) != shop.service_s(given)
    all_s = [shop.service_s(variables(name, n)) for name in (PUSH, URGENT) for n in range(500)]
    assert 0.05 <= min(all_s) < 0.06 and 0.39 < max(all_s) <= 0.4


def test_ours_pays_what_is_charged_and_is_never_refused() -> None:
    played = push.play(push.contender(push.OURS), push_work.work(40), FAST)
    urgent = len(played.told.urgent_s)
    assert (played.told.failed, played.throttled) == (0, 0)
    assert urgent >= 2
    assert played.answered == 40 + urgent
    assert played.points == 40 * POINTS[PUSH] + urgent * POINTS[URGENT]
    assert played.bound_s == pytest.approx((played.points - 300) / 1_000)
    assert played.told.seconds > played.bound_s - 0.05  # an urgent call may end after the last
    assert min(played.told.urgent_s) >= FAST.least_s


@pytest.mark.parametrize("name", ["gql", push.NODE])
def test_who_sends_without_counting_is_refused(name: str) -> None:
    slow = replace(FAST, restore_points_s=250)
    try:
        client = push.contender(name)
    except SystemExit as error:  # there is no npm here
        pytest.skip(str(error))
    played = push.play(client, push_work.work(40), slow)
    assert played.throttled > 0
    # Now and then one is refused so often that its sender gives up.
    lost = played.told.failed
    assert all("throttled" in fault.lower() for fault in played.told.faults)
    assert 40 - lost <= played.answered - len(played.told.urgent_s) <= 40
    assert lost < 4


def test_urgent_calls_alone_wait_for_nothing() -> None:
    played = push.play(push.contender(push.ALONE), push_work.alone(10, 0.02), FAST)
    shop = Shop(FAST)
    service_s = sorted(shop.service_s(variables(URGENT, number)) for number in range(10))
    assert played.answered == len(played.told.urgent_s) == 10
    pairs = zip(sorted(played.told.urgent_s), service_s, strict=True)
    assert all(took_s >= needed_s for took_s, needed_s in pairs)


async def test_an_answer_with_user_errors_has_failed() -> None:
    async def refuse(name: str, variables: push_work.VARIABLES) -> Any:
        return {"productSet": {"userErrors": [{"message": "no"}]}}

    told = await push_client.drive(replace(push_work.work(3), urgent=[]), refuse)
    assert told.failed == 3
    assert "no" in told.faults[0]


OURS: push.Figures = {"ratio": 1.0, "throttled": 0, "failed": 0, "urgent_p99_s": 0.4, "cpu_s": 1.0}
NODE: push.Figures = {**OURS, "cpu_s": 4.0}
ALONE: push.Figures = {**OURS, "urgent_p99_s": 0.39}


@pytest.mark.parametrize(
    ("figure", "value", "bar"),
    [
        ("ratio", 1.05, "time_to_bound"),
        ("ratio", None, "time_to_bound"),
        ("throttled", 1, "throttled"),
        ("failed", 1, "failed"),
        ("urgent_p99_s", 0.5, "urgent_to_alone"),
        ("urgent_p99_s", None, "urgent_to_alone"),
        ("cpu_s", 1.1, "cpu_to_node"),
    ],
)
def test_each_bar_can_be_missed(figure: str, value: float | None, bar: str) -> None:
    figures = {push.OURS: OURS, push.NODE: NODE, push.ALONE: ALONE}
    assert all(value <= most for value, most in push.bars(figures).values())
    found = push.bars({**figures, push.OURS: {**OURS, figure: value}})
    assert [name for name, (value, most) in found.items() if value > most] == [bar]


def test_the_options_travel() -> None:
    assert Options(**json.loads(json.dumps(asdict(FAST)))) == FAST
