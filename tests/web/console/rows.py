"""Rows as they lie about when something has happened, for pages that show them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
from yarl import URL

from syncd.postgres import people
from syncd.postgres.people import Role
from syncd.web.console.guard import SESSION
from tests import leasing
from tests.web.console.caller import Caller

X = "x.myshopify.com"
EVIL = '<script>alert(1)</script><img src=x onerror="alert(2)">'


async def enter(caller: Caller, name: str, role: Role) -> Caller:
    """They have signed in, without the work that a password is."""
    number = await people.add(caller.pool, name, password_hash="$argon2id$none", role=role)
    assert number is not None
    token = secrets.token_urlsafe(32)
    await people.begin(caller.pool, token, number)
    caller.session.cookie_jar.update_cookies({SESSION: token}, URL(caller.base))
    await caller.get("/users")  # for the seal of its forms
    return caller


async def add_shop(pool: asyncpg.Pool, domain: str = X) -> int:
    """A linked shop of the Backoffice's account `a`, with nothing in it."""
    shop_id: int = await pool.fetchval(
        "insert into syncd.shop"
        " (domain, account_id, credentials, price_department, currency, state)"
        " values ($1, 'a', 'x', 'nett', 'NOK', 'linked') returning shop_id",
        domain,
    )
    return shop_id


async def calm(pool: asyncpg.Pool) -> None:
    """A router at work, days enough: no alarm stands."""
    await leasing.router_lease(pool)
    await pool.execute("select syncd.make_partitions()")


async def die(
    pool: asyncpg.Pool,
    shop_id: int,
    *keys: str,
    cause: str = "no_price",
    error: str = "no price\n  → give it one",
    kind: str = "product",
) -> None:
    """These changes are dead."""
    await pool.execute(
        "insert into syncd.change (shop_id, kind, key, lane, state, cause, first_event_at,"
        " last_event_at, last_error, last_error_at, failures)"
        " select $1, $2, key, 'product', 'dead', $3, syncd.clock(), syncd.clock(), $4,"
        " syncd.clock(), 1 from unnest($5::text[]) as key",
        shop_id,
        kind,
        cause,
        error,
        list(keys),
    )


async def link(
    pool: asyncpg.Pool, shop_id: int, key: str, title: str, skus: Mapping[str, str]
) -> None:
    """The product is in the shop; SKUs by the keys of its variants."""
    variants = [{"key": one, "sku": sku} for one, sku in skus.items()]
    await pool.execute(
        "insert into syncd.link (shop_id, kind, key, gid, known, digest, accepted_at, files)"
        " values ($1, 'product', $2, 'gid://shopify/Product/' || $2, $3, repeat('a', 64),"
        " syncd.clock(), $4)",
        shop_id,
        key,
        {"title": title, "variants": variants},
        {f"https://x.no/{key}.jpg": f"gid://shopify/MediaImage/{key}"},
    )


async def add_run(pool: asyncpg.Pool, shop_id: int, **columns: Any) -> int:
    """A run that compares, unless its columns say otherwise."""
    given = {"state": "comparing", "kind": "resync", **columns}
    places = ", ".join(f"${number}" for number in range(2, len(given) + 2))
    run_id: int = await pool.fetchval(
        f"insert into syncd.run (shop_id, {', '.join(given)}) values ($1, {places})"
        " returning run_id",
        shop_id,
        *given.values(),
    )
    return run_id


async def end(pool: asyncpg.Pool, run_id: int, error: str | None = None, ok: int = 0) -> None:
    """The run has ended: well, or with an error."""
    await pool.execute(
        "update syncd.run set state = case when $2::text is null then 'done' else 'failed' end,"
        " error = $2, sent = $3, ok = $3, ended_at = syncd.clock() where run_id = $1",
        run_id,
        error,
        ok,
    )


async def hold(pool: asyncpg.Pool, shop_id: int, *reasons: str, **columns: Any) -> int:
    return await add_run(pool, shop_id, state="held", hold=list(reasons) or ["much"], **columns)


async def note(
    pool: asyncpg.Pool, run_id: int, shop_id: int, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Differences of a run, counted on from 1."""
    for place, row in enumerate(rows, start=1):
        given = {"verdict": "differs", "key": str(place), "title": f"Vare {place}", **row}
        places = ", ".join(f"${number}" for number in range(4, len(given) + 4))
        await pool.execute(
            f"insert into syncd.run_difference (run_id, shop_id, place, {', '.join(given)})"
            f" values ($1, $2, $3, {places})",
            run_id,
            shop_id,
            place,
            *given.values(),
        )


def field(name: str, observed: str, wanted: str, who: str = "backoffice") -> dict[str, Any]:
    return {"field": name, "observed": observed, "wanted": wanted, "known": None, "who": who}


async def deeds(pool: asyncpg.Pool) -> list[tuple[str, str, dict[str, Any]]]:
    """What was done by hand, in order: who, what, with what."""
    rows = await pool.fetch("select actor, action, given from syncd.audit order by audit_id")
    return [(row["actor"], row["action"], row["given"]) for row in rows]
