"""What a day of Backoffice events costs in Shopify's points: the smallest calls beside whole ones.

    make bench NAME=cheapest            EVENTS=10000 SEED=1

Virtual time on the clock of a Standard plan (a bucket of 2,000 points, 100 a second), no network:
each call costs what `querycost` says, which equals the recordings. Three ways of sending the day:

    smallest    changes of a product gathered for up to 60 s, then the smallest calls of syncd's
                rules with all reads and questions of its flows; counts gathered as long, then 250 a
                call, as the stock flow will send them
    (b) whole   the same gathering by product, stock with it, then one productSet with everything
    (a) each    one productSet with everything for each event

Beside them `at once`: the smallest calls for each event without gathering, counts one a call. That
is what the service does today: it pushes at once, and gathers only what waits for its turn.
Favourable to us: neither the stock flow nor the gathering is built yet, and batched counts are most
of what is saved (see the ratios without stock); the day renames no options and deletes no variants,
which cost a read and a productSet. Favourable to the others: they read nothing, not even before a
create, and their connections are sized to the product. A call takes no time here but that of
waiting for points.
"""

from __future__ import annotations

import heapq
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bench import cheapest_day as day
from bench import ways
from bench.cheapest_day import Event
from bench.ways import Call, Shelf
from syncd.records import Product
from syncd.rules import mapping

EVENTS = int(os.environ.get("EVENTS", "10000"))
SEED = int(os.environ.get("SEED", "1"))
PRODUCTS = 1_000
GATHER_S = 60.0
BUCKET, RESTORE_S = 2_000.0, 100.0
AIM_EACH, AIM_WHOLE = 4.0, 1.5
KINDS = ("stock", "price", "text", "new")

Batch = tuple[float, list[Event]]
"""Events that are sent together, from this time on."""


@dataclass(slots=True)
class Meter:
    """The bucket in virtual time, with what was spent on which kind of event."""

    level: float = BUCKET
    at_s: float = 0.0
    points: dict[str, float] = field(default_factory=lambda: dict.fromkeys(KINDS, 0.0))
    documents: Counter[str] = field(default_factory=Counter)
    waits_s: list[float] = field(default_factory=list)

    def send(self, due_s: float, calls: list[Call], events: list[Event]) -> None:
        """One call after the other, each as soon as its points are there."""
        for document, points in calls:
            now_s = max(self.at_s, due_s)
            level = min(BUCKET, self.level + (now_s - self.at_s) * RESTORE_S)
            wait_s = max(0.0, (points - level) / RESTORE_S)
            self.level, self.at_s = level + wait_s * RESTORE_S - points, now_s + wait_s
            self.documents[document] += 1
            # Shared by the events that are answered; the dearest kind has caused the call.
            self.points[max((event.kind for event in events), key=KINDS.index)] += points
        ended_s = max(self.at_s, due_s)
        self.waits_s += [ended_s - event.at_s for event in events]

    @property
    def total(self) -> float:
        return sum(self.points.values())


def gathered(events: list[Event], key: Callable[[Event], str]) -> Iterator[Batch]:
    """Events of one key that come within GATHER_S of the first of them, when that time is over."""
    open_: dict[str, list[Event]] = {}
    due: list[tuple[float, str]] = []
    for event in events:
        while due and due[0][0] <= event.at_s:
            at_s, name = heapq.heappop(due)
            yield at_s, open_.pop(name)
        name = key(event)
        if name not in open_:
            open_[name] = []
            heapq.heappush(due, (event.at_s + GATHER_S, name))
        open_[name].append(event)
    while due:
        at_s, name = heapq.heappop(due)
        yield at_s, open_.pop(name)


def smallest(meter: Meter, shelf: Shelf, batches: Iterator[Batch]) -> None:
    """Counts and products apart."""
    for due_s, events in batches:
        if events[0].kind == "stock":
            meter.send(due_s, ways.counts(len({event.variant for event in events})), events)
        else:
            meter.send(due_s, ways.smallest(shelf, events[-1].product), events)


def whole(meter: Meter, shelf: Shelf, batches: Iterator[Batch]) -> None:
    for due_s, events in batches:
        meter.send(due_s, ways.whole(shelf, events[-1].product), events)


def stocked(start: list[Product]) -> Shelf:
    shelf = Shelf({})
    for product in start:
        shelf.put(mapping.wanted(product, ways.SHOP), product.key)
    return shelf


def measured(count: int = EVENTS, seed: int = SEED) -> dict[str, Meter]:
    """Each way's meter after the same day; all of them must have led to the same shelf."""
    start = day.catalogue(seed, PRODUCTS)
    events = day.events(seed, start, count)
    each = [(event.at_s, [event]) for event in events]
    apart = gathered(events, lambda one: "*" if one.kind == "stock" else one.product.key)
    runs: dict[str, tuple[Callable[[Meter, Shelf, Iterator[Batch]], None], Iterator[Batch]]] = {
        "smallest": (smallest, apart),
        "(b) whole": (whole, gathered(events, lambda one: one.product.key)),
        "(a) each": (whole, iter(each)),
        "at once": (smallest, iter(each)),
    }
    last = {event.product.key: event.product for event in events}
    found: dict[str, Meter] = {}
    for name, (send, batches) in runs.items():
        shelf = stocked(start)
        found[name] = Meter()
        send(found[name], shelf, batches)
        for key, product in last.items():
            assert shelf.links[key].known == mapping.wanted(product, ways.SHOP), (name, key)
    return found


def shown(found: dict[str, Meter]) -> None:
    print(f"{EVENTS} events on {PRODUCTS} products, seed {SEED}; points by what caused the call")
    heads = "".join(f"{kind:>9}" for kind in KINDS)
    print(
        f"{'':10}{heads}{'points':>10}{'calls':>8}{'needs s':>9}{'median s':>10}{'longest s':>11}"
    )
    for name, meter in found.items():
        shares = "".join(f"{meter.points[kind] / meter.total:9.1%}" for kind in KINDS)
        delays = sorted(meter.waits_s)
        print(
            f"{name:10}{shares}{meter.total:10,.0f}{meter.documents.total():8,}"
            f"{meter.total / RESTORE_S:9,.0f}{delays[len(delays) // 2]:10.1f}{delays[-1]:11.1f}"
        )
    for name in ("smallest", "(a) each"):
        calls = ", ".join(f"{one} {count:,}" for one, count in found[name].documents.most_common())
        print(f"calls, {name}: {calls}")


def main() -> int:
    found = measured()
    shown(found)
    ours = found["smallest"]
    goods = ours.total - ours.points["stock"]
    each, whole, at_once = (found[name] for name in ("(a) each", "(b) whole", "at once"))
    ratios = {
        "each_x": round(each.total / ours.total, 2),
        "whole_x": round(whole.total / ours.total, 2),
        "at_once_x": round(at_once.total / ours.total, 2),
        "each_without_stock_x": round((each.total - each.points["stock"]) / goods, 2),
        "whole_without_stock_x": round((whole.total - whole.points["stock"]) / goods, 2),
    }
    is_met = ratios["each_x"] >= AIM_EACH and ratios["whole_x"] >= AIM_WHOLE
    print(
        f"beside (a) {ratios['each_x']} times (aim {AIM_EACH}), (b) {ratios['whole_x']} times "
        f"(aim {AIM_WHOLE}); without stock {ratios['each_without_stock_x']} and "
        f"{ratios['whole_without_stock_x']} times"
    )
    print(
        json.dumps(
            {
                "events": EVENTS,
                "seed": SEED,
                "points": round(ours.total),
                **ratios,
                "is_met": is_met,
            }
        )
    )
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
