"""Errors as pages: what happened, what to do; never a traceback."""

from __future__ import annotations

import secrets

import anyio
import asyncpg
import structlog
from aiohttp import ClientConnectionResetError, web

from syncd.errors import ConfigError, OutageError, ShopifyError, SyncdError
from syncd.phrases import phrase
from syncd.web.console.drawing import draw
from syncd.web.console.guard import Stale, tongue_of
from syncd.web.console.visit import VISIT, Handler, Missing, Visit

PATIENCE_S = 25.0
AGAIN_S = 5
AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InterfaceError,
    OutageError,
    TimeoutError,
    OSError,
)
log = structlog.get_logger()


@web.middleware
async def tell(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whatever a page raises becomes a page that says so."""
    try:
        if request.path.startswith("/live/") or request.path.endswith(".csv"):  # they stream
            return await handler(request)
        with anyio.fail_after(PATIENCE_S):
            return await handler(request)
    except web.HTTPException as refused:
        if refused.status < 400:
            raise
        return _refusal(request, refused)
    except ConfigError as error:
        return _page(request, 422, error.message, error.hint)
    except ShopifyError as error:
        return _page(request, 502, error.message, error.hint)
    except ClientConnectionResetError:
        raise  # they left the page: nobody is there to be told
    except AWAY as error:
        log.error("console_database_away", error=type(error).__name__)
        answer = _page(
            request,
            503,
            phrase("The database does not answer."),
            phrase("This page tries again by itself; nothing is lost meanwhile."),
        )
        answer.headers["Refresh"] = str(AGAIN_S)
        return answer
    except SyncdError as error:
        return _page(request, 500, error.message, error.hint)
    except Exception:  # a bug of ours must not show what it works with
        number = secrets.token_hex(4)
        log.exception("console_failed", number=number, path=request.path)
        return _page(
            request,
            500,
            phrase("Something went wrong on our side."),
            phrase("It is written in the log under number {number}.", number=number),
        )


def _refusal(request: web.Request, refused: web.HTTPException) -> web.Response:
    if isinstance(refused, Missing):
        what, hint = refused.what, ""
    elif isinstance(refused, Stale):
        what = phrase("This form is out of date.")
        hint = phrase("Go back, load the page anew, then try again.")
    elif refused.status == 403:
        what = phrase("You may not do this.")
        hint = phrase("An administrator can give you the rights: Users.")
    elif refused.status == 404:
        what, hint = phrase("There is no such page."), phrase("Look on the overview.")
    elif refused.status == 413:
        what, hint = phrase("That is too much for one form."), phrase("Send less at a time.")
    elif refused.status == 421:
        what = phrase("The console does not answer under this name.")
        hint = phrase("Use the address that SYNCD_CONSOLE_ADDRESS names, or this machine's own.")
    else:
        what, hint = phrase("The request cannot be answered."), ""
    answer = _page(request, refused.status, what, hint)
    if allowed := refused.headers.get("Allow"):
        answer.headers["Allow"] = allowed
    return answer


def _page(request: web.Request, status: int, what: str, hint: str) -> web.Response:
    if VISIT not in request:
        request[VISIT] = Visit(tongue_of(request), secrets.token_urlsafe(24))
    return draw(request, "trouble.html", status=status, what=what, hint=hint)
