"""The bench of rules for spending points: its shop behaves as Shopify's bucket does."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from bench import limiter
from bench.limiter_rules import RULES
from bench.virtual import World

SHORT = replace(limiter.STANDARD, calls=200)


def test_a_call_is_refused_when_the_bucket_holds_less_than_it_asks_for() -> None:
    world = World()
    shop = limiter.Shop(world, SHORT)
    assert shop.arrive(1500)
    assert not shop.arrive(501)
    assert shop.arrive(500)
    shop.end(500, 100)
    assert (shop.points, shop.charged) == (400, 100)
    world.now_s = 3.0
    assert shop.cost(10, 10)["throttleStatus"]["currentlyAvailable"] == 700


def test_what_is_restored_is_halved_for_a_while() -> None:
    world = World()
    shop = limiter.Shop(world, replace(SHORT, slow_s=(1.0, 3.0), begins_at=0.0))
    world.now_s = 4.0
    shop.cost(1, 1)
    assert shop.points == 300


@pytest.mark.parametrize(("name", "is_refused"), [("syncd", False), ("backoff", True)])
def test_who_asks_before_there_are_points_is_refused(name: str, is_refused: bool) -> None:
    figures = limiter.run(SHORT, partial(RULES[name], SHORT), 10, seed=3)
    assert (figures.refused > 0) is is_refused
    assert 0.5 < figures.utilisation <= 1.0
