"""The console as a part of the daemon."""

from __future__ import annotations

import anyio
import structlog
from anyio.abc import TaskStatus

from syncd.errors import ConfigError
from syncd.flows import entering
from syncd.postgres import people
from syncd.supervisor.house import House
from syncd.web.console import server
from syncd.web.console.visit import Desk

log = structlog.get_logger()


async def show(house: House, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
    """Show the console until the stop, where there is a port for it; every node may.

    It is started once it is shown, or will not be.
    A port that is taken ends nothing: who asked for it by name was told at the start.
    """
    at = house.console
    if at is None:
        task_status.started()
        return
    desk = Desk(house.pool, house.vault, house.shopify_url, at.address)
    try:
        async with server.listening(desk, host=at.host, port=at.port) as places:
            base = at.address or "http://{}:{}".format(*places[0])
            house.shown_at = base
            house.shown.set()
            log.info("console_started", address=base)
            task_status.started()
            if not await people.is_any(house.pool):
                token = await entering.invite(house.pool, "admin")
                log.info("console_first_link", open_once=f"{base}/first/{token}", lasts="24 h")
            await house.stop.wait()
    except ConfigError as error:
        if at.is_wanted:
            raise
        log.warning("console_not_shown", error=error.message, hint=error.hint)
        task_status.started()
        await house.stop.wait()
