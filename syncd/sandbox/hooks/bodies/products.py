"""Bodies about products."""

from __future__ import annotations

from collections.abc import Mapping

from syncd.sandbox import gids
from syncd.sandbox.hooks.bodies.writer import Json, Writer, Writing, only_id
from syncd.sandbox.records import Picture, Product, Variant

WHOLE_VARIANTS = 100
"""More of them are only named, in `variant_gids`."""


def product_body(writing: Writing) -> Json | None:
    product = writing.shop.products.get(writing.hint.number)
    return None if product is None else _product(writing, product)


def _product(writing: Writing, product: Product) -> Json:
    time = writing.time
    images = [_image(writing, product, one) for one in writing.shop.pictures(product)]
    at = product.published[0].at if product.published else None
    return {
        "admin_graphql_api_id": gids.gid("Product", product.id),
        "body_html": product.description_html or None,
        "created_at": time(product.created_at),
        "handle": product.handle,
        "id": product.id,
        "product_type": product.product_type,
        "published_at": time(at),
        "template_suffix": product.template_suffix,
        "title": product.title,
        "updated_at": time(product.updated_at),
        "vendor": product.vendor,
        "status": product.status.lower(),
        "published_scope": "web",
        "tags": ", ".join(product.tags),
        "variants": [
            _variant(writing, product, one, place)
            for place, one in enumerate(product.variants[:WHOLE_VARIANTS], start=1)
        ],
        "options": _options(product),
        "images": [{**one, "position": place} for place, one in enumerate(images, start=1)],
        "image": {**images[0], "position": 1} if images else None,
        "media": [_medium(writing, one) for one in writing.shop.pictures(product)],
        "variant_gids": [
            {
                "admin_graphql_api_id": gids.gid("ProductVariant", one.id),
                "updated_at": one.updated_at,
            }
            for one in product.variants
        ],
        "has_variants_that_requires_components": any(
            one.requires_components for one in product.variants
        ),
        "category": _category(product),
        **writing.metafields(product.metafields, ("product", product.id)),
    }


def _variant(writing: Writing, product: Product, variant: Variant, place: int) -> Json:
    names = {value.id: value.name for option in product.options for value in option.values}
    chosen = [names[value] for value in variant.values]
    quantity = variant.item.available
    first, second, third = [*chosen, None, None, None][:3]
    return {
        "admin_graphql_api_id": gids.gid("ProductVariant", variant.id),
        "barcode": variant.barcode,
        "compare_at_price": variant.compare_at_price,
        "created_at": writing.time(variant.created_at),
        "id": variant.id,
        "inventory_policy": variant.inventory_policy.lower(),
        "position": place,
        "price": variant.price,
        "product_id": product.id,
        "sku": variant.item.sku,
        "taxable": variant.taxable,
        "title": " / ".join(chosen),
        "updated_at": writing.time(variant.updated_at),
        "option1": first,
        "option2": second,
        "option3": third,
        "image_id": variant.media_id,
        "inventory_item_id": variant.item.id,
        "inventory_quantity": quantity,
        "old_inventory_quantity": quantity,
        **writing.metafields(variant.metafields, ("variant", variant.id)),
    }


def _options(product: Product) -> list[Json]:
    return [
        {
            "name": option.name,
            "id": option.id,
            "product_id": product.id,
            "position": place,
            "values": [value.name for value in option.values],
        }
        for place, option in enumerate(product.options, start=1)
    ]


def _image(writing: Writing, product: Product, picture: Picture) -> Json:
    return {
        "id": picture.id,
        "product_id": product.id,
        "alt": picture.alt,
        "created_at": writing.time(picture.created_at),
        "updated_at": writing.time(picture.updated_at),
        "src": picture.url,
        "variant_ids": [one.id for one in product.variants if one.media_id == picture.id],
        "admin_graphql_api_id": gids.gid("ProductImage", picture.id),
    }


def _medium(writing: Writing, picture: Picture) -> Json:
    return {
        "id": picture.id,
        "alt": picture.alt,
        "media_content_type": "IMAGE",
        "created_at": writing.time(picture.created_at),
        "updated_at": writing.time(picture.updated_at),
        "admin_graphql_api_id": gids.gid("MediaImage", picture.id),
    }


def _category(product: Product) -> Json | None:
    return None if product.category is None else {"admin_graphql_api_id": product.category}


def variant_body(writing: Writing) -> Json | None:
    variant = writing.shop.variants.get(writing.hint.number)
    if variant is None:
        return None
    product = writing.shop.product_of(variant)
    return _variant(writing, product, variant, product.variants.index(variant) + 1)


BODIES: Mapping[str, Writer] = {
    "VARIANTS": variant_body,
    "PRODUCTS": product_body,
    "PRODUCTS_DELETE": only_id,
}
