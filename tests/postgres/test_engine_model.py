"""The outbox against a plain model: nothing is lost, nothing is doubled, whoever does what when.

Three writers with open transactions and savepoints, two nodes with leases they may have lost, the
functions for people, tidying; each on connections of its own, under a clock that the test turns.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import asyncpg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from syncd.errors import LeaseLostError
from syncd.postgres import leases, outbox, router, tidying
from syncd.postgres.leases import Lease
from syncd.postgres.outbox import Settled
from syncd.records import Change
from syncd.rules.lanes import LANES
from syncd.rules.retry import MAX_DELIVERIES, Ack, Dead, Retry, Verdict
from tests.postgres.claims import HOUR_S, LEASE_S, Clock, turned_pool
from tests.postgres.engine import LEASED_H, Grant, Model, Place
from tests.postgres.writers import Writer

KEYS = ["1", "2", "3"]
OLD_DAYS = 40  # longer ago than events are kept
VERDICTS: list[Verdict] = [
    Ack(),
    Retry(HOUR_S, blame=False),
    Ack(),
    Dead(),
    Retry(0, blame=True),
    Retry(2 * HOUR_S, blame=True, until_news=True),
]
SHOPS = """
insert into syncd.shop (domain, account_id, credentials, price_department, currency)
values ('x.myshopify.com', 'a', 'x', 'nett', 'NOK'), ('y.myshopify.com', 'a', 'x', 'nett', 'NOK')
returning shop_id
"""
AGE = """
do $$
declare
  today date := (now() at time zone 'UTC')::date;
  first text := 'outbox_' || to_char(now() at time zone 'UTC', 'YYYYMMDD');
  old date := today - 40;
begin
  if to_regclass('syncd.' || first) is not null and exists (
    select from syncd.partitions where name = first and from_at is null
  ) then
    execute format('alter table syncd.outbox detach partition syncd.%I', first);
    execute format('truncate syncd.%I', first);
    execute format(
      'alter table syncd.outbox attach partition syncd.%I for values from (%L) to (%L)',
      first, today || ' 00:00:00+00', today + 1 || ' 00:00:00+00');
  end if;
  execute format(
    'create table if not exists syncd.%I partition of syncd.outbox for values from (%L) to (%L)',
    'outbox_' || to_char(old, 'YYYYMMDD'), old || ' 00:00:00+00', old + 1 || ' 00:00:00+00');
end $$
"""
EMPTY = """
truncate syncd.outbox, syncd.change, syncd.lease, syncd.audit;
update syncd.router set snap = pg_current_snapshot(), since = '-infinity', mark_xid = null
"""
MOVED = """
select o.event_id, o.key, o.changed[1] as label
from syncd.outbox o
join syncd.router r on pg_visible_in_snapshot(o.xid, r.snap)
"""
EVENTS = "select event_id from syncd.outbox"
LATE = """
select o.xid, count(*) as events  -- committed late: they come on top, whole
from syncd.outbox o
where o.xid = any(array(select pg_snapshot_xip(r.snap) from syncd.router r))
group by o.xid
"""
ROWS = """
select
  shop_id, key, state, events, deliveries, failures, claim_token as token, fence,
  cause is not null as is_dead, coalesce(claimed_until, due_at) > syncd.clock() as waits
from syncd.change
"""
GRANTS = """
select name, node, fence, lease_until > syncd.clock() as is_held
from syncd.lease
"""
OLD = """
select to_regclass(
  'syncd.outbox_' || to_char(now() at time zone 'UTC' - interval '40 days', 'YYYYMMDD')
)
"""


@dataclass
class Node:
    """A node with the newest lease of each name it ever took, lost or not."""

    name: str
    pool: asyncpg.Pool
    leases: dict[str, Lease] = field(default_factory=dict)


@dataclass
class Claims:
    """What one claim gave."""

    node: Node
    name: str
    shop_id: int
    changes: list[Change]


@dataclass
class World:
    """The database and the model of it, taking the same steps."""

    pool: asyncpg.Pool
    clock: Clock
    nodes: Sequence[Node]
    writers: Sequence[Writer]
    model: Model
    claims: list[Claims] = field(default_factory=list)
    moved: set[int] = field(default_factory=set)
    steps: int = 0

    async def step(self, what: str, who: int, which: int) -> None:
        """`who` and `which` are numbers, taken for as many as there are."""
        self.steps += 1
        node, writer = self.nodes[who % 2], self.writers[who % 3]
        verb, _, noun = what.partition(" ")
        acts: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
            "begin": lambda: self.begin(writer),
            "tell": lambda: self.tell(writer, noun, which),
            "old": lambda: self.tell_of_old(writer, noun),
            "commit": lambda: self.end(writer, is_kept=True),
            "rollback": lambda: self.end(writer, is_kept=False),
            "take": lambda: self.take(node, self.names[which % 3]),
            "keep": lambda: self.keep(node),
            "leave": lambda: self.leave(node, self.names[which % 3]),
            "route": lambda: self.route(node, 1 + which % 4),
            "cut": lambda: self.cut(node, which % 4),
            "claim": lambda: self.claim(node, which),
            "renew": lambda: self.renew(which),
            "settle": lambda: self.settle(who, which),
            "return": lambda: self.give_back(which),
            "retry": lambda: self.by_hand("retry", noun or None),
            "skip": lambda: self.by_hand("skip", noun or None),
            "resync": lambda: self.resync(noun, self.model.shops[which % 2]),
            "wear": lambda: self.wear(noun),
            "pass": lambda: self.pass_an_hour(),
            "tidy": lambda: self.tidy(node),
        }
        await acts[verb]()
        await self.compare()

    @property
    def names(self) -> list[str]:
        return [leases.ROUTER, *map(leases.of_shop, self.model.shops)]

    def place(self, claims: Claims, change: Change) -> Place:
        return claims.shop_id, change.key

    # Writers

    async def begin(self, writer: Writer) -> None:
        if len(writer.levels) < 3:
            await writer.begin(self.steps)

    async def tell(self, writer: Writer, key: str, which: int) -> None:
        """In the open transaction, or one of its own."""
        is_alone = not writer.levels
        if is_alone:
            await writer.begin(self.steps)
        for _ in range(1 + which % 2):
            await writer.tell(key)
        if is_alone:
            await self.end(writer, is_kept=True)

    async def tell_of_old(self, writer: Writer, key: str) -> None:
        if not writer.levels and await self.pool.fetchval(OLD):
            await writer.begin(self.steps)
            await writer.tell_of_old(key, OLD_DAYS)
            await self.end(writer, is_kept=True)

    async def end(self, writer: Writer, *, is_kept: bool) -> None:
        if writer.levels and (keys := await writer.end(is_kept=is_kept)):
            self.model.commit(writer.label, keys)

    # Leases

    async def take(self, node: Node, name: str) -> None:
        shop_id = None if name == leases.ROUTER else int(name.removeprefix("shop "))
        held_s = LEASED_H * HOUR_S
        taken = await leases.take(node.pool, node.name, shop_id=shop_id, lease_s=held_s)
        assert (taken.fence if taken else None) == self.model.take(name, node.name)
        if taken:
            node.leases[name] = taken

    async def keep(self, node: Node) -> None:
        held = list(node.leases.values())
        lost = await leases.renew(node.pool, held, lease_s=LEASED_H * HOUR_S)
        for lease in held:
            assert (lease not in lost) == self.model.renew_lease(lease.name, lease.fence)

    async def leave(self, node: Node, name: str) -> None:
        if lease := node.leases.get(name):
            await leases.leave(node.pool, [lease])
            self.model.leave(name, lease.fence)

    # The router

    async def route(self, node: Node, most: int) -> None:
        lease = node.leases.get(leases.ROUTER)
        if lease is None:
            return
        is_ours = self.model.is_granted(leases.ROUTER, lease.fence)
        late = await self.pool.fetch(LATE)
        try:
            routed = await router.route_once(node.pool, lease, most=most)
        except LeaseLostError:
            assert not is_ours
            return
        found = await self.look_at_moved()
        assert routed.events == sum(keys.total() for keys in found.values())
        assert is_ours or not found
        on_time = routed.events - sum(row["events"] for row in late)
        assert on_time <= most or len(found) == 1 + len(late)
        if is_ours and not routed.events:
            told = sum(keys.total() for _, keys in self.model.transactions.values())
            assert len(self.moved) == told

    async def look_at_moved(self) -> dict[str, Counter[str]]:
        """What the cursor has passed since the last look, by transaction; it never goes back."""
        rows = await self.pool.fetch(MOVED)
        ids = {row["event_id"] for row in rows}
        assert await self.events() & self.moved <= ids
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for row in rows:
            if row["event_id"] not in self.moved:
                found[row["label"]][row["key"]] += 1
        self.moved |= ids
        self.model.route(found)
        return found

    async def events(self) -> set[int]:
        return {row["event_id"] for row in await self.pool.fetch(EVENTS)}

    async def cut(self, node: Node, statements: int) -> None:
        """The router's node dies after so many statements of its transaction."""
        fence = node.leases[leases.ROUTER].fence if leases.ROUTER in node.leases else 0
        ever = {"since": router.EVER[0], "until": router.EVER[1]}
        async with node.pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            cursor = await router.sql.lock_router.row(connection, fence=fence)
            assert cursor is not None
            given = {"snap": cursor["snap"], **ever}
            if statements > 0:
                following = await router.sql.next_snapshot.value(connection, most=3, **given)
            if statements > 1:
                await router.sql.move.row(connection, next=following, **given)
            if statements > 2:
                await router.sql.advance.execute(connection, next=following, moved=1)
            await transaction.rollback()

    # Claims

    async def claim(self, node: Node, which: int) -> None:
        shop_id, most = self.model.shops[which % 2], 1 + which % 3
        name = leases.of_shop(shop_id)
        lease = node.leases.get(name)
        if lease is None:
            return
        open_ = self.model.claimable(shop_id) if self.model.is_granted(name, lease.fence) else set()
        worn = {key for key in open_ if self.model.rows[shop_id, key].deliveries >= MAX_DELIVERIES}
        changes = await outbox.claim(node.pool, lease, lease_s=LEASE_S, most=most)
        keys = {change.key for change in changes}
        assert len(keys) == len(changes) <= most
        assert keys <= open_ - worn
        if not lease.floors["product", LANES].rests(anyio.current_time()):  # a slow machine
            assert bool(keys) == bool(open_ - worn)
        for row in await self.pool.fetch(ROWS):
            if row["shop_id"] == shop_id and row["key"] in worn and row["is_dead"]:
                self.model.wear_out((shop_id, row["key"]))
        self.model.claim(shop_id, lease.fence, changes)
        if changes:
            self.claims.append(Claims(node, name, shop_id, changes))

    async def renew(self, which: int) -> None:
        """By holders and by those who hold no longer; and what these may still send."""
        if not self.claims:
            return
        claims = self.claims[which % len(self.claims)]
        for change in claims.changes:
            is_held = self.model.is_held(claims.name, self.place(claims, change), change)
            assert await outbox.is_held(claims.node.pool, change) == is_held
            assert await outbox.note(claims.node.pool, change, {}, []) == is_held
        await outbox.renew(claims.node.pool, claims.changes, lease_s=LEASE_S)
        for change in claims.changes:
            self.model.renew(self.place(claims, change), change)

    async def settle(self, which: int, verdict: int) -> None:
        """By a holder, or by one who holds no longer; one in six dies before the commit."""
        if not self.claims:
            return
        claims = self.claims[which % len(self.claims)]
        verdicts = [
            VERDICTS[(verdict + number) % len(VERDICTS)] for number in range(len(claims.changes))
        ]
        settled = [
            Settled(change, one, "why")
            for change, one in zip(claims.changes, verdicts, strict=True)
        ]
        async with claims.node.pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            held = await outbox.settle(connection, settled)
            if verdict == len(VERDICTS):
                await transaction.rollback()
                return
            await transaction.commit()
        for change, one in zip(claims.changes, verdicts, strict=True):
            place = self.place(claims, change)
            assert (change.change_id in held) == self.model.holds(place, change)
            if change.change_id in held:
                self.model.settle(place, change, one)

    async def give_back(self, which: int) -> None:
        if not self.claims:
            return
        claims = self.claims[which % len(self.claims)]
        await outbox.give_back(claims.node.pool, claims.changes)
        for change in claims.changes:
            place = self.place(claims, change)
            if self.model.holds(place, change):
                self.model.settle(place, change, None)

    # By hand, and by time

    async def by_hand(self, deed: str, key: str | None) -> None:
        touched = await self.pool.fetchval(f"select syncd.{deed}(key => $1)", key)
        assert touched == (self.model.retry(key) if deed == "retry" else self.model.skip(key))

    async def resync(self, key: str, shop_id: int) -> None:
        await outbox.enqueue(self.pool, shop_id=shop_id, kind="product", keys=[key])
        self.model.tell((shop_id, key), 1)

    async def wear(self, key: str) -> None:
        """As if these had been claimed and never answered, time after time."""
        await self.pool.execute(
            "update syncd.change set deliveries = $2 where key = $1 and state = 'due'",
            key,
            MAX_DELIVERIES,
        )
        for (_, found), row in self.model.rows.items():
            if found == key and row.state == "due":
                row.deliveries = MAX_DELIVERIES

    async def pass_an_hour(self) -> None:
        self.clock.turned_s += HOUR_S
        self.model.now_h += 1

    async def tidy(self, node: Node) -> None:
        """Old days go once they are moved; an open transaction would only make it wait."""
        if any(writer.levels for writer in self.writers):
            return
        before = await self.events()
        await tidying.tidy_once(node.pool)
        after = await self.events()
        assert before - after <= self.moved

    # The comparison

    async def compare(self) -> None:
        model = self.model
        found = await self.pool.fetch(ROWS)
        assert {(row["shop_id"], row["key"]): shown(row) for row in found} == {
            place: {
                "state": row.state,
                "events": row.events,
                "deliveries": row.deliveries,
                "failures": row.failures,
                "token": row.token,
                "fence": row.fence,
                "is_dead": row.state == "dead",
                "waits": row.due_h > model.now_h,
            }
            for place, row in model.rows.items()
        }
        assert {row["name"]: shown(row) for row in await self.pool.fetch(GRANTS)} == {
            name: standing(grant, model.now_h) for name, grant in model.grants.items()
        }
        for shop_id in model.shops:
            waiting = sum(row["events"] for row in found if row["shop_id"] == shop_id)
            assert model.ended[shop_id] + waiting == model.events[shop_id]
        assert model.lost() == []

    async def finish(self) -> None:
        """Everybody comes to an end; what is not dead is pushed."""
        for writer in self.writers:
            while writer.levels:
                await self.step("commit", self.writers.index(writer), 0)
        for _ in range(LEASED_H):
            await self.step("pass an hour", 0, 0)
        for number in range(3):
            await self.step("take", 0, number)
        while len(self.moved) < sum(keys.total() for _, keys in self.model.transactions.values()):
            await self.step("route", 0, 3)
        while any(row.state != "dead" for row in self.model.rows.values()):
            for number in range(6):
                await self.step("claim", 0, number)
                await self.step("settle", len(self.claims) - 1, 0)
                await self.step("settle", len(self.claims) - 1, 2)
            await self.step("keep", 0, 0)
            await self.step("pass an hour", 0, 0)


def shown(row: asyncpg.Record) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("shop_id", "key", "name")}


def standing(grant: Grant, now_h: int) -> dict[str, Any]:
    return {"node": grant.node, "fence": grant.fence, "is_held": grant.until_h > now_h}


@dataclass
class Stage:
    """What the examples share: connections, and the shops."""

    pools: Sequence[asyncpg.Pool]
    clock: Clock
    connections: Sequence[asyncpg.Connection]
    shops: Sequence[int]

    @asynccontextmanager
    async def world(self) -> AsyncIterator[World]:
        """A new world; what its writers left open is taken back at its end."""
        await self.pools[0].execute(AGE)
        await self.pools[0].execute(EMPTY)
        nodes = [Node(name, pool) for name, pool in zip("ab", self.pools[1:], strict=True)]
        writers = [Writer(connection) for connection in self.connections]
        try:
            yield World(self.pools[0], self.clock, nodes, writers, Model(self.shops))
        finally:
            for writer in writers:
                while writer.levels:
                    await writer.end(is_kept=False)


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    clock = Clock()
    async with AsyncExitStack() as stack:
        first = await asyncpg.connect(database_url)
        stack.push_async_callback(first.close)
        name = await first.fetchval("select current_database()")
        await first.execute(f"alter database {name} set jit = off")  # costs more than these looks
        pools = [await stack.enter_async_context(turned_pool(database_url, clock)) for _ in "lab"]
        connections = []
        for _ in range(3):
            connection = await asyncpg.connect(database_url)
            stack.push_async_callback(connection.close)
            connections.append(connection)
        shops = [row["shop_id"] for row in await pools[0].fetch(SHOPS)]
        yield Stage(pools, clock, connections, shops)


def steps_of(*whats: str) -> st.SearchStrategy[tuple[str, int, int]]:
    return st.tuples(st.sampled_from(whats), st.integers(0, 5), st.integers(0, 6))


EACH = [f"{{}} {key}" for key in KEYS]
STEPS = st.one_of(
    steps_of(*(each.format("tell") for each in EACH)),
    steps_of("begin", "commit", "rollback"),
    steps_of("take", "take", "keep", "leave"),
    steps_of("route"),
    steps_of("claim"),
    steps_of("claim"),
    steps_of("settle"),
    steps_of("settle", "renew", "return"),
    steps_of("pass an hour"),
    steps_of("cut", "tidy", "old 1", "old 2", "resync 1", "resync 3"),
    steps_of("retry", "retry 1", "skip", "skip 2", "wear 1", "wear 2"),
)
HOURS = [("pass an hour", 0, 0)] * LEASED_H
TAKEN_OVER = [*HOURS, ("take", 1, 0), ("tell 1", 0, 0), ("route", 0, 3)]  # by who had it before
STALE_CLAIM = [("route", 0, 3), *HOURS, ("take", 0, 1), ("claim", 1, 0)]
STALE_RENEWAL = [
    *[("route", 0, 3), ("claim", 1, 0), *HOURS, ("take", 0, 1), ("claim", 0, 0)],
    *[("pass an hour", 0, 0), ("renew", 0, 0)],
]
OLD_EVENT = [*[("route", 0, 3)] * 4, ("old 1", 0, 0), ("tidy", 0, 0)]
BEGINNING = [("take", 0, 0), ("take", 1, 1), ("take", 0, 2), ("tell 1", 0, 0), ("tell 2", 1, 1)]


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(steps=TAKEN_OVER)
@example(steps=STALE_CLAIM)
@example(steps=STALE_RENEWAL)
@example(steps=OLD_EVENT)
@given(steps=st.lists(STEPS, min_size=10, max_size=40))
async def test_nothing_is_lost_in_any_order_of_steps(
    stage: Stage, steps: list[tuple[str, int, int]]
) -> None:
    async with stage.world() as world:
        for what, who, which in [*BEGINNING, *steps]:
            await world.step(what, who, which)
        await world.finish()
