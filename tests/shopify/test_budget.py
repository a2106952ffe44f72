"""Spending points: never refused by a bucket that behaves as Shopify's does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.shopify.budget import FLOOR_S, Budget


def cost(
    requested: float, actual: float | None, available: float, *, maximum: float = 2000
) -> dict[str, Any]:
    status = {"maximumAvailable": maximum, "currentlyAvailable": available, "restoreRate": 100}
    return {
        "requestedQueryCost": requested,
        "actualQueryCost": actual,
        "throttleStatus": status,
    }


def known(level: float, *, now_s: float = 0.0) -> Budget:
    budget = Budget()
    budget.spend(10, now_s)
    budget.settle(10, cost(10, 10, level), now_s)
    return budget


def test_the_first_call_goes_alone_since_nothing_is_known() -> None:
    budget = Budget()
    assert budget.wait_s(500, 0.0) == 0
    budget.spend(500, 0.0)
    assert budget.wait_s(1, 0.0) == float("inf")


@pytest.mark.parametrize(
    ("level", "points", "wait_s"),
    [
        pytest.param(2000, 1000, 0.0, id="enough is there"),
        pytest.param(100, 300, (300 - 100) / 100 + FLOOR_S, id="the rest restores"),
        pytest.param(1500, 5000, (2000 - 1500) / 100, id="larger than the bucket: a full one"),
    ],
)
def test_waiting_is_just_as_long_as_restoring(level: float, points: float, wait_s: float) -> None:
    assert known(level).wait_s(points, 0.0) == pytest.approx(wait_s)


def test_what_is_under_way_is_spent() -> None:
    budget = known(1000)
    budget.spend(900, 0.0)
    assert budget.wait_s(200, 0.0) > 0


def test_what_was_not_used_comes_back_at_once() -> None:
    budget = known(1000)
    budget.spend(900, 0.0)
    budget.settle(900, cost(900, 100, 900), 0.0)
    assert budget.wait_s(800, 0.0) == 0


def test_another_spender_lowers_the_level_at_once() -> None:
    budget = known(2000)
    budget.spend(10, 0.0)
    budget.settle(10, cost(10, 10, 300), 0.0)
    assert budget.wait_s(500, 0.0) > 0


def test_a_refusal_shows_the_level_and_costs_nothing() -> None:
    budget = known(2000)
    budget.spend(500, 0.0)
    budget.settle(500, cost(500, None, 120), 0.0)
    assert budget.wait_s(100, 0.0) == 0
    assert budget.wait_s(500, 0.0) == pytest.approx((500 - 120) / 100 + FLOOR_S)


def test_a_lost_answer_counts_as_spent() -> None:
    budget = known(1000)
    budget.spend(900, 0.0)
    budget.settle(900, None, 0.0)
    assert budget.wait_s(200, 0.0) > 0


@dataclass
class Bucket:
    """Shopify's side: points go when a call arrives, come back when it ends."""

    maximum: float
    rate: float
    level: float
    at_s: float = 0.0

    def fill(self, now_s: float) -> None:
        self.level = min(self.maximum, self.level + (now_s - self.at_s) * self.rate)
        self.at_s = now_s


@given(
    start=st.floats(0, 1),
    calls=st.lists(
        st.tuples(
            st.integers(1, 400),  # requested
            st.floats(0, 1),  # share of it that is used
            st.floats(0.001, 1.0),  # the way there
            st.floats(0.01, 1.0),  # until the answer
        ),
        min_size=5,
        max_size=60,
    ),
    at_once=st.integers(1, 8),
)
def test_no_call_is_ever_refused_whatever_is_under_way(
    start: float, calls: list[tuple[int, float, float, float]], at_once: int
) -> None:
    """Many calls at once, with any travel times; the bucket is ours alone."""
    bucket = Bucket(2000, 100, 2000 * start)
    budget, now_s = known(bucket.level), 0.0
    pending: list[tuple[float, str, int, float]] = []  # when, what, requested, used

    def happen(until_s: float) -> None:
        """Let arrivals and answers happen in their order."""
        while pending and min(pending)[0] <= until_s:
            event = min(pending)
            pending.remove(event)
            at_s, what, asked, used = event
            bucket.fill(at_s)
            if what == "arrival":
                assert bucket.level >= asked, "refused"
                bucket.level -= asked
            else:
                bucket.level = min(bucket.maximum, bucket.level + asked - used)
                budget.settle(asked, cost(asked, used, bucket.level), at_s)

    for asked, share, there_s, back_s in calls:
        while sum(what == "answer" for _, what, _, _ in pending) >= at_once:
            now_s = max(now_s, min(one[0] for one in pending))
            happen(now_s)
        while (wait_s := budget.wait_s(asked, now_s)) > 1e-9:
            now_s += wait_s
            happen(now_s)
        budget.spend(asked, now_s)
        pending.append((now_s + there_s, "arrival", asked, 0.0))
        pending.append((now_s + there_s + back_s, "answer", asked, float(int(asked * share))))
    happen(float("inf"))
