from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.rules import delays
from syncd.rules.delays import BOUNDS, GROWTH, Counted, histogram, merged, percentile

NOW = datetime(2026, 11, 30, 14, 7, 31, tzinfo=UTC)
SECONDS = st.lists(st.floats(0, BOUNDS[-1] * 0.99), min_size=1, max_size=40)
SHARES = st.floats(0.01, 1.0)


@given(SECONDS, SHARES)
def test_a_figure_is_within_one_step_of_the_exact_one(seconds: list[float], share: float) -> None:
    exact = sorted(seconds)[max(1, ceil(share * len(seconds))) - 1]
    found = percentile(histogram(seconds), share)
    assert found is not None
    assert abs(found - exact) <= max(BOUNDS[0], exact * (GROWTH - 1) + 1e-9)


@given(st.lists(SECONDS, max_size=5))
def test_parts_put_together_are_as_good_as_all_at_once(parts: list[list[float]]) -> None:
    together = merged(histogram(part) for part in parts)
    assert together == histogram(one for part in parts for one in part)
    assert together == merged(histogram(part) for part in reversed(parts))


@given(SECONDS)
def test_nothing_is_lost_and_a_larger_share_takes_no_less(seconds: list[float]) -> None:
    counts = histogram(seconds)
    assert sum(counts) == len(seconds)
    figures = [percentile(counts, share) or 0.0 for share in (0.1, 0.5, 0.9, 0.99, 1.0)]
    assert figures == sorted(figures)


def test_of_nothing_there_is_no_figure() -> None:
    assert percentile((), 0.5) is None
    assert percentile(merged([]), 0.99) is None


def test_what_takes_longer_than_the_last_step_is_counted_there() -> None:
    assert percentile(histogram([BOUNDS[-1] * 10]), 0.5) == BOUNDS[-1]


def test_a_day_has_a_quarter_for_each_whether_anything_was_sent_or_not() -> None:
    at = datetime(2026, 11, 30, 13, 55, tzinfo=UTC)
    counted = [
        Counted(at - timedelta(days=1), 7, histogram([1.0])),  # too long ago
        Counted(at - timedelta(minutes=10), 2, histogram([1.0, 3.0])),
        Counted(at, 1, ()),  # a bulk operation's: nothing had waited
        Counted(at + timedelta(minutes=10), 1, histogram([60.0])),
    ]
    found = delays.quarters(counted, NOW)
    assert len(found) == 96
    assert found[-1].began_at == datetime(2026, 11, 30, 14, 0, tzinfo=UTC)
    assert found[0].began_at == datetime(2026, 11, 29, 14, 15, tzinfo=UTC)
    assert [one.count for one in found[-2:]] == [3, 1]
    assert found[-2].median_s == pytest.approx(1.0, rel=GROWTH - 1)
    assert found[-2].p99_s == pytest.approx(3.0, rel=GROWTH - 1)
    assert {(one.count, one.median_s, one.p99_s) for one in found[:-2]} == {(0, None, None)}
