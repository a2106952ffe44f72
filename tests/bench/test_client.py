"""The ways to call of `make bench NAME=client`, a few calls each."""

from __future__ import annotations

import json

from graphql import ExecutionResult, execute_sync

from bench import client, client_shop
from bench.client import WAYS, Way
from syncd.actualcost import actual
from syncd.shopify.documents import documents, schema


def test_each_way_is_measured() -> None:
    ways = client.measured(rounds=1, calls=40)
    assert ways.keys() == WAYS.keys()
    for way in ways.values():
        (cpu_us,), (calls_s,) = way.cpu_us, way.calls_s
        assert cpu_us > 10 and calls_s > 1


def test_the_bars_are_ratios_within_a_round() -> None:
    ways = {"syncd": Way([100, 300, 120]), "bare": Way([80, 240, 60])}
    assert client.ratio(ways, "bare") == 1.25


def test_what_is_sent_and_answered_is_as_the_schema_says() -> None:
    variables = dict(client_shop.create_variables(7))
    document, data = documents()[client_shop.CREATE], client_shop.created(variables)
    result = execute_sync(
        schema(),
        document.node,
        data,
        variable_values=variables,
        type_resolver=lambda *_: "MediaImage",
    )
    assert isinstance(result, ExecutionResult)
    assert (result.errors, result.data) == (None, data)


def test_the_answer_says_what_such_a_call_costs() -> None:
    answer, variables = json.loads(client_shop.canned()), client_shop.create_variables(0)
    cost = answer["extensions"]["cost"]
    document = documents()[client_shop.CREATE]
    assert cost["requestedQueryCost"] == document.cost_points(variables)
    assert cost["actualQueryCost"] == actual(schema(), document.node, variables, answer["data"])
