"""The metafield by which Shopify knows a product of ours, declared once a shop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncd.errors import ShopifyError
from syncd.rules.metafield_words import DEFINITION_WORDS
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
    "something in the shop stands in its way",
    "remove what stands in its way under Settings, Custom data, Products",
)


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
        "Shopify refused the metafield definition syncd.backoffice_id: "
        f"{words.meaning} (Shopify says “{error['message']}”)",
        hint=words.hint,
    )
