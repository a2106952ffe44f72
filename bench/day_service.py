"""syncd on that day: its receiver, its steps until nothing is due, its deaths, its new starts."""

from __future__ import annotations

import socket
from collections import Counter
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field

import anyio
import asyncpg

from bench.day_stage import Stage, Turned, turned
from syncd.flows import ingest, pull, pull_stock, push, stock, subscribe
from syncd.postgres import leases, router, webhooks
from syncd.postgres.leases import Lease
from syncd.records import Shop
from syncd.shopify import client as shopify
from syncd.shopify.client import Client
from syncd.vault import Vault
from syncd.web import receiver

HOST = "127.0.0.1"
CONNECTIONS = 8
KEPT_S = 2.0  # of the clock on the wall: an answer that comes after its caller's death
LOOK_TICKS = 6  # between two looks whether a pull is due, or subscriptions are to be verified


@dataclass(slots=True)
class Life:
    """From a start to a death: what syncd has in hand; `ticks` so far."""

    own: Turned
    client: Client
    router: Lease
    shop: Lease
    stack: AsyncExitStack
    ticks: int = 0


@dataclass(slots=True)
class Service:
    """syncd, one node. `calls` and `points` are those of lives that are over, by document."""

    url: str
    token: str
    stage: Stage
    shop: Shop
    vault: Vault
    port: int = 0
    life: Life | None = None
    lives: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    points: Counter[str] = field(default_factory=Counter)

    async def wire(self, secret: str) -> None:
        """Say where Shopify is to send its webhooks, and what it signs them with."""
        with socket.socket() as free:
            free.bind((HOST, 0))
            self.port = free.getsockname()[1]
        people, shop_id = self.stage.people.pool, self.shop.shop_id
        await webhooks.set_secret(people, shop_id, self.vault.seal(secret))
        address = f"http://{HOST}:{self.port}{receiver.PATH}"
        await webhooks.set_address(people, shop_id, address)

    async def rise(self) -> None:
        """Start, if what an earlier life held has run out."""
        names = [leases.ROUTER, leases.of_shop(self.shop.shop_id)]
        if any((await leases.waits(self.stage.people.pool, names)).values()):
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
            shopify.connect(self.shop.domain, self.token, url=self.stage.running.url)
        )
        await stack.enter_async_context(
            receiver.listening(own.pool, self.vault, host=HOST, port=self.port)
        )
        self.life = Life(own, client, held[0], held[1], stack)

    async def turn(self) -> None:
        """All clocks go on by a tick; its leases are renewed, or it starts again."""
        await self.stage.turn(self.life.own if self.life else None)
        if (life := self.life) is None:
            await self.rise()
        elif await leases.renew(life.own.pool, [life.router, life.shop]):
            raise RuntimeError("a lease was lost to nobody")

    async def work(self) -> None:
        """Steps until nothing is due."""
        if (life := self.life) is None:
            return
        pool, client, shop = life.own.pool, life.client, self.shop
        if life.ticks % LOOK_TICKS == 0:
            await self._look(life)
        life.ticks += 1
        while True:
            done = (await router.route_once(pool, life.router)).events
            done += await ingest.ingest_once(pool, client, shop, life.shop)
            done += await stock.stock_once(pool, client, shop, life.shop)
            done += await push.push_once(pool, client, shop, life.shop)
            if not done:
                return

    async def _look(self, life: Life) -> None:
        """Verify subscriptions, pull, where the time has come."""
        pool, client, shop = life.own.pool, life.client, self.shop
        await subscribe.verify_once(pool, client.on("orders"), shop)
        await pull_stock.pull_once(pool, client, shop, life.shop)
        while await pull.pull_once(pool, client, shop, life.shop, "order") is not None:
            pass

    async def die(self, root: str) -> bool:
        """Work until a call of this root field is carried out, and die before its answer is there.

        Its connections to Postgres are cut first, so that nothing can be tidied up: for database
        and shop that is a kill. False: no such call was made, it lives.
        """
        life, stage = self.life, self.stage
        assert life is not None
        before = await stage.struck("slow")
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

    def forget_costs(self) -> None:
        """What was asked of Shopify so far is not of the day."""
        if self.life is not None:
            self.life.client.tally.calls.clear()
            self.life.client.tally.points.clear()

    async def end(self) -> None:
        """Let go of what the life had in hand; its leases run out by themselves."""
        if (life := self.life) is not None:
            self.life = None
            self.calls.update(life.client.tally.calls)
            self.points.update(life.client.tally.points)
            await life.stack.aclose()
