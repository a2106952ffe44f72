"""A day in a shop, with syncd and by the incumbent's rule: what is sold that is not there?

    make bench NAME=day    PRODUCTS=5000 WEB=3000 TILL=4000 PRICES=500 HOURS=10 SEED=1 GUARD=10

A real Postgres with the reference Backoffice, the sandbox over HTTP, clocks that are turned by five
seconds at a time. In each tick people buy and prices change; then the clocks go on, webhooks
arrive, and syncd's steps run until nothing is due. Every tenth webhook is lost, every twentieth
comes twice, every twentieth an hour late; every ten minutes a pull asks for what moved. Three times
syncd dies in the middle of a call that Shopify carries out; half a minute later, when its leases
have run out, it starts again, and is told again what it did not take.

A web order is taken if Shopify has the piece. A till sells if the piece lies on the shelf and the
Backoffice's count is above nought; what the web shop sold lies there until closing time. All orders
are of one piece; nobody returns or counts anything. Counts that differ at the end of a tick, before
syncd's steps, have differed for all of it: what is put right at once counts as five seconds.

The same people come to a shop that goes by the incumbent's rule: every third hour the one side's
counts overwrite the other's, in one direction or the other; nothing of it is ever lost or late.
It is met when the counts are equal after a last pull, and still are when the late webhooks have
come, all prices are, every web order is in the Backoffice, nothing waits for a person, and syncd
has died three times. GUARD is the shop's guard_zero_percent: a small shop sells out faster. `cpu_s`
is the work of syncd and sandbox together, without Postgres.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
import structlog

from bench import day_demand, day_ledger, day_opening, day_rule, outbox_server
from bench.day_demand import TICK_S, Size
from bench.day_ledger import Told
from bench.day_service import Service
from bench.day_stage import ACCOUNT, Hand, turned
from syncd.demo import proof
from syncd.postgres import backoffice, embedded
from syncd.postgres.migrate import migrate
from syncd.rules import mapping
from syncd.sandbox.state import state

DEATHS = ("inventorySetQuantities", "productVariantsBulkUpdate", "nodes")
FATES = ("dropped", "doubled", "late")
PATIENCE_S = 1_200.0  # after closing time, for the last pull and what is tried again
IS_DONE = """
select
  (select count(*) from syncd.cursor where pulled_at > $1) = 2
  and not exists (select from syncd.change where state <> 'dead')
  and not exists (select from syncd.inbox where state in ('due', 'claimed'))
"""
ORDERS = """
select count(*)
from retail.sales_order o
where o.external_ref is not null
"""
DEAD = """
select
  (select count(*) from syncd.change where state = 'dead')
  + (select count(*) from syncd.inbox where state = 'dead')
"""


@dataclass(frozen=True, slots=True)
class Day:
    """How the day with syncd went, beside those by the rule."""

    told: Told
    rules: Sequence[Told]
    prices_wrong: int
    differ_after_late: int
    orders_missing: int
    dead: int
    deaths: int
    calls: int
    points: int
    by_document: dict[str, int]
    webhooks: dict[str, int]

    @property
    def is_met(self) -> bool:
        counts = self.told.differ_at_closing + self.differ_after_late
        return not (counts or self.prices_wrong or self.orders_missing or self.dead)


async def lived(service: Service, *, is_told: bool = False) -> None:
    """From opening to closing time."""
    stage = service.stage
    size, ledger = stage.demand.size, stage.ledger
    deaths = [*DEATHS]
    moments = [size.ticks * (place + 1) // (len(DEATHS) + 1) for place in range(len(DEATHS))]
    began_s = time.monotonic()
    for tick in range(size.ticks):
        touched = set(ledger.differing)
        for wish in stage.demand.wishes.get(tick, ()):
            await stage.sell(wish)
            touched.add(wish.place)
        for one in stage.demand.prices.get(tick, ()):
            await stage.reprice(one)
        await service.turn()
        ledger.look(await stage.differing(touched), TICK_S)
        if service.life is None:
            continue
        if deaths and tick >= moments[len(DEATHS) - len(deaths)]:
            if await service.die(deaths[0]):
                deaths.pop(0)
        else:
            await service.work()
        if is_told and tick % max(1, size.ticks // 20) == 0:
            spent_s = time.monotonic() - began_s
            print(
                f"{spent_s:6.0f} s  {tick * TICK_S / 3600:4.1f} h  {ledger.sold:6,} sold  "
                f"{len(ledger.differing):4} apart",
                flush=True,
            )


async def closed(service: Service) -> None:
    """After closing time: a last pull, and what it makes due."""
    people = service.stage.people.pool
    closed_at = await people.fetchval("select syncd.clock()")
    for _ in range(round(PATIENCE_S / TICK_S)):
        await service.turn()
        await service.work()
        if await people.fetchval(IS_DONE, closed_at):
            return


async def late(service: Service) -> None:
    """Nobody buys any more; the webhooks come that are late still."""
    for _ in range(round(service.stage.demand.size.late_s * 1.1 / TICK_S)):
        await service.turn()
        await service.work()


async def wrong_prices(service: Service) -> int:
    """How many products are not in the shop as the Backoffice has them, counts left out."""
    pool, shop = service.stage.people.pool, service.shop
    keys = await backoffice.product_keys(pool, ACCOUNT)
    found = await backoffice.products(
        pool,
        account_id=ACCOUNT,
        department_key=shop.price_department,
        warehouse_key=None,
        keys=keys,
    )
    wanted = {key: mapping.wanted(one, shop) for key, one in found.items()}
    return len(
        {one.key for one in proof.differences(wanted, state(service.stage.running.shop), shop)}
    )


async def measured(url: str, folder: Path, size: Size, *, is_told: bool = False) -> Day:
    """The day, thrice: with syncd, and by the rule in either direction."""
    demand = day_demand.made(size)
    async with day_opening.opened(url, folder, demand) as service:
        stage = service.stage
        everything = range(len(demand.skus))
        await lived(service, is_told=is_told)
        await closed(service)
        told = day_ledger.told("syncd", stage.ledger, len(await stage.differing(everything)))
        await late(service)
        apart = await stage.differing(everything)
        people = stage.people.pool
        dead, orders = await people.fetchval(DEAD), await people.fetchval(ORDERS)
        prices, deaths = await wrong_prices(service), service.lives - 1
        webhooks = {"taken": await people.fetchval("select count(*) from syncd.inbox")}
        webhooks |= {kind: await stage.struck(f"webhook_{kind}") for kind in FATES}
        await service.end()
        return Day(
            told,
            [day_rule.lived(demand, leader) for leader in day_rule.LEADERS],
            prices,
            len(apart),
            told.sold_web - orders,
            dead,
            deaths,
            service.calls.total(),
            service.points.total(),
            dict(service.calls.most_common()),
            webhooks,
        )


def shown(day: Day) -> None:
    heads = ("web", "till", "there", "oversold", "min apart", "longest", "differ")
    widths = (7, 7, 7, 10, 12, 9, 8)
    print(f"\n{'':34}" + "".join(f"{one:>{at}}" for one, at in zip(heads, widths, strict=True)))
    for one in (day.told, *day.rules):
        print(
            f"{one.name:34}{one.sold_web:7,}{one.sold_till:7,}{one.there:7,}{one.oversold:10,}"
            f"{one.apart_minutes:12,.0f}{one.longest_minutes:9,.1f}{one.differ_at_closing:8,}"
        )
    print(f"\n{day.calls:,} calls for {day.points:,} points: {day.by_document}")
    print(f"webhooks: {day.webhooks}; died {day.deaths} times; prices wrong: {day.prices_wrong}")


def numbers() -> Size:
    named = {name: int(os.environ[name.upper()]) for name in NAMES if name.upper() in os.environ}
    hours, guard = os.environ.get("HOURS", "10"), os.environ.get("GUARD", "10")
    return Size(**named, hours=float(hours), guard_percent=int(guard))


NAMES = ("products", "web", "till", "prices", "seed")


async def main() -> int:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    size = numbers()
    began_s = time.monotonic()
    with outbox_server.folder() as place, TemporaryDirectory() as keys:
        async with embedded.server(place / "data", settings={"shared_buffers": "256MB"}) as server:
            url = await embedded.create_database(server, "day")
            async with turned(url, Hand(), size=1) as plain:
                await migrate(plain.pool)
            day = await measured(url, Path(keys), size, is_told=True)
    wall_s, cpu_s = time.monotonic() - began_s, time.process_time()
    shown(day)
    is_met = day.is_met and day.deaths == len(DEATHS)
    figures = {
        "size": asdict(size),
        "days": [asdict(one) for one in (day.told, *day.rules)],
        "prices_wrong": day.prices_wrong,
        "differ_after_late": day.differ_after_late,
        "orders_missing": day.orders_missing,
        "dead": day.dead,
        "deaths": day.deaths,
        "calls": day.calls,
        "points": day.points,
        "webhooks": day.webhooks,
        "wall_s": round(wall_s),
        "cpu_s": round(cpu_s),
        "is_met": is_met,
    }
    print(f"\n{json.dumps(figures)}")
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(anyio.run(main))
