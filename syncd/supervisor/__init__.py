"""The daemon: loops that work under leases, until told to stop.

house      what the loops share
loops      which there are, how soon each must turn
tending    a pump for each shop of this node
stepping   one sort of a shop's work, step by step
routing    the work of the node that holds the router
listening  wake pumps when another process made something due
hearing    what a shop tells: subscriptions kept, the inbox worked off
obeying    requests by law, done by the node that holds the router
alerting   people told of alarms, by the same node
counting   the history in figures, by the same node
gauging    points, last calls of this node's shops, for other processes to see
receiving  the web server that webhooks are sent to
showing    the console
monitoring the pages that monitoring asks
watching   whether each loop turns; systemd's watchdog
"""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import structlog

from syncd.postgres import leases, nodes, status
from syncd.supervisor.alerting import alerting_of as alerting_of
from syncd.supervisor.gauging import gauge
from syncd.supervisor.house import DATABASE_LOST as DATABASE_LOST
from syncd.supervisor.house import Alerting as Alerting
from syncd.supervisor.house import House as House
from syncd.supervisor.house import Listening as Listening
from syncd.supervisor.house import Monitoring as Monitoring
from syncd.supervisor.house import Showing as Showing
from syncd.supervisor.listening import listen
from syncd.supervisor.monitoring import answer
from syncd.supervisor.monitoring import monitoring_of as monitoring_of
from syncd.supervisor.receiving import receive
from syncd.supervisor.routing import route
from syncd.supervisor.showing import show
from syncd.supervisor.tending import tend
from syncd.supervisor.watching import status_of, watch

BEAT_S = 5.0
BEAT_LIMIT_S = 15.0  # then other nodes reckon without this one
STOP_S = 8.0  # what is under way may end in this time; then it is cut off
log = structlog.get_logger()


async def serve(house: House) -> None:
    """Work until `house.stop` is set; then end what is under way, within STOP_S.

    Raises asyncpg's errors and OSError when the database is lost: that is for whoever started us
    to mend. Trouble of one shop pauses that shop and no other.
    """
    await nodes.beat(house.pool, house.node)
    log.info("service_started", node=house.node)
    for one in await status.drift(house.pool):
        log.warning("schema_changed", thing=one.thing, was=one.was, is_now=one.is_now or "gone")
    async with anyio.create_task_group() as keeping:
        keeping.start_soon(_renew, house)  # to the last: what is under way is still ours
        keeping.start_soon(watch, house)
        async with anyio.create_task_group() as working:
            for server in (receive, show, answer):
                await working.start(server, house)
            for loop in (route, tend, listen, gauge, _beat):
                working.start_soon(loop, house)
            await house.systemd.say("READY=1")
            await house.stop.wait()
            await house.systemd.say("STOPPING=1", f"STATUS={status_of(house, [])}")
            house.ring()
            working.cancel_scope.deadline = anyio.current_time() + STOP_S
        keeping.cancel_scope.cancel()
    await nodes.leave(house.pool, house.node)
    log.info("service_stopped", node=house.node)


@asynccontextmanager
async def stopped_by_signal(house: House) -> AsyncIterator[None]:
    """Let SIGTERM and SIGINT set `house.stop` inside the block; a second one ends us at once."""

    async def listen() -> None:
        with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as received:
            async for number in received:
                if house.stop.is_set():
                    os._exit(128 + number)  # the leases run out by themselves
                log.info("stop_requested", signal=signal.Signals(number).name)
                house.stop.set()

    async with anyio.create_task_group() as group:
        group.start_soon(listen)
        yield
        group.cancel_scope.cancel()


async def stop_signal() -> None:
    """Wait for SIGTERM or SIGINT."""
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as received:
        async for _ in received:
            return


async def _beat(house: House) -> None:
    with house.loops.watched("signs of life", BEAT_LIMIT_S) as turned:
        while not house.stop.is_set():
            await house.rest(BEAT_S)
            await nodes.beat(house.pool, house.node)
            turned()


async def _renew(house: House) -> None:
    """Keep the leases while their work goes on; cut off what is another node's by now."""
    with house.loops.watched("renewing leases", leases.LEASE_S) as turned:
        while True:
            await anyio.sleep(leases.RENEWED_S)
            held = [work.lease for work in house.held.values()]
            if held:
                for lease in await leases.renew(house.pool, held):
                    if lease.name in house.held and house.held[lease.name].lease is lease:
                        house.held[lease.name].lost.cancel()
            turned()
