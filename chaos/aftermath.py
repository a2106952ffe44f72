"""What must hold when all is quiet again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import aiohttp
import anyio
import asyncpg

from chaos.people import MERCHANTS, People
from chaos.scene import ACCOUNT, COUNT, DOMAIN, LATER_S, Scene
from syncd.demo import proof
from syncd.postgres import backoffice, shops
from syncd.rules import mapping

SETTLE_S = 150.0
WAITING = """
select
  (select count(*) from syncd.change where state <> 'dead') as changes,
  (select count(*) from syncd.inbox where state in ('due', 'claimed')) as news,
  (select waiting_since is not null from syncd.router_lag)::int as events,
  (select count(*) from syncd.run where ended_at is null) as runs
"""
DEAD = "select kind, key, cause, error from syncd.dead order by 1, 2"
NEWS_DEAD = "select kind, topic, last_error from syncd.inbox where state = 'dead'"
PAUSED = "select paused_reason from syncd.shop where paused_until > syncd.clock()"
RUNS = """
select run_id, sent, ok, failed, parked
from syncd.run
where state = 'done'
  and not is_dry
  and sent <> ok + failed + parked
"""
VERSIONS = """
select key, after ->> 'title' as title
from syncd.history
where kind = 'product'
order by key, history_id
"""
COUNTS = """
select v.sku, s.quantity, coalesce(m.moved, 0) as moved
from retail.variant v
join retail.stock s using (variant_id)
left join (
  select variant_id, sum(quantity) as moved
  from retail.movement
  where reason in ('sale', 'receipt')
    and movement_id > $1
  group by 1
) m using (variant_id)
where s.warehouse_id = 'hoved'
"""
ORDERS = "select external_ref from retail.sales_order where external_ref is not null"
VERSION = re.compile(r"v(\d+)$")
TRACE = "Traceback (most recent call last)"


async def settle(scene: Scene, pool: asyncpg.Pool) -> str:
    """Let everything come to rest; what still waits after the time that it may take, else nothing.

    Both clocks are put forward, so that what was put off and the next pulls are due; nodes are
    started anew, since a connection goes by the clock of its beginning.
    """
    await scene.ask("clock", {"advance_s": LATER_S, "deliver": True})
    await pool.execute(f"alter database chaos set syncd.clock_offset = '{LATER_S} s'")
    for node in scene.nodes:
        await node.program.stop()
    still = 0
    waits: Mapping[str, int] = {}
    with anyio.move_on_after(SETTLE_S):
        while still < 8:  # looks, a quarter of a second apart
            waits = dict(await pool.fetchrow(WAITING) or {})
            apart = await _apart(scene, pool)
            still = 0 if any(waits.values()) or apart else still + 1
            waits = {**waits, "counts apart": len(apart)}
            await anyio.sleep(0.25)
    if still >= 8:
        return ""
    return ", ".join(f"{name}: {count}" for name, count in waits.items() if count)


async def wrongs(scene: Scene, pool: asyncpg.Pool, people: People, start: int) -> list[str]:
    """All that is not as it must be; `start` is the last movement before anything broke."""
    found = [f"given up: {dict(row)}" for row in await pool.fetch(DEAD)]
    found += [f"news given up: {dict(row)}" for row in await pool.fetch(NEWS_DEAD)]
    found += [f"paused: {row[0]}" for row in await pool.fetch(PAUSED)]
    found += [f"run does not add up: {dict(row)}" for row in await pool.fetch(RUNS)]
    found += await _differing(scene, pool)
    found += await _stock(scene, pool, people, start)
    found += await _orders(pool, people)
    found += back([dict(row) for row in await pool.fetch(VERSIONS)])
    found += [*_told(scene)]
    return found


async def state(scene: Scene) -> dict[str, Any]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{scene.base}/_sandbox/state") as answer,
    ):
        told: dict[str, Any] = await answer.json()
        return told


async def _differing(scene: Scene, pool: asyncpg.Pool) -> list[str]:
    """Shop and Backoffice, product by product; names that are the merchant's to change left out.

    Nothing sees those but the compare of every third hour; what else differs is an event lost.
    """
    shop = await shops.find(pool, DOMAIN)
    assert shop is not None
    products = await backoffice.products(
        pool,
        account_id=ACCOUNT,
        department_key=shop.price_department,
        warehouse_key=shop.stock_warehouse,
        keys=await backoffice.product_keys(pool, ACCOUNT),
    )
    wanted = {key: mapping.wanted(one, shop) for key, one in products.items()}
    found = await state(scene)
    for one in found["products"]:
        key = one["metafields"].get(proof.IDENTITY)
        if key in wanted and int(key) % MERCHANTS == 0:
            wanted[key] = replace(wanted[key], title=one["title"])
    return [f"differs: {one}" for one in proof.differences(wanted, found, shop)]


async def _there(scene: Scene) -> dict[str, int]:
    """The counts of the shop by SKU."""
    found = await state(scene)
    variants = (one for product in found["products"] for one in product["variants"])
    return {one["sku"]: sum(one["quantities"].values()) for one in variants}


async def _apart(scene: Scene, pool: asyncpg.Pool) -> list[str]:
    """SKUs whose counts differ."""
    there = await _there(scene)
    rows = await pool.fetch(COUNTS, 0)
    return [row["sku"] for row in rows if there.get(row["sku"]) != row["quantity"]]


async def _stock(scene: Scene, pool: asyncpg.Pool, people: People, start: int) -> list[str]:
    """Beginning and both sides' movements are the end, on both sides."""
    found, there = [], await _there(scene)
    for row in await pool.fetch(COUNTS, start):
        sku, here = row["sku"], row["quantity"]
        due = COUNT + row["moved"] - people.bought[sku] + people.counted[sku]
        if there.get(sku) != here:
            found.append(f"count of {sku}: {here} in the warehouse, {there.get(sku)} in the shop")
        elif here != due and sku not in people.uncertain:
            found.append(f"count of {sku}: {here} on both sides, should be {due}")
    return found


async def _orders(pool: asyncpg.Pool, people: People) -> list[str]:
    """Each order that was placed is in the Backoffice, once."""
    there = Counter(row["external_ref"] for row in await pool.fetch(ORDERS))
    found = [f"order {one} did not come" for one in people.orders if not there[one]]
    return found + [f"order {one} came {count} times" for one, count in there.items() if count > 1]


def back(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Of each key the versions that the shop accepted only grow."""
    found, last = [], dict[str, int]()
    for row in rows:
        version = VERSION.search(row["title"] or "")
        if version is None:
            continue
        if int(version[1]) < last.get(row["key"], 0):
            found.append(f"product {row['key']}: v{version[1]} was sent after v{last[row['key']]}")
        last[row["key"]] = int(version[1])
    return found


def _told(scene: Scene) -> Iterator[str]:
    """What the logs of the nodes may not hold."""
    for node in scene.nodes:
        said = node.program.said()
        for number, secret in enumerate(scene.secrets):
            if secret and secret in said:
                yield f"{node.program.name}: secret {number} is in its log"
        if TRACE in said:
            at = said.index(TRACE)
            yield f"{node.program.name}: a traceback is in its log: …{said[at : at + 1500]}"
        yield from node.program.ends
    yield from scene.sandbox.ends
