"""All pages there are, by address."""

from __future__ import annotations

from aiohttp import web

from syncd.web.console import (
    attention,
    home,
    link,
    link_rows,
    link_sheets,
    live,
    mending,
    run,
    run_sheet,
    runs,
    settings,
    setup,
    setup_choices,
    shop_deeds,
    shops,
    signin,
    taking_back,
    users,
)


def routes() -> list[web.RouteDef]:
    return [
        *signin.routes(),
        *setup.routes(),  # before those of a shop: /shops/new is none
        *home.routes(),
        *users.routes(),
        *runs.routes(),
        *run.routes(),
        *run_sheet.routes(),
        *taking_back.routes(),
        *attention.routes(),
        *mending.routes(),
        *shops.routes(),
        *setup_choices.routes(),
        *settings.routes(),
        *shop_deeds.routes(),
        *link.routes(),
        *link_rows.routes(),
        *link_sheets.routes(),
        *live.routes(
            {
                **home.parts(),
                **runs.parts(),
                **run.parts(),
                **attention.parts(),
                **setup.parts(),
                **link.parts(),
            }
        ),
    ]
