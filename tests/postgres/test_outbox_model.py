"""Held against a plain model: nothing is lost in any order of steps."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.postgres import outbox
from syncd.records import Change
from syncd.rules.retry import Ack, Dead, Retry, Verdict
from tests import leasing
from tests.postgres.claims import HOUR_S, Clock, add_shop, claim, rows, settle, turned_pool


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def pool(database_url: str, clock: Clock) -> AsyncIterator[asyncpg.Pool]:
    async with turned_pool(database_url, clock) as pool:
        yield pool


@pytest.fixture
async def shop_id(pool: asyncpg.Pool) -> int:
    return await add_shop(pool)


@dataclass
class Row:
    """What the model thinks of one change; times are hours of the turned clock."""

    state: str = "due"
    due_h: int = 0
    holder: Change | None = None
    has_news: bool = False
    deliveries: int = 0


@dataclass
class Model:
    """Keys with their newest event, the newest one the router moved, the newest one pushed."""

    now_h: int = 0
    told: dict[str, int] = field(default_factory=dict)
    routed: dict[str, int] = field(default_factory=dict)
    pushed: dict[str, int] = field(default_factory=dict)
    read: dict[tuple[int, str], int] = field(default_factory=dict)  # by token: what a push sends
    rows: dict[str, Row] = field(default_factory=dict)
    answered: int = 0

    def tell(self, key: str) -> None:
        self.told[key] = self.told.get(key, 0) + 1

    def route(self) -> None:
        for key in [key for key, told in self.told.items() if told > self.routed.get(key, 0)]:
            row = self.rows.setdefault(key, Row(due_h=self.now_h))
            row.has_news = row.state == "claimed"
            if row.state == "dead":
                row.state, row.due_h, row.deliveries = "due", self.now_h, 0
            self.routed[key] = self.told[key]

    def claimable(self) -> set[str]:
        return {
            key for key, row in self.rows.items() if row.state != "dead" and row.due_h <= self.now_h
        }

    def claim(self, changes: Sequence[Change]) -> None:
        for change in changes:
            row = self.rows[change.key]
            row.state, row.holder, row.has_news = "claimed", change, False
            row.due_h = self.now_h + 1
            row.deliveries += 1
            assert change.deliveries == row.deliveries
            self.read[change.token, change.key] = self.told[change.key]

    def holds(self, change: Change) -> bool:
        row = self.rows.get(change.key)
        return row is not None and row.holder == change

    def settle(self, change: Change, verdict: Verdict | None) -> None:
        """End a claim that is held; None gives it back."""
        row = self.rows[change.key]
        has_news, row.holder, row.has_news = row.has_news, None, False
        row.state, row.due_h = "due", self.now_h
        match verdict:
            case Ack():
                self.pushed[change.key] = self.read[change.token, change.key]
                self.answered += change.events
                row.deliveries = 0
                if not has_news:
                    del self.rows[change.key]
            case Retry(wait_s=wait_s, blame=blame):
                row.due_h += round(wait_s / HOUR_S)
                row.deliveries -= 0 if blame else 1
            case Dead() if has_news:
                row.deliveries = 0
            case Dead():
                row.state = "dead"
            case None:
                row.deliveries -= 1


VERDICTS: list[Verdict | None] = [
    Ack(), Ack(), Retry(HOUR_S, blame=False), Retry(0, blame=True), Dead(), None
]  # fmt: skip
STEPS = st.one_of(
    st.tuples(st.just("tell"), st.sampled_from(["1", "2", "3"])),
    st.tuples(st.just("tell"), st.sampled_from(["1", "2", "3"])),
    st.tuples(st.just("route"), st.none()),
    st.tuples(st.just("claim"), st.integers(1, 3)),
    st.tuples(st.just("claim"), st.integers(1, 3)),
    st.tuples(st.just("settle"), st.tuples(st.integers(0, 9), st.integers(0, 5))),
    st.tuples(st.just("settle"), st.tuples(st.integers(0, 9), st.integers(0, 5))),
    st.tuples(st.just("pass an hour"), st.none()),
)


@dataclass
class World:
    """The database and the model of it, taking the same steps."""

    pool: asyncpg.Pool
    clock: Clock
    shop_id: int
    model: Model = field(default_factory=Model)
    claims: list[list[Change]] = field(default_factory=list)

    async def step(self, what: str, how: Any) -> None:
        match what:
            case "tell":
                await self.pool.execute(
                    "select syncd.enqueue('a', 'product', array[$1], '{title}')", how
                )
                self.model.tell(how)
            case "route":
                while (await leasing.route_once(self.pool, most=2)).events:
                    pass
                self.model.route()
            case "claim":
                await self.claim(how)
            case "settle" if self.claims:
                which, verdict = how
                await self.settle(self.claims[which % len(self.claims)], VERDICTS[verdict])
            case "pass an hour":
                self.clock.turned_s += HOUR_S
                self.model.now_h += 1
        await self.compare()

    async def claim(self, most: int) -> None:
        claimable = self.model.claimable()
        changes = await claim(self.pool, self.shop_id, most)
        keys = {change.key for change in changes}
        assert len(keys) == len(changes) == min(most, len(claimable))
        assert keys <= claimable
        self.model.claim(changes)
        if changes:
            self.claims.append(changes)

    async def settle(self, changes: list[Change], verdict: Verdict | None) -> None:
        """By a holder, or by one who holds no longer: the model knows."""
        held = {change.change_id for change in changes if self.model.holds(change)}
        if verdict is None:
            await outbox.give_back(self.pool, changes)
        else:
            assert await settle(self.pool, verdict, *changes, error="why") == held
        for change in changes:
            if change.change_id in held:
                self.model.settle(change, verdict)

    async def compare(self) -> None:
        found = await rows(self.pool)
        model = self.model
        assert {key: row["state"] for key, row in found.items()} == {
            key: row.state for key, row in model.rows.items()
        }
        assert {key for key, row in found.items() if not row["waits"]} == {
            key for key, row in model.rows.items() if row.due_h <= model.now_h
        }
        waiting = sum(row["events"] for row in found.values())
        assert model.answered + waiting == sum(model.routed.values())
        for key, told in model.routed.items():
            assert model.pushed.get(key, 0) >= told or key in found  # nothing is lost


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, min_size=5, max_size=25))
async def test_nothing_is_lost_in_any_order_of_steps(
    pool: asyncpg.Pool, shop_id: int, clock: Clock, steps: list[tuple[str, Any]]
) -> None:
    await pool.execute("truncate syncd.outbox, syncd.change, syncd.lease")
    world = World(pool, clock, shop_id)
    for what, how in steps:
        await world.step(what, how)
    await world.step("route", None)
    while any(row.state != "dead" for row in world.model.rows.values()):
        await world.step("pass an hour", None)
        await world.step("claim", 3)
        await world.settle(world.claims[-1], Ack())
    for key, told in world.model.told.items():
        assert world.model.pushed.get(key) == told or key in world.model.rows
