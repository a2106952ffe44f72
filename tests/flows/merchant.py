"""What a merchant does to a product in Shopify, past syncd."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Call = Callable[[str, dict[str, Any]], Awaitable[Any]]

READ = """query ($id: ID!) { product(id: $id) {
  options { id name optionValues { id name } }
  variants(first: 250) { nodes { id selectedOptions { name value } } }
  media(first: 250) { nodes { id } } } }"""
UPDATE = """mutation ($product: ProductUpdateInput!, $media: [CreateMediaInput!]) {
  productUpdate(product: $product, media: $media) { userErrors { message } } }"""
VARIANTS = """mutation ($id: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkUpdate(productId: $id, variants: $variants) { userErrors { message } } }"""
ADD = """mutation ($id: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkCreate(productId: $id, variants: $variants,
    strategy: PRESERVE_STANDALONE_VARIANT) { userErrors { message } } }"""
SET = """mutation ($id: ID!, $files: [FileSetInput!]!) {
  productSet(identifier: {id: $id}, input: {files: $files}) { userErrors { message } } }"""


@dataclass(frozen=True, slots=True)
class Deed:
    """Something a merchant does; `place` chooses among what there is."""

    name: str
    place: int = 0

    @property
    def is_theirs(self) -> bool:
        """Whether it touches nothing that is ours under any setting."""
        return self.name in ("tags", "metafield", "policy", "handle", "seo")


ALWAYS = ["tags", "policy", "handle"]
OURS = ["title", "description", "sku", "unpicture", "vendor"]
DEEDS = st.builds(
    Deed,
    st.sampled_from([*ALWAYS, *OURS, "price", "variant", "picture", "picture_first"]),
    st.integers(0, 9),
)


async def do(call: Call, gid: str, deed: Deed) -> None:
    """Carry the deed out. What Shopify refuses (the variant is there already) does not happen."""
    product = (await call(READ, {"id": gid}))["product"]
    variants, media = product["variants"]["nodes"], product["media"]["nodes"]
    variant = variants[deed.place % len(variants)]
    fields: Mapping[str, dict[str, Any]] = {
        "tags": {"tags": ["salg", "ny"]},
        "handle": {"handle": f"eget-navn-{deed.place}"},
        "title": {"title": "Merchant's"},
        "vendor": {"vendor": "Merchant's"},
        "description": {"descriptionHtml": "<p>Merchant's</p>"},
    }
    rows: Mapping[str, dict[str, Any]] = {
        "price": {"price": f"{deed.place}.50", "compareAtPrice": None},
        "policy": {"inventoryPolicy": "CONTINUE"},
        "sku": {"inventoryItem": {"sku": f"M-{deed.place}"}},
    }
    if deed.name in fields:
        await call(UPDATE, {"product": {"id": gid, **fields[deed.name]}})
    elif deed.name in rows:
        await call(VARIANTS, {"id": gid, "variants": [{"id": variant["id"], **rows[deed.name]}]})
    elif deed.name == "variant":
        chosen = [
            {"optionName": one["name"], "name": f"Egen {deed.place}"}
            if place == deed.place % len(variant["selectedOptions"])
            else {"optionName": one["name"], "name": one["value"]}
            for place, one in enumerate(variant["selectedOptions"])
        ]
        row = {"optionValues": chosen, "price": "1.00", "inventoryItem": {"sku": "EGEN"}}
        await call(ADD, {"id": gid, "variants": [row]})
    elif deed.name in ("picture", "picture_first"):
        source = f"https://merchant.no/eget-{deed.place}.jpg"
        picture = {"originalSource": source, "alt": "Eget", "mediaContentType": "IMAGE"}
        await call(UPDATE, {"product": {"id": gid}, "media": [picture]})
        if deed.name == "picture_first":
            last = (await call(READ, {"id": gid}))["product"]["media"]["nodes"][-1]
            order = [{"id": last["id"]}, *({"id": one["id"]} for one in media)]
            await call(SET, {"id": gid, "files": order})
    elif deed.name == "unpicture" and media:
        del media[deed.place % len(media)]
        await call(SET, {"id": gid, "files": [{"id": one["id"]} for one in media]})
