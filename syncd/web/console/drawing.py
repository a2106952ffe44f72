"""Templates filled: each page's words in the reader's language, all values escaped."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache, partial
from pathlib import Path

from aiohttp import web
from babel.dates import format_datetime, format_timedelta
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from syncd.phrases import Phrase, Tongue, phrase, said
from syncd.postgres import people
from syncd.recall import recalled
from syncd.rules.clock_words import is_endless
from syncd.web.console.visit import desk, may, visit
from syncd.web.console.waiting import WAITING

HERE = Path(__file__).parent
LOCALES = {"nb": "nb_NO", "en": "en_GB"}
FLASH = "syncd_flash"
NONE = "–"


@cache
def environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals["static"] = static
    return found


@cache
def assets() -> Mapping[str, tuple[bytes, str]]:
    """The files of static/, by name, each with a digest for its address."""
    found = {one.name: one.read_bytes() for one in (HERE / "static").iterdir() if one.is_file()}
    return {name: (raw, hashlib.sha256(raw).hexdigest()[:12]) for name, raw in found.items()}


def static(name: str) -> str:
    """The address of a file: another one when the file is another."""
    return f"/static/{assets()[name][1]}/{name}"


def draw(
    request: web.Request, template: str, *, status: int = 200, **values: object
) -> web.Response:
    """The page, in the language of who asks."""
    html = fragment(
        request,
        template,
        flash=_flash(request),
        path=request.path_qs,
        waiting=request.get(WAITING, 0),
        **values,
    )
    answer = web.Response(text=html, content_type="text/html", status=status)
    if FLASH in request.cookies:
        answer.del_cookie(FLASH)
    return answer


def fragment(request: web.Request, template: str, **values: object) -> str:
    """A part of a page as HTML."""
    here = visit(request)
    words = {
        "_": partial(tell, here.tongue),
        "said": partial(translated, here.tongue),
        "ago": partial(ago, here.tongue),
        "moment": partial(moment, here.tongue),
        "span": partial(span, here.tongue),
        "number": partial(number, here.tongue),
        "money": partial(money, here.tongue),
    }
    return environment().get_template(template).render(
        **words,
        tongue=here.tongue,
        person=here.person,
        can=partial(may, request),
        seal=seal(here.token),
        address=desk(request).address,
        **values,
    )  # fmt: skip


def tell(tongue: Tongue, template: str, **values: object) -> str:
    """A sentence that stands in a template; `make words` finds it there."""
    return said(Phrase(template, values), tongue)


def translated(tongue: Tongue, text: object) -> str:
    """A sentence that was made elsewhere, also one that was stored; None is a dash."""
    if text is None:
        return NONE
    return said(text if isinstance(text, Phrase) else recalled(str(text)), tongue)


def ago(tongue: Tongue, at: datetime | None) -> Markup:
    """`for 12 sekunder siden`, with the exact moment beside it for who points at it."""
    if at is None:
        return Markup(NONE)  # nosec B704  # a constant of ours
    if is_endless(at):
        return escape(said(phrase("until somebody resumes it"), tongue))
    span = at - datetime.now(UTC)
    if abs(span) < timedelta(seconds=1):
        span = timedelta(seconds=-1)
    words = format_timedelta(span, add_direction=True, threshold=1.5, locale=LOCALES[tongue])
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        at.isoformat(), moment(tongue, at), words
    )


def moment(tongue: Tongue, at: datetime | None) -> str:
    """`30. nov. 2026, 21:50:49`, on this machine's clock."""
    if at is None or is_endless(at):
        return NONE
    return format_datetime(at.astimezone(), "medium", locale=LOCALES[tongue])


def span(tongue: Tongue, lasts: timedelta) -> str:
    """`12 sekunder`: how long something takes, in one unit."""
    lasts = max(lasts, timedelta(seconds=1))
    return format_timedelta(lasts, threshold=1.5, locale=LOCALES[tongue])


def number(tongue: Tongue, amount: float | Decimal | None) -> str:
    """`12 345`; at most one digit behind the point."""
    if amount is None:
        return NONE
    return format_decimal(amount, format="#,##0.#", locale=LOCALES[tongue])


def money(tongue: Tongue, amount: str | Decimal | None) -> str:
    """`1 299,00`"""
    if amount is None:
        return NONE
    return format_decimal(Decimal(amount), format="#,##0.00", locale=LOCALES[tongue])


def seal(token: str) -> str:
    """What a form must hold to be ours: nobody can know it who cannot read our pages."""
    return hmac.new(people.digest(token), b"form", hashlib.sha256).hexdigest()


def back(request: web.Request, path: str, done: str = "", *, is_bad: bool = False) -> web.Response:
    """Go to a page of ours after a form; it shows once what was done. Always 303.

    `path` is ours, never the visitor's: see `safe_path` for those that came with a form.
    """
    answer = web.Response(status=303, headers={"Location": path})
    if done:
        words = ("!" if is_bad else "+") + said(done, visit(request).tongue)
        text = words.encode()[:1500].hex()
        answer.set_cookie(FLASH, text, max_age=60, httponly=True, samesite="Strict")
    return answer


def safe_path(text: str, otherwise: str = "/") -> str:
    """A path on this server, or `otherwise`: no form leads anybody elsewhere."""
    is_ours = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return text if is_ours and "\\" not in text else otherwise


def _flash(request: web.Request) -> tuple[str, str] | None:
    """What was done, with its tone."""
    try:
        text = bytes.fromhex(request.cookies.get(FLASH, "")).decode(errors="replace")
    except ValueError:
        return None
    return ("bad" if text[0] == "!" else "good", text[1:]) if text else None


Drawer = Callable[..., web.Response]
