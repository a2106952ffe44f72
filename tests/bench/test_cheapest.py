"""The day of `make bench NAME=cheapest`, a short one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from bench import cheapest, ways
from bench import cheapest_day as day
from syncd.records import Link
from tests.flows.test_any_product import Stage, stage

__all__ = ["stage"]  # a fixture


def test_the_same_seed_is_the_same_day_and_the_smallest_calls_cost_least() -> None:
    once, twice = (cheapest.measured(300, seed=7) for _ in range(2))
    points = {name: meter.total for name, meter in once.items()}
    assert points == {name: meter.total for name, meter in twice.items()}
    assert points["smallest"] < points["at once"] < points["(b) whole"] <= points["(a) each"]


async def test_the_calls_that_are_counted_are_those_that_are_sent(stage: Stage) -> None:
    start = day.catalogue(3, 6)
    shelf, side = ways.Shelf({}), stage.one
    shop = replace(stage.shop, sync_description=True)
    await side.reset()
    links: dict[str, Link | None] = {}
    for product in [*start, *(event.product for event in day.events(3, start, 80))]:
        side.link = links.get(product.key)
        before = dict(side.client.tally.calls)
        await side.carry(shop, product, is_doubtful=False)
        links[product.key] = side.link
        sent = Counter(side.client.tally.calls) - Counter(before)
        counted = Counter(document for document, _ in ways.smallest(shelf, product))
        for asked in ("VariantsBySku", "PublishablePublish"):  # this stage has no such thing
            del counted[asked]
        assert sent == counted
