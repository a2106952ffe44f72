"""The metafield by which Shopify knows a product of ours, declared once a shop."""

from __future__ import annotations

from syncd.errors import ShopifyError
from syncd.shopify.client import Client

DEFINITION = {
    "name": "Backoffice id",
    "namespace": "syncd",
    "key": "backoffice_id",
    "type": "id",
    "ownerType": "PRODUCT",
    "description": "The product's key in the Backoffice. Written by syncd; do not change it.",
}


async def declare(client: Client) -> None:
    """Make sure the shop has the definition; a shop that has it already is left as it is.

    Raises what `Client.execute` raises, and ShopifyError when Shopify will not have it.
    """
    answer = await client.execute("MetafieldDefinitionCreate", {"definition": DEFINITION})
    errors = answer["metafieldDefinitionCreate"]["userErrors"]
    if errors and errors[0]["code"] != "TAKEN":
        raise ShopifyError(
            f"Shopify refused the metafield definition syncd.backoffice_id: {errors[0]['message']}",
            hint="remove what stands in its way under Settings, Custom data, Products",
        )
