"""Every use that the outbox bench makes of syncd: no other module of it calls our API.

When route, claim or settle change their face, this is the one file to mend.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import anyio
import asyncpg
from anyio.abc import TaskGroup

from syncd import supervisor
from syncd.flows import pictures
from syncd.postgres import db, history, leases, nodes, outbox, reference, router, shops
from syncd.postgres.leases import Lease
from syncd.postgres.migrate import migrate
from syncd.postgres.outbox import Settled
from syncd.postgres.shops import NewShop
from syncd.records import Change, Form, Shop, VariantForm
from syncd.rules.retry import Ack
from syncd.supervisor import listening, routing, stepping, tending
from syncd.vault import Vault

ACCOUNT, OTHER = "a", "probe"  # two retailers, a shop each: the load's, the probe's
LABELS = ["price"]
COLUMNS = ["account_id", "kind", "key", "changed"]
WORKER = "bench"
LEASE_S = 600.0
CHANGES, ROUTER, EVENTS = "change", "router", "outbox"  # tables; events' may have partitions
CAPTURE = f"perform syncd.enqueue('{ACCOUNT}', 'product', written::text[], '{{price}}')"
CAPTURE_BY_INSERT = f"""
  insert into syncd.outbox (account_id, kind, key, changed)
  select '{ACCOUNT}', 'product', w::text, '{{price}}' from unnest(written) as w
"""

UNNEST = """
insert into syncd.outbox (account_id, kind, key, changed)
select $1, 'product', k.key, $3
from unnest($2::text[]) as k (key)
"""
FILL = """
insert into syncd.change (shop_id, kind, key, changed, lane, first_event_at, last_event_at)
select $1, 'product', 'w' || n, '{price}', 'price', now(), now()
from generate_series(1, $2) as n
"""
FORM = Form(
    title="Ullgenser",
    vendor="Devold",
    status="ACTIVE",
    description_html=None,
    options=("Str",),
    variants=tuple(
        VariantForm(f"v{size}", (size,), f"ULL-{size}", "7030000000000", "1299.00", None, True, "")
        for size in ("S", "M", "L")
    ),
    pictures=None,
)


@dataclass(frozen=True, slots=True)
class Ours:
    """A database of ours: its pool, the load's shop, the probe's, the leases of all by shop."""

    pool: asyncpg.Pool
    shop: Shop
    probe: Shop
    leases: dict[int | None, Lease]
    since: dict[str, datetime] = field(default_factory=dict)  # what the router's loop remembers


@dataclass(frozen=True, slots=True)
class Moved:
    """One step of the router."""

    events: int
    shops: tuple[int, ...]


async def make_template(url: str) -> None:
    """Our schema with the two shops."""
    async with db.connect(url, name="bench: migrate", size=1) as pool:
        await migrate(pool)
        for account in (ACCOUNT, OTHER):
            new = NewShop(f"{account}.myshopify.com", account, b"x", "nett", "NOK", is_empty=True)
            await shops.add(pool, new)


async def add_backoffice(url: str) -> None:
    """The reference Backoffice, empty: what daemons look at."""
    async with db.connect(url, name="bench: import", size=1) as pool:
        await reference.install(pool)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Ours]:
    """A pool as the daemon has it."""
    async with db.connect(url, name="bench", size=8) as pool:
        load, probe = await shops.all(pool)
        ours = Ours(pool, load, probe, {})
        await take(ours, None, load.shop_id, probe.shop_id)
        yield ours
        await leases.leave(pool, list(ours.leases.values()))


async def take(ours: Ours, *shop_ids: int | None) -> None:
    """Leases for as long as a bench runs; None is the router's."""
    for shop_id in shop_ids:
        lease = await leases.take(ours.pool, WORKER, shop_id=shop_id, lease_s=LEASE_S)
        assert lease is not None
        ours.leases[shop_id] = lease


# ---------------------------------------------------------------------------------------- enqueue


async def copy(to: db.Executor, keys: Sequence[str], account: str = ACCOUNT) -> None:
    """One transaction of events, by COPY."""
    rows = [(account, "product", key, LABELS) for key in keys]
    await to.copy_records_to_table("outbox", schema_name="syncd", columns=COLUMNS, records=rows)


async def call(to: db.Executor, keys: Sequence[str]) -> None:
    """One transaction of events, by the function that triggers call."""
    await to.execute("select syncd.enqueue($1, 'product', $2, $3)", ACCOUNT, list(keys), LABELS)


async def unnest(to: db.Executor, keys: Sequence[str]) -> None:
    """One transaction of events, by an insert of our own."""
    await to.execute(UNNEST, ACCOUNT, list(keys), LABELS)


async def fill(ours: Ours, count: int) -> None:
    """Changes that wait, without events."""
    await ours.pool.execute(FILL, ours.shop.shop_id, count, timeout=300)


# ------------------------------------------------------------------------------------------ steps


async def route(ours: Ours, most: int = 5000) -> Moved:
    routed = await router.route_once(
        ours.pool, ours.leases[None], most=most, since=ours.since.get("since")
    )
    if routed.since is not None:
        ours.since["since"] = routed.since
    return Moved(routed.events, routed.shops)


async def claim(ours: Ours, most: int, shop: Shop | None = None) -> list[Change]:
    lease = ours.leases[(shop or ours.shop).shop_id]
    return await outbox.claim(ours.pool, lease, lease_s=LEASE_S, most=most)


async def settle(ours: Ours, changes: Sequence[Change]) -> None:
    await outbox.settle(ours.pool, [Settled(change, Ack()) for change in changes])


async def settle_with_history(ours: Ours, changes: Sequence[Change]) -> None:
    """Settle as the daemon does: a row of history for each change."""
    async with db.transaction(ours.pool) as connection:
        held = await outbox.settle(connection, [Settled(change, Ack()) for change in changes])
        for change in changes:
            if change.change_id in held:
                await history.add(
                    connection,
                    shop_id=ours.shop.shop_id,
                    change=change,
                    gid="gid://shopify/Product/1",
                    writes=["productVariantsBulkUpdate"],
                    before=FORM,
                    after=FORM,
                    accepted_at=datetime.now(UTC),
                )


# ------------------------------------------------------------------------------------- the daemon


@dataclass(slots=True)
class Daemon:
    """The supervisor's loops, with a pump that claims, calls `told` for each change, settles."""

    ours: Ours
    told: Callable[[Change], None]
    house: supervisor.House = field(init=False)

    def __post_init__(self) -> None:
        self.house = supervisor.House(self.ours.pool, Vault(b"A" * 43 + b"="), None)

    def start(self, group: TaskGroup) -> None:
        for loop in (self._route, listening.listen, supervisor._beat):
            group.start_soon(loop, self.house)
        group.start_soon(self._renew)
        group.start_soon(self._tend)
        for shop in (self.ours.shop, self.ours.probe):
            group.start_soon(self._pump, shop)

    async def _route(self, house: supervisor.House) -> None:
        """The daemon's own loop, which takes the lease itself."""
        await leases.leave(self.ours.pool, [self.ours.leases.pop(None)])
        await routing.route(house)
        await take(self.ours, None)

    async def _renew(self) -> None:
        while not self.house.stop.is_set():
            await anyio.sleep(leases.RENEWED_S)
            await leases.renew(self.ours.pool, list(self.ours.leases.values()))

    async def _tend(self) -> None:
        while not self.house.stop.is_set():
            await shops.ready(self.ours.pool)
            await nodes.seen(self.ours.pool, within_s=tending.ALIVE_S)
            await self.house.rest(tending.SHOPS_S)

    async def _pump(self, shop: Shop) -> None:
        """What the supervisor's pump does, but for Shopify."""
        while not self.house.stop.is_set():
            news = self.house.bells[shop.shop_id].event
            await shops.ready(self.ours.pool)
            changes = await claim(self.ours, most=24, shop=shop)
            for change in changes:
                self.told(change)
            if changes:
                await settle(self.ours, changes)
                continue
            await pictures.look_once(self.ours.pool, None, shop)  # type: ignore[arg-type]
            with anyio.move_on_after(stepping.IDLE_S):
                await news.wait()
