"""The metafield by which Shopify knows a product of ours, declared once a shop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncd.errors import ShopifyError
from syncd.phrases import phrase
from syncd.rules.metafield_words import DEFINITION_WORDS, METAFIELD_WORDS
from syncd.rules.refusal_words import Words
from syncd.shopify.client import Client

DEFINITION = {
    "name": "Backoffice id",
    "namespace": "syncd",
    "key": "backoffice_id",
    "type": "id",
    "ownerType": "PRODUCT",
    "description": "The product's key in the Backoffice. Written by syncd; do not change it.",
}
OTHERWISE = Words(
    phrase("something in the shop stands in its way"),
    phrase("remove what stands in its way under Settings, Custom data, Products"),
)


MOST = 25  # metafields a call; shopify.dev, metafieldsSet, read 2026-11


async def write(client: Client, keys: Mapping[str, str]) -> dict[str, str]:
    """Let products that are in the shop carry our identity; `keys` by GID, at most MOST.

    Repeatable. Returns why Shopify refused it, by GID: a call is carried out whole or not at all,
    so it is sent again without those. Raises what `Client.execute` raises, and ShopifyError when
    Shopify refuses without saying which.
    """
    left, refused = dict(keys), dict[str, str]()
    while left:
        gids = list(left)
        rows = [
            {
                "ownerId": gid,
                "namespace": DEFINITION["namespace"],
                "key": DEFINITION["key"],
                "type": DEFINITION["type"],
                "value": left[gid],
            }
            for gid in gids
        ]
        errors = (await client.execute("MetafieldsSet", {"metafields": rows}))["metafieldsSet"][
            "userErrors"
        ]
        if not errors:
            break
        for error in errors:
            place = _place(error)
            if place is None:
                raise ShopifyError(phrase("Shopify refused our ids: {why}", why=error["message"]))
            if place < len(gids) and left.pop(gids[place], None) is not None:
                words = METAFIELD_WORDS.get(str(error["code"]))
                refused[gids[place]] = words.meaning if words else str(error["message"])
    return refused


def _place(error: Mapping[str, Any]) -> int | None:
    """Which of the metafields a complaint is about."""
    numbers = [int(part) for part in error["field"] or () if part.isdecimal()]
    return numbers[0] if numbers else error["elementIndex"]


async def declare(client: Client) -> None:
    """Make sure the shop has the definition; a shop that has it already is left as it is.

    Raises what `Client.execute` raises, and ShopifyError when Shopify will not have it.
    """
    answer = await client.execute("MetafieldDefinitionCreate", {"definition": DEFINITION})
    errors = answer["metafieldDefinitionCreate"]["userErrors"]
    if errors and errors[0]["code"] != "TAKEN":
        raise refused(errors[0])


def refused(error: Mapping[str, Any]) -> ShopifyError:
    """The error that one of metafieldDefinitionCreate's `userErrors` amounts to."""
    words = DEFINITION_WORDS.get(str(error["code"]), OTHERWISE)
    return ShopifyError(
        phrase(
            "Shopify refused the metafield definition syncd.backoffice_id: "
            "{meaning} (Shopify says “{why}”)",
            meaning=words.meaning,
            why=error["message"],
        ),
        hint=words.hint,
    )
