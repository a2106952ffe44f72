"""All that a run found as a file for spreadsheets, sent while it is read."""

from __future__ import annotations

from aiohttp import ClientConnectionResetError, web

from syncd.postgres import differences
from syncd.rules import difference_sheet
from syncd.web.console.guard import HEADERS
from syncd.web.console.run import NUMBER, run_of
from syncd.web.console.trouble import AWAY
from syncd.web.console.visit import desk

PAGE = 1000  # differences at a time
DELIMITER, MARK = ";", "\ufeff"  # as spreadsheets here want them


def routes() -> list[web.RouteDef]:
    return [web.get(NUMBER + "/differences.csv", sheet)]


async def sheet(request: web.Request) -> web.StreamResponse:
    run = await run_of(request)
    name = f"syncd-{run.domain.removesuffix('.myshopify.com')}-{run.run_id}.csv"
    answer = web.StreamResponse(
        headers={
            **HEADERS,
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        }
    )
    await answer.prepare(request)
    if request.method == "HEAD":
        return answer
    try:
        await _write(request, answer, run.run_id)
    except ClientConnectionResetError:
        pass  # they have seen enough
    except AWAY:
        if request.transport is not None:
            request.transport.abort()  # so that nobody takes a part for the whole
    return answer


async def _write(request: web.Request, answer: web.StreamResponse, run_id: int) -> None:
    await answer.write((MARK + difference_sheet.head(DELIMITER)).encode())
    after = 0
    while page := await differences.found(desk(request).pool, run_id, after=after, most=PAGE):
        await answer.write("".join(difference_sheet.lines(page, DELIMITER)).encode())
        after = page[-1].place
