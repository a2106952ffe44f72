"""All pages there are, by address."""

from __future__ import annotations

from aiohttp import web

from syncd.web.console import (
    attention,
    home,
    live,
    mending,
    run,
    run_sheet,
    runs,
    signin,
    taking_back,
    users,
)


def routes() -> list[web.RouteDef]:
    return [
        *signin.routes(),
        *home.routes(),
        *users.routes(),
        *runs.routes(),
        *run.routes(),
        *run_sheet.routes(),
        *taking_back.routes(),
        *attention.routes(),
        *mending.routes(),
        *live.routes({**home.parts(), **runs.parts(), **run.parts(), **attention.parts()}),
    ]
