"""Sign in to a shop: with the stored credentials, or with others that become the stored ones."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import asyncpg
import structlog

from syncd.errors import ConfigError, ShopError
from syncd.postgres import credentials as stored
from syncd.postgres import webhooks
from syncd.postgres.credentials import Kept, ShopGoneError
from syncd.postgres.db import Executor, transaction
from syncd.records import Shop
from syncd.rules import credentials as words
from syncd.rules.credentials import Credentials, Grant, Token
from syncd.shopify.auth import Access, Held, sign_in
from syncd.shopify.client import DEADLINE_S, Client, connect
from syncd.vault import Vault

SHORTEST_S = 60.0  # a token that lasts less long is no longer worth a try
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Tried:
    """Credentials with the token that they gave in a shop, which shows that they are right."""

    credentials: Credentials = field(repr=False)
    held: Held

    @property
    def token(self) -> str:
        return self.held.token


async def tried(domain: str, given: Credentials, *, url: str | None) -> Tried:
    """Sign in with what a person gave; raises ShopError when Shopify refuses, CallError."""
    match given:
        case Token(text):
            return Tried(given, Held(text))
        case Grant():
            return Tried(given, await sign_in(domain, given, url=url))


async def keep(db: Executor, vault: Vault, shop_id: int, one: Tried) -> None:
    """Store them sealed, with their token: from now on everybody signs in with them.

    A client secret signs webhooks too, so it is kept for these; the one before it counts for a
    day. Once more is as good as once.
    """
    lasts_s = one.held.lasts_s
    async with transaction(db) as connection:
        await stored.replace(
            connection,
            shop_id,
            credentials=vault.seal(words.written(one.credentials)),
            token=None if lasts_s is None else vault.seal(one.token),
            lasts_s=lasts_s,
        )
        if isinstance(one.credentials, Grant):
            present = (await stored.held(connection, shop_id)).app_secret
            secret = one.credentials.client_secret
            await keep_secret(connection, vault, shop_id, present, secret)


async def is_by_grant(pool: asyncpg.Pool, vault: Vault, shop_id: int) -> bool:
    """Whether the shop is signed in to with client ID and secret, as far as that can be told."""
    kept = await stored.held(pool, shop_id)
    with suppress(ConfigError):
        return isinstance(words.read(vault.unseal(kept.credentials)), Grant)
    return False


@asynccontextmanager
async def client_of(
    pool: asyncpg.Pool,
    vault: Vault,
    shop: Shop,
    *,
    url: str | None,
    deadline_s: float = DEADLINE_S,
) -> AsyncIterator[Client]:
    """A client with the stored credentials, for a look into the shop."""
    access = await accessing(pool, vault, shop, url=url)
    async with connect(shop.domain, access, url=url, deadline_s=deadline_s) as client:
        yield client


async def accessing(pool: asyncpg.Pool, vault: Vault, shop: Shop, *, url: str | None) -> Access:
    """The way into a shop with its stored credentials; nothing is asked of Shopify yet.

    Raises ShopGoneError, or ConfigError for credentials sealed with a key that we do not have.
    """

    async def renew(refused: str) -> Held:
        return await _renewed(pool, vault, shop, refused, url=url)

    kept = await stored.held(pool, shop.shop_id)
    match words.read(vault.unseal(kept.credentials)):
        case Token(text):
            return Access.fixed(text)
        case Grant() as grant:
            present = kept.app_secret
            await keep_secret(pool, vault, shop.shop_id, present, grant.client_secret)
            return Access(_present(vault, kept), renew)


async def _renewed(
    pool: asyncpg.Pool, vault: Vault, shop: Shop, refused: str, *, url: str | None
) -> Held:
    """A token other than the refused one: the one that another process was given, else a new one.

    The credentials are read anew, since a person may have changed them meanwhile.
    """
    try:
        kept = await stored.held(pool, shop.shop_id)
    except ShopGoneError as error:
        raise ShopError(error.message, hint=error.hint) from error
    match words.read(vault.unseal(kept.credentials)):
        case Token(text):
            return Held(text, is_new=True)
        case Grant() as grant:
            present = _present(vault, kept)
            if present is not None and present.token != refused:
                return present
            held = await sign_in(shop.domain, grant, url=url)
    if held.lasts_s is not None:
        await stored.keep_token(
            pool,
            shop.shop_id,
            credentials=kept.credentials,
            token=vault.seal(held.token),
            lasts_s=held.lasts_s,
        )
    log.info("signed_in", shop=shop.domain, lasts_s=held.lasts_s and round(held.lasts_s))
    return held


def _present(vault: Vault, kept: Kept) -> Held | None:
    """The stored token while it is worth a try; one that cannot be opened is as good as none."""
    if kept.access_token is None or (kept.lasts_s or 0) < SHORTEST_S:
        return None
    try:
        return Held(vault.unseal(kept.access_token), kept.lasts_s)
    except ConfigError:
        return None


async def keep_secret(
    db: Executor, vault: Vault, shop_id: int, present: bytes | None, secret: str
) -> None:
    """Let webhooks be known by this secret, unless they are already; the present one is sealed.

    The one of before must not be lost because the present one is given again. One that cannot be
    opened any more, since its key is lost, is not kept.
    """
    if present is not None:
        try:
            if vault.unseal(present) == secret:
                return
        except ConfigError:
            await stored.forget_secrets(db, shop_id)
    await webhooks.set_secret(db, shop_id, vault.seal(secret))
