"""One product seen from three sides: the Backoffice's, what was sent, Shopify's."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import anyio
import asyncpg

from syncd.errors import ContractError, KindError, ShopifyError
from syncd.flows import findings
from syncd.flows.findings import Page
from syncd.phrases import phrase
from syncd.postgres import backoffice, files, links, outbox, reverts, runs
from syncd.records import Form, Link, ObservedProduct, Product, Shop
from syncd.rules import changes, comparison, mapping, pictures, unfit
from syncd.rules import stock as counting
from syncd.rules.comparison import Compared, Underway
from syncd.rules.mapping import Reverted
from syncd.rules.stock import Level
from syncd.shopify import products, stock
from syncd.shopify.client import Client
from syncd.shopify.shopread import Seen

ANSWER_S = 5.0  # for Shopify, where a person waits


@dataclass(slots=True)
class Sides:
    """What each side says of a product, as far as it could be asked.

    `wanted` is what the Backoffice says, `asked` what the shop should hold: the same, or what a
    person took it back to, or, of what is deleted, something archived. `refusal` says why nothing
    can; `told` is then what the Backoffice says all the same, `there` what the shop shows.
    `broken` is set when the Backoffice could not be read, with the
    next step, `unheard` when Shopify was not. `compared` holds all three against each other.
    `levels` are Shopify's counts by GID of the inventory item.
    """

    key: str
    product: Product | None = None
    link: Link | None = None
    reverted: Reverted | None = None
    wanted: Form | None = None
    asked: Form | None = None
    refusal: str = ""
    told: Form | None = None
    there: Form | None = None
    gid: str | None = None
    observed: ObservedProduct | None = None
    compared: Compared | None = None
    levels: Mapping[str, Level] = field(default_factory=dict)
    broken: tuple[str, str] = ("", "")
    unheard: str = ""

    @property
    def known(self) -> Form | None:
        return self.link.known if self.link else None


async def look(
    pool: asyncpg.Pool, client: Client | None, shop: Shop, key: str, *, unheard: str = ""
) -> Sides:
    """The three sides of a product now; nothing is written, neither here nor there."""
    sides = Sides(key, unheard=unheard)
    sides.link = (await links.known(pool, shop_id=shop.shop_id, keys=[key])).get(key)
    await _look_here(pool, shop, sides)
    if client is not None and not unheard:
        try:
            with anyio.fail_after(ANSWER_S):
                await _look_there(client, shop, sides)
        except ShopifyError as error:
            sides.unheard = str(error)
        except TimeoutError:
            sides.unheard = phrase("Shopify did not answer within {seconds} s", seconds=ANSWER_S)
    if sides.observed is not None and not sides.broken[0]:
        await _compare(pool, shop, sides)
    return sides


async def _look_here(pool: asyncpg.Pool, shop: Shop, sides: Sides) -> None:
    key = sides.key
    try:
        found = await backoffice.products(
            pool,
            account_id=shop.account_id,
            department_key=shop.price_department,
            warehouse_key=shop.stock_warehouse,
            keys=[key],
        )
    except ContractError as error:
        sides.broken = (error.message, error.hint)
        return
    sides.product = found.get(key)
    taken_back = (await reverts.held(pool, shop_id=shop.shop_id, keys=[key])).get(key)
    sides.asked, complaint = mapping.asked(sides.product, sides.known, shop, taken_back)
    sides.refusal = str(complaint) if complaint else ""
    if sides.product is not None:
        sides.wanted, _ = mapping.asked(sides.product, sides.known, shop)
        sides.told = unfit.told(sides.product, shop) if sides.wanted is None else None
    if taken_back is not None and mapping.is_held(taken_back, sides.wanted):
        sides.reverted = taken_back


async def _look_there(client: Client, shop: Shop, sides: Sides) -> None:
    """The shop's side; counts only where they are kept in step."""
    link, like = sides.link, sides.asked or sides.known
    sides.gid = link.gid if link else await _found(client, sides.key)
    if sides.gid is None:
        return
    sides.observed = await products.read(
        client,
        sides.gid,
        variants_expected=len(like.variants) if like else products.PAGE,
        files_expected=len(like.pictures or ()) if like else products.PAGE,
    )
    if link and shop.location and counting.is_kept(shop):
        items = [ids.inventory_item for ids in link.variants.values()][: stock.ITEMS_A_CALL]
        with suppress(KindError):  # without the right to read counts the rest is told
            sides.levels = await stock.look(client, shop.location, items)


async def _found(client: Client, key: str) -> str | None:
    """The product's GID by our identity; where the metafield is not known there is none."""
    try:
        return await products.find(client, changes.identity(key))
    except KindError:
        return None


async def _compare(pool: asyncpg.Pool, shop: Shop, sides: Sides) -> None:
    """As a compare of the whole shop does it, so that both say the same."""
    key, link, observed = sides.key, sides.link, sides.observed
    assert observed is not None
    learned: Mapping[str, str] = {}
    if link and link.known.pictures and not link.files:
        learned = pictures.namesakes(link.known.pictures, observed.files)
    gids = [file.gid for file in observed.files]
    page = Page(
        products={key: sides.product} if sides.product else {},
        links={key: link} if link else {},
        underway=await outbox.on_their_way(pool, shop_id=shop.shop_id, keys=[key]),
        brought=await files.brought(pool, shop_id=shop.shop_id, gids=gids),
        written=frozenset(),
        reverted={key: sides.reverted} if sides.reverted else {},
        learned={key: learned},
    )
    seen = Seen(observed, key, {}, datetime.min, {})
    numbers = await runs.numbers(pool, shop.shop_id)
    sides.compared = findings.compared(key, seen, page, shop, numbers).compared
    sides.there = sides.compared.observed if sides.compared else _there(sides, page, shop)


def _there(sides: Sides, page: Page, shop: Shop) -> Form | None:
    """What the shop shows of a product that we know, though nothing can be asked for."""
    link, observed = sides.link, sides.observed
    if link is None or observed is None:
        return None
    return comparison.compare(
        sides.key,
        link.known,
        link,
        observed,
        shop,
        brought={},
        underway=page.underway.get(sides.key, Underway()),
        published={},
        fall_percent=0,
    ).observed
