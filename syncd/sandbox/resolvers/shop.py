"""The shop itself, the app that asks, the places (locations, publications)."""

from __future__ import annotations

import zlib
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.connections import Key, by_id, page
from syncd.sandbox.records import Location, Publication
from syncd.sandbox.resolvers.fields import (
    Fields,
    Info,
    always,
    attribute,
    count,
    gid_of,
    legacy_id,
    shop_of,
)
from syncd.sandbox.resolvers.stock import level_at
from syncd.sandbox.versions import VERSIONS
from syncd.sandbox.words import invalid_id, not_simulated

APP_ID = 347_082_227_713
SHOP_CREATED_AT = "2024-01-15T08:00:00Z"


def shop(_root: None, info: Info) -> dict[str, Any]:
    options = shop_of(info).options
    number = 10_000_000_000 + zlib.crc32(options.domain.encode())
    return {
        "id": gids.gid("Shop", number),
        "name": options.name,
        "myshopifyDomain": options.domain,
        "url": f"https://{options.domain}",
        "email": options.email,
        "contactEmail": options.email,
        "currencyCode": options.currency,
        "taxesIncluded": options.taxes_included,
        "taxShipping": False,
        "ianaTimezone": options.timezone,
        "weightUnit": "KILOGRAMS",
        "unitSystem": "METRIC_SYSTEM",
        "createdAt": SHOP_CREATED_AT,
        "updatedAt": SHOP_CREATED_AT,
        "primaryDomain": {
            "id": gids.gid("Domain", number + 1),
            "host": options.domain,
            "url": f"https://{options.domain}",
            "sslEnabled": True,
        },
        "plan": {
            "publicDisplayName": options.pace.name,
            "shopifyPlus": options.pace.is_plus,
            "partnerDevelopment": False,
        },
        "resourceLimits": {
            "locationLimit": 200,
            "maxProductOptions": 3,
            "maxProductVariants": 2048,
            "redirectLimitReached": False,
        },
    }


def current_app_installation(_root: None, info: Info) -> dict[str, Any]:
    scopes = shop_of(info).options.scopes
    return {
        "id": gids.gid("AppInstallation", APP_ID + 1),
        "app": {"id": gids.gid("App", APP_ID), "handle": "sandbox-app", "title": "Sandbox app"},
        "accessScopes": [
            {"handle": scope, "description": scope.replace("_", " ").capitalize()}
            for scope in scopes
        ],
    }


def public_api_versions(_root: None, _info: Info) -> list[dict[str, Any]]:
    return [{"handle": one, "displayName": one, "supported": True} for one in VERSIONS]


def location(_root: None, info: Info, id: str | None = None) -> Location | None:
    """The named location; without a name the first."""
    places = shop_of(info).locations
    if id is None:
        return next(iter(places.values()), None)
    if (number := gids.number(id, "Location")) is None:
        raise invalid_id(id)
    return places.get(number)


def locations(_root: None, info: Info, **arguments: Any) -> Any:
    if arguments.get("query"):
        raise not_simulated("the search of locations")
    key = by_name if arguments["sortKey"] == "NAME" else by_id
    return page(sorted(shop_of(info).locations.values(), key=key), key, arguments)


def by_name(place: Location) -> Key:
    return (place.name, place.id)


def publications(_root: None, info: Info, **arguments: Any) -> Any:
    held = list(shop_of(info).publications.values())
    if arguments.get("catalogType") not in (None, "APP", "NONE"):
        held = []
    return page(held, by_id, arguments)


def catalog(publication: Publication, _info: Info) -> dict[str, str]:
    return {
        "__typename": "AppCatalog",
        "id": gids.gid("AppCatalog", publication.catalog_id),
        "title": publication.name,
        "status": "ACTIVE",
    }


def level(place: Location, info: Info, inventoryItemId: str, **_: Any) -> Any:
    number = gids.number(inventoryItemId, "InventoryItem")
    if number is None:
        raise invalid_id(inventoryItemId)
    item = shop_of(info).item(number)
    return item and level_at(item, place)


FIELDS: Fields = {
    "QueryRoot": {
        "shop": shop,
        "currentAppInstallation": current_app_installation,
        "publicApiVersions": public_api_versions,
        "location": location,
        "locations": locations,
        "publications": publications,
        "productsCount": lambda _root, info, **_: count(len(shop_of(info).products)),
        "productVariantsCount": lambda _root, info, **_: count(len(shop_of(info).variants)),
    },
    "Location": {
        "id": gid_of("Location"),
        "legacyResourceId": legacy_id,
        "name": attribute("name"),
        "isActive": always(True),
        "fulfillsOnlineOrders": always(True),
        "shipsInventory": always(True),
        "createdAt": attribute("created_at"),
        "updatedAt": attribute("created_at"),
        "inventoryLevel": level,
    },
    "Publication": {
        "id": gid_of("Publication"),
        "name": attribute("name"),
        "autoPublish": always(False),
        "supportsFuturePublishing": always(True),
        "catalog": catalog,
    },
}
