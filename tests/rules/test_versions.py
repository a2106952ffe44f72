"""How long a version of the API lives."""

from __future__ import annotations

from datetime import date

import pytest

from syncd.rules import versions
from syncd.shopify.client import API_VERSION


@pytest.mark.parametrize(
    ("version", "today", "left"),
    [
        pytest.param("2026-10", date(2026, 11, 30), 305, id="today"),
        pytest.param("2026-10", date(2027, 9, 30), 1, id="the last day"),
        pytest.param("2026-10", date(2027, 10, 1), 0, id="the day after"),
        pytest.param("2026-01", date(2028, 1, 1), -365, id="long gone"),
    ],
)
def test_a_version_lives_for_a_year(version: str, today: date, left: int) -> None:
    assert versions.days_left(version, today) == left


def test_ours_is_one_that_shopify_makes_each_quarter() -> None:
    assert versions.ends_on(API_VERSION).month in (1, 4, 7, 10)
