"""What a shop's app signs in with, as it is stored: sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncd.errors import ConfigError
from syncd.postgres.db import Executor, Statements

sql = Statements("credentials")
SEALED = ("credentials", "access_token", "app_secret", "app_secret_before")


class ShopGoneError(ConfigError):
    """The shop was removed."""


@dataclass(frozen=True, slots=True)
class Kept:
    """All of it sealed; `lasts_s` is how long the token that was given still lasts."""

    credentials: bytes = field(repr=False)
    access_token: bytes | None = field(repr=False)
    lasts_s: float | None
    app_secret: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Row:
    """The sealed columns of a shop, by name."""

    shop_id: int
    sealed: Mapping[str, bytes | None] = field(repr=False)


async def held(db: Executor, shop_id: int) -> Kept:
    """Raises ShopGoneError when there is no such shop."""
    row = await sql.held.row(db, shop_id=shop_id)
    if row is None:
        raise ShopGoneError(f"there is no shop {shop_id}", hint="it may have been removed just now")
    return Kept(**row)


async def keep_token(
    db: Executor, shop_id: int, *, credentials: bytes, token: bytes, lasts_s: float
) -> None:
    """Keep a token that the sealed credentials, as they were read, were given."""
    await sql.keep_token.execute(
        db, shop_id=shop_id, credentials=credentials, access_token=token, lasts_s=lasts_s
    )


async def replace(
    db: Executor,
    shop_id: int,
    *,
    credentials: bytes,
    token: bytes | None = None,
    lasts_s: float | None = None,
) -> None:
    """Other credentials, with the token they were given; a pause ends, which may be due to them."""
    await sql.replace.execute(
        db, shop_id=shop_id, credentials=credentials, access_token=token, lasts_s=lasts_s
    )


async def forget_secrets(db: Executor, shop_id: int) -> None:
    """Secrets of webhooks that nobody can open any more are of no use."""
    await sql.forget_secrets.execute(db, shop_id=shop_id)


async def alone(db: Executor) -> None:
    """Be the only one who rotates keys, until the transaction ends."""
    await sql.alone.execute(db)


async def sealed(db: Executor) -> list[Row]:
    """Everything sealed, locked until the transaction ends."""
    return [
        Row(row["shop_id"], {name: row[name] for name in SEALED})
        for row in await sql.sealed.fetch(db)
    ]


async def reseal(db: Executor, row: Row) -> None:
    """Write all of it back, sealed with another key."""
    await sql.reseal.execute(db, shop_id=row.shop_id, **row.sealed)
