"""One sort of work of a shop, step by step until the shop is left."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio
import structlog

from syncd.records import Shop
from syncd.supervisor.house import House, Work
from syncd.supervisor.loops import LONG_S

IDLE_S = 1.0  # between two looks for what is due again after its back-off
TROUBLE_S = 60.0
log = structlog.get_logger()


async def keep_stepping(
    house: House,
    shop: Shop,
    work: Work,
    name: str,
    step: Callable[[Shop], Awaitable[int]],
    *,
    pauses: tuple[type[Exception], ...] = (),
) -> None:
    """Take steps while there is something to do; else rest until the bell or the next look.

    A step is given the shop with its settings as they are now, and says how much it did. An error
    in `pauses` is one that all of this work suffers from: it pauses this work, and no other.
    """
    with house.loops.watched(f"{name} of {shop.domain}", LONG_S) as turned:
        while not house.stop.is_set() and not work.is_left:
            turned()
            news = house.bells[shop.shop_id].event
            current = await house.current(shop)
            if current is None:
                return
            try:
                if await step(current):
                    continue
            except pauses as error:
                log.error(
                    "work_paused", work=name, shop=shop.domain, pause_s=TROUBLE_S, error=str(error)
                )
                await house.rest(TROUBLE_S)
                continue
            with anyio.move_on_after(IDLE_S):
                await news.wait()
