"""What the products of one step share on their way to a shop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import anyio
import asyncpg

from syncd.errors import RowError, VariantLimitError
from syncd.flows.desk import Desk
from syncd.flows.judgement import Judgement
from syncd.flows.parcel import Parcel
from syncd.phrases import phrase
from syncd.postgres import backoffice, left_out, links, reverts, shops
from syncd.postgres.db import clock
from syncd.postgres.leases import Lease
from syncd.records import Change, Form, Link, Product, Shop
from syncd.rules import mapping
from syncd.rules.mapping import Reverted
from syncd.rules.text import line
from syncd.shopify.answers import LIMIT_WAIT_S
from syncd.shopify.client import Client
from syncd.shopify.products import Sold, of_skus

Asked = tuple[Form | None, RowError | None]


@dataclass(slots=True)
class Step:
    """Both worlds, and what was read for the claimed changes: products, links by key.

    `reverted` are those
    that are held as a person took them back. `limit` is set while Shopify takes no new variants.
    `judged` tells what is held back, `left` what a link left without a product in the shop.
    """

    pool: asyncpg.Pool
    client: Client
    shop: Shop
    lease: Lease
    renewed_s: float
    products: Mapping[str, Product] = field(default_factory=dict)
    known: Mapping[str, Link] = field(default_factory=dict)
    reverted: Mapping[str, Reverted] = field(default_factory=dict)
    limit: VariantLimitError | None = None
    judged: Judgement = field(default_factory=Judgement)
    left: Mapping[str, bool] = field(default_factory=dict)
    _asked: dict[str, Asked] = field(default_factory=dict)
    _asking: anyio.Lock = field(default_factory=anyio.Lock)
    _strangers: list[Sold] | None = None

    async def read(self, keys: Sequence[str]) -> None:
        """The truth now, and what was sent last, each in one query."""
        pool, shop = self.pool, self.shop
        self.limit = await _limit(pool, shop)
        self.products = await backoffice.products(
            pool,
            account_id=shop.account_id,
            department_key=shop.price_department,
            warehouse_key=shop.stock_warehouse,
            keys=keys,
        )
        self.known = await links.known(pool, shop_id=shop.shop_id, keys=keys)
        self.reverted = await held(pool, shop, self.products, keys)
        if new := [key for key in keys if key not in self.known]:
            self.left = await left_out.of(pool, shop_id=shop.shop_id, keys=new)

    def asked(self, key: str) -> Asked:
        """What the shop should hold of this product, as `mapping.asked` has it."""
        if key not in self._asked:
            link = self.known.get(key)
            known = link.known if link else None
            self._asked[key] = mapping.asked(
                self.products.get(key), known, self.shop, self.reverted.get(key)
            )
        return self._asked[key]

    def parcel(self, change: Change, wanted: Form, link: Link | None) -> Parcel:
        product = self.products.get(change.key)
        counts = {one.key: one.quantity for one in product.variants} if product else {}
        desk = Desk(self.pool, self.shop, change, self.left.get(change.key))
        return Parcel(change.key, wanted, link, desk, counts)

    async def strangers(self) -> list[Sold]:
        """Variants in the shop, not ours, with SKUs that this step makes; asked for once."""
        async with self._asking:
            if self._strangers is None:
                skus = self._new_skus()
                found = await of_skus(self.client, skus) if skus else []
                self._strangers = await self._not_ours(found)
            return self._strangers

    async def _not_ours(self, found: Sequence[Sold]) -> list[Sold]:
        """Neither linked, nor carrying the key of a product that the Backoffice has.

        A database that lost its last commits has forgotten products that carry a key of ours.
        """
        gids = sorted({one.product for one in found})
        ours = await links.keys_of(self.pool, shop_id=self.shop.shop_id, gids=gids)
        unknown = [one for one in found if one.product not in ours]
        keys = sorted({one.key for one in unknown if one.key is not None})
        there: Mapping[str, Product] = {}
        if keys:
            there = await backoffice.products(
                self.pool,
                account_id=self.shop.account_id,
                department_key=self.shop.price_department,
                warehouse_key=self.shop.stock_warehouse,
                keys=keys,
            )
        return [one for one in unknown if one.key is None or one.key not in there]

    async def meet(self, limit: VariantLimitError) -> None:
        """Shopify takes no new variants: none is sent for a while, by this step or another."""
        if self.limit is None:
            self.limit = limit
            await shops.pause_creates(
                self.pool, self.shop.shop_id, seconds=limit.wait_s or LIMIT_WAIT_S
            )

    def _new_skus(self) -> list[str]:
        """SKUs of products that are not in the shop."""
        return sorted(
            {
                line(variant.sku)
                for key, product in self.products.items()
                if key not in self.known or self.known[key].is_gone
                for variant in product.variants
                if variant.sku and line(variant.sku)
            }
        )


async def held(
    pool: asyncpg.Pool, shop: Shop, products: Mapping[str, Product], keys: Sequence[str]
) -> dict[str, Reverted]:
    """The products that are held as reverted; those of which the Backoffice wants something else
    by now are released."""
    found = await reverts.held(pool, shop_id=shop.shop_id, keys=keys)
    left = {key: one for key, one in found.items() if _is_held(one, products.get(key), shop)}
    if released := [key for key in found if key not in left]:
        await reverts.release(pool, shop_id=shop.shop_id, keys=released)
    return left


def _is_held(reverted: Reverted, product: Product | None, shop: Shop) -> bool:
    try:
        return product is not None and mapping.is_held(reverted, mapping.wanted(product, shop))
    except RowError:
        return False


async def _limit(pool: asyncpg.Pool, shop: Shop) -> VariantLimitError | None:
    """The error for what would make new variants, while Shopify takes none."""
    if shop.creates_paused_until is None:
        return None
    left_s = (shop.creates_paused_until - await clock(pool)).total_seconds()
    if left_s <= 0:
        return None
    return VariantLimitError(
        phrase("Shopify takes no more new variants today"),
        hint=phrase("new products and variants follow by themselves, changes of others go on"),
        wait_s=left_s,
    )
