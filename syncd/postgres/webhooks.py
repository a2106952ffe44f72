"""How shops tell us: secrets, addresses, subscriptions as they were last verified."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg

from syncd.errors import ConfigError
from syncd.phrases import phrase
from syncd.postgres.db import Executor, Statements
from syncd.rules.text import quoted

sql = Statements("webhooks")


@dataclass(frozen=True, slots=True)
class Sender:
    """A shop that webhooks are accepted from; its secrets sealed, the present one first."""

    shop_id: int
    domain: str
    secrets: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Wiring:
    """How a shop is to tell us; `secret` sealed, None: nothing it sends is accepted."""

    is_on: bool
    address: str | None
    secret: bytes | None = field(repr=False)
    secret_changed_at: datetime | None

    @property
    def wanted_address(self) -> str | None:
        """Where subscriptions must send to; None: there must be none."""
        return self.address if self.is_on and self.secret is not None else None


@dataclass(frozen=True, slots=True)
class Subscription:
    """A topic as it was last verified; without a `gid` there is none, and `refusal` may say why."""

    topic: str
    gid: str | None
    address: str | None
    verified_at: datetime | None = None
    missing_since: datetime | None = None
    refusal: str | None = None


async def receiving(db: Executor) -> list[Sender]:
    """The shops that webhooks are accepted from."""
    return [
        Sender(
            row["shop_id"],
            row["domain"],
            tuple(one for one in (row["secret"], row["secret_before"]) if one is not None),
        )
        for row in await sql.receiving.fetch(db)
    ]


async def wiring(db: Executor, shop_id: int) -> Wiring:
    """Raises ConfigError when there is no such shop."""
    row = await sql.settings.row(db, shop_id=shop_id)
    if row is None:
        raise ConfigError(
            phrase("there is no shop {shop_id}", shop_id=shop_id),
            hint=phrase("it may have been removed just now"),
        )
    return Wiring(**row)


async def set_secret(db: Executor, shop_id: int, sealed: bytes) -> None:
    """Another client secret of the app; the present one is accepted beside it for a day."""
    await sql.set_secret.execute(db, shop_id=shop_id, secret=sealed)


async def set_address(db: Executor, shop_id: int, address: str | None) -> None:
    """Where webhooks go; raises ConfigError when that is no https address."""
    try:
        await sql.set_address.execute(db, shop_id=shop_id, address=address)
    except asyncpg.CheckViolationError as error:
        raise ConfigError(
            phrase("webhooks cannot be sent to {address}", address=quoted(address or "")),
            hint=phrase("give a public address such as https://sync.example.no/webhooks"),
        ) from error


async def switch(db: Executor, shop_id: int, *, is_on: bool) -> None:
    """Webhooks on or off."""
    await sql.switch.execute(db, shop_id=shop_id, is_on=is_on)


async def last_round(db: Executor, shop_id: int) -> tuple[float, str | None] | None:
    """How many seconds ago the subscriptions were verified, for which address; None: never."""
    row = await sql.last_round.row(db, shop_id=shop_id)
    return None if row is None else (row["age_s"], row["address"])


async def known(db: Executor, shop_id: int) -> list[Subscription]:
    """The subscriptions as they were last seen, by topic."""
    return [Subscription(**row) for row in await sql.known.fetch(db, shop_id=shop_id)]


async def keep(
    db: Executor, shop_id: int, address: str | None, seen: Sequence[Subscription]
) -> None:
    """The subscriptions stand so now, verified for this address; other topics are forgotten."""
    await sql.keep.execute(
        db,
        shop_id=shop_id,
        topics=[one.topic for one in seen],
        gids=[one.gid for one in seen],
        addresses=[one.address for one in seen],
        refusals=[one.refusal for one in seen],
    )
    await sql.verified.execute(db, shop_id=shop_id, address=address)


async def forget(db: Executor, shop_id: int) -> None:
    """The app is gone from the shop, and its subscriptions with it."""
    await sql.forget.execute(db, shop_id=shop_id)


async def look_anew(db: Executor, shop_id: int) -> None:
    """The subscriptions are held against what they should be at once, not within the hour."""
    await sql.look_anew.execute(db, shop_id=shop_id)
