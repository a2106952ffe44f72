"""The receiver of webhooks as a part of the daemon."""

from __future__ import annotations

import structlog

from syncd.supervisor.house import House
from syncd.web import receiver

log = structlog.get_logger()


async def receive(house: House) -> None:
    """Receive until the stop, where there is a port for it.

    Every node may: whoever holds a shop is woken by the inbox itself.
    """
    at = house.receiver
    if at is None:
        return
    async with receiver.listening(house.pool, house.vault, host=at.host, port=at.port) as places:
        log.info("receiver_started", addresses=[f"{host}:{port}" for host, port in places])
        await house.stop.wait()
