"""One product seen from three sides: the Backoffice's, what was sent, Shopify's."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from syncd.errors import KindError, RowError
from syncd.postgres import backoffice, links
from syncd.records import Form, Link, Shop
from syncd.rules import adoption, changes, mapping
from syncd.shopify import products
from syncd.shopify.client import Client


@dataclass(frozen=True, slots=True)
class Sides:
    """Each side's form, None where the product is not there; `refusal` says why none is wanted."""

    gid: str | None
    wanted: Form | None
    known: Form | None
    observed: Form | None
    refusal: str = ""


async def look(pool: asyncpg.Pool, client: Client, shop: Shop, key: str) -> Sides:
    """The three sides of a product now; Shopify's is read from Shopify.

    Raises what `Client.execute` raises.
    """
    wanted, refusal = await _wanted(pool, shop, key)
    link = (await links.known(pool, shop_id=shop.shop_id, keys=[key])).get(key)
    gid = link.gid if link else await _found(client, key)
    known = link.known if link else None
    observed = await _observed(client, gid, wanted or known, link)
    return Sides(gid, wanted, known, observed, refusal)


async def _found(client: Client, key: str) -> str | None:
    """The product's GID by our identity; where the metafield is not known there is none."""
    try:
        return await products.find(client, changes.identity(key))
    except KindError:
        return None


async def _wanted(pool: asyncpg.Pool, shop: Shop, key: str) -> tuple[Form | None, str]:
    found = await backoffice.products(
        pool,
        account_id=shop.account_id,
        department_key=shop.price_department,
        warehouse_key=shop.stock_warehouse,
        keys=[key],
    )
    if key not in found:
        return None, f"the Backoffice has no product {key}"
    try:
        return mapping.wanted(found[key], shop), ""
    except RowError as error:
        return None, str(error)


async def _observed(
    client: Client, gid: str | None, like: Form | None, link: Link | None
) -> Form | None:
    """What Shopify shows, in our terms as far as we have any."""
    if gid is None or like is None:
        return None
    observed = await products.read(client, gid)
    if observed is None:
        return None
    if link is None:
        return adoption.adopted(like, observed, gid).known
    return adoption.reconsidered(like, link, observed).known
