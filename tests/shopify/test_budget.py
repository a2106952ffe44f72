"""Spending points: our sum follows Shopify's bucket, and is never above it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from syncd.rules.lanes import LANES
from syncd.shopify.budget import FEWEST, FLOOR, HELD_S, HIGH_FLOOR, MARGIN_S, MOST, Budget

RESTORED, MAXIMUM = 100.0, 2000.0
MARGIN = MARGIN_S * RESTORED


def cost(
    requested: float, actual: float | None, available: float, *, maximum: float = MAXIMUM
) -> Mapping[str, Any]:
    status = {
        "maximumAvailable": maximum,
        "currentlyAvailable": available,
        "restoreRate": RESTORED,
    }
    return {
        "requestedQueryCost": requested,
        "actualQueryCost": actual,
        "throttleStatus": status,
    }


def known(level: float, *, now_s: float = 0.0) -> Budget:
    budget = Budget()
    budget.spend(10, "stock", now_s)
    budget.settle(10, cost(10, 10, level), now_s)
    return budget


def test_the_first_call_goes_alone_since_nothing_is_known() -> None:
    budget = Budget()
    assert budget.wait_s(500, "product", 0.0) == 0
    budget.spend(500, "product", 0.0)
    assert budget.wait_s(1, "stock", 0.0) == float("inf")


@pytest.mark.parametrize(
    ("level", "points", "wait_s"),
    [
        pytest.param(2000, 1000, 0.0, id="enough is there"),
        pytest.param(100, 300, (300 + MARGIN - 100) / RESTORED, id="the rest restores"),
        pytest.param(1500, 5000, (2000 - 1500) / RESTORED, id="larger than the bucket: a full one"),
    ],
)
def test_waiting_is_just_as_long_as_restoring(level: float, points: float, wait_s: float) -> None:
    assert known(level).wait_s(points, "stock", 0.0) == pytest.approx(wait_s)


def test_each_lane_leaves_a_part_of_the_bucket_to_those_before_it() -> None:
    budget = known(2000)
    floors = [budget.floor_points(lane) for lane in LANES]
    assert floors == sorted(set(floors))
    assert floors[0] == 0
    assert budget.floor_points("product") == pytest.approx(FLOOR * MAXIMUM)
    for lane, floor in zip(LANES, floors, strict=True):
        left = known(floor + 50 + MARGIN)
        assert left.wait_s(50, lane, 0.0) == 0
        assert left.wait_s(51, lane, 0.0) > 0


def test_the_part_is_as_large_as_the_dearest_urgent_call_of_late_but_not_without_end() -> None:
    budget = known(2000)
    budget.spend(300, "price", 0.0)
    assert budget.floor_points("product") == 300
    assert budget.floor_points("stock") == 0
    budget.spend(1000, "stock", 0.0)
    assert budget.floor_points("product") == HIGH_FLOOR * MAXIMUM
    for _ in range(500):
        budget.spend(1, "stock", 0.0)
    assert budget.floor_points("product") == pytest.approx(FLOOR * MAXIMUM)


def test_what_is_under_way_is_spent() -> None:
    budget = known(1000)
    budget.spend(900, "product", 0.0)
    assert budget.wait_s(200, "product", 0.0) > 0


def test_what_was_not_used_comes_back_at_once() -> None:
    budget = known(1000)
    budget.spend(900, "product", 0.0)
    budget.settle(900, cost(900, 100, 900), 0.0)
    assert budget.wait_s(780, "product", 0.0) == 0


def test_another_spender_lowers_the_level_at_once() -> None:
    budget = known(2000)
    budget.spend(10, "stock", 0.0)
    budget.settle(10, cost(10, 10, 300), 0.0)
    assert budget.level_points(0.0) == 300


def test_a_higher_level_is_believed_once_it_has_been_so_for_a_while() -> None:
    budget = known(300)
    for moment_s in (0.5, 1.0, HELD_S - 0.1):
        budget.spend(10, "stock", moment_s)
        budget.settle(10, cost(10, 10, 1500), moment_s)
        assert budget.level_points(moment_s) < 700
    budget.spend(10, "stock", HELD_S)
    budget.settle(10, cost(10, 10, 1500), HELD_S)
    assert budget.level_points(HELD_S) == pytest.approx(1500)


def test_a_higher_level_that_was_seen_once_is_not_believed() -> None:
    budget = known(300)
    for moment_s, reading in ((1.0, 1500), (2.0, 490), (HELD_S + 0.5, 1500)):
        budget.spend(10, "stock", moment_s)
        budget.settle(10, cost(10, 10, reading), moment_s)
    assert budget.level_points(HELD_S + 0.5) < 700


def test_a_refusal_shows_the_level_and_costs_nothing() -> None:
    budget = known(2000)
    budget.spend(500, "stock", 0.0)
    budget.settle(500, cost(500, None, 120), 0.0)
    assert budget.level_points(0.0) == 120
    assert budget.wait_s(500, "stock", 0.0) == pytest.approx((500 + MARGIN - 120) / RESTORED)


def test_after_a_refusal_a_reading_that_claims_there_was_room_is_not_believed() -> None:
    budget = known(2000)
    budget.spend(500, "stock", 0.0)
    budget.settle(500, cost(500, None, 1900), 0.0)
    assert budget.level_points(0.0) == 0


def test_a_lost_answer_counts_as_spent() -> None:
    budget = known(1000)
    budget.spend(900, "product", 0.0)
    budget.settle(900, None, 0.0)
    assert budget.wait_s(200, "product", 0.0) > 0


def test_a_new_plan_is_seen_in_the_next_answer() -> None:
    budget = known(1000)
    budget.spend(10, "product", 0.0)
    budget.settle(10, cost(10, 10, 990, maximum=4000), 0.0)
    assert budget.maximum_points == 4000


def test_so_many_calls_are_needed_as_spend_what_is_restored_while_one_is_under_way() -> None:
    budget = Budget()
    assert budget.calls(0.0) == FEWEST
    budget.spend(10, "product", 0.0)
    budget.settle(10, cost(10, 5, 0), 0.0)
    budget.took(0.4)
    assert budget.calls(0.0) == 1.5 * 100 * 0.4 / 5
    assert budget.calls(1.0) > budget.calls(0.0)  # what is there is to be spent, too
    budget.took(1000.0)
    assert budget.calls(0.0) == MOST
