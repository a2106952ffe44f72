"""Other processes are told of points, of the last calls, by the node that spends them."""

from __future__ import annotations

import time
from collections.abc import Sequence

import anyio
import asyncpg
import structlog

from syncd.postgres import figures
from syncd.postgres.figures import Called, Told
from syncd.shopify.client import Client
from syncd.shopify.tally import Past
from syncd.supervisor.house import DATABASE_LOST, House

TELL_S = 1.0
PATIENCE_S = 2.0  # so long the database has; what it does not take then is dropped
AGAIN_S = 10.0
log = structlog.get_logger()


async def gauge(house: House) -> None:
    """One statement a second for all shops of this node, none while nothing is called.

    It is no reason to stop, nor to hold up anything: what fails is dropped.
    """
    with house.loops.watched("gauging") as turned:
        while not house.stop.is_set():
            turned()
            await house.rest(TELL_S)
            if not (told := _told(house)):
                continue
            try:
                with anyio.fail_after(PATIENCE_S):
                    await figures.note(house.pool, house.node, told)
            except (*DATABASE_LOST, asyncpg.PostgresError, TimeoutError) as error:
                log.info("figures_dropped", again_s=AGAIN_S, error=str(error) or repr(error))
                await house.rest(AGAIN_S)


def _told(house: House) -> list[Told]:
    """What there is to tell of each shop that was called since the last time."""
    found = []
    for work in house.held.values():
        client, shop_id = work.client, work.lease.shop_id
        if client is not None and shop_id is not None and (last := client.tally.take()):
            found.append(_of(shop_id, client, last))
    return found


def _of(shop_id: int, client: Client, last: Sequence[Past]) -> Told:
    now_s = time.monotonic()
    calls = tuple(
        Called(
            age_s=now_s - one.began_s,
            document=one.document,
            lane=one.lane,
            points=one.points,
            took_ms=round((one.ended_s - one.began_s) * 1000),
            outcome=one.outcome,
            request_id=one.request_id,
        )
        for one in last
    )
    return Told(shop_id, client.level_points, client.maximum_points, client.restore_points_s, calls)
