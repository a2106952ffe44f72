"""Send one write of a product, after asking whether its claim still holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncd.flows.parcel import Parcel
from syncd.records import Form, Link, Prices
from syncd.rules import refusals, stock
from syncd.rules.changes import Write
from syncd.shopify import answers
from syncd.shopify.client import Client

MAKING = frozenset({"ProductSet", "ProductVariantsBulkCreate"})


async def send(client: Client, write: Write, parcel: Parcel) -> Mapping[str, Any]:
    """The payload of the answer.

    Raises what `Client.execute` and `Desk.hold` raise, and RowError or ShopifyError for
    `userErrors`.
    """
    if counts := _first_counts(write, parcel):
        await parcel.desk.count(counts)
    await parcel.desk.hold(_prices(write, parcel), _pictures(write))
    made = await deliver(client, write, key=parcel.key, form=parcel.wanted, link=parcel.link)
    parcel.requests.append(answers.request_id())
    return made


async def deliver(
    client: Client, write: Write, *, key: str, form: Form, link: Link | None
) -> Mapping[str, Any]:
    """The payload of the answer, for a write that no claim stands behind.

    Raises what `Client.execute` raises, and RowError or ShopifyError for `userErrors`.
    """
    answer = await client.execute(write.document, write.variables)
    (payload,) = answer.values()
    skus = refusals.named(write.variables, form, link.variants if link else {})
    refusal = refusals.of(payload["userErrors"], key=key, form=form, skus=skus)
    if refusal is not None:
        raise answers.named(refusal)
    return dict(payload)


def _first_counts(write: Write, parcel: Parcel) -> dict[str, int | None]:
    """The counts that new variants begin with, by key, if this write may make some."""
    shop = parcel.desk.shop
    if write.document not in MAKING or not stock.is_kept(shop):
        return {}
    known = parcel.link.variants if parcel.link else {}
    return {
        variant.key: stock.first(variant, parcel.counts.get(variant.key), shop)
        for variant in parcel.wanted.variants
        if variant.key not in known
    }


def _prices(write: Write, parcel: Parcel) -> dict[str, Prices]:
    """The prices that a write carries of variants we know, by their keys."""
    if parcel.link is None:
        return {}
    keys = {ids.variant: key for key, ids in parcel.link.variants.items()}
    given = write.variables.get("input")
    rows = (given if isinstance(given, Mapping) else write.variables).get("variants", ())
    return {
        keys[row["id"]]: (row["price"], row["compareAtPrice"])
        for row in rows
        if row.get("id") in keys and "price" in row
    }


def _pictures(write: Write) -> list[str]:
    """The addresses that a write gives Shopify to fetch."""
    given = write.variables.get("input")
    files = given.get("files", ()) if isinstance(given, Mapping) else ()
    return [file["originalSource"] for file in files if "originalSource" in file]
