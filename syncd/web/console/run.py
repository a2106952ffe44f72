"""One run: how far it is, what it found, the answer to one that is held."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, get_args

import anyio
from aiohttp import web

from syncd.errors import ConfigError
from syncd.phrases import phrase
from syncd.postgres import db, differences, found, link_answers, runs
from syncd.postgres.differences import Verdict
from syncd.postgres.found import Choice
from syncd.postgres.runs import Run
from syncd.web.console.drawing import back, draw, fragment
from syncd.web.console.live import Part
from syncd.web.console.run_rows import rows
from syncd.web.console.signin import text_of
from syncd.web.console.visit import Missing, acting, desk, needs

PAGE = 50
MOVING = ("comparing", "sending")  # whose done, total count products
LOOKS = 15  # seconds over which a speed is told
NUMBER = r"/runs/{run:\d{1,18}}"
Looks = deque[tuple[float, str, int]]
LOOKED: web.RequestKey[Looks] = web.RequestKey("looked", deque)


@dataclass(frozen=True, slots=True)
class Pace:
    """Products a second, and how long the rest takes at that; None: nobody knows yet."""

    a_second: float | None = None
    left: timedelta | None = None


def routes() -> list[web.RouteDef]:
    return [
        web.get(NUMBER, page),
        web.post(NUMBER + "/approve", approve),
        web.post(NUMBER + "/reject", reject),
    ]


def parts() -> Mapping[str, Part]:
    return {"run": part}


async def page(request: web.Request) -> web.Response:
    run, pool = await run_of(request), desk(request).pool
    of, after = _choice(request.query.get("of", "")), request.query.get("after", "0")
    noted = await found.page(
        pool,
        run.run_id,
        of=of,
        after=int(after) if after.isdecimal() and len(after) < 10 else 0,
        most=PAGE + 1,
    )
    return draw(
        request,
        "run.html",
        by_who=await differences.by_who(pool, run.run_id) if run.differs else {},
        rows=rows(noted[:PAGE]),
        of=of,
        is_first=after in ("", "0"),
        next=noted[PAGE - 1].difference.place if len(noted) > PAGE else None,
        **await _values(request, run),
    )


async def part(request: web.Request) -> str:
    try:
        run = await _find(request, request.query.get("run", ""))
    except Missing:
        return ""
    return fragment(request, "run_part.html", **await _values(request, run))


async def _values(request: web.Request, run: Run) -> dict[str, Any]:
    pool = desk(request).pool
    is_open = run.state == "held" and run.decided_at is None
    return {
        "run": run,
        "now": await db.clock(pool),
        "pace": _pace(request, run),
        "is_open": is_open,
        "can_reconsider": run.kind == "guard" and run.state == "rejected",
        "can_revert": run.ok > 0 and run.kind in ("resync", "revert") and run.ended_at is not None,
    }


def _choice(text: str) -> Choice | None:
    known: Sequence[Choice] = (*get_args(Verdict), "harm")
    return next((one for one in known if one == text), None)


def _pace(request: web.Request, run: Run) -> Pace:
    """As it was over the last looks of this page; before that, as it was planned."""
    if run.state not in MOVING:
        return Pace()
    if LOOKED not in request:
        request[LOOKED] = deque(maxlen=LOOKS)
    looks = request[LOOKED]
    if looks and looks[-1][1] != run.state:
        looks.clear()
    looks.append((anyio.current_time(), run.state, run.done))
    span_s, done = looks[-1][0] - looks[0][0], run.done - looks[0][2]
    left = max(0, run.total - run.done)
    if span_s > 0 and done > 0:
        return Pace(done / span_s, timedelta(seconds=left * span_s / done))
    if run.state == "sending" and run.expected_s and run.total:
        return Pace(None, timedelta(seconds=run.expected_s * left / run.total))
    return Pace()


async def run_of(request: web.Request) -> Run:
    """The run that the address names; raises 404."""
    return await _find(request, request.match_info["run"])


async def _find(request: web.Request, number: str) -> Run:
    is_number = number.isdecimal() and len(number) < 19
    run = await runs.find(desk(request).pool, int(number)) if is_number else None
    if run is None:
        raise Missing(phrase("there is no run {run}", run=number[:20]))
    return run


@needs("operator")
async def approve(request: web.Request) -> web.Response:
    run = await run_of(request)
    if run.kind == "link":
        await link_answers.refuse_twice(desk(request).pool, run.run_id)
    seen = (await text_of(request)).get("seen", "")
    if seen.isdecimal() and run.kind == "guard" and run.differs > int(seen[:18]):
        more = phrase("More was held since you looked: look again, then answer.")
        return back(request, f"/runs/{run.run_id}", more, is_bad=True)
    return await _answered(request, run, is_yes=True)


@needs("operator")
async def reject(request: web.Request) -> web.Response:
    return await _answered(request, await run_of(request), is_yes=False)


async def _answered(request: web.Request, run: Run, *, is_yes: bool) -> web.Response:
    """Answer once; who comes second is told what was answered."""
    place = f"/runs/{run.run_id}"
    try:
        async with acting(request) as connection:
            await (runs.approve if is_yes else runs.reject)(connection, run.run_id)
    except ConfigError:
        done = phrase("This run does not wait for an answer: it was answered already, or has ended")
        return back(request, place, done, is_bad=True)
    if is_yes:
        return back(request, place, phrase("Approved: it is sent now."))
    if run.kind == "guard":
        kept = phrase("Rejected: it stays held until the Backoffice wants something else.")
        return back(request, place, kept)
    return back(request, place, phrase("Rejected: nothing of it was sent."))
