"""The page on which people are let in, passwords changed."""

from __future__ import annotations

from aiohttp import web

from syncd import passwords
from syncd.errors import ConfigError
from syncd.flows import entering
from syncd.phrases import phrase
from syncd.postgres import people
from syncd.web.console.drawing import back, draw
from syncd.web.console.guard import SESSION
from syncd.web.console.signin import text_of
from syncd.web.console.visit import ROLES, acting, desk, may, needs, person

DEEDS = 100


def routes() -> list[web.RouteDef]:
    return [
        web.get("/users", page),
        web.post("/users/link", link),
        web.post("/users/role", change_role),
        web.post("/users/remove", remove),
        web.post("/users/password", change_password),
    ]


async def page(request: web.Request) -> web.Response:
    return await _shown(request)


async def _shown(
    request: web.Request, *, status: int = 200, link: str = "", error: ConfigError | None = None
) -> web.Response:
    pool = desk(request).pool
    is_admin = may(request, "admin")
    return draw(
        request,
        "users.html",
        status=status,
        everybody=await people.all(pool) if is_admin else [],
        deeds=await people.deeds(pool, most=DEEDS) if is_admin else [],
        roles=ROLES,
        link=link,
        error=error,
    )


@needs("admin")
async def link(request: web.Request) -> web.Response:
    """A one-time link for somebody new, shown once."""
    role = (await text_of(request)).get("role", "")
    if role not in ROLES:
        raise web.HTTPBadRequest
    token = await entering.invite(desk(request).pool, role)
    async with acting(request) as connection:
        await people.note(connection, "invite", given={"role": role})
    base = desk(request).address or f"{request.scheme}://{request.host}"
    return await _shown(request, link=f"{base}/first/{token}")


@needs("admin")
async def change_role(request: web.Request) -> web.Response:
    form = await text_of(request)
    name, role = form.get("name", ""), form.get("role", "")
    if role not in ROLES:
        raise web.HTTPBadRequest
    async with acting(request) as connection:
        if role != "admin" and await people.is_last_admin(connection, name):
            raise _last()
        if await people.set_role(connection, name, role):
            await people.note(connection, "role", given={"name": name, "role": role})
    return back(request, "/users", phrase("{name} has another role now.", name=name))


@needs("admin")
async def remove(request: web.Request) -> web.Response:
    name = (await text_of(request)).get("name", "")
    async with acting(request) as connection:
        if await people.is_last_admin(connection, name):
            raise _last()
        if await people.remove(connection, name):
            await people.note(connection, "remove_user", given={"name": name})
    return back(request, "/users", phrase("{name} can sign in no more.", name=name))


async def change_password(request: web.Request) -> web.Response:
    """One's own; whoever is signed in as the same elsewhere is signed out."""
    form, who, pool = await text_of(request), person(request), desk(request).pool
    found = await people.find(pool, who.name)
    try:
        if found is None or not await passwords.is_right(form.get("old", ""), found[1]):
            raise ConfigError(phrase("the present password is wrong"))
        new = await passwords.hashed(form.get("new", ""))
    except ConfigError as error:
        return await _shown(request, status=422, error=error)
    async with acting(request) as connection:
        await people.set_password(connection, who.name, new, but=request.cookies.get(SESSION))
        await people.note(connection, "password", given={"name": who.name})
    return back(request, "/users", phrase("The password is changed."))


def _last() -> ConfigError:
    return ConfigError(
        phrase("this is the only administrator"),
        hint=phrase("make somebody else an administrator first"),
    )
