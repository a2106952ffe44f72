"""The day by the incumbent's rule: one side's count overwrites the other's every third hour.

Its counts are two numbers for each variant, kept here: the rule needs neither a network nor a
database, and none of its calls is lost, refused or late.
"""

from __future__ import annotations

from typing import Literal

from bench.day_demand import TICK_S, Demand, Wish
from bench.day_ledger import Ledger, Told, told

EVERY_S = 3 * 3_600.0
Leader = Literal["Shopify", "Backoffice"]
LEADERS: tuple[Leader, ...] = ("Shopify", "Backoffice")


def lived(demand: Demand, leader: Leader) -> Told:
    """The day to its end; the leader's counts overwrite."""
    ledger = Ledger(demand.start)
    here, there = list(demand.start), list(demand.start)
    differing: set[int] = set()
    for tick in range(demand.size.ticks):
        for wish in demand.wishes.get(tick, ()):
            _sell(ledger, wish, here, there)
            _note(differing, wish.place, here, there)
        ledger.look(differing, TICK_S)
        if (tick + 1) * TICK_S % EVERY_S == 0:
            for place in differing:
                here[place] = there[place] = (there if leader == "Shopify" else here)[place]
            differing.clear()
            ledger.look((), 0.0)
    follower = "Backoffice" if leader == "Shopify" else "Shopify"
    return told(f"overwrite, {leader} → {follower}", ledger, len(differing))


def _sell(ledger: Ledger, wish: Wish, here: list[int], there: list[int]) -> None:
    place = wish.place
    if wish.side == "web" and there[place] > 0:
        there[place] -= 1
        ledger.web[place] += 1
    elif wish.side == "till" and here[place] > 0 and ledger.lies_on_the_shelf(place):
        here[place] -= 1
        ledger.till[place] += 1
    else:
        ledger.turned_away[wish.side] += 1


def _note(differing: set[int], place: int, here: list[int], there: list[int]) -> None:
    if here[place] == there[place]:
        differing.discard(place)
    else:
        differing.add(place)
