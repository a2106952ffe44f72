"""Counts that move on both sides: what becomes of them, and that nothing is ever lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.errors import RowError
from syncd.records import Shop
from syncd.rules import stock
from syncd.rules.stock import Forget, Level, Look, Merge, Rest, Shelf, Stock
from tests.histories import HISTORIES, Event, history
from tests.rules import forms

SHOP = replace(forms.SHOP, sync_stock=True, stock_direction="two_way")
SHELF = Shelf("1", "gid://shopify/InventoryItem/1", "9", "J-S", 5, is_known=True, agreed=5)
START = 5


@dataclass(slots=True)
class World:
    """The two shelves, what is written down of them, and the steps of flows/stock.py."""

    shop: Shop
    here: int = START
    there: int = START
    agreed: int = START
    writing: tuple[int, int, bool] | None = None  # before, after, whether it was carried out
    is_ours: bool = True  # nobody but the till has told of news
    moved: int = 0

    def happens(self, event: Event) -> None:
        match event.deed:
            case "till":
                self.till(event.pieces)
            case "web":
                self.web(event.pieces)
            case "count":
                self.till(abs(event.pieces) - self.here)
            case "told":
                self.is_ours = False
            case "step":
                self.step(event)

    def till(self, pieces: int) -> None:
        self.here += pieces
        self.moved += pieces

    def web(self, pieces: int) -> None:
        self.there += pieces
        self.moved += pieces

    def finish(self) -> None:
        """As flows/stock_calls.finish: Shopify knows what became of the key, or tries it now."""
        if self.writing is not None:
            before, after, is_done = self.writing
            if not is_done and self.there == before:
                self.there, is_done = after, True
            self.agreed += after - before if is_done else 0
            self.writing = None

    def step(self, event: Event) -> None:
        self.finish()
        shelf = replace(SHELF, quantity=self.here, agreed=self.agreed)
        plan = stock.plan(shelf, self.shop, None, is_ours=self.is_ours)
        if isinstance(plan, Look):
            plan = stock.plan(shelf, self.shop, Level(self.there))
        assert isinstance(plan, Merge)
        self.moves_meanwhile(event)
        if plan.target != plan.here or plan.there != self.agreed:
            if self.here != plan.here:
                self.is_ours = False
                return  # stale: the whole of it is undone
            self.here, self.agreed = plan.target, plan.there
        if plan.target == plan.there:
            self.is_ours = self.is_ours or self.there == plan.there
            return
        if event.trouble == "died_before":
            self.writing = (plan.there, plan.target, False)
            return
        is_stale = self.there != plan.there or event.trouble == "refused"
        if is_stale:
            self.is_ours = False
            return
        self.there = plan.target
        if event.trouble == "died_after":
            self.writing = (plan.there, plan.target, True)
            return
        self.agreed += plan.target - plan.there

    def moves_meanwhile(self, event: Event) -> None:
        if event.trouble == "web_moves":
            self.web(event.pieces)
        if event.trouble == "till_moves":
            self.till(event.pieces)

    def settle(self) -> None:
        """In the end a pull finds what no webhook told of."""
        for _ in range(2):
            self.is_ours = False
            self.step(Event("step"))


def lived(events: Sequence[Event], direction: stock.Direction = "two_way") -> World:
    world = World(replace(SHOP, stock_direction=direction))
    for event in events:
        world.happens(event)
    world.settle()
    return world


@given(HISTORIES)
@settings(max_examples=500)
def test_both_sides_end_with_all_that_moved_on_either(events: list[Event]) -> None:
    world = lived(events)
    assert world.here == world.there == START + world.moved


def test_both_sides_end_with_all_that_moved_on_either_in_20_000_histories() -> None:
    wrong = [
        seed
        for seed in range(20_000)
        if not (w := lived(history(seed))).here == w.there == START + w.moved
    ]
    assert wrong == []


@given(HISTORIES)
def test_in_one_direction_the_other_side_is_overwritten(events: list[Event]) -> None:
    for direction in ("from_shopify", "to_shopify"):
        world = lived(events, direction)
        assert world.here == world.there == world.agreed


@given(st.integers(-9, 9), st.integers(-9, 9), st.integers(-9, 9))
def test_the_merge_of_one_direction_is_that_sides_count(here: int, there: int, was: int) -> None:
    shelf = replace(SHELF, quantity=here, agreed=was)
    assert stock.target(shelf, replace(SHOP, stock_direction="to_shopify"), there) == here
    assert stock.target(shelf, replace(SHOP, stock_direction="from_shopify"), there) == there
    assert stock.target(shelf, SHOP, there) == here + there - was


def test_news_of_the_backoffice_alone_are_sent_without_a_look() -> None:
    sold = replace(SHELF, quantity=3)
    assert stock.plan(sold, SHOP, None, is_ours=True) == Merge(3, 5, 3)
    assert stock.plan(sold, SHOP, None) == Look()
    overwritten = replace(SHOP, stock_direction="from_shopify")
    assert stock.plan(sold, overwritten, None, is_ours=True) == Look()


def test_what_is_sold_more_often_than_it_is_there_is_below_nought_on_both_sides() -> None:
    sold = replace(SHELF, quantity=1, agreed=5)
    assert stock.plan(sold, SHOP, Level(2)) == Merge(1, 2, -2)


@pytest.mark.parametrize(
    "shelf",
    [
        replace(SHELF, is_here=False),
        replace(SHELF, is_stopped=True),
        replace(SHELF, is_tracked=False, agreed=None),
    ],
)
def test_what_is_gone_stopped_or_not_counted_is_left_alone(shelf: Shelf) -> None:
    assert isinstance(stock.plan(shelf, SHOP, Level(0)), Rest)


def test_what_is_no_longer_counted_is_forgotten_and_begins_with_the_warehouses_count() -> None:
    assert stock.plan(replace(SHELF, is_tracked=False), SHOP, None) == Forget()
    assert stock.plan(SHELF, SHOP, Level(9, is_tracked=False)) == Forget()
    again = replace(SHELF, agreed=None)
    assert stock.plan(again, SHOP, Level(9)) == Merge(5, 9, 5)


def test_a_location_that_never_stocked_it_begins_to_unless_shopify_leads() -> None:
    assert stock.plan(SHELF, SHOP, Level(None, is_active=False)) == Stock(5)
    led = replace(SHOP, stock_direction="from_shopify")
    assert stock.plan(SHELF, led, Level(None, is_active=False)) == Forget()
    forgotten = replace(SHELF, agreed=None)
    assert isinstance(stock.plan(forgotten, led, Level(None, is_active=False)), Rest)


def test_a_location_that_stopped_stocking_it_is_told_with_the_next_step() -> None:
    with pytest.raises(RowError, match=r"J-S.*would sell nothing") as told:
        stock.plan(SHELF, SHOP, Level(5, is_active=False))
    assert told.value.cause == "not_stocked"


def test_first_counts_that_differ_are_asked_for() -> None:
    new = replace(SHELF, is_known=False, agreed=None)
    assert stock.plan(new, SHOP, Level(5)) == Merge(5, 5, 5)
    with pytest.raises(RowError, match="5 in the warehouse, 8 in Shopify") as asked:
        stock.plan(new, SHOP, Level(8))
    assert asked.value.cause == "first_count"
    ours = replace(SHOP, first_counts="backoffice")
    assert stock.plan(new, ours, Level(8)) == Merge(5, 8, 5)
    theirs = replace(SHOP, first_counts="shopify")
    assert stock.plan(new, theirs, Level(8)) == Merge(5, 8, 8)


@pytest.mark.parametrize("direction", ["from_shopify", "to_shopify"])
def test_where_one_side_leads_first_counts_are_its(direction: stock.Direction) -> None:
    new = replace(SHELF, is_known=False, agreed=None)
    merge = stock.plan(new, replace(SHOP, stock_direction=direction), Level(8))
    assert isinstance(merge, Merge)
    assert merge.target == (8 if direction == "from_shopify" else 5)


def test_a_sum_beyond_shopifys_bounds_is_refused() -> None:
    with pytest.raises(RowError, match="J-S") as refused:
        stock.plan(replace(SHELF, quantity=10**9), SHOP, Level(10))
    assert refused.value.cause == "count_beyond_bounds"


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_of_a_call_lost_for_good_the_belief_oversells_least(
    before: int, after: int, there: int
) -> None:
    believed = stock.believed(before, after, there)
    assert believed in (before, after)
    if there not in (before, after):
        assert believed == max(before, after)  # the higher count taken as agreed leaves fewer
