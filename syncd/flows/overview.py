"""How all shops do: what the console's first page shows, gathered in a moment."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

import anyio
import asyncpg

from syncd.flows.shop_overview import Need, RunProgress, ShopOverview, StockApart
from syncd.postgres import db, figures
from syncd.postgres.db import Connection
from syncd.postgres.figures import ApartExample, Call, Gauge, Running, Sender, Waiting
from syncd.rules import condition, delays
from syncd.rules.alarms import Alarm, words
from syncd.rules.condition import Doing, Known
from syncd.rules.delays import Counted

CALLS = 20
EXAMPLES = 5
TOLD_APART = frozenset({"change_dead", "change_late", "shop_paused", "run_held"})  # by other rules


@dataclass(frozen=True, slots=True)
class _Seen:
    """All that was asked of the database, by shop."""

    now: datetime
    zone: tzinfo
    senders: Sequence[Sender]
    waiting: Mapping[int, tuple[Waiting, ...]]
    newest: Mapping[int, datetime | None]
    runs: Mapping[int, tuple[Running, ...]]
    gauges: Mapping[int, Gauge]
    calls: Mapping[int, tuple[Call, ...]]
    counted: Mapping[int, tuple[Counted, ...]]
    examples: Mapping[int, tuple[ApartExample, ...]]


async def overview(pool: asyncpg.Pool, *, zone: tzinfo = UTC) -> tuple[ShopOverview, ...]:
    """A look at each shop, in the order they were added; reads alone. Today is the day of `zone`.

    Sent and delays are as the router's node last counted them, seconds ago.
    """
    alarms: list[Alarm] = []

    async def sound() -> None:
        """The dearest look, on a connection of its own, so that nobody waits for both."""
        async with pool.acquire() as connection:
            alarms.extend(await figures.troubles(connection))

    async with anyio.create_task_group() as group:
        group.start_soon(sound)
        async with pool.acquire() as connection:
            seen = await _see(connection, zone)
    return tuple(_shop(one, seen, alarms) for one in seen.senders)


async def _see(connection: Connection, zone: tzinfo) -> _Seen:
    waiting = await figures.waiting(connection)
    apart = [shop_id for shop_id, own in waiting.items() if any(one.is_stock for one in own)]
    return _Seen(
        now=await db.clock(connection),
        zone=zone,
        senders=await figures.senders(connection),
        waiting=waiting,
        newest=await figures.newest(connection),
        runs=await figures.running(connection),
        gauges=await figures.gauges(connection),
        calls=await figures.calls(connection, most=CALLS),
        counted=await figures.delays(connection),
        examples=await figures.apart_examples(connection, apart, most=EXAMPLES) if apart else {},
    )


def _shop(one: Sender, seen: _Seen, alarms: Sequence[Alarm]) -> ShopOverview:
    """One shop, out of all that was seen."""
    shop_id, now = one.shop_id, seen.now
    counted = seen.counted.get(shop_id, ())
    day = now.astimezone(seen.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    together = delays.merged(
        some.buckets for some in counted if some.began_at > now - timedelta(days=1)
    )
    backlog = _backlog(seen.waiting.get(shop_id, ()), now)
    own = [alarm for alarm in alarms if alarm.shop_id == shop_id]
    of_all = {alarm.alarm for alarm in alarms if alarm.shop_id is None}
    found = condition.condition(_known(one, seen, backlog, own, of_all))
    return ShopOverview(
        shop_id=shop_id,
        domain=one.domain,
        now=now,
        sentence=found.sentence,
        is_well=found.is_well,
        is_paused=one.paused_until is not None and one.paused_until > now,
        waiting=backlog.waiting,
        oldest_s=backlog.oldest_s,
        in_flight=backlog.in_flight,
        retrying=backlog.retrying,
        dead=backlog.dead,
        needs=tuple(_need(alarm) for alarm in own),
        sent_today=sum(some.writes for some in counted if some.began_at >= day),
        last_at=seen.newest.get(shop_id),
        runs=tuple(_progress(run) for run in seen.runs.get(shop_id, ())),
        gauge=seen.gauges.get(shop_id),
        calls=seen.calls.get(shop_id, ()),
        median_s=delays.percentile(together, 0.5),
        p99_s=delays.percentile(together, 0.99),
        delays=delays.quarters(counted, now),
        stock=_stock(one, seen) if one.sync_stock else None,
    )


@dataclass(frozen=True, slots=True)
class _Backlog:
    waiting: int
    oldest_s: float | None
    in_flight: int
    retrying: int
    dead: int


def _backlog(parts: Sequence[Waiting], now: datetime) -> _Backlog:
    alive = [one for one in parts if one.cause is None]
    return _Backlog(
        waiting=sum(one.changes for one in alive),
        oldest_s=_ago(min((one.oldest_at for one in alive), default=None), now),
        in_flight=sum(one.in_flight for one in alive),
        retrying=sum(one.retrying for one in alive),
        dead=sum(one.changes for one in parts if one.cause is not None),
    )


def _known(
    shop: Sender, seen: _Seen, backlog: _Backlog, own: Sequence[Alarm], of_all: Collection[str]
) -> Known:
    """What the sentence is made of."""
    now = seen.now
    others = [one for one in own if one.alarm not in TOLD_APART]
    runs = (
        Doing(one.run_id, one.kind, one.state, one.is_asking, one.done, one.total)
        for one in seen.runs.get(shop.shop_id, ())
    )
    return Known(
        enabled=shop.enabled,
        is_linked=shop.state == "linked",
        sends_products=shop.sync_products,
        paused_s=(shop.paused_until - now).total_seconds() if shop.paused_until else 0.0,
        paused_why=shop.paused_reason or "",
        is_served="no_router" not in of_all,
        is_router_behind="router_behind" in of_all,
        waiting=backlog.waiting,
        oldest_s=backlog.oldest_s,
        is_late=any(one.alarm == "change_late" for one in own),
        dead=backlog.dead,
        runs=tuple(runs),
        trouble=words(others[0]).headline if others else "",
        last_s=_ago(seen.newest.get(shop.shop_id), now),
    )


def _ago(at: datetime | None, now: datetime) -> float | None:
    return None if at is None else max(0.0, (now - at).total_seconds())


def _need(alarm: Alarm) -> Need:
    said, count = words(alarm), alarm.given.get("count")
    return Need(
        alarm=alarm.alarm,
        key=alarm.key,
        severity=alarm.severity,
        headline=said.headline,
        sentence=said.sentence,
        count=int(str(count)) if count is not None else None,
    )


def _progress(run: Running) -> RunProgress:
    """Its speed is that of all it has sent so far."""
    speed = run.done / run.sending_s if run.sending_s and run.done else None
    return RunProgress(
        run_id=run.run_id,
        kind=run.kind,
        state=run.state,
        is_asking=run.is_asking,
        done=run.done,
        total=run.total,
        share=min(1.0, run.done / run.total) if run.total else None,
        products_s=speed,
        left_s=max(0, run.total - run.done) / speed if speed else None,
        points=run.points,
        asked_at=run.asked_at,
    )


def _stock(shop: Sender, seen: _Seen) -> StockApart:
    """Counts that are apart: all that is due of them."""
    parts = [one for one in seen.waiting.get(shop.shop_id, ()) if one.is_stock]
    by_cause = {one.cause: one.changes for one in parts if one.cause is not None}
    waiting = sum(one.changes for one in parts if one.cause is None)
    held, unanswered = by_cause.get("stock_to_zero", 0), by_cause.get("first_count", 0)
    return StockApart(
        variants=waiting + sum(by_cause.values()),
        waiting=waiting,
        held=held,
        unanswered=unanswered,
        stopped=sum(by_cause.values()) - held - unanswered,
        by_cause=by_cause,
        examples=seen.examples.get(shop.shop_id, ()),
    )
