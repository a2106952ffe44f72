"""The shop's address, its time zone, what it may do: fields that few apps ask for."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from syncd.sandbox import gids
from syncd.sandbox.countries import COUNTRIES
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of

# As recorded of a development shop, 2026-05.
FEATURES = {
    "avalaraAvatax": False,
    "branding": "SHOPIFY",
    "bundles": {"eligibleForBundles": True, "ineligibilityReason": None, "sellsBundles": False},
    "captcha": True,
    "cartTransform": {
        "eligibleOperations": {
            "expandOperation": True,
            "mergeOperation": True,
            "updateOperation": True,
        }
    },
    "dynamicRemarketing": False,
    "eligibleForSubscriptionMigration": False,
    "eligibleForSubscriptions": False,
    "giftCards": True,
    "harmonizedSystemCode": True,
    "legacySubscriptionGatewayEnabled": False,
    "liveView": True,
    "paypalExpressSubscriptionGatewayStatus": "DISABLED",
    "reports": True,
    "sellsSubscriptions": True,
    "showMetrics": True,
    "storefront": True,
    "unifiedMarkets": True,
}


def address(source: dict[str, Any], info: Info) -> dict[str, Any]:
    """A shop that has told no more than its country."""
    code = shop_of(info).options.country
    name = COUNTRIES.get(code, code)
    nothing = "address1 address2 city company firstName lastName latitude longitude name phone"
    return {
        **dict.fromkeys([*nothing.split(), "province", "provinceCode", "zip"]),
        "__typename": "ShopAddress",
        "id": gids.gid("ShopAddress", gids.number(source["id"], "Shop") or 0),
        "coordinatesValidated": False,
        "country": name,
        "countryCode": code,
        "countryCodeV2": code,
        "formatted": [name],
        "formattedArea": name,
    }


def offset_minutes(_source: dict[str, Any], info: Info) -> int:
    """Of now, summer time included."""
    options = shop_of(info).options
    offset = options.clock.now().astimezone(ZoneInfo(options.timezone)).utcoffset()
    return int(offset.total_seconds() // 60) if offset is not None else 0


def offset(source: dict[str, Any], info: Info) -> str:
    """As +0100."""
    minutes = offset_minutes(source, info)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"


def abbreviation(_source: dict[str, Any], info: Info) -> str:
    """As CET, CEST."""
    options = shop_of(info).options
    return f"{options.clock.now().astimezone(ZoneInfo(options.timezone)):%Z}"


FIELDS: Fields = {
    "Shop": {
        "shopAddress": address,
        "timezoneAbbreviation": abbreviation,
        "timezoneOffset": offset,
        "timezoneOffsetMinutes": offset_minutes,
        "enabledPresentmentCurrencies": lambda _shop, info: [shop_of(info).options.currency],
        "features": lambda _shop, _info: FEATURES,
        "paymentSettings": lambda _shop, _info: {"supportedDigitalWallets": []},
    }
}
