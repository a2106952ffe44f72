"""Who works while everything breaks: a Backoffice, a merchant, customers."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import anyio
import asyncpg

from chaos.scene import ACCOUNT, SIZES, Scene
from syncd.postgres import db

PAUSES_S = {"backoffice": 0.15, "merchant": 1.2, "customer": 0.6}
PATIENCE_S = 4.0
MERCHANTS = 8  # each n-th product's name is the merchant's to change, nobody else's
RETITLE = """
update retail.product
set title = format('Vare %s v%s', product_id, nextval('retail.version'))
where product_id = $1
"""
REPRICE = "update retail.price set list_price = $2 where variant_id = $1 and department_id = 'nett'"
MOVE = """
insert into retail.movement (variant_id, account_id, warehouse_id, quantity, reason)
values ($1, 'fjord', 'hoved', $2, $3)
"""
HIDE = "update retail.product set is_active = not is_active where product_id = $1"
COMPLETE = """
update retail.sales_order
set completed_at = now()
where order_id = (
  select order_id
  from retail.sales_order
  where completed_at is null
    and cancelled_at is null
  order by order_id
  limit 1
)
"""
GOODS = """
select p.product_id, v.variant_id, v.sku
from retail.product p
join retail.variant v using (product_id)
where p.account_id = $1
order by 1, 2
"""


@dataclass(slots=True)
class People:
    """What they did in the shop, by SKU; `uncertain` are those whose last answer was lost.

    `bought` are pieces, `orders` the orders' ids that were answered, `counted` what the merchant
    added by hand. What was done in the Backoffice stands in its own tables.
    """

    scene: Scene
    chance: random.Random
    products: list[int] = field(default_factory=list)
    gids: dict[int, str] = field(default_factory=dict)
    variants: list[tuple[int, str]] = field(default_factory=list)
    bought: Counter[str] = field(default_factory=Counter)
    counted: Counter[str] = field(default_factory=Counter)
    uncertain: set[str] = field(default_factory=set)
    orders: list[str] = field(default_factory=list)
    deeds: Counter[str] = field(default_factory=Counter)

    async def learn(self, pool: asyncpg.Pool) -> None:
        rows = await pool.fetch(GOODS, ACCOUNT)
        self.products = sorted({row["product_id"] for row in rows})
        self.variants = [(row["variant_id"], row["sku"]) for row in rows]
        linked = await pool.fetch("select key::int, gid from syncd.link where kind = 'product'")
        self.gids = {row["key"]: row["gid"] for row in linked}
        assert len(self.variants) == len(SIZES) * len(self.products)

    @property
    def ours(self) -> list[int]:
        """Products whose names the Backoffice changes."""
        return [key for key in self.products if key % MERCHANTS]

    async def work(self) -> None:
        """All of them until cancelled."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._backoffice)
            group.start_soon(self._repeated, "merchant", self._merchant)
            group.start_soon(self._repeated, "customer", self._buy)

    async def _backoffice(self) -> None:
        """One connection after the other, each until it breaks."""
        while True:
            with suppress(*db.LOST, asyncpg.PostgresError):
                connection = await asyncpg.connect(self.scene.url, timeout=PATIENCE_S)
                try:
                    while True:
                        await self._trade(connection)
                        await anyio.sleep(self.chance.random() * 2 * PAUSES_S["backoffice"])
                finally:
                    with anyio.CancelScope(shield=True), suppress(Exception):
                        await connection.close(timeout=1)
            await anyio.sleep(0.2)

    async def _trade(self, connection: asyncpg.Connection) -> None:
        chance = self.chance
        product, (variant, _) = chance.choice(self.ours), chance.choice(self.variants)
        match chance.randrange(10):
            case 0 | 1 | 2:
                await connection.execute(RETITLE, product, timeout=PATIENCE_S)
            case 3 | 4:
                price = chance.randint(50, 900)
                await connection.execute(REPRICE, variant, price, timeout=PATIENCE_S)
            case 5 | 6:
                await connection.execute(MOVE, variant, -1, "sale", timeout=PATIENCE_S)
            case 7:
                await connection.execute(MOVE, variant, 3, "receipt", timeout=PATIENCE_S)
            case 8:
                await connection.execute(COMPLETE, timeout=PATIENCE_S)
            case _:
                async with connection.transaction():
                    await connection.execute(HIDE, product, timeout=PATIENCE_S)
                    for one in chance.sample(self.ours, 5):
                        await connection.execute(RETITLE, one, timeout=PATIENCE_S)
        self.deeds["backoffice"] += 1

    async def _repeated(self, name: str, act: Callable[[], Awaitable[None]]) -> None:
        while True:
            await act()
            await anyio.sleep(self.chance.random() * 2 * PAUSES_S[name])

    async def _merchant(self) -> None:
        """A tag, another name, a count."""
        _, sku = self.chance.choice(self.variants)
        match self.chance.randrange(3):
            case 0:
                await self._change(self.products, tags=[f"t{self.chance.randrange(100)}"])
            case 1:
                theirs = [key for key in self.products if key not in self.ours]
                await self._change(theirs, title=f"Navn {self.chance.randrange(1000)}")
            case _:
                change = self.chance.choice((-2, 4))
                edit = {"do": "set_stock", "variant": sku, "change": change}
                if await self._ask("edit", edit, sku):
                    self.counted[sku] += change

    async def _buy(self) -> None:
        _, sku = self.chance.choice(self.variants)
        body = {"lines": [{"sku": sku, "quantity": 1}], "email": "kari@example.com", "paid": True}
        answer = await self._ask("buy", body, sku)
        if answer and "order" in answer:
            self.bought[sku] += 1
            self.orders.append(answer["order"]["id"])

    async def _change(self, among: list[int], **fields: object) -> None:
        gid = self.gids[self.chance.choice(among)]
        await self._ask("edit", {"do": "change_product", "product": gid, "set": fields})

    async def _ask(self, path: str, body: object, sku: str = "") -> dict[str, Any]:
        """The answer; empty where there is none, or it was refused."""
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(PATIENCE_S)) as session,
                session.post(f"{self.scene.base}/_sandbox/{path}", json=body) as answer,
            ):
                if answer.status >= 400:
                    return {}
                told: dict[str, Any] = await answer.json()
        except aiohttp.ClientConnectorError:
            return {}  # it was never asked
        except (aiohttp.ClientError, OSError, TimeoutError):
            if sku:
                self.uncertain.add(sku)
            return {}
        self.deeds[path] += 1
        return told
