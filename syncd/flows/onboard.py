"""Know a shop: ask Shopify what it is, hold the wishes against both worlds, store the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg

from syncd.errors import ConfigError, KindError, ShopError
from syncd.flows import fitting, resync, signin
from syncd.flows.signin import Tried
from syncd.phrases import joined, phrase
from syncd.postgres import shops
from syncd.postgres.db import transaction
from syncd.postgres.shops import (
    BlockedAs,
    ImageMode,
    InactiveAs,
    NewShop,
    StockDirection,
    UnknownVariants,
)
from syncd.records import Shop
from syncd.shopify.client import Client
from syncd.vault import Vault

NEEDED_SCOPES = {  # and what each is for
    "read_products": phrase("to read products"),
    "write_products": phrase("to write products"),
    "read_locations": phrase("to know the shop's locations"),
    "read_publications": phrase("to know the sales channels"),
    "write_publications": phrase("to publish new products"),
    "write_inventory": phrase("to keep counts in step"),
}
DEFAULT_PUBLICATION = "Online Store"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the operator wants of a shop; places by key or name, None means the only one.

    `publications` None means the Online Store. `is_empty` declares that the shop holds nothing
    yet, so that products may be created.
    """

    domain: str
    account: str | None = None
    department: str | None = None
    warehouse: str | None = None
    location: str | None = None
    publications: tuple[str, ...] | None = None
    sync_stock: bool = True
    sync_description: bool = True
    inactive_as: InactiveAs = "draft"
    image_mode: ImageMode = "append"
    price_only_when_changed: bool = True
    unknown_variants: UnknownVariants = "keep"
    blocked_as: BlockedAs = "stopped"
    stock_direction: StockDirection = "from_shopify"
    is_empty: bool = False


@dataclass(frozen=True, slots=True)
class Probe:
    """What a shop says of itself; places as names by GID."""

    name: str
    domain: str
    currency: str
    taxes_included: bool
    plan: str
    scopes: frozenset[str]
    locations: Mapping[str, str]
    publications: Mapping[str, str]
    is_empty: bool

    @property
    def missing_scopes(self) -> list[str]:
        """Scopes we need and do not have; `write_x` includes `read_x`."""
        held = self.scopes | {scope.replace("write_", "read_", 1) for scope in self.scopes}
        return [scope for scope in NEEDED_SCOPES if scope not in held]


async def probe(client: Client) -> Probe:
    """Ask a shop what it is; raises what `Client.execute` raises."""
    answer: Mapping[str, Any] = await client.execute("ShopProbe")
    installation = answer["currentAppInstallation"]
    return Probe(
        name=answer["shop"]["name"],
        domain=answer["shop"]["myshopifyDomain"],
        currency=answer["shop"]["currencyCode"],
        taxes_included=answer["shop"]["taxesIncluded"],
        plan=answer["shop"]["plan"]["publicDisplayName"],
        scopes=frozenset(scope["handle"] for scope in installation["accessScopes"]),
        locations={
            node["id"]: node["name"] for node in answer["locations"]["nodes"] if node["isActive"]
        },
        publications={
            node["id"]: node["catalog"]["title"] if node["catalog"] else node["id"]
            for node in answer["publications"]["nodes"]
        },
        is_empty=not answer["products"]["nodes"],
    )


async def add(pool: asyncpg.Pool, client: Client, wishes: Wishes, *, sealed: bytes) -> Shop:
    """Store a shop after holding every wish against the shop and the Backoffice.

    `sealed`: the encrypted credentials. Raises ConfigError for what does not fit, with the choices.
    """
    found = await first_look(client, wishes.domain)
    if wishes.is_empty:
        refuse_a_full_shop(found)
    account_id = await fitting.account(pool, wishes.account)
    department = await fitting.department(
        pool, account_id, wishes.department, currency=found.currency
    )
    warehouse, location = await _stock_ends(pool, account_id, wishes, found)
    names = (DEFAULT_PUBLICATION,) if wishes.publications is None else wishes.publications
    return await shops.add(
        pool,
        NewShop(
            domain=found.domain,
            account_id=account_id,
            credentials=sealed,
            is_empty=wishes.is_empty,
            price_department=department,
            stock_warehouse=warehouse,
            location=location,
            publish_to=fitting.channels(names, found.publications),
            sync_stock=wishes.sync_stock,
            sync_description=wishes.sync_description,
            inactive_as=wishes.inactive_as,
            image_mode=wishes.image_mode,
            price_only_when_changed=wishes.price_only_when_changed,
            unknown_variants=wishes.unknown_variants,
            blocked_as=wishes.blocked_as,
            stock_direction=wishes.stock_direction,
            currency=found.currency,
            taxes_included=found.taxes_included,
        ),
    )


async def refresh(pool: asyncpg.Pool, client: Client, shop: Shop) -> bool:
    """Ask the shop again for its currency and taxes, which the merchant may change.

    When one did, every product is made due in the same transaction, since the amounts that were
    sent are no longer right. Returns whether one did. Raises what `probe` raises; ContractError.
    """
    found = await probe(client)
    async with transaction(pool) as connection:
        changed = await shops.set_own(
            connection, shop.shop_id, currency=found.currency, taxes_included=found.taxes_included
        )
        if changed:
            await resync.enqueue_all(connection, shop)
    return changed


async def renew_credentials(
    pool: asyncpg.Pool, vault: Vault, client: Client, shop: Shop, one: Tried
) -> None:
    """Store other credentials, which `client` uses, once they have shown that they fit the shop."""
    await first_look(client, shop.domain)
    await signin.keep(pool, vault, shop.shop_id, one)


async def declare_empty(pool: asyncpg.Pool, client: Client, shop: Shop) -> None:
    """Let products be created in a shop that holds none; raises ConfigError when it holds some."""
    refuse_a_full_shop(await probe(client))
    await shops.declare_empty(pool, shop.shop_id)


async def _stock_ends(
    pool: asyncpg.Pool, account_id: str, wishes: Wishes, found: Probe
) -> tuple[str | None, str | None]:
    """The warehouse with the location that gets its counts; none without stock."""
    if not wishes.sync_stock:
        return None, None
    return (
        await fitting.warehouse(pool, account_id, wishes.warehouse),
        fitting.location(wishes.location, found.locations),
    )


async def first_look(client: Client, domain: str) -> Probe:
    """What the shop says of itself; raises ConfigError when it refuses us, or is another one."""
    try:
        found = await probe(client)
    except ShopError as error:
        raise ConfigError(
            phrase("{domain} does not let us in: {why}", domain=domain, why=error.message),
            hint=phrase("check the address and the token: a token belongs to one shop"),
        ) from error
    except KindError as error:
        raise ConfigError(
            phrase(
                "the app in {domain} may not read what syncd must know: {why}",
                domain=domain,
                why=error.message,
            ),
            hint=phrase(
                "give the app the scopes {scopes}; install it anew and take the new token",
                scopes=", ".join(NEEDED_SCOPES),
            ),
        ) from error
    _refuse_the_wrong_shop(found, domain)
    return found


def _refuse_the_wrong_shop(found: Probe, domain: str) -> None:
    if found.domain != domain:
        raise ConfigError(
            phrase(
                "the address of {domain} is answered by {other}", domain=domain, other=found.domain
            ),
            hint=phrase("give the domain that the token belongs to"),
        )
    if found.missing_scopes:
        needed = [
            phrase("{scope} {purpose}", scope=scope, purpose=NEEDED_SCOPES[scope])
            for scope in found.missing_scopes
        ]
        raise ConfigError(
            phrase(
                "the token of {domain} lacks scopes: {scopes}",
                domain=found.domain,
                scopes=joined(needed, "; "),
            ),
            hint=phrase(
                "give the app these scopes in Shopify, install it anew and take the new token"
            ),
        )


def refuse_a_full_shop(found: Probe) -> None:
    """Raises ConfigError for a shop that cannot be declared empty."""
    if not found.is_empty:
        raise ConfigError(
            phrase("{domain} is declared empty, but it holds products", domain=found.domain),
            hint=phrase(
                "delete them in Shopify, or leave the shop unlinked until it can be linked"
            ),
        )
