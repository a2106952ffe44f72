"""One product seen from three sides: the Backoffice's, what was sent, Shopify's."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from syncd.errors import KindError, RowError
from syncd.flows.step import held
from syncd.postgres import backoffice, files, links
from syncd.records import Form, Link, Product, Shop
from syncd.rules import accidents, changes, mapping, refusals, remarks
from syncd.rules.adoption import observed_form
from syncd.rules.identities import match_variants
from syncd.rules.pictures import sorted_out
from syncd.shopify import products
from syncd.shopify.client import Client


@dataclass(frozen=True, slots=True)
class Sides:
    """Each side's form, None where the product is not there; `refusal` says why none is wanted.

    `remarks` are sentences about what was sent but is not as it should be.
    """

    gid: str | None
    wanted: Form | None
    known: Form | None
    observed: Form | None
    refusal: str = ""
    remarks: tuple[str, ...] = ()


async def look(pool: asyncpg.Pool, client: Client, shop: Shop, key: str) -> Sides:
    """The three sides of a product now; Shopify's is read from Shopify.

    Raises what `Client.execute` raises.
    """
    product = await _product(pool, shop, key)
    wanted, refusal = _wanted(product, shop, key)
    link = (await links.known(pool, shop_id=shop.shop_id, keys=[key])).get(key)
    gid = link.gid if link else await _found(client, key)
    known = link.known if link else None
    observed = await _observed(client, gid, wanted or known, link)
    failed = await files.failed(pool, shop_id=shop.shop_id, key=key)
    said = remarks.of(product) if product else []
    if product is not None and await held(pool, shop, {key: product}, [key]):
        said.append(
            f"product {key} was taken back to an earlier form (`syncd revert`): the shop keeps it "
            "until the Backoffice wants something else"
        )
    if link is not None and link.is_gone and wanted is not None:
        is_away = not accidents.is_made_anew(wanted)
        said.append((accidents.stays_away if is_away else accidents.made_anew)(key, wanted))
    said += [refusals.picture(file.error, file.ref) for file in failed]
    return Sides(gid, wanted, known, observed, refusal, tuple(said))


async def _found(client: Client, key: str) -> str | None:
    """The product's GID by our identity; where the metafield is not known there is none."""
    try:
        return await products.find(client, changes.identity(key))
    except KindError:
        return None


async def _product(pool: asyncpg.Pool, shop: Shop, key: str) -> Product | None:
    found = await backoffice.products(
        pool,
        account_id=shop.account_id,
        department_key=shop.price_department,
        warehouse_key=shop.stock_warehouse,
        keys=[key],
    )
    return found.get(key)


def _wanted(product: Product | None, shop: Shop, key: str) -> tuple[Form | None, str]:
    if product is None:
        return None, f"the Backoffice has no product {key}"
    try:
        return mapping.wanted(product, shop), ""
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
    ids = match_variants(like, link.variants if link else {}, observed.variants)
    own, _ = sorted_out(like.pictures or (), link.files if link else {}, observed.files)
    return observed_form(
        like,
        observed,
        keys={one.variant: key for key, one in ids.items()},
        refs={gid: ref for ref, gid in own.items()},
    )
