"""The bench of the planner: a few of its cells."""

from __future__ import annotations

import random
from dataclasses import replace

from bench import planner, planner_points

CELLS = list(planner.grid(planner_points.kinds()))[::331]


def test_products_cost_what_shopify_charges() -> None:
    points = {one.name: one.points for one in planner_points.kinds()}
    assert points["new, 5 v, 2 p"] == 32 + 10 + 1 + 2 * 3 / 24
    assert points["new, 1 v, 1 p"] < points["new, 5 v, 2 p"] < points["new, 20 v, 6 p"]


def test_the_same_seed_gives_the_same_times() -> None:
    one, two = (planner.measured((CELLS[:4], False)) for _ in range(2))
    assert one == two


def test_nobody_is_sooner_than_the_oracle() -> None:
    for is_steady in (True, False):
        for cell, ratios in planner.measured((CELLS, is_steady)):
            assert min(ratios.values()) > 0.999, cell.name


def test_the_planner_holds_its_bars_in_these_cells() -> None:
    for name, aim in planner.AIMS.items():
        for cell, ratios in planner.measured((CELLS, name == "steady")):
            assert ratios["planner"] <= aim, cell.name


def test_a_run_is_done_when_both_ways_are() -> None:
    cell = replace(CELLS[0], due=1000)
    alone_s = planner.took_s(cell, 1000, [])
    ahead = planner.Shop(10, 5, random.Random(1), True).ahead(1)
    assert planner.took_s(cell, 0, ahead) == 10 + 1000 / 5
    assert planner.took_s(cell, 1000, ahead) == alone_s
