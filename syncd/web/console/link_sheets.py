"""The report of a link as a file for a spreadsheet: fetched, sent back with decisions."""

from __future__ import annotations

from aiohttp import ClientConnectionResetError, web

from syncd.errors import ConfigError
from syncd.phrases import phrase
from syncd.postgres import link_answers, people
from syncd.postgres.runs import Run
from syncd.rules import link_sheet
from syncd.web.console.drawing import back
from syncd.web.console.guard import HEADERS
from syncd.web.console.link_rows import READ, every, run_of
from syncd.web.console.trouble import AWAY
from syncd.web.console.visit import acting, desk, needs, shop_of

PLACE = "/shops/{domain}/link"
MARK = b"\xef\xbb\xbf"  # or spreadsheets take the letters for Windows' own


def routes() -> list[web.RouteDef]:
    return [web.get(PLACE + "/report.csv", fetch), web.post(PLACE + "/decisions", take_in)]


async def fetch(request: web.Request) -> web.StreamResponse:
    """All rows, sent as they are read."""
    shop = await shop_of(request)
    run = await run_of(request, shop)
    name = f"link-{shop.domain.partition('.')[0]}-{run.run_id}.csv"
    answer = web.StreamResponse(
        headers={
            **HEADERS,
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        }
    )
    await answer.prepare(request)
    try:
        await _write(request, answer, run)
    except ClientConnectionResetError:
        pass  # they have seen enough
    except AWAY:
        if request.transport is not None:
            request.transport.abort()  # so that nobody takes a part for the whole
    return answer


async def _write(request: web.Request, answer: web.StreamResponse, run: Run) -> None:
    head, *_ = link_sheet.write(run.run_id, run.domain, [])
    await answer.write(MARK + head.encode())
    after = 0
    while rows := await link_answers.found(desk(request).pool, run.run_id, after=after, most=READ):
        _, *lines = link_sheet.write(run.run_id, run.domain, rows)
        await answer.write("".join(lines).encode())
        after = rows[-1].number


@needs("admin")
async def take_in(request: web.Request) -> web.Response:
    """What was decided in the file: all of it counts, or nothing."""
    shop = await shop_of(request)
    pool, run = desk(request).pool, await run_of(request, shop)
    file = (await request.post()).get("file")
    content = file.file.read() if isinstance(file, web.FileField) else b""
    if not content:
        raise ConfigError(
            phrase("no file was chosen"), hint=phrase("choose the file that you edited")
        )
    rows = {row.number: row for row in await every(pool, run.run_id)}
    said = link_sheet.read(content, run.run_id, rows)
    async with acting(request) as connection:
        await link_answers.decide(connection, run.run_id, said)
        given = {"run": run.run_id, "file": True}
        await people.note(
            connection, "decide_link", shop_id=shop.shop_id, given=given, rows=len(said)
        )
    told = phrase("{count} rows are decided.", count=len(said))
    return back(request, f"/shops/{shop.domain}/link", told)
