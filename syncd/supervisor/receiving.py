"""The receiver of webhooks as a part of the daemon."""

from __future__ import annotations

import anyio
import structlog
from anyio.abc import TaskStatus

from syncd.supervisor.house import House
from syncd.web import receiver

log = structlog.get_logger()


async def receive(
    house: House, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED
) -> None:
    """Receive until the stop, where there is a port for it; it is started once it listens.

    Every node may: whoever holds a shop is woken by the inbox itself.
    """
    at = house.receiver
    if at is None:
        task_status.started()
        return
    with house.loops.watched("receiver") as turned:
        async with receiver.listening(
            house.pool, house.vault, host=at.host, port=at.port, turned=turned
        ) as places:
            log.info("receiver_started", addresses=[f"{host}:{port}" for host, port in places])
            task_status.started()
            await house.stop.wait()
