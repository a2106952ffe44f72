"""What every step of a pull shares: heads are looked at, what is new is read, given, noted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg

from syncd.flows import receiving
from syncd.postgres import cursors, inbox, received
from syncd.postgres.cursors import Cursor
from syncd.postgres.db import clock, transaction
from syncd.postgres.leases import Lease
from syncd.records import Shop
from syncd.rules import pulling
from syncd.sales import Head, Kind
from syncd.shopify.client import Client

BATCH = 100  # things read by one call, given in one transaction


@dataclass(slots=True)
class Pulled:
    """What one step did: `looked` at heads, things by what became of them.

    `is_over`: up to date; otherwise the next step goes on after `wait_s`.
    """

    looked: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    is_over: bool = True
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """What the parts of one step share."""

    pool: asyncpg.Pool
    client: Client
    shop: Shop
    lease: Lease
    kind: Kind
    page: int
    most_pages: int
    pulled: Pulled


async def arrive(step: Step, cursor: Cursor, until: datetime) -> None:
    async with transaction(step.pool) as connection:
        await cursors.moved(connection, step.lease, step.kind, until)
        if cursor.gap_since is not None:
            await inbox.close_gap(connection, step.shop.shop_id, step.kind, cursor.gap_since)


async def see(step: Step, found: Sequence[Head]) -> None:
    """Read what is new of these heads."""
    step.pulled.looked += len(found)
    margin_s = pulling.OVERLAP.total_seconds()
    gids = await received.unknown(
        step.pool, shop_id=step.shop.shop_id, kind=step.kind, heads=found, margin_s=margin_s
    )
    await through(step, gids)


async def through(step: Step, gids: Sequence[str]) -> None:
    """Read these, give them to the Backoffice; what that refuses is tried again later."""
    shop_id, kind = step.shop.shop_id, step.kind
    for at in range(0, len(gids), BATCH):
        batch = gids[at : at + BATCH]
        read_at = await clock(step.pool)
        things = await receiving.read(step.client, kind, batch)
        async with transaction(step.pool) as connection:
            await cursors.check_held(connection, step.lease)
            done = await receiving.store(connection, step.shop, kind, things, read_at=read_at)
            errors = {gid: one.error for gid, one in done.items() if one.state == "refused"}
            if errors:
                before = await received.failures(
                    connection, shop_id=shop_id, kind=kind, gids=list(errors)
                )
                refused = {
                    gid: (error, pulling.wait_s(before.get(gid, 0)))
                    for gid, error in errors.items()
                }
                await received.refuse(connection, shop_id=shop_id, kind=kind, refused=refused)
        step.pulled.outcomes.update(one.state for one in done.values())
