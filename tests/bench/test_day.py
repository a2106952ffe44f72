"""The day of `make bench NAME=day`, a short one in a small shop."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from anyio.from_thread import BlockingPortal

from bench import day, day_demand, day_rule
from bench.day_demand import Demand, Size, Wish
from bench.day_ledger import Ledger
from syncd.catalogue.entries import Catalogue
from syncd.postgres.embedded import Server
from tests.conftest import TEMPLATE, fresh_database

SMALL = Size(50, web=60, till=80, prices=10, hours=0.1, late_s=120, guard_percent=100)


async def test_a_small_day_ends_with_equal_counts_though_webhooks_are_lost_and_syncd_dies(
    portal: BlockingPortal, embedded: Server, tmp_path: Path
) -> None:
    with fresh_database(portal, embedded, TEMPLATE) as url:
        found = await day.measured(url, tmp_path, SMALL)
    assert (found.told.differ_at_closing, found.differ_after_late) == (0, 0)
    assert (found.prices_wrong, found.orders_missing, found.dead) == (0, 0, 0)
    assert found.deaths and found.webhooks["dropped"] and found.webhooks["late"]
    assert found.told.sold_web + found.told.sold_till + found.told.turned_away == 140
    assert found.told.apart_minutes < min(rule.apart_minutes for rule in found.rules)


def test_the_same_seed_is_the_same_day() -> None:
    once, twice, other = (day_demand.made(Size(50, seed=seed)) for seed in (1, 1, 2))
    assert once == twice != other


def test_a_last_piece_is_sold_twice_where_counts_are_not_told() -> None:
    wishes = {0: [Wish("web", 0), Wish("till", 0)], 9: [Wish("till", 0)]}
    size = Size(1, web=1, till=2, prices=0, hours=0.1)
    demand = Demand(size, Catalogue("Fjord", ()), ("A",), (1,), wishes, {})
    for leader in day_rule.LEADERS:
        told = day_rule.lived(demand, leader)
        assert (told.sold_web, told.sold_till, told.turned_away, told.oversold) == (1, 1, 1, 1)


def test_counts_are_apart_from_the_tick_in_which_they_differ_until_they_do_not() -> None:
    ledger = Ledger((5, 5))
    for differing in ((0,), (0, 1), (1,), (), (1,)):
        ledger.look(differing, 5.0)
    assert (ledger.apart_s, ledger.longest_s, ledger.differing) == (25.0, 10.0, frozenset({1}))


def test_what_is_sold_beyond_the_shelf_is_counted_by_variant() -> None:
    ledger = Ledger((5, 1), web=Counter({0: 2, 1: 1}), till=Counter({0: 2, 1: 1}))
    assert (ledger.oversold, ledger.sold) == (1, 6)
    assert not ledger.lies_on_the_shelf(1)
