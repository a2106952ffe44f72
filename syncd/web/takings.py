"""Deliveries on their way into the inbox: what waits together is written together."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

import anyio
import asyncpg
import structlog

from syncd.deliveries import Delivery
from syncd.postgres import inbox

MOST = 500  # deliveries in one INSERT: a few milliseconds
WRITE_S = 3.5  # Shopify hangs up after five seconds, the network included
WAITING = 5_000  # deliveries that may wait for the database; those above are sent again by Shopify
AWAY = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
Fate = Literal["kept", "refused", "away"]
log = structlog.get_logger()


@dataclass(slots=True)
class Waiting:
    """A delivery that waits for its commit; `fate` stands once `done` is set."""

    delivery: Delivery
    fate: Fate = "away"
    done: anyio.Event = field(default_factory=anyio.Event)


class Takings:
    """Takes deliveries from many requests; one writer commits them.

    While one INSERT is on its way, what arrives gathers for the next: the more arrive, the fewer
    commits each of them costs.
    """

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._waiting: deque[Waiting] = deque()
        self._bell = anyio.Event()

    async def take(self, delivery: Delivery) -> Fate:
        """Wait until it is committed. `away`: the database did not take it in time, or may have."""
        if len(self._waiting) >= WAITING:
            return "away"
        one = Waiting(delivery)
        self._waiting.append(one)
        self._bell.set()
        await one.done.wait()
        return one.fate

    async def run(self) -> None:
        """Write what waits, for ever; no trouble of a batch ends this."""
        batch: list[Waiting] = []
        try:
            while True:
                if not self._waiting:
                    self._bell = anyio.Event()
                    await self._bell.wait()
                batch = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
                await self._write(batch)
                for one in batch:
                    one.done.set()
        finally:
            for one in (*batch, *self._waiting):  # nobody must wait for a writer that is gone
                one.done.set()

    async def _write(self, batch: list[Waiting]) -> None:
        try:
            with anyio.fail_after(WRITE_S):
                await inbox.add(self._pool, [one.delivery for one in batch])
        except asyncpg.DataError as error:
            if len(batch) > 1:
                await self._write_singly(batch)
            else:
                batch[0].fate = "refused"
                log.warning("delivery_refused", topic=batch[0].delivery.topic, error=str(error))
        except (*AWAY, TimeoutError) as error:
            log.error("inbox_away", deliveries=len(batch), error=str(error) or repr(error))
        else:
            for one in batch:
                one.fate = "kept"

    async def _write_singly(self, batch: list[Waiting]) -> None:
        """One of them cannot be stored: it must not take the others with it."""
        for one in batch:
            await self._write([one])
