"""Rules for spending points beside each other, in virtual time.

Shopify's bucket as it is documented: the requested cost is taken when a call arrives, or the call
is refused; what was not used comes back when it ends; each answer shows the level. A backlog is
worked through by so many calls at once, while urgent calls come by chance, as many as take a tenth
of what is restored. The bound: what was charged, less the bucket, over what is restored.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random
from statistics import mean, quantiles
from typing import Any

from bench.limiter_rules import RULES, Rule
from bench.virtual import Process, World
from syncd.records import Lane

SEEDS = (1, 2)
AT_ONCE = (2, 5, 10, 20, 50)
UTILISATION, REFUSED, URGENT = 0.97, 0.005, 1.1  # the bars
LATENCY_S = (0.05, 0.4)
MEAN_S = sum(LATENCY_S) / 2
URGENT_POINTS, URGENT_SHARE = 10, 0.1


@dataclass(frozen=True, slots=True)
class Scenario:
    """A shop and what is asked of it; `requested` points, of which the share `used` is charged."""

    name: str
    restore_points_s: float = 100
    calls: int = 1500
    requested: tuple[int, int] = (10, 25)
    used: tuple[float, float] = (0.7, 1.0)
    begins_at: float = 1.0  # share of the bucket that is full
    taken_beside: float = 0.0  # share of what is restored that another process takes
    stale_s: float = 0.0
    slow_s: tuple[float, float] = (0.0, 0.0)  # half of it is restored then, and no answer says so

    @property
    def bucket_points(self) -> float:
        return 20 * self.restore_points_s

    @property
    def mean_points(self) -> float:
        return sum(self.requested) * sum(self.used) / 4


STANDARD = Scenario("Standard")
SCENARIOS = (
    STANDARD,
    Scenario("Plus", restore_points_s=1000, calls=6000),
    replace(STANDARD, name="another process takes 40 %", taken_beside=0.4),
    replace(STANDARD, name="levels 2 s old", stale_s=2.0),
    replace(STANDARD, name="half as much for 2 min, untold", slow_s=(30.0, 150.0)),
    replace(STANDARD, name="dear reads", calls=600, requested=(200, 600), used=(0.05, 0.3)),
    replace(STANDARD, name="begins at an empty bucket", begins_at=0.02),
)


class Shop:
    """Shopify's side."""

    def __init__(self, world: World, scenario: Scenario) -> None:
        self.world, self.scenario = world, scenario
        self.points = scenario.bucket_points * scenario.begins_at
        self.restored = self.points
        self.charged = 0.0
        self.asked = self.refused = 0
        self._at_s = 0.0
        self._levels: list[tuple[float, float]] = [(0.0, self.points)]
        self._oldest = 0

    def arrive(self, points: float) -> bool:
        self._pass()
        if self.points < points:
            return False
        self.points -= points
        return True

    def end(self, points: float, used: float) -> None:
        self._pass()
        self.points = min(self.points + points - used, self.scenario.bucket_points)
        self.charged += used

    def cost(self, points: float, used: float | None) -> dict[str, Any]:
        """`extensions.cost` of an answer that is given now."""
        self._pass()
        self._levels.append((self.world.now_s, self.points))
        while self._levels[self._oldest + 1][0] <= self.world.now_s - self.scenario.stale_s:
            self._oldest += 1
            if self._oldest + 1 == len(self._levels):
                break
        shown = self.points if not self.scenario.stale_s else self._levels[self._oldest][1]
        status = {
            "maximumAvailable": self.scenario.bucket_points,
            "currentlyAvailable": int(shown),
            "restoreRate": self.scenario.restore_points_s,
        }
        return {
            "requestedQueryCost": points,
            "actualQueryCost": used,
            "throttleStatus": status,
        }

    def _pass(self) -> None:
        now_s, (slow_s, well_s) = self.world.now_s, self.scenario.slow_s
        slowly_s = max(0.0, min(now_s, well_s) - max(self._at_s, slow_s))
        restored = (now_s - self._at_s - slowly_s / 2) * self.scenario.restore_points_s
        self.restored += restored
        self.points = min(self.points + restored, self.scenario.bucket_points)
        self._at_s = now_s


@dataclass(slots=True)
class Figures:
    """Of one run. `urgent_s` of each urgent call, `service_s` what it would have taken alone."""

    utilisation: float = 0.0
    refused: float = 0.0
    urgent_s: list[float] = field(default_factory=list)
    service_s: list[float] = field(default_factory=list)

    @property
    def urgent(self) -> float:
        return p99(self.urgent_s) / p99(self.service_s)


def p99(values: list[float]) -> float:
    return quantiles(values, n=100)[98]


def run(scenario: Scenario, rule: Callable[[Shop], Rule], at_once: int, seed: int) -> Figures:
    """Work through the backlog once."""
    world = World()
    shop = Shop(world, scenario)
    using, chance, figures = rule(shop), Random(seed), Figures()
    left = iter(range(scenario.calls))
    working = at_once

    def call(points: float, used: float, lane: Lane, latency_s: float) -> Process:
        refusals = 0
        while True:
            yield from using.before(points, lane, refusals)
            yield latency_s / 2
            shop.asked += 1
            is_taken = shop.arrive(points)
            if is_taken:
                yield latency_s / 2
                shop.end(points, used)
            shop.refused += not is_taken
            cost = shop.cost(points, used if is_taken else None)
            yield from using.after(points, cost)
            if is_taken:
                return
            refusals += 1

    def worker() -> Process:
        nonlocal working
        for _ in left:
            points = chance.randint(*scenario.requested)
            used = float(round(points * chance.uniform(*scenario.used)))
            yield from call(points, used, "product", chance.uniform(*LATENCY_S))
        working -= 1

    def urgent(latency_s: float) -> Process:
        began_s = world.now_s
        yield from call(URGENT_POINTS, URGENT_POINTS, "stock", latency_s)
        figures.urgent_s.append(world.now_s - began_s)
        figures.service_s.append(latency_s)

    def by_chance() -> Process:
        rate = URGENT_SHARE * scenario.restore_points_s / URGENT_POINTS
        while True:
            yield chance.expovariate(rate)
            world.start(urgent(chance.uniform(*LATENCY_S)))

    def beside() -> Process:
        while scenario.taken_beside:
            points = chance.randint(10, 25)
            yield points / (scenario.taken_beside * scenario.restore_points_s)
            if shop.arrive(points):
                shop.charged += points

    for process in (by_chance(), beside(), *(worker() for _ in range(at_once))):
        world.start(process)
    world.run(lambda: not working)
    shop._pass()
    begun = scenario.bucket_points * scenario.begins_at
    figures.utilisation = (shop.charged - begun) / (shop.restored - begun)
    figures.refused = shop.refused / shop.asked
    return figures


def measured(scenario: Scenario, name: str, at_once: int) -> Figures:
    """The mean of the seeds; an urgent call's share is taken over all of them."""
    runs = [run(scenario, partial(RULES[name], scenario), at_once, seed) for seed in SEEDS]
    return Figures(
        mean(one.utilisation for one in runs),
        mean(one.refused for one in runs),
        [second for one in runs for second in one.urgent_s],
        [second for one in runs for second in one.service_s],
    )


def misses(scenario: Scenario, at_once: int, figures: Figures) -> Iterator[str]:
    """Bars that are missed. Too few calls at once cannot use all: latency bounds them."""
    needed = scenario.restore_points_s * MEAN_S / scenario.mean_points
    where = f"{scenario.name}, {at_once} at once"
    if at_once >= needed and figures.utilisation < UTILISATION:
        yield f"{where}: {figures.utilisation:.1%} used"
    if figures.refused > REFUSED:
        yield f"{where}: {figures.refused:.1%} refused"
    if figures.urgent > URGENT:
        yield f"{where}: urgent calls took {figures.urgent:.2f} times as long as alone"


def shown(figures: Mapping[int, Figures]) -> str:
    return "".join(
        f"{one.utilisation:8.1%}{one.refused:7.1%}{one.urgent:7.2f}" for one in figures.values()
    )


def main() -> int:
    missed: list[str] = []
    least, most, slowest = 1.0, 0.0, 0.0
    print("at once".ljust(20), "".join(f"{count:^22}" for count in AT_ONCE))
    print(" ".ljust(20), "".join(f"{'used':>8}{'refd':>7}{'urgent':>7}" for _ in AT_ONCE))
    for scenario in SCENARIOS:
        print(scenario.name)
        for name in RULES:
            found = {count: measured(scenario, name, count) for count in AT_ONCE}
            print("  " + name.ljust(19) + shown(found), flush=True)
            if name == "syncd":
                for count, figures in found.items():
                    missed += misses(scenario, count, figures)
                    most = max(most, figures.refused)
                    slowest = max(slowest, figures.urgent)
                least = min(least, found[max(AT_ONCE)].utilisation)
    for one in missed:
        print(f"missed: {one}")
    report = {"least_used": least, "most_refused": most, "slowest_urgent": slowest}
    rounded = {name: round(value, 4) for name, value in report.items()}
    print(json.dumps({**rounded, "is_met": not missed}))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
