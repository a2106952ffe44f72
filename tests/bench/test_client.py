"""The ways to call of `make bench NAME=client`, a few calls each."""

from __future__ import annotations

import json

from bench import client
from bench.client import WAYS, Way
from bench.client_shop import ANSWER
from bench.push_work import PUSH, push_variables
from syncd.shopify.documents import documents


def test_each_way_is_measured() -> None:
    ways = client.measured(rounds=1, calls=40)
    assert ways.keys() == WAYS.keys()
    for way in ways.values():
        (cpu_us,), (calls_s,) = way.cpu_us, way.calls_s
        assert cpu_us > 10 and calls_s > 1


def test_the_bars_are_ratios_within_a_round() -> None:
    ways = {"syncd": Way([100, 300, 120]), "bare": Way([80, 240, 60])}
    assert client.ratio(ways, "bare") == 1.25


def test_the_answer_says_what_such_a_call_costs() -> None:
    cost = json.loads(ANSWER)["extensions"]["cost"]
    points = documents()[PUSH].cost_points(push_variables(0))
    assert cost["requestedQueryCost"] == cost["actualQueryCost"] == points
