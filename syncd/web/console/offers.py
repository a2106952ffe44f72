"""What a shop's settings are chosen from: the Backoffice's places, the shop's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import anyio
from aiohttp import web

from syncd.errors import ConfigError, ShopifyError
from syncd.flows import onboard
from syncd.phrases import phrase
from syncd.postgres import backoffice
from syncd.records import Shop
from syncd.rules.setting_kinds import Where
from syncd.web.console.visit import client_of, desk

PATIENCE_S = 4.0  # a page waits so long for Shopify, then shows what is stored


@dataclass(frozen=True, slots=True)
class Offers:
    """Names by key of each sort of place; `trouble`: why the shop could not be asked."""

    places: Mapping[Where, Mapping[str, str]] = field(default_factory=dict)
    trouble: str = ""


async def offered(request: web.Request, shop: Shop, account_id: str = "") -> Offers:
    """What there is now; of the account that is named, if it is one."""
    pool = desk(request).pool
    accounts = await backoffice.accounts(pool)
    account = account_id if account_id in accounts else shop.account_id
    places: dict[Where, Mapping[str, str]] = {
        "account": {key: key for key in accounts},
        "department": await backoffice.departments(pool, account),
        "warehouse": await backoffice.warehouses(pool, account),
    }
    trouble = phrase("no answer within {seconds} s", seconds=round(PATIENCE_S))
    try:
        with anyio.move_on_after(PATIENCE_S):
            async with client_of(request, shop) as client:
                found = await onboard.probe(client)
            places |= {"location": found.locations, "channel": found.publications}
            return Offers(places)
    except (ConfigError, ShopifyError) as error:
        return Offers(places, error.message)
    return Offers(places, trouble)
