"""Whatever is done to stock, on_hand is the sum of its parts and repeats change nothing."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.sandbox import stockroom
from tests.sandbox.shops import check_indexes
from tests.sandbox.stocks import (
    ACTIVATE,
    ADJUST,
    DEACTIVATE,
    MOVE,
    SET,
    Store,
    told,
)

PARTS = ("available", "committed", "reserved", "damaged", "safety_stock", "quality_control")
KEPT = ("available", "damaged", "incoming", "quality_control", "reserved", "safety_stock")

numbers = st.one_of(st.integers(-20, 20), st.sampled_from([-(10**9), 10**9, 2 * 10**9]))
places = st.sampled_from(["butikk", "lager"])
steps = st.one_of(
    st.tuples(st.just("set"), places, numbers, st.sampled_from(["available", "on_hand"])),
    st.tuples(st.just("adjust"), places, numbers, st.sampled_from(KEPT)),
    st.tuples(st.just("move"), places, numbers, st.tuples(*[st.sampled_from(KEPT)] * 2)),
    st.tuples(st.just("activate"), places, st.none() | numbers, st.none()),
    st.tuples(st.just("deactivate"), places, st.none(), st.none()),
    st.tuples(
        st.sampled_from(["commit", "fulfil", "release"]), places, st.integers(1, 5), st.none()
    ),
)


class Book:
    """What ought to lie where, kept by the plainest of means."""

    def __init__(self, store: Store, item: str) -> None:
        self.store, self.item, self.key = store, item, 0
        self.counts: dict[str, Counter[str]] = {"butikk": Counter(available=5)}

    def call(self, query: str, **variables: Any) -> Any:
        """The payload of a call that is sent twice."""
        self.key += 1
        if "$key" in query:
            variables["key"] = f"step {self.key}"
        first = self.store.call(query, **variables)
        if not told(first):
            assert self.store.call(query, **variables) == first
        return first

    def take(self, step: Any) -> None:
        name, place, number, of = step
        where = getattr(self.store, place)
        if name in ("commit", "fulfil", "release"):
            self._sell(name, place, number)
        elif name == "activate":
            more = {} if number is None else {"available": number}
            payload = self.call(ACTIVATE, item=self.item, place=where, **more)
            if not told(payload):
                level = self.counts.setdefault(place, Counter())
                if number is not None:
                    level["available"] = number
        elif name == "deactivate":
            if place in self.counts:
                self.call(DEACTIVATE, level=self.store.level(self.item, where))
        elif place in self.counts:
            self._write(name, place, number, of)

    def _write(self, name: str, place: str, number: int, of: Any) -> None:
        level, where = self.counts[place], getattr(self.store, place)
        if name == "set":
            input = self.store.set(self.item, number, name=of, locationId=where)
            on_hand = sum(level[one] for one in PARTS)
            deltas = {"available": number - (on_hand if of == "on_hand" else level["available"])}
            payload = self.call(SET, input=input)
        elif name == "adjust":
            more = {} if of == "available" else {"ledgerDocumentUri": "a:b"}
            input = self.store.adjust(self.item, number, name=of, locationId=where, **more)
            deltas = {of: number}
            payload = self.call(ADJUST, input=input)
        else:
            ends = [{"name": one, "locationId": where} for one in of]
            ends = [
                end if end["name"] == "available" else end | {"ledgerDocumentUri": "a:b"}
                for end in ends
            ]
            payload = self.call(MOVE, input=self.store.move(self.item, number, *ends))
            deltas = {of[0]: -number, of[1]: number}
        if not told(payload):
            level.update(deltas)

    def _sell(self, name: str, place: str, number: int) -> None:
        if place not in self.counts:
            return
        level = self.counts[place]
        count = number if name == "commit" else min(number, level["committed"])
        item_id = self.store.item(self.item).id
        place_id = int(getattr(self.store, place).rpartition("/")[2])
        getattr(stockroom, name)(self.store.shop, item_id, place_id, number)
        sign = {"commit": 1, "fulfil": -1, "release": -1}[name]
        level["committed"] += sign * count
        level["available"] += {"commit": -count, "fulfil": 0, "release": count}[name]

    def check(self) -> None:
        for place, counts in self.counts.items():
            held = self.store.counts(self.item, getattr(self.store, place))
            on_hand = held.pop("on_hand", 0)
            assert held == {name: count for name, count in counts.items() if count}
            assert on_hand == sum(counts[name] for name in PARTS)


@settings(max_examples=60, deadline=None)
@given(st.lists(steps, min_size=1, max_size=12))
def test_on_hand_is_the_sum_of_its_parts(taken: list[Any]) -> None:
    store = Store()
    book = Book(store, store.stock(5))
    for step in taken:
        book.take(step)
        book.check()
    check_indexes(store.shop)
    store.shop.save()
    before = store.shop.products
    store.shop.restore()
    assert store.shop.products == before
