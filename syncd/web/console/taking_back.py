"""What a run sent is taken back, after a page that tells what that is."""

from __future__ import annotations

from aiohttp import web

from syncd.phrases import phrase
from syncd.postgres import people, reverts, runs
from syncd.web.console.drawing import back, draw
from syncd.web.console.run import NUMBER, run_of
from syncd.web.console.visit import acting, desk, needs, person

SHOWN = 25


def routes() -> list[web.RouteDef]:
    return [web.get(NUMBER + "/revert", page), web.post(NUMBER + "/revert", revert)]


@needs("operator")
async def page(request: web.Request) -> web.Response:
    """What would be taken back: all that Shopify accepted, or the products `key` names."""
    run, keys = await run_of(request), request.query.getall("key", []) or None
    found = await reverts.sent(desk(request).pool, run.run_id, keys=keys, after=0, most=SHOWN + 1)
    return draw(
        request,
        "revert.html",
        run=run,
        keys=keys or [],
        found=found[:SHOWN],
        is_more=len(found) > SHOWN,
        current=await runs.under_way(desk(request).pool, run.shop_id),
    )


@needs("operator")
async def revert(request: web.Request) -> web.Response:
    """Ask for the run that takes it back; one of the shop at a time, so twice is once."""
    run = await run_of(request)
    named = (await request.post()).getall("key", [])
    keys = sorted({one for one in named if isinstance(one, str)}) or None
    async with acting(request) as connection:
        run_id = await runs.ask(
            connection,
            run.shop_id,
            of_run=run.run_id,
            keys=keys,
            asked_by=f"console:{person(request).name}",
        )
        if run_id is not None:
            given = {"run": run_id, "of_run": run.run_id, **({"keys": keys} if keys else {})}
            await people.note(connection, "revert", shop_id=run.shop_id, given=given)
    if run_id is not None:
        return back(request, f"/runs/{run_id}", phrase("It is taken back now."))
    current = await runs.under_way(desk(request).pool, run.shop_id)
    return back(
        request,
        f"/runs/{current.run_id if current else run.run_id}",
        phrase("Another run of {shop} is under way: this is it.", shop=run.domain),
        is_bad=True,
    )
