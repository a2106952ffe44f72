"""Whether every loop of the daemon turns: systemd's watchdog is fed only while all of them do."""

from __future__ import annotations

import anyio
import structlog

from syncd.postgres import leases
from syncd.rules import lateness
from syncd.rules.lateness import Loop
from syncd.supervisor.house import House

LOOK_S = 5.0  # between two looks where systemd does not ask for more
log = structlog.get_logger()


async def watch(house: House) -> None:
    """Look again and again whether all loops turn; name those that do not; feed systemd else."""
    hung: list[Loop] = []
    said = ""
    while True:
        before, hung = hung, house.loops.late(anyio.current_time())
        _tell(before, hung)
        words = [] if hung else ["WATCHDOG=1"]
        if (status := status_of(house, hung)) != said:
            words, said = [*words, f"STATUS={status}"], status
        if words:
            await house.systemd.say(*words)
        await anyio.sleep(min(LOOK_S, house.systemd.feed_s or LOOK_S))


def status_of(house: House, hung: list[Loop]) -> str:
    """How this daemon does, in one sentence."""
    ours = [name for name in house.held if name != leases.ROUTER]
    return lateness.told(
        shops=len(ours),
        is_router=leases.ROUTER in house.held,
        is_stopping=house.stop.is_set(),
        hung=hung,
    )


def _tell(before: list[Loop], hung: list[Loop]) -> None:
    """Each once when it is late, once when it turns again or has ended."""
    for loop in hung:
        if not any(one is loop for one in before):
            effect = "systemd's watchdog is not fed"
            log.error("loop_late", loop=loop.name, limit_s=loop.limit_s, effect=effect)
    for loop in before:
        if not any(one is loop for one in hung):
            log.info("loop_turns_again", loop=loop.name)
