"""The pages by which people come in: sign in, the first link, sign out, another language."""

from __future__ import annotations

from aiohttp import web

from syncd.errors import ConfigError
from syncd.flows import entering
from syncd.flows.entering import TooOftenError
from syncd.postgres import people
from syncd.web.console.drawing import back, draw, safe_path
from syncd.web.console.guard import SESSION, TONGUE, VISITOR, remote, set_cookie
from syncd.web.console.visit import TONGUES, desk, visit

YEAR_S = 365 * 86400


def routes() -> list[web.RouteDef]:
    return [
        web.get("/signin", ask),
        web.post("/signin", enter),
        web.post("/signout", leave),
        web.get("/first/{token}", invited),
        web.post("/first/{token}", follow),
        web.post("/tongue", choose_tongue),
    ]


async def ask(request: web.Request) -> web.Response:
    to = safe_path(request.query.get("to", "/"))
    if visit(request).person is not None:
        return back(request, to)
    is_new = not await people.is_any(desk(request).pool)
    return draw(request, "signin.html", to=to, name="", error=None, is_new=is_new)


async def enter(request: web.Request) -> web.Response:
    form = await text_of(request)
    to, name = safe_path(form.get("to", "/")), form.get("name", "")
    try:
        token = await entering.enter(
            desk(request).pool, name, form.get("password", ""), remote(request)
        )
    except ConfigError as error:
        status = 429 if isinstance(error, TooOftenError) else 422
        answer = draw(
            request, "signin.html", status=status, to=to, name=name, error=error, is_new=False
        )
        if isinstance(error, TooOftenError):
            answer.headers["Retry-After"] = str(int(error.wait_s) + 1)
        return answer
    return _entered(request, token, to)


async def leave(request: web.Request) -> web.Response:
    await people.end(desk(request).pool, request.cookies.get(SESSION, ""))
    answer = back(request, "/signin")
    answer.del_cookie(SESSION)
    return answer


async def invited(request: web.Request) -> web.Response:
    role = await people.invited(desk(request).pool, request.match_info["token"])
    if role is None:
        raise entering.over()
    return draw(request, "first.html", role=role, name="", error=None)


async def follow(request: web.Request) -> web.Response:
    form, token = await text_of(request), request.match_info["token"]
    role = await people.invited(desk(request).pool, token)
    if role is None:
        raise entering.over()
    try:
        session = await entering.follow(
            desk(request).pool, token, form.get("name", ""), form.get("password", "")
        )
    except ConfigError as error:
        name = form.get("name", "")
        return draw(request, "first.html", status=422, role=role, name=name, error=error)
    return _entered(request, session, "/")


async def choose_tongue(request: web.Request) -> web.Response:
    form = await text_of(request)
    answer = back(request, safe_path(form.get("to", "/")))
    if (chosen := form.get("tongue")) in TONGUES:
        set_cookie(request, answer, TONGUE, str(chosen), age_s=YEAR_S)
    return answer


async def text_of(request: web.Request) -> dict[str, str]:
    """The fields of a form by name, the first of each; files are none of ours."""
    form = await request.post()
    return {name: value for name, value in reversed([*form.items()]) if isinstance(value, str)}


def _entered(request: web.Request, token: str, to: str) -> web.Response:
    """In: with a session that is new, whatever cookie the browser came with."""
    answer = back(request, to)
    set_cookie(request, answer, SESSION, token)
    answer.del_cookie(VISITOR)
    return answer
