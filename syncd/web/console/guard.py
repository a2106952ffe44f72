"""Who may come in: our hosts, sessions, our forms; the headers of all that goes out."""

from __future__ import annotations

import hmac
import secrets
from urllib.parse import quote, urlsplit

from aiohttp import web

from syncd.phrases import Tongue
from syncd.postgres import people
from syncd.web.console.drawing import seal
from syncd.web.console.visit import VISIT, Handler, Visit, desk, may, visit

SESSION, VISITOR, TONGUE = "syncd_session", "syncd_visitor", "syncd_tongue"
MAX_FORM_BYTES = 256 * 1024
MAX_FILE_BYTES = 5 * 1024 * 1024
FILES = ("/shops/{domain}/link/decisions",)  # where an administrator may send one
OPEN = ("/signin", "/first/", "/static/", "/tongue")  # for who is not signed in
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
        " img-src 'self' https: http: data:; font-src 'self'; form-action 'self';"
        " frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with no-referrer browsers send forms as from nowhere
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
LOCAL = ("localhost", "127.0.0.1", "[::1]")


@web.middleware
async def dress(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The headers, on whatever is answered."""
    answer = await handler(request)
    if not answer.prepared:
        answer.headers.update(HEADERS)
        if not request.path.startswith("/static/"):
            answer.headers["Cache-Control"] = "no-store"
        if is_secure(request):
            answer.headers["Strict-Transport-Security"] = "max-age=31536000"
    return answer


@web.middleware
async def admit(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Find out who asks; nobody but them gets further than the door."""
    if not _is_ours(request):
        raise web.HTTPMisdirectedRequest
    given = request.cookies.get(SESSION, "")
    who = await people.seen(desk(request).pool, given) if given else None
    visitor = request.cookies.get(VISITOR, "")
    token = given if who else visitor if 20 <= len(visitor) <= 100 else secrets.token_urlsafe(24)
    request[VISIT] = Visit(tongue_of(request), token, who)
    if who is None and not request.path.startswith(OPEN):
        raise web.HTTPSeeOther(f"/signin?to={quote(request.path_qs, safe='')}")
    if request.method not in ("GET", "HEAD"):
        _refuse_large(request)
        await _refuse_forged(request)
    answer = await handler(request)
    if who is None and token != visitor and not answer.prepared:
        set_cookie(request, answer, VISITOR, token)
    return answer


def set_cookie(
    request: web.Request,
    answer: web.StreamResponse,
    name: str,
    value: str,
    *,
    age_s: int | None = None,
) -> None:
    """A cookie that no script reads and no other site sends along with a form."""
    answer.set_cookie(
        name,
        value,
        max_age=age_s,
        httponly=True,
        secure=is_secure(request),
        samesite="Lax",
    )


def is_secure(request: web.Request) -> bool:
    """Whether the browser came by TLS, which ends at a proxy before us."""
    address = desk(request).address
    return address.startswith("https:") and request.host == urlsplit(address).netloc


def tongue_of(request: web.Request) -> Tongue:
    """The language that was chosen, else the first one the browser wishes that we speak."""
    chosen = request.cookies.get(TONGUE, "")
    if chosen in ("nb", "en"):
        return "nb" if chosen == "nb" else "en"
    for wish in request.headers.get("Accept-Language", "nb").lower().split(","):
        name = wish.split(";")[0].strip().split("-")[0]
        if name in ("nb", "no", "nn"):
            return "nb"
        if name == "en":
            return "en"
    return "en"


def remote(request: web.Request) -> str:
    """The address of who asks: what a proxy on this machine says, else the line's other end."""
    peer = request.remote or ""
    forwarded = request.headers.get("X-Forwarded-For", "")
    if desk(request).address and peer in ("127.0.0.1", "::1") and forwarded:
        return forwarded.rsplit(",", 1)[-1].strip()[:64]
    return peer


def _is_ours(request: web.Request) -> bool:
    """Whether the host is one of ours: a foreign name that leads here is an attack (rebinding)."""
    name = request.host.rsplit(":", 1)[0] if ":" in request.host else request.host
    address = desk(request).address
    return name in LOCAL or request.host == "[::1]" or (
        bool(address) and request.host == urlsplit(address).netloc
    )  # fmt: skip


def _refuse_large(request: web.Request) -> None:
    """Raises 413 before anything is read of a body that is too long, or does not say how long."""
    resource = request.match_info.route.resource
    has_room = resource is not None and resource.canonical in FILES and may(request, "admin")
    most, size = MAX_FILE_BYTES if has_room else MAX_FORM_BYTES, request.content_length
    if request.body_exists and (size is None or size > most):
        raise web.HTTPRequestEntityTooLarge(max_size=most, actual_size=size or 0)


async def _refuse_forged(request: web.Request) -> None:
    """Raises 403 for a form that none of our pages held."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin", "")
    if site not in ("same-origin", "none"):
        raise web.HTTPForbidden
    if origin and urlsplit(origin).netloc != request.host:
        raise web.HTTPForbidden
    form = await request.post()
    given = form.get("seal", "")
    if not isinstance(given, str) or not hmac.compare_digest(
        given.encode(), seal(visit(request).token).encode()
    ):
        raise Stale


class Stale(web.HTTPForbidden):
    """A form that is not of this session: forged, or from before somebody signed in anew."""
