"""Find the product that a person named, here or in Shopify."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import get_args

import anyio
import asyncpg

from syncd.errors import ConfigError, ContractError, ShopifyError
from syncd.flows.sides import ANSWER_S
from syncd.phrases import phrase
from syncd.postgres import lookup
from syncd.postgres.lookup import Hit, How, Titled
from syncd.records import Shop
from syncd.rules.clock_words import listed
from syncd.rules.naming import Named, fold
from syncd.shopify import belonging, products
from syncd.shopify.client import Client

SHOWN = 12
NOT_DIGITS = re.compile(r"[\s-]")


@dataclass(slots=True)
class Sought:
    """What was found: one product of ours, several to choose from, or one of the shop's alone.

    `variants` are the keys of those that were named, `foreign` is the GID of a product in the shop
    that is not ours, `searched` tells where was looked, in words.
    """

    products: list[Titled] = field(default_factory=list)
    variants: frozenset[str] = frozenset()
    foreign: str = ""
    searched: list[str] = field(default_factory=list)


async def seek(pool: asyncpg.Pool, client: Client | None, shop: Shop, named: Named) -> Sought:
    """The products that bear the name, by the closest sense of it that fits any.

    Raises ConfigError, with what may have been meant, when nobody knows it.
    """
    sought = Sought()
    found = await _here(pool, shop, named, sought)
    if not found and named.sort != "key":
        found = await _there(pool, client, shop, named, sought)
    if not found and not sought.foreign:
        raise await _unknown(pool, shop, named, sought)
    keys = list(dict.fromkeys(hit.product_key for hit in found))
    sought.variants = frozenset(hit.variant_key for hit in found if hit.variant_key)
    sought.products = await _titled(pool, shop, keys)
    return sought


async def _here(pool: asyncpg.Pool, shop: Shop, named: Named, sought: Sought) -> list[Hit]:
    """By what Backoffice and links know; the first sense that fits is the one that is meant."""
    word = named.value
    if named.sort == "key":
        sought.searched.append(phrase("keys"))
        return [hit for hit in await _keyed(pool, shop, word) if hit.how == "key"]
    if named.sort == "word":
        try:
            sought.searched += [phrase("SKUs, barcodes and keys"), phrase("names")]
            barcode = NOT_DIGITS.sub("", word)
            if found := await lookup.exact(pool, shop.account_id, word, barcode):
                return _closest(found)
            if found := await lookup.folded(pool, shop.account_id, named.folded, word):
                return _closest(found)
        except ContractError:  # it is told where the product is explained
            sought.searched.clear()
        sought.searched.append(phrase("what was sent last"))
        if found := await lookup.known(pool, shop.shop_id, word, named.folded):
            return _closest(found)
    if named.gids:
        sought.searched.append(phrase("links with Shopify"))
        return await lookup.linked(pool, shop.shop_id, named.gids)
    return []


async def _keyed(pool: asyncpg.Pool, shop: Shop, key: str) -> list[Hit]:
    known = await lookup.known(pool, shop.shop_id, key, fold(key))
    try:
        return [*known, *await lookup.exact(pool, shop.account_id, key, key)]
    except ContractError:
        return known


def _closest(found: Sequence[Hit]) -> list[Hit]:
    """Those that bear it in the closest sense that any does."""
    closest = min((hit.how for hit in found), key=get_args(How).index)
    return [hit for hit in found if hit.how == closest]


async def _there(
    pool: asyncpg.Pool, client: Client | None, shop: Shop, named: Named, sought: Sought
) -> list[Hit]:
    """By asking Shopify; a product that is not ours becomes `foreign`."""
    if client is None:
        sought.searched.append(phrase("not the shop, which is out of reach"))
        return []
    sought.searched.append(phrase("the shop itself"))
    try:
        with anyio.fail_after(ANSWER_S):
            gid = await _gid_there(client, named)
            owner = await belonging.product_of(client, gid) if gid else None
    except (ShopifyError, TimeoutError):
        sought.searched[-1] = phrase("not the shop, which is out of reach")
        return []
    if owner is None:
        return []
    if found := await lookup.linked(pool, shop.shop_id, [owner.gid]):
        return found
    if owner.key and await lookup.titles(pool, shop.account_id, [owner.key]):
        return [Hit("key", owner.key, None, None)]
    sought.foreign = owner.gid
    return []


async def _gid_there(client: Client, named: Named) -> str | None:
    if named.sort in ("product", "variant", "item"):
        return named.value
    if named.sort == "word":
        if sold := await products.of_skus(client, [named.value]):
            return sold[0].product
        if " " in named.value:
            return None
    return await products.find(client, {"handle": named.value.lower()})


async def _titled(pool: asyncpg.Pool, shop: Shop, keys: Sequence[str]) -> list[Titled]:
    """With their names, as far as the Backoffice has them."""
    try:
        found = {one.key: one for one in await lookup.titles(pool, shop.account_id, keys)}
    except ContractError:
        found = {}
    return [found.get(key) or Titled(key, "", ()) for key in keys]


async def _unknown(pool: asyncpg.Pool, shop: Shop, named: Named, sought: Sought) -> ConfigError:
    near: list[str] = []
    if named.sort in ("word", "handle"):
        try:
            words = await lookup.near(pool, shop.account_id, named.folded)
        except ContractError:
            words = []
        near = _alike(named.folded, words)
    hint = phrase("the Backoffice may call it otherwise: look it up there")
    if near:
        hint = phrase("did you mean {near}?", near=" · ".join(near))
    return ConfigError(
        phrase(
            "nobody knows {name!r} in {shop}; looked through: {places}",
            name=named.value,
            shop=shop.domain,
            places=listed(sought.searched, SHOWN),
        ),
        hint=hint,
    )


def _alike(folded: str, words: Sequence[str]) -> list[str]:
    """The three that are most like it; one that holds it, if none is."""
    by_fold = {word.casefold().replace(" ", ""): word for word in words}
    near = difflib.get_close_matches(folded, by_fold, n=3, cutoff=0.6)
    return [by_fold[one] for one in near or [one for one in by_fold if folded in one][:3]]
