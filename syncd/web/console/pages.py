"""All pages there are, by address."""

from __future__ import annotations

from aiohttp import web

from syncd.web.console import home, live, product, product_deeds, products, signin, users


def routes() -> list[web.RouteDef]:
    return [
        *signin.routes(),
        *home.routes(),
        *users.routes(),
        *products.routes(),
        *product.routes(),
        *product_deeds.routes(),
        *live.routes({**home.parts(), **product.parts()}),
    ]
