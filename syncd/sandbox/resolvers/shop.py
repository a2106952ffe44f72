"""The shop itself, the app that asks, the places (locations, publications)."""

from __future__ import annotations

import zlib
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.options import ShopOptions
from syncd.sandbox.resolvers.fields import (
    Fields,
    Info,
    shop_of,
)
from syncd.sandbox.shop import Shop
from syncd.sandbox.versions import VERSIONS

SHOP_CREATED_AT = "2024-01-15T08:00:00Z"


def shop_number(options: ShopOptions) -> int:
    return 10_000_000_000 + zlib.crc32(options.domain.encode())


def shop(_root: None, info: Info) -> dict[str, Any]:
    options = shop_of(info).options
    number = shop_number(options)
    return {
        "__typename": "Shop",
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
        "fulfillmentServices": [_manual(shop_of(info))],
    }


def _manual(shop: Shop) -> dict[str, Any]:
    """The shop's own hands, which ship from its first location."""
    return {
        "__typename": "FulfillmentService",
        "id": "gid://shopify/FulfillmentService/manual",
        "handle": "manual",
        "serviceName": "Manual",
        "callbackUrl": None,
        "trackingSupport": False,
        "inventoryManagement": False,
        "requiresShippingMethod": True,
        "type": "MANUAL",
        "location": next(iter(shop.locations.values()), None),
    }


def current_app_installation(_root: None, info: Info) -> dict[str, Any]:
    app = info.context.app
    return {
        "__typename": "AppInstallation",
        "id": gids.gid("AppInstallation", app.number + 1),
        "app": {
            "__typename": "App",
            "id": gids.gid("App", app.number),
            "handle": app.client_id,
            "title": app.client_id,
        },
        "accessScopes": [
            {"handle": scope, "description": scope.replace("_", " ").capitalize()}
            for scope in app.scopes
        ],
    }


def public_api_versions(_root: None, _info: Info) -> list[dict[str, Any]]:
    return [{"handle": one, "displayName": one, "supported": True} for one in VERSIONS]


FIELDS: Fields = {
    "QueryRoot": {
        "shop": shop,
        "currentAppInstallation": current_app_installation,
        "publicApiVersions": public_api_versions,
    },
}
