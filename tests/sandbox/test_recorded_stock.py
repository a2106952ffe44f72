"""Recorded stories of stock, retold to a shop that is told which location is which."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import orjson
import pytest

from tests.sandbox.shops import recorded, without_numbers
from tests.sandbox.stocks import NEW, OLD, Store

TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:Z|[+-]\d{2}:\d{2})")
MARK = re.compile(r"eyJsYXN0X2lk[\w=]+|\b\d{11,}\b")
"""A cursor or the number of an id."""
PRODUCTS, STOCK = "2025-01/products/", "2026-04/products/inventory"


class Story:
    """What the recorded shop's ids and cursors are in ours, learned answer by answer.

    `places` are numbers of its locations with their names, for ours in their order.
    """

    def __init__(self, version: str, places: Mapping[str, str]) -> None:
        self.store = Store(version)
        shop, self.known = self.store.shop, dict[str, str]()
        for place, (number, name) in zip(
            list(shop.locations.values()), places.items(), strict=False
        ):
            self.known[number] = str(place.id)
            shop.put("Location", replace(place, name=name))

    def retell(self, exchange: Any) -> None:
        """Ask the same, compare the answers but for numbers and times, learn from them."""
        text = orjson.dumps(exchange["variables"]).decode()
        text = MARK.sub(lambda met: self.known.get(met[0], met[0]), text)
        body = self.store.ask(exchange["query"], **orjson.loads(text))
        theirs, ours = exchange["response"], body
        assert plain(ours["data"]) == plain(theirs["data"]), exchange["path"]
        found = ours["extensions"].get("search"), theirs["extensions"].get("search")
        assert plain(found[0]) == plain(found[1]), exchange["path"]
        self.known |= dict(zip(marks(theirs["data"]), marks(ours["data"]), strict=True))


def marks(answer: Any) -> Iterator[str]:
    """The numbers of its ids and its cursors, in their order."""
    match answer:
        case dict():
            for name in sorted(answer):
                yield from marks(answer[name])
        case list():
            for one in answer:
                yield from marks(one)
        case str() if answer.startswith(("gid://", "eyJ")):
            yield from MARK.findall(answer)


def plain(answer: Any) -> Any:
    text = orjson.dumps(without_numbers(answer)).decode()
    return orjson.loads(MARK.sub("mark", TIME.sub("time", text)))


@pytest.mark.parametrize(
    ("file", "version", "places"),
    [
        pytest.param(
            f"{STOCK}-activate-on-hand.json",
            NEW,
            {"0": "Shop location", "106318463282": "My Custom Location"},
            id="activating with on_hand",
        ),
        pytest.param(
            f"{STOCK}-item-levels-connection-windowing-2026-04.json",
            NEW,
            {
                "113884234034": "Inventory Item Levels Source 1783701856472",
                "113884266802": "Inventory Item Levels Destination 1783701856472",
            },
            id="the levels of an item",
        ),
        pytest.param(
            f"{PRODUCTS}inventory-location-levels-overlay-windowing.json",
            OLD,
            {"113801167154": "Inventory Location Levels 1783236984499"},
            id="the levels of a location",
        ),
        pytest.param(
            f"{PRODUCTS}inventory-connection-query-windowing.json",
            OLD,
            {"113977622834": "Inventory Connection"},
            id="items found",
        ),
    ],
)
def test_a_story_of_stock(file: str, version: str, places: Mapping[str, str]) -> None:
    story = Story(version, places)
    exchanges = recorded(file)
    assert exchanges
    for exchange in exchanges:
        story.retell(exchange)


def test_what_setting_answers() -> None:
    """Each case of the two files has an item of its own, of which there was nothing."""
    files = {
        f"{PRODUCTS}inventorySetQuantities-name-validation.json": OLD,
        f"{STOCK}SetQuantities-quantity-bounds.json": NEW,
    }
    for file, version in files.items():
        for exchange in recorded(file):
            story = Story(version, {"106318430514": "Shop location"})
            item = story.store.stock(place=story.known["106318430514"])
            for row in exchange["variables"]["input"]["quantities"]:
                story.known[row["inventoryItemId"].rpartition("/")[2]] = item.rpartition("/")[2]
            story.retell(exchange)
