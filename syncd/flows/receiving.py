"""Give what was read in Shopify to the Backoffice: each thing once, the newest news alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import asyncpg
import structlog

from syncd.errors import ContractError
from syncd.phrases import phrase
from syncd.postgres import received
from syncd.postgres.db import Connection, clock
from syncd.postgres.received import Known
from syncd.records import Shop
from syncd.rules import customers as as_customer
from syncd.rules import orders as as_order
from syncd.sales import Customer, Gone, Kind, Order, Thing
from syncd.shopify import customers, orders
from syncd.shopify.client import Client

State = Literal["received", "older", "skipped", "gone", "refused"]
LOST = (  # the connection, or the server: nothing of the transaction stays
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresConnectionError,
)
VALUE = re.compile(r'"[^"]*"|\'[^\']*\'|\([^)]*\)')
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a thing; of a refused one `error` says why, and what to do."""

    state: State
    error: str = ""


async def read(
    client: Client, kind: Kind, gids: Sequence[str]
) -> Mapping[str, Customer | Order | None]:
    """These things as they are in Shopify now, by GID; None: gone.

    Raises what `Client.execute` raises; KindError where the app may not see such things.
    """
    match kind:
        case "customer":
            return await customers.read(client, gids)
        case "order":
            return await orders.read(client, gids)


async def store(
    connection: Connection,
    shop: Shop,
    kind: Kind,
    things: Mapping[str, Thing | Gone | None],
    *,
    read_at: datetime | None = None,
) -> dict[str, Outcome]:
    """Give these to the Backoffice, in the caller's transaction, a savepoint each; by GID.

    `read_at` is the database's time from before Shopify was asked; of equally old news the later
    read counts. None stands for Gone. Raises ContractError when the Backoffice has no such
    function, and what asyncpg raises when nothing of it could be stored.
    """
    if not things:
        return {}
    now = await clock(connection)
    known = await received.lock(connection, shop_id=shop.shop_id, kind=kind, gids=sorted(things))
    keys = await _variant_keys(connection, shop, things)
    done: dict[str, Outcome] = {}
    saved: dict[str, tuple[str | None, datetime]] = {}
    # Those that are gone come last: who lives on in another finds it there.
    for gid in sorted(things, key=lambda one: (not isinstance(things[one], Thing), one)):
        thing = things[gid]
        if not isinstance(thing, Thing):
            done[gid] = await _end(connection, shop, kind, gid, thing or Gone(), known[gid], now)
        elif _is_older(thing, known[gid], read_at or now):
            done[gid] = Outcome("older")
        elif isinstance(thing, Order) and thing.is_test:
            done[gid], saved[gid] = Outcome("skipped"), (None, thing.updated_at)
        else:
            done[gid], key = await _give(connection, shop, kind, thing, keys)
            if done[gid].state == "received":
                saved[gid] = (key, thing.updated_at)
    gone = [gid for gid, one in done.items() if one.state == "gone"]
    await received.save_gone(connection, shop_id=shop.shop_id, kind=kind, gids=gone)
    await received.save(
        connection, shop_id=shop.shop_id, kind=kind, keys=saved, read_at=read_at or now
    )
    return done


async def _variant_keys(
    connection: Connection, shop: Shop, things: Mapping[str, Thing | Gone | None]
) -> dict[str, str]:
    sold = [one for one in things.values() if isinstance(one, Order)]
    gids = frozenset[str]().union(*map(as_order.variants, sold))
    if not gids:
        return {}
    return await received.variant_keys(connection, shop_id=shop.shop_id, gids=sorted(gids))


def _is_older(thing: Thing, known: Known, read_at: datetime) -> bool:
    """Shopify's times are whole seconds: what is equally old may differ, if it was read later."""
    if known.updated_at is None or known.read_at is None:
        return False
    return (thing.updated_at, read_at) <= (known.updated_at, known.read_at)


async def _give(
    connection: Connection, shop: Shop, kind: Kind, thing: Thing, keys: Mapping[str, str]
) -> tuple[Outcome, str | None]:
    told = as_order.told(thing, keys) if isinstance(thing, Order) else as_customer.told(thing)
    called = phrase("customer {gid}", gid=thing.gid)
    if isinstance(thing, Order):
        called = phrase("order {number}", number=thing.number)
    outcome, key = await _called(connection, shop, kind, told, called)
    if outcome.state == "received" and not key:
        raise ContractError(
            phrase(
                "syncd_contract.receive_{kind} returned no key for {called}",
                kind=kind,
                called=called,
            ),
            hint=phrase("let it return the Backoffice's own key, the same one for the same id"),
        )
    return outcome, key


async def _end(
    connection: Connection,
    shop: Shop,
    kind: Kind,
    gid: str,
    gone: Gone,
    known: Known,
    now: datetime,
) -> Outcome:
    """Tell the Backoffice of a customer that it has and Shopify has not any more.

    An order that the app cannot see may as well be older than what it is let see.
    """
    if kind == "order" or known.key is None or (known.gone_at and not gone.merged_into):
        return Outcome("gone")
    at = max(now, known.updated_at or now)
    told = as_customer.told_gone(gid, gone, at.isoformat())
    outcome, _ = await _called(connection, shop, kind, told, phrase("customer {gid}", gid=gid))
    return Outcome("gone") if outcome.state == "received" else outcome


async def _called(
    connection: Connection, shop: Shop, kind: Kind, told: Mapping[str, object], called: str
) -> tuple[Outcome, str | None]:
    try:
        key = await received.give(connection, account_id=shop.account_id, kind=kind, told=told)
    except received.BROKEN as error:
        raise ContractError(
            phrase(
                "syncd_contract.receive_{kind} cannot be called: {error}", kind=kind, error=error
            ),
            hint=phrase("mend it in the Backoffice: `syncd check` names all faults"),
        ) from error
    except LOST:
        raise
    except asyncpg.PostgresError as error:
        said = phrase(
            "the Backoffice refused {called} of {shop}: {why}",
            called=called,
            shop=shop.domain,
            why=_impersonal(error),
        )
        log.warning("thing_refused", kind=kind, called=called, error=_impersonal(error))
        hint = phrase(
            "mend receive_{kind} in the Backoffice; it is given again by itself", kind=kind
        )
        return Outcome("refused", f"{said}\n  → {hint}"), None
    return Outcome("received"), key


def _impersonal(error: asyncpg.PostgresError) -> str:
    """What Postgres said, without the values it quotes: they may be somebody's name."""
    said = VALUE.sub("…", str(error.args[0] if error.args else error))
    where = getattr(error, "constraint_name", None) or getattr(error, "column_name", None)
    return f"{said} [{where}]" if where else said
