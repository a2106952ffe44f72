"""What the node that holds the router does: events, offers, tidying, compares, alerts, counting."""

from __future__ import annotations

import anyio
import asyncpg
import structlog

from syncd.errors import ContractError, LeaseLostError
from syncd.postgres import leases, router, runs, tidying, timetable
from syncd.rules import shares
from syncd.supervisor.alerting import alert_all
from syncd.supervisor.counting import count_all
from syncd.supervisor.house import DATABASE_LOST, House, Work
from syncd.supervisor.loops import RUN_S
from syncd.supervisor.obeying import obey_all

PATIENCE_S = 1.0  # so long the database looks into an empty outbox before it answers
ROUTE_IDLE_S = 0.01  # before it is asked again
WIDE_S = 60.0  # so often a look goes through all days: a clock may have been set
TAKE_S = 2.0  # between two looks whether the router is free
CONTRACT_PAUSE_S = 15.0
AGAIN_S = 1.0  # after trouble that may be over then
TIDY_S = 3600.0
OWN_TROUBLE = (TimeoutError, asyncpg.InsufficientResourcesError)  # no room for an index, say
SCHEDULE_S = 30.0  # so late a compare may begin
ANNOUNCE_S = 5.0  # so late an offer may begin or end in the shop
log = structlog.get_logger()


async def route(house: House) -> None:
    """Hold the router when nobody else does, and do its work until the lease is lost."""
    while not house.stop.is_set():
        lease = None
        with house.loops.watched("taking the router"):
            waits = await leases.waits(house.pool, [leases.ROUTER])
            if not waits[leases.ROUTER]:
                lease = await leases.take(house.pool, house.node)
        if lease is None:
            await house.rest(shares.next_look_s(waits.values(), TAKE_S))
            continue
        work = house.held[lease.name] = Work(lease)
        log.info("router_taken", fence=lease.fence)
        try:
            with work.lost:
                async with anyio.create_task_group() as group:
                    group.start_soon(_tidy, house)
                    group.start_soon(_announce, house)
                    group.start_soon(_schedule, house)
                    group.start_soon(obey_all, house)
                    group.start_soon(count_all, house)
                    group.start_soon(alert_all, house, work)
                    await _move(house, work)
                    group.cancel_scope.cancel()
            if work.lost.cancelled_caught:
                log.warning("router_lost", fence=lease.fence)
        finally:
            with anyio.CancelScope(shield=True):
                await leases.leave(house.pool, [lease])
            del house.held[lease.name]


async def _move(house: House, work: Work) -> None:
    """Move events to changes, and wake the pumps of the shops they concern."""
    since = None
    widened_s = anyio.current_time()
    with house.loops.watched("routing") as turned:
        while not house.stop.is_set():
            turned()
            if anyio.current_time() >= widened_s + WIDE_S:
                since, widened_s = None, anyio.current_time()
            try:
                routed = await router.route_once(
                    house.pool, work.lease, since=since, patience_s=PATIENCE_S
                )
            except ContractError as error:
                log.error("router_paused", pause_s=CONTRACT_PAUSE_S, error=str(error))
                await house.rest(CONTRACT_PAUSE_S)
                continue
            except LeaseLostError:
                log.warning("router_lost", fence=work.lease.fence)
                return
            except asyncpg.PostgresError as error:
                if isinstance(error, DATABASE_LOST):
                    raise
                passes = isinstance(error, asyncpg.TransactionRollbackError)  # a deadlock, say
                pause_s = AGAIN_S if passes else CONTRACT_PAUSE_S
                log.error(
                    "router_paused", pause_s=pause_s, error=f"{type(error).__name__}: {error}"
                )
                await house.rest(pause_s)
                continue
            except TimeoutError:  # an OSError, too; but the database is there
                log.error("router_paused", pause_s=AGAIN_S, error="a step took more than a minute")
                await house.rest(AGAIN_S)
                continue
            since = routed.since
            house.ring(routed.shops)
            if not routed.events:
                await house.rest(ROUTE_IDLE_S)


async def _announce(house: House) -> None:
    """Tell the outbox of offers that begin or end by the clock."""
    with house.loops.watched("offers by the clock") as turned:
        while True:
            turned()
            try:
                if events := await timetable.announce_once(house.pool):
                    log.info("offers_turned", events=events)
            except (
                ContractError,
                TimeoutError,
            ) as error:  # their prices take a minute to read, say
                log.error(
                    "offers_unseen", pause_s=CONTRACT_PAUSE_S, error=str(error) or repr(error)
                )
                await anyio.sleep(CONTRACT_PAUSE_S)
            await anyio.sleep(ANNOUNCE_S)


async def _schedule(house: House) -> None:
    """Ask for the compares whose time has come; the nodes that have the shops carry them out."""
    with house.loops.watched("timetable of compares") as turned:
        while True:
            turned()
            if shop_ids := await runs.ask_in_time(house.pool):
                log.info("compare_due", shops=shop_ids)
                house.ring(shop_ids)
            await anyio.sleep(SCHEDULE_S)


async def _tidy(house: House) -> None:
    """Trouble of its own, a missing right say, is no reason to stop moving events."""
    with house.loops.watched("tidying", RUN_S) as turned:
        while True:
            turned()
            try:
                done = await tidying.tidy_once(house.pool)
            except (asyncpg.PostgresError, TimeoutError) as error:
                if isinstance(error, DATABASE_LOST) and not isinstance(error, OWN_TROUBLE):
                    raise
                log.error("not_tidied", again_s=TIDY_S, error=str(error) or repr(error))
            else:
                if done.made or done.dropped or done.forgotten:
                    log.info(
                        "tidied", made=done.made, dropped=done.dropped, forgotten=done.forgotten
                    )
            turned(TIDY_S)
            await anyio.sleep(TIDY_S)
