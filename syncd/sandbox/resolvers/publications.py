"""Where things are published: sales channels with their publications."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.connections import Key, by_id, page
from syncd.sandbox.records import Product, Publication, Published, Variant
from syncd.sandbox.resolvers.fields import (
    Fields,
    Info,
    Resolver,
    always,
    attribute,
    count,
    gid_of,
    shop_of,
)
from syncd.sandbox.resolvers.product_lists import counted, product_page
from syncd.sandbox.resolvers.product_search import PRODUCT_FIELDS
from syncd.sandbox.search import filtered
from syncd.sandbox.words import invalid_id

Publishable = Product | Variant

APP_TYPES = (None, "APP", "NONE")


def visible(product: Product, now: str) -> tuple[Published, ...]:
    """Only an active product is to be seen in a sales channel, and not before its date."""
    if product.status not in ("ACTIVE", "UNLISTED"):
        return ()
    return tuple(one for one in product.published if one.at <= now)


def held_by(thing: Publishable, info: Info, *, only_visible: bool) -> tuple[Published, ...]:
    """A variant is published where its product is, but where it was taken away by itself."""
    shop = shop_of(info)
    product = shop.product_of(thing) if isinstance(thing, Variant) else thing
    held = visible(product, shop.now()) if only_visible else product.published
    hidden = thing.hidden_on if isinstance(thing, Variant) else ()
    return tuple(one for one in held if one.publication_id not in hidden)


def published_on(thing: Publishable, info: Info, publicationId: str) -> bool:
    if (number := gids.number(publicationId, "Publication")) is None:
        raise invalid_id(publicationId)
    return _is_on(thing, info, number)


def published_on_channel(thing: Publishable, info: Info, channelId: str) -> bool:
    """A channel has the number of its publication."""
    if (number := gids.number(channelId, "Channel")) is None:
        raise invalid_id(channelId)
    return _is_on(thing, info, number)


def _is_on(thing: Publishable, info: Info, number: int) -> bool:
    return any(one.publication_id == number for one in held_by(thing, info, only_visible=True))


def resources(thing: Publishable, info: Info, **arguments: Any) -> Any:
    held = held_by(thing, info, only_visible=arguments["onlyPublished"])
    if arguments.get("catalogType") not in APP_TYPES:
        held = ()
    shown = [_resource(thing, one, info) for one in held]
    return page(shown, _key, arguments)


def _resource(thing: Publishable, one: Published, info: Info) -> dict[str, Any]:
    publication = shop_of(info).publications[one.publication_id]
    return {
        "isPublished": one in held_by(thing, info, only_visible=True),
        "publishDate": one.at,
        "publication": publication,
        "publishable": thing,
        "channel": channel_of(publication),
        "product": thing,
    }


def _key(resource: dict[str, Any]) -> Key:
    number = resource["publication"].id
    return (number, number)


def resources_count(thing: Publishable, info: Info, onlyPublished: bool = True) -> dict[str, Any]:
    return count(len(held_by(thing, info, only_visible=onlyPublished)))


def unpublished(thing: Publishable, info: Info, **arguments: Any) -> Any:
    taken = {one.publication_id for one in held_by(thing, info, only_visible=False)}
    left = [one for one in shop_of(info).publications.values() if one.id not in taken]
    return page(left, by_id, arguments)


PUBLISHABLE: dict[str, Resolver] = {
    "availablePublicationsCount": lambda thing, info: resources_count(thing, info),
    "publicationCount": lambda thing, info, onlyPublished=True: len(
        held_by(thing, info, only_visible=onlyPublished)
    ),
    "publishedOnChannel": published_on_channel,
    "publishedOnCurrentChannel": always(False),
    "publishedOnCurrentPublication": always(False),
    "publishedOnPublication": published_on,
    "resourcePublications": resources,
    "resourcePublicationsCount": resources_count,
    "resourcePublicationsV2": resources,
    "unpublishedPublications": unpublished,
}

# ----------------------------------------------------------------------------------- publications


def publication(_root: Any, info: Info, id: str) -> Publication | None:
    if (number := gids.number(id, "Publication")) is None:
        raise invalid_id(id)
    return shop_of(info).publications.get(number)


def publications(_root: Any, info: Info, **arguments: Any) -> Any:
    return page(_of_type(info, arguments), by_id, arguments)


def publications_count(_root: Any, info: Info, **arguments: Any) -> dict[str, Any]:
    return counted(len(_of_type(info, arguments)), arguments)


def _of_type(info: Info, arguments: dict[str, Any]) -> list[Publication]:
    is_app = arguments.get("catalogType") in APP_TYPES
    return list(shop_of(info).publications.values()) if is_app else []


def catalog(one: Publication, _info: Info) -> dict[str, str]:
    return {
        "__typename": "AppCatalog",
        "id": gids.gid("AppCatalog", one.catalog_id),
        "title": one.name,
        "status": "ACTIVE",
    }


def channel_of(one: Publication) -> dict[str, Any]:
    return {
        "__typename": "Channel",
        "id": gids.gid("Channel", one.id),
        "name": one.name,
        "handle": one.name.lower().replace(" ", "-"),
        "supportsFuturePublishing": True,
    }


def channels(one: Publication, _info: Info, **arguments: Any) -> Any:
    return page([channel_of(one)], lambda _channel: (one.id, one.id), arguments)


def all_channels(_root: Any, info: Info, **arguments: Any) -> Any:
    places = list(shop_of(info).publications.values())
    return page(
        [channel_of(one) for one in places],
        lambda channel: (number := gids.number(channel["id"], "Channel") or 0, number),
        arguments,
    )


def _products(one: Publication, info: Info) -> Iterable[Product]:
    return [
        product
        for product in shop_of(info).searchable("Product")
        if any(held.publication_id == one.id for held in product.published)
    ]


def products(one: Publication, info: Info, **arguments: Any) -> Any:
    return product_page(_products(one, info), info, arguments)


def products_count(one: Publication, info: Info, **arguments: Any) -> dict[str, Any]:
    found = filtered(_products(one, info), arguments.get("query"), PRODUCT_FIELDS, info)
    return counted(len(found), arguments)


FIELDS: Fields = {
    "QueryRoot": {
        "publication": publication,
        "publications": publications,
        "publicationsCount": publications_count,
        "channels": all_channels,
    },
    "Product": PUBLISHABLE,
    "ProductVariant": PUBLISHABLE,
    "Publication": {
        "id": gid_of("Publication"),
        "name": attribute("name"),
        "autoPublish": attribute("auto_publish"),
        "supportsFuturePublishing": always(True),
        "catalog": catalog,
        "channels": channels,
        "products": products,
        "includedProducts": products,
        "includedProductsCount": products_count,
    },
}
