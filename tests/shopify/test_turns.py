"""Turns to spend points: the urgent first, in order, and never refused by a bucket of our own."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from syncd.records import Lane
from syncd.rules.lanes import LANES
from syncd.shopify.budget import Budget
from syncd.shopify.turns import Turns
from tests.shopify.test_budget import cost, known


@given(st.lists(st.sampled_from(LANES), max_size=30))
def test_the_most_urgent_lane_comes_first_in_each_who_came_first(lanes: list[Lane]) -> None:
    turns = Turns(known(2000))
    waiting = [turns.ask(1, lane) for lane in lanes]
    for turn in waiting:
        turns.enter(turn)
    served = []
    while left := [turn for turn in waiting if turn not in served]:
        (first,) = (turn for turn in left if turns.wait_s(turn, 0.0) == 0)
        turns.leave(first, 0.0)
        served.append(first)
    assert served == sorted(waiting, key=lambda one: (LANES.index(one.lane), one.number))


def test_one_that_was_refused_is_the_first_of_its_lane_again() -> None:
    turns = Turns(known(2000))
    refused, later = turns.ask(1, "product"), turns.ask(1, "product")
    turns.enter(later)
    turns.enter(refused)
    assert turns.wait_s(refused, 0.0) == 0
    assert turns.wait_s(later, 0.0) == float("inf")


def test_who_leaves_lets_the_next_one_look() -> None:
    turns, rung = Turns(known(2000)), []
    first, second = turns.ask(1, "stock"), turns.ask(1, "product")
    turns.enter(second)
    turns.enter(first)
    second.ring = lambda: rung.append(second)
    turns.leave(first, 0.0)
    assert rung == [second]


def test_who_will_look_in_time_is_not_woken_before() -> None:
    budget, rung = known(0), []
    turns = Turns(budget)
    first = turns.ask(500, "stock")
    first.ring = lambda: rung.append(first)
    turns.enter(first)
    assert turns.wait_s(first, 0.0) > 4
    turns.look(1.0)
    assert rung == []
    budget.spend(0, "stock", 1.0)
    budget.settle(300, cost(300, 0, 400), 1.0)  # 300 points came back
    turns.look(1.0)
    assert rung == [first]


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
            st.sampled_from(LANES),
        ),
        min_size=5,
        max_size=60,
    ),
    at_once=st.integers(1, 8),
)
def test_no_call_is_ever_refused_whatever_is_under_way(
    start: float, calls: list[tuple[int, float, float, float, Lane]], at_once: int
) -> None:
    """Many calls at once, with any travel times; the bucket is ours alone."""
    bucket = Bucket(2000, 100, float(int(2000 * start)))
    budget: Budget = known(bucket.level)
    now_s = 0.0
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
                budget.settle(asked, cost(asked, used, int(bucket.level)), at_s)

    for asked, share, there_s, back_s, lane in calls:
        while sum(what == "answer" for _, what, _, _ in pending) >= at_once:
            now_s = max(now_s, min(one[0] for one in pending))
            happen(now_s)
        while (wait_s := budget.wait_s(asked, lane, now_s)) > 0:
            now_s += wait_s
            happen(now_s)
        budget.spend(asked, lane, now_s)
        pending.append((now_s + there_s, "arrival", asked, 0.0))
        pending.append((now_s + there_s + back_s, "answer", asked, float(int(asked * share))))
    happen(float("inf"))
