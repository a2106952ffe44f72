"""The shop's two sides on one day: a Backoffice in Postgres, a Shopify in the sandbox.

Both go by clocks that are turned together.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import asyncpg
import orjson

from bench.day_demand import TICK_S, WAREHOUSE, Demand, Repricing, Wish
from bench.day_ledger import Ledger
from syncd.postgres import db
from syncd.sandbox.server import Running
from syncd.sandbox.shop import Shop as SandboxShop

ACCOUNT = "fjord"
TURN = "select set_config('syncd.clock_offset', $1, false)"
SELL = """
insert into retail.movement (variant_id, account_id, warehouse_id, quantity, reason)
select s.variant_id, s.account_id, s.warehouse_id, -1, 'sale'
from retail.stock s
where s.variant_id = $1
  and s.account_id = 'fjord'
  and s.warehouse_id = 'hoved'
  and s.quantity > 0
returning quantity
"""
REPRICE = """
update retail.price r
set list_price = greatest(9, round(r.list_price * $2))
from retail.variant v
join retail.product p using (product_id)
where v.variant_id = r.variant_id
  and p.external_ref = $1
  and r.department_id = 'nett'
"""
HERE = """
select s.variant_id, s.quantity
from retail.stock s
where s.account_id = $1
  and s.warehouse_id = $2
  and s.variant_id = any($3)
"""
KNOWN = """
select v.sku, v.variant_id, split_part(l.inventory_item, '/', 5)::bigint as item
from retail.variant v
join syncd.variant_link l on l.variant_key = v.variant_id::text
"""


@dataclass(slots=True)
class Hand:
    """Of the clock that all connections to Postgres go by."""

    passed_s: float = 0.0

    @property
    def offset(self) -> str:
        return f"{self.passed_s} seconds"


@dataclass(slots=True)
class Turned:
    """A pool of connections, each of which goes by the hand's clock."""

    pool: asyncpg.Pool
    size: int
    hand: Hand

    async def turn(self) -> None:
        async with AsyncExitStack() as stack:
            for _ in range(self.size):
                connection = await stack.enter_async_context(self.pool.acquire())
                await connection.execute(TURN, self.hand.offset)


@asynccontextmanager
async def turned(url: str, hand: Hand, *, size: int) -> AsyncIterator[Turned]:
    async def prepare(connection: asyncpg.Connection) -> None:
        await db.prepare(connection)
        await connection.execute(TURN, hand.offset)

    pool = await asyncpg.create_pool(
        url,
        min_size=size,
        max_size=size,
        max_inactive_connection_lifetime=0,
        init=prepare,
        reset=db.leave_as_it_is,
        server_settings={"application_name": "bench"},
    )
    try:
        yield Turned(pool, size, hand)
    finally:
        pool.terminate()


@dataclass(slots=True)
class Stage:
    """Both sides. `variants` and `items` are their numbers of variants, by place."""

    people: Turned
    session: aiohttp.ClientSession
    running: Running
    demand: Demand
    ledger: Ledger
    variants: Sequence[int] = ()
    items: Sequence[int] = ()
    places: Mapping[int, int] = field(default_factory=dict)

    async def learn(self) -> None:
        """Which variant is which, once all are in the shop."""
        rows = {row["sku"]: row for row in await self.people.pool.fetch(KNOWN)}
        self.variants = [rows[sku]["variant_id"] for sku in self.demand.skus]
        self.items = [rows[sku]["item"] for sku in self.demand.skus]
        self.places = {number: place for place, number in enumerate(self.variants)}

    async def ask(self, path: str, body: object, *, taken: Collection[int] = (200, 201)) -> Any:
        """Ask something of the sandbox itself; the answer, None for a status not in `taken`."""
        async with self.session.post(f"/_sandbox/{path}", json=body) as response:
            answer = orjson.loads(await response.read())
            if response.status in taken:
                return answer
            if response.status == 409:
                return None
            raise RuntimeError(f"the sandbox answers {path} with {response.status}: {answer}")

    async def turn(self, others: Turned | None) -> None:
        """All clocks go on by a tick; webhooks that are due by then have been sent."""
        self.people.hand.passed_s += TICK_S
        await self.people.turn()
        if others is not None:
            await others.turn()
        await self.ask("clock", {"advance_s": TICK_S, "deliver": True})

    async def sell(self, wish: Wish) -> None:
        """Somebody wants a piece, and gets it if that side has it."""
        if await (self._web(wish.place) if wish.side == "web" else self._till(wish.place)):
            (self.ledger.web if wish.side == "web" else self.ledger.till)[wish.place] += 1
        else:
            self.ledger.turned_away[wish.side] += 1

    async def _web(self, place: int) -> bool:
        lines = [{"sku": self.demand.skus[place], "quantity": 1}]
        return await self.ask("buy", {"lines": lines}) is not None

    async def _till(self, place: int) -> bool:
        if not self.ledger.lies_on_the_shelf(place):
            return False
        return await self.people.pool.fetchval(SELL, self.variants[place]) is not None

    async def reprice(self, one: Repricing) -> None:
        await self.people.pool.execute(REPRICE, one.handle, one.factor)

    async def differing(self, places: Collection[int]) -> list[int]:
        """Of these variants those whose counts are not the same on both sides."""
        wanted = list(places)
        if not wanted:
            return []
        numbers = [self.variants[place] for place in wanted]
        rows = await self.people.pool.fetch(HERE, ACCOUNT, WAREHOUSE, numbers)
        here = {self.places[row["variant_id"]]: row["quantity"] for row in rows}
        shop = self.running.shop
        return [one for one in wanted if here.get(one, 0) != available(shop, self.items[one])]

    async def faults(self) -> list[dict[str, Any]]:
        """The rules of what goes wrong, with how often each has struck."""
        async with self.session.get("/_sandbox/faults") as response:
            return list(orjson.loads(await response.read())["faults"])

    async def forgive(self, number: int) -> None:
        """Take a rule back."""
        async with self.session.delete(f"/_sandbox/faults/{number}") as response:
            response.raise_for_status()

    async def struck(self, kind: str) -> int:
        return sum(rule["struck"] for rule in await self.faults() if rule["kind"] == kind)


def available(shop: SandboxShop, number: int) -> int:
    """What can be bought of an inventory item; read while nobody asks anything of the sandbox."""
    item = shop.item(number)
    return sum(level.available for level in item.levels) if item is not None else 0
