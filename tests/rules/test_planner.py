"""How many products go directly, how many by bulk operations: never worse than one way alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.rules import planner
from syncd.rules.pace import Pace
from syncd.rules.planner import WORTH, Calls, Sort

SURE = st.builds(
    Pace,
    latency_s=st.floats(0, 100),
    lines_s=st.floats(1, 1000),
    doubt=st.just(1.0),
)
PACES = st.builds(replace, SURE, doubt=st.floats(1, 3))
CALLS = st.builds(
    Calls,
    level_points=st.floats(0, 40_000),
    restore_points_s=st.sampled_from([50.0, 100.0, 200.0, 1000.0, 2000.0]),
    latency_s=st.floats(0, 2),
    free=st.floats(0.1, 1),
    at_once=st.sampled_from([1.0, 8.0, float("inf")]),
)


def sorts(paces: st.SearchStrategy[Pace]) -> st.SearchStrategy[list[Sort]]:
    return st.lists(
        st.builds(
            Sort,
            due=st.integers(0, 20_000),
            points=st.floats(1, 150),
            calls=st.integers(1, 4),
            pace=st.none() | paces,
        ),
        max_size=4,
    )


@given(sorts(PACES), CALLS, st.sampled_from([planner.plan, planner.all_by_bulk]))
def test_each_product_goes_one_way(
    given_sorts: list[Sort], calls: Calls, decide: planner.Planning
) -> None:
    plan = decide(given_sorts, calls)
    assert len(plan.direct) == len(given_sorts)
    for sort, direct in zip(given_sorts, plan.direct, strict=True):
        assert 0 <= direct <= sort.due
        assert sort.pace is not None or direct == sort.due


@given(sorts(SURE), CALLS)
def test_no_single_way_is_sooner(given_sorts: list[Sort], calls: Calls) -> None:
    seconds = planner.plan(given_sorts, calls).seconds
    for single in (planner.all_directly, planner.all_by_bulk):
        assert seconds <= single(given_sorts, calls).seconds * WORTH + 1e-6


@given(sorts(SURE), CALLS, st.data())
def test_no_other_split_of_one_sort_is_sooner(
    given_sorts: list[Sort], calls: Calls, data: st.DataObject
) -> None:
    for sort in given_sorts[:1]:
        best = planner.plan([sort], calls)
        direct = sort.due if sort.pace is None else data.draw(st.integers(0, sort.due))
        direct_s = calls.seconds(direct * sort.points, direct * sort.calls)
        bulk_s = 0.0 if sort.pace is None else sort.pace.seconds(sort.due - direct)
        assert best.seconds <= max(direct_s, bulk_s) * WORTH + 1e-6


@given(sorts(SURE), CALLS, st.floats(1, 10), st.floats(1, 10))
def test_more_of_anything_never_makes_it_later(
    given_sorts: list[Sort], calls: Calls, rate: float, speed: float
) -> None:
    """Of one sort: which of several goes by bulk is chosen by a rule of thumb."""
    given_sorts = given_sorts[:1]
    before_s = planner.plan(given_sorts, calls).seconds
    richer = replace(calls, restore_points_s=calls.restore_points_s * rate)
    faster = [
        sort if sort.pace is None else replace(sort, pace=replace(sort.pace, lines_s=speed * 1000))
        for sort in given_sorts
    ]
    fewer = [replace(sort, due=sort.due // 2) for sort in given_sorts]
    assert planner.plan(given_sorts, richer).seconds <= before_s * WORTH + 1e-6
    assert planner.plan(faster, calls).seconds <= before_s * WORTH + 1e-6
    assert planner.plan(fewer, calls).seconds <= before_s * WORTH + 1e-6


STANDARD = Calls(0, 100, 0.3)


@pytest.mark.parametrize(
    ("due", "pace", "direct"),
    [
        pytest.param(20, Pace(30, 20, 1), 20, id="a few are made before a file is begun"),
        pytest.param(10_000, Pace(30, 10, 1), 2_059, id="many are shared out by speed"),
        pytest.param(10_000, Pace(30, 500, 1), 124, id="a fast shop gets nearly all by bulk"),
        pytest.param(100, Pace(3600, 500, 1), 100, id="a slow start is not worth it"),
    ],
)
def test_a_plan_of_products_that_cost_40_points(due: int, pace: Pace, direct: int) -> None:
    plan = planner.plan([Sort(due, 40, 1, pace)], STANDARD)
    assert plan.direct[0] == pytest.approx(direct, rel=0.02)
    assert sum(plan.direct) == due or plan.direct_s == pytest.approx(plan.bulk_s, rel=0.02)


def test_what_waits_already_takes_points_from_the_others() -> None:
    sort = Sort(1000, 40, 1, Pace(30, 20, 1))
    alone = planner.plan([sort], STANDARD).direct[0]
    beside = planner.plan([sort, Sort(40, 40)], STANDARD).direct
    assert beside[0] == pytest.approx(alone - 36, abs=2)
    assert beside[1] == 40


def test_what_is_dear_directly_goes_by_bulk_first() -> None:
    pace = Pace(30, 20, 1)
    cheap, dear = Sort(300, 20, 1, pace), Sort(300, 80, 1, pace)
    direct = planner.plan([dear, cheap], STANDARD).direct
    assert direct[0] == 0
    assert direct[1] == pytest.approx(239, abs=2)


def test_a_doubtful_pace_is_trusted_less_where_it_gains_little() -> None:
    """Where calls are much faster, bulk operations add little, and may cost much."""
    rich = Calls(0, 2000, 0.3)
    sure, doubtful = (
        planner.plan([Sort(20_000, 40, 1, Pace(30, 10, doubt))], rich).direct[0]
        for doubt in (1.0, 1.3)
    )
    assert doubtful > sure
