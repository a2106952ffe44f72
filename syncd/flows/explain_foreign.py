"""Answer "why?" about a product that only Shopify has."""

from __future__ import annotations

from datetime import tzinfo

import asyncpg

from syncd.errors import ConfigError
from syncd.flows.explanation import Explanation, Row
from syncd.phrases import phrase
from syncd.postgres import dossier
from syncd.records import ObservedProduct, Shop
from syncd.rules import explaining, field_words
from syncd.rules.facts import Facts
from syncd.shopify import products
from syncd.shopify.client import Client


async def explain(
    pool: asyncpg.Pool, client: Client, shop: Shop, gid: str, *, zone: tzinfo | None = None
) -> Explanation:
    """What the shop shows of it. Raises what `Client.execute` raises, ConfigError if it is gone."""
    standing = await dossier.standing(pool, shop.shop_id)
    now = standing.now.astimezone(zone)
    observed = await products.read(client, gid)
    if observed is None:
        raise ConfigError(phrase("{gid} is not in the shop any more", gid=gid))
    facts = Facts("", shop.domain, now, standing, is_here=False, is_linked=False, is_there=True)
    return Explanation(
        shop=shop.domain,
        key="",
        title=observed.title,
        gid=gid,
        now=now,
        answer=explaining.why(facts),
        rows=_rows(observed),
    )


def _rows(observed: ObservedProduct) -> tuple[Row, ...]:
    texts = {"title": observed.title, "vendor": observed.vendor, "status": observed.status}
    skus = {}
    for variant in observed.variants:
        shown = observed.fields[variant.ids.variant]
        key = variant.ids.variant.rpartition("/")[2]
        skus[key] = shown.sku or " / ".join(variant.values.values())
        texts[f"variant {key}: sku"] = shown.sku
        texts[f"variant {key}: barcode"] = shown.barcode
        texts[f"variant {key}: price"] = shown.price
    return tuple(
        Row(name, field_words.field(name, skus), None, None, text)
        for name, text in texts.items()
        if text
    )
