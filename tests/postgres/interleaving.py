"""Every order in which a few connections can carry out their statements."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import anyio
import asyncpg

from syncd.postgres import db

IS_BLOCKED = "select cardinality(pg_blocking_pids($1)) > 0"


class Stepped:
    """A connection whose statements wait, each, until it is their turn."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self.turn = anyio.Event()
        self.is_waiting = False

    async def wait(self) -> None:
        self.is_waiting = True
        await self.turn.wait()
        self.turn, self.is_waiting = anyio.Event(), False

    def is_in_transaction(self) -> bool:
        return self.connection.is_in_transaction()

    async def fetch(self, *given: Any) -> Any:
        await self.wait()
        return await self.connection.fetch(*given)

    async def fetchrow(self, *given: Any) -> Any:
        await self.wait()
        return await self.connection.fetchrow(*given)

    async def fetchval(self, *given: Any) -> Any:
        await self.wait()
        return await self.connection.fetchval(*given)

    async def execute(self, *given: Any) -> Any:
        await self.wait()
        return await self.connection.execute(*given)


Program = Callable[[db.Connection], Awaitable[None]]


@dataclass(slots=True)
class Actor:
    """A program and its connection. `statements` is how many turns it takes at most."""

    name: str
    statements: int
    program: Program
    stepped: Stepped
    pid: int = 0
    is_done: bool = False

    async def run(self) -> None:
        """The program in one transaction, which is committed with its last statement."""
        try:
            async with self.stepped.connection.transaction():
                await self.program(cast(db.Connection, self.stepped))
        finally:
            self.is_done = True


def orders(counts: Sequence[int]) -> Iterator[list[int]]:
    """Each way to mix so many steps of each actor, by their numbers."""
    if not any(counts):
        yield []
    for number, count in enumerate(counts):
        if count:
            rest = [left - (at == number) for at, left in enumerate(counts)]
            yield from ([number, *order] for order in orders(rest))


@dataclass(slots=True)
class Scheduler:
    """Steps actors in a given order; one that waits for a lock has its turn when it is free."""

    looker: asyncpg.Connection
    actors: Sequence[Actor]
    waits: set[str] = field(default_factory=set)

    async def play(self, order: Sequence[int]) -> None:
        """Raises what a program raises, wrapped in a group: a deadlock, say."""
        async with anyio.create_task_group() as group:
            for actor in self.actors:
                actor.is_done = False
                actor.pid = actor.stepped.connection.get_server_pid()
                group.start_soon(actor.run)
            turns = deque(order)
            while turns:
                actor = self.actors[turns.popleft()]
                if await self._settles(actor):
                    if not actor.is_done:
                        actor.stepped.turn.set()
                        await anyio.lowlevel.checkpoint()
                        await self._settles(actor)
                else:
                    self.waits.add(actor.name)
                    turns.append(self.actors.index(actor))
            for actor in self.actors:
                while not actor.is_done:
                    if actor.stepped.is_waiting:
                        actor.stepped.turn.set()
                    await anyio.lowlevel.checkpoint()

    async def _settles(self, actor: Actor) -> bool:
        """Until it wants its next turn, or has ended; False: it waits for a lock of another."""
        while actor.stepped.turn.is_set() or not (actor.stepped.is_waiting or actor.is_done):
            if await self.looker.fetchval(IS_BLOCKED, actor.pid):
                return False
        return True
