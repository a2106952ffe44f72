"""How long a shop's plan lets a first send take."""

from __future__ import annotations

import pytest

from syncd.cli.show_rehearsal import Pace, spoken
from syncd.postgres.embedded import Server

STANDARD = Pace("Basic", 100, 50_000, 1_000)


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """Both servers are held by tests/postgres, by pushes, stock, resyncs."""
    return embedded


def test_minutes_are_points_by_the_rate() -> None:
    assert STANDARD.minutes(45_000) == 7.5


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0.0, "less than a minute"), (7.2, "about 8 minutes"), (1234.0, "about 1,234 minutes")],
)
def test_minutes_are_spoken_of_in_whole_ones(minutes: float, said: str) -> None:
    assert spoken(minutes) == said


@pytest.mark.parametrize(
    ("pace", "variants", "days"),
    [
        pytest.param(STANDARD, 50_000, 0, id="all are free"),
        pytest.param(STANDARD, 50_001, 1, id="one too many"),
        pytest.param(STANDARD, 53_500, 4, id="a day begun counts"),
        pytest.param(Pace("Shopify Plus", 1_000, None, 1_000), 900_000, 0, id="on Plus no limit"),
    ],
)
def test_what_is_beyond_the_free_variants_takes_days(pace: Pace, variants: int, days: int) -> None:
    assert pace.days(variants) == days
