"""syncd on that day: its steps until nothing is due, its deaths, its new starts."""

from __future__ import annotations

from collections import Counter
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field

import anyio
import asyncpg

from bench.day_road import Road
from bench.day_stage import Stage, Turned, turned
from syncd.flows import push, stock
from syncd.postgres import leases, router
from syncd.postgres.leases import Lease
from syncd.records import Shop
from syncd.shopify import client as shopify
from syncd.shopify.client import Client

CONNECTIONS = 6
KEPT_S = 2.0  # of the clock on the wall: an answer that comes after its caller's death


@dataclass(slots=True)
class Life:
    """From a start to a death: what syncd has in hand."""

    own: Turned
    client: Client
    router: Lease
    shop: Lease
    stack: AsyncExitStack


@dataclass(slots=True)
class Service:
    """syncd, one node. `calls` and `points` are those of lives that are over, by document."""

    url: str
    domain: str
    token: str
    stage: Stage
    shop: Shop
    road: Road
    life: Life | None = None
    lives: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    points: Counter[str] = field(default_factory=Counter)

    async def rise(self) -> None:
        """Start, if what an earlier life held has run out."""
        people = self.stage.people.pool
        names = [leases.ROUTER, leases.of_shop(self.shop.shop_id)]
        if await leases.free(people, names) != set(names):
            return
        self.lives += 1
        stack = AsyncExitStack()
        own = await stack.enter_async_context(
            turned(self.url, self.stage.people.hand, size=CONNECTIONS)
        )
        node = f"bench {self.lives}"
        held = [await leases.take(own.pool, node, shop_id=one) for one in (None, self.shop.shop_id)]
        assert held[0] is not None and held[1] is not None  # nobody else is here
        client = await stack.enter_async_context(
            shopify.connect(self.domain, self.token, url=self.stage.running.url)
        )
        self.life = Life(own, client, held[0], held[1], stack)
        await self.road.opened(own.pool)
        await self.pull()

    async def turn(self) -> None:
        """All clocks go on by a tick; its leases are renewed, or it starts again."""
        await self.stage.turn(self.life.own if self.life else None)
        if (life := self.life) is None:
            await self.rise()
        else:
            if await leases.renew(life.own.pool, [life.router, life.shop]):
                raise RuntimeError("a lease was lost to nobody")

    async def work(self) -> None:
        """Steps until nothing is due."""
        if (life := self.life) is None:
            return
        pool, client, shop = life.own.pool, life.client, self.shop
        while True:
            done = (await router.route_once(pool, life.router)).events
            done += await self.road.ingest_once(pool, client, shop, life.shop)
            done += await stock.stock_once(pool, client, shop, life.shop)
            done += await push.push_once(pool, client, shop, life.shop)
            if not done:
                return

    async def pull(self) -> None:
        """Ask for the counts that moved since the last time."""
        if (life := self.life) is not None:
            await self.road.pull_once(life.own.pool, life.client, self.shop, life.shop)

    async def die(self, root: str) -> bool:
        """Work until a call of this root field is carried out, and die before its answer is there.

        Its connections to Postgres are cut first, so that nothing can be tidied up: for database
        and shop that is a kill. False: no such call was made, it lives.
        """
        life = self.life
        assert life is not None
        stage, before = self.stage, await self.stage.struck("slow")
        rule = {"kind": "slow", "root": root, "seconds": KEPT_S, "times": 1}
        (number,) = (one["id"] for one in (await stage.ask("faults", rule))["faults"])
        is_dead = False
        async with anyio.create_task_group() as group:

            async def strike() -> None:
                nonlocal is_dead
                while await stage.struck("slow") == before:
                    pass
                is_dead = True
                life.own.pool.terminate()
                steps.cancel()

            with anyio.CancelScope() as steps:
                group.start_soon(strike)
                with suppress(asyncpg.InterfaceError):  # the pool is closed
                    await self.work()
            group.cancel_scope.cancel()
        if is_dead:
            await self.end()
        else:
            await stage.forgive(number)
        return is_dead

    async def end(self) -> None:
        """Let go of what the life had in hand; its leases run out by themselves."""
        if (life := self.life) is not None:
            self.life = None
            self.calls.update(life.client.tally.calls)
            self.points.update(life.client.tally.points)
            self.road.closed()
            await life.stack.aclose()
