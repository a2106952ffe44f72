"""Rules for spending points: ours, and those that public clients follow, from their sources.

`before` yields until a call may be sent, `after` until its answer may be passed on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import TYPE_CHECKING, Any, Protocol

from bench.virtual import Bell, Process
from syncd.records import Lane
from syncd.shopify.budget import Budget
from syncd.shopify.turns import Turn, Turns

if TYPE_CHECKING:
    from bench.limiter import Scenario, Shop


class Rule(Protocol):
    def before(self, points: float, lane: Lane, refusals: int) -> Process: ...

    def after(self, points: float, cost: Mapping[str, Any]) -> Process: ...


class Ours:
    """syncd: as `Client` does it."""

    def __init__(self, _scenario: Scenario, shop: Shop) -> None:
        self.world, self.budget = shop.world, Budget()
        self.turns = Turns(self.budget)

    def before(self, points: float, lane: Lane, refusals: int) -> Process:
        turn = self.turns.ask(points, lane)
        if refusals:
            turn.number = 0  # the first of its lane
        self.turns.enter(turn)
        while (wait_s := self.turns.wait_s(turn, self.world.now_s)) > 0:
            yield self._bell(turn, wait_s)
        self.budget.spend(points, lane, self.world.now_s)
        self.turns.leave(turn, self.world.now_s)

    def _bell(self, turn: Turn, wait_s: float) -> Bell:
        bell = Bell(wait_s)
        turn.ring = lambda: bell.ring()
        return bell

    def after(self, points: float, cost: Mapping[str, Any]) -> Process:
        self.budget.settle(points, cost, self.world.now_s)
        self.turns.look(self.world.now_s)
        yield 0.0


class Backoff:
    """tenacity's wait_random_exponential, as people use it with gql: up to 60 s."""

    def __init__(self, _scenario: Scenario, _shop: Shop) -> None:
        self.chance = Random(5)

    def before(self, _points: float, _lane: Lane, refusals: int) -> Process:
        if refusals:
            yield self.chance.uniform(0, min(60.0, 2.0 ** (refusals - 1)))

    def after(self, _points: float, _cost: Mapping[str, Any]) -> Process:
        yield 0.0


class Deficit:
    """shopify-api-node 3.15: after a refusal it waits until what was missing is restored."""

    def __init__(self, _scenario: Scenario, _shop: Shop) -> None:
        self.wait_s = 0.0

    def before(self, _points: float, _lane: Lane, _refusals: int) -> Process:
        yield 0.0

    def after(self, points: float, cost: Mapping[str, Any]) -> Process:
        if cost["actualQueryCost"] is None:
            status = cost["throttleStatus"]
            missing = points - status["currentlyAvailable"]
            yield max(0.001, missing / status["restoreRate"])


class Loads:
    """airbyte-source-shopify 4.3: sleeps after each answer, by how empty the bucket is."""

    def __init__(self, _scenario: Scenario, _shop: Shop) -> None:
        pass

    def before(self, _points: float, _lane: Lane, refusals: int) -> Process:
        if refusals:
            yield 5.0

    def after(self, _points: float, cost: Mapping[str, Any]) -> Process:
        status = cost["throttleStatus"]
        load = 1 - status["currentlyAvailable"] / status["maximumAvailable"]
        if not load or not status["currentlyAvailable"]:
            yield 1.0
        else:
            yield 5.0 if load >= 0.9 else 1.5 if load >= 0.7 else 0.2 if load >= 0.5 else 0.0


RULES: Mapping[str, Callable[[Scenario, Shop], Rule]] = {
    "syncd": Ours,
    "backoff": Backoff,
    "shopify-api-node": Deficit,
    "airbyte": Loads,
}
