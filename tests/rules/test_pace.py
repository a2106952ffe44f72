"""What a shop's bulk operations tell of the next ones."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.rules import pace
from syncd.rules.pace import Ended, Look, Pace

LATENCIES, SPEEDS = st.floats(8, 90), st.floats(5, 600)


def ended(latency_s: float, lines_s: float, lines: int, began_s: float = 0) -> Ended:
    """As it is seen: once a second, the end in whole seconds."""
    first = Look(1, int(latency_s + 1 / lines_s) + 0.5)
    return Ended(began_s, (first, Look(lines, round(latency_s + lines / lines_s))))


def test_a_shop_without_operations_has_the_pace_of_any() -> None:
    assert pace.learned([]) == Pace(30, 20, 2)


@given(LATENCIES, SPEEDS, st.integers(20, 20_000))
def test_three_operations_tell_how_long_the_next_one_takes(
    latency_s: float, lines_s: float, lines: int
) -> None:
    known = pace.learned([ended(latency_s, lines_s, lines, 1e5 * n) for n in range(3)])
    assert known.seconds(lines) == pytest.approx(latency_s + lines / lines_s, rel=0.12)


@given(LATENCIES, SPEEDS)
def test_a_large_operation_tells_both_numbers(latency_s: float, lines_s: float) -> None:
    lines = int(lines_s * 120)
    known = pace.learned([ended(latency_s, lines_s, lines, 1e5 * n) for n in range(3)])
    assert known.latency_s == pytest.approx(latency_s, rel=0.15)
    assert known.lines_s == pytest.approx(lines_s, rel=0.2)


@given(LATENCIES, SPEEDS, st.integers(200, 20_000), st.randoms(use_true_random=False))
def test_it_follows_a_shop_that_drifts(
    latency_s: float, lines_s: float, lines: int, chance: random.Random
) -> None:
    seen = []
    for n in range(6):
        seen.append(ended(latency_s, lines_s, lines, 1e6 * n))
        before_s = latency_s + lines / lines_s
        latency_s *= chance.uniform(0.85, 1.18)
        lines_s *= chance.uniform(0.85, 1.18)
    assert pace.learned(seen).seconds(lines) == pytest.approx(before_s, rel=0.2)


@pytest.mark.parametrize("factor", [pace.DRIFT, 1 / pace.DRIFT])
@pytest.mark.parametrize("lines", [20, 200, 2000])
def test_it_keeps_up_with_a_shop_that_drifts_one_way_as_far_as_it_may(
    factor: float, lines: int
) -> None:
    for begin_s in range(30, 70, 3):
        latencies_s = [begin_s * factor**n for n in range(4)]
        seen = [ended(one, 50, lines, 1e5 * n) for n, one in enumerate(latencies_s)]
        assert pace.learned(seen).latency_s == pytest.approx(latencies_s[-1], rel=0.08)


def test_one_that_hung_is_no_measure() -> None:
    well = [ended(30, 50, 500, 1e5 * n) for n in range(5)]
    hung = Ended(5e5, (Look(500, 4000),))
    before_s, after_s = (pace.learned(each).seconds(500) for each in (well, [*well, hung]))
    assert after_s == pytest.approx(before_s, rel=0.1)


def test_operations_side_by_side_share_the_speed() -> None:
    """Each sees a fifth of 100 lines a second."""
    each = [ended(30, 20, 5000, 1e5 * run + n) for run in range(3) for n in range(5)]
    one, *_ = pace.joined(each)
    assert one.looks[-1].lines == 25_000
    assert one.looks[-1].seconds == pytest.approx(284, abs=5)
    assert pace.learned(each).lines_s == pytest.approx(100, rel=0.15)


def test_others_count_until_there_is_one_of_its_own() -> None:
    others = [ended(60, 200, 20_000, 1e5 * n) for n in range(3)]
    own = [ended(60, 50, 20_000, 1e6 + 1e5 * n) for n in range(3)]
    assert pace.learned([], others).lines_s == pytest.approx(200, rel=0.25)
    assert pace.learned(own, others).lines_s == pytest.approx(50, rel=0.15)


@given(st.lists(st.builds(Look, st.integers(0, 10**6), st.floats(0, 1e5)), min_size=1, max_size=4))
def test_whatever_was_measured_the_pace_is_one(looks: list[Look]) -> None:
    known = pace.learned([Ended(0, (look,)) for look in looks])
    assert 1 < known.latency_s < 300
    assert 1 < known.lines_s < 2500


def test_two_operations_on_the_same_products_take_as_long_as_both() -> None:
    made, published = Pace(30, 20, 1.2), Pace(10, 60, 1.5)
    both = made.then(published)
    assert both.seconds(600) == pytest.approx(made.seconds(600) + published.seconds(600))
    assert both.doubt == 1.5
