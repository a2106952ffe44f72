"""Shops with their settings, pauses, sealed credentials."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Literal

import asyncpg

from syncd.errors import ConfigError
from syncd.phrases import phrase
from syncd.postgres.db import Executor, Statements
from syncd.records import Shop
from syncd.rules import domain

sql = Statements("shops")

InactiveAs = Literal["draft", "archived", "unlisted"]
ImageMode = Literal["overwrite", "append", "if_empty"]
UnknownVariants = Literal["keep", "remove"]
BlockedAs = Literal["stopped", "removed"]
StockDirection = Literal["from_shopify", "to_shopify", "two_way"]
FirstCounts = Literal["backoffice", "shopify"]


@dataclass(frozen=True, slots=True)
class NewShop:
    """A shop to add; `credentials` are sealed (vault).

    `currency` and `taxes_included` are what the shop says of itself.
    `is_empty` declares that the shop holds nothing of the Backoffice's yet: it is linked at once.
    """

    domain: str
    account_id: str
    credentials: bytes = field(repr=False)
    price_department: str
    currency: str
    stock_warehouse: str | None = None
    location: str | None = None
    publish_to: tuple[str, ...] = ()
    sync_stock: bool = False
    sync_description: bool = False
    inactive_as: InactiveAs = "draft"
    taxes_included: bool = True
    image_mode: ImageMode = "append"
    price_only_when_changed: bool = True
    unknown_variants: UnknownVariants = "keep"
    blocked_as: BlockedAs = "stopped"
    stock_direction: StockDirection = "from_shopify"
    is_empty: bool = False
    enabled: bool = True


async def add(db: Executor, new: NewShop) -> Shop:
    """Add a shop; nothing is due for it yet.

    Raises ConfigError when it is there already, or when its settings do not fit together.
    """
    settings = asdict(new)
    settings["domain"] = domain.normal(new.domain)
    settings["publish_to"] = list(new.publish_to)
    settings["state"] = "linked" if settings.pop("is_empty") else "unlinked"
    try:
        shop_id = await sql.add.value(db, **settings)
    except asyncpg.CheckViolationError as error:
        rule = (error.constraint_name or "").replace("_", " ")
        raise ConfigError(
            phrase(
                "shop {domain}: its settings break the rule “{rule}”",
                domain=settings["domain"],
                rule=rule,
            ),
            hint=phrase("stock needs a warehouse and a location; a location is a GID of Shopify's"),
        ) from error
    if shop_id is None:
        raise ConfigError(
            phrase("shop {domain} has been added already", domain=settings["domain"]),
            hint=phrase("another token: `syncd shop token`; its settings: `syncd shop set`"),
        )
    (added,) = await _shops(db, domain=settings["domain"])
    return added


async def find(pool: asyncpg.Pool, text: str) -> Shop | None:
    """The shop of an address in any spelling; raises ConfigError for one that is not Shopify's."""
    return next(iter(await _shops(pool, domain=domain.normal(text))), None)


async def all(db: Executor) -> list[Shop]:
    """Every shop, in the order they were added."""
    return await _shops(db)


async def ready(pool: asyncpg.Pool) -> list[Shop]:
    """The shops that may be sent to now: switched on, not paused, and linked or being linked."""
    return await _shops(pool, is_ready=True)


async def declare_empty(db: Executor, shop_id: int) -> None:
    """A person says that the shop holds nothing of ours, so products may be created there."""
    await sql.declare_empty.execute(db, shop_id=shop_id)


async def pause(pool: asyncpg.Pool, shop_id: int, *, seconds: float, reason: str) -> None:
    """Leave the shop alone for a while; a longer pause that runs already stays as it is."""
    await sql.pause.execute(pool, shop_id=shop_id, wait_s=seconds, reason=reason)


async def resume(pool: asyncpg.Pool, shop_id: int) -> None:
    """End the pause, whatever its reason."""
    await sql.resume.execute(pool, shop_id=shop_id)


async def pause_creates(db: Executor, shop_id: int, *, seconds: float) -> None:
    """Make no new variants in the shop for a while; a longer pause that runs already stays."""
    await sql.pause_creates.execute(db, shop_id=shop_id, wait_s=seconds)


async def set_own(db: Executor, shop_id: int, *, currency: str, taxes_included: bool) -> bool:
    """Store what the shop says of itself; returns whether something changed."""
    changed = await sql.set_own.value(
        db, shop_id=shop_id, currency=currency, taxes_included=taxes_included
    )
    return changed is not None


async def _shops(
    db: Executor, *, domain: str | None = None, is_ready: bool | None = None
) -> list[Shop]:
    rows = await sql.settings.fetch(db, domain=domain, is_ready=is_ready)
    return [Shop(**{**row, "publish_to": tuple(row["publish_to"])}) for row in rows]
