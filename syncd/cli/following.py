"""Look on while a run is carried, until it has ended or waits for a person."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import anyio
import asyncpg
import orjson
from rich.progress import Progress

from syncd.cli import show_runs
from syncd.cli.run import FOUND_WRONG, console
from syncd.cli.serving import LOOK_S
from syncd.demo import report
from syncd.flows import resync as sending
from syncd.postgres import bulk, differences, runs, shops
from syncd.postgres.runs import Run
from syncd.records import Shop
from syncd.supervisor import House

IDLE_S = 5.0  # without anything that will be tried soon
PAGE = 1000  # differences at a time


async def follow(house: House, shop: Shop, run_id: int, *, as_json: bool) -> None:
    """Show how far the run is, until it has ended, is held, or the shop is paused."""
    with report.bar(console) as progress:
        task = progress.add_task(shop.domain, total=None, note="")
        async for run in _looks(house, shop, run_id):
            if as_json:
                progress.stop()
                _tell(run)
            else:
                _draw(progress, task, run)


def _draw(progress: Progress, task: Any, run: Run) -> None:
    doing = f"{show_runs.DOING.get(run.state, run.state)} {run.domain}"
    speed = progress.tasks[0].speed if run.state in ("comparing", "sending") else None
    note = f"{run.points} points" if speed is None else f"{speed:.0f}/s, {run.points} points"
    progress.update(task, description=doing, total=run.total or None, completed=run.done, note=note)


async def _looks(house: House, shop: Shop, run_id: int) -> AsyncIterator[Run]:
    """The run, again and again, until nothing of it will move soon."""
    idle_s = anyio.current_time() + IDLE_S
    while not house.stop.is_set():
        run = await runs.find(house.pool, run_id)
        if run is None:
            return
        yield run
        if run.ended_at is not None or (run.state == "held" and run.decided_at is None):
            return
        if run.state != "sending" or await is_sending(house.pool, shop, run):
            idle_s = anyio.current_time() + IDLE_S
        if anyio.current_time() > idle_s:
            return  # the rest waits long, and status tells why
        if all(one.shop_id != shop.shop_id for one in await shops.ready(house.pool)):
            return  # paused: the rest waits, and status tells why
        await house.rest(LOOK_S)


async def is_sending(pool: asyncpg.Pool, shop: Shop, run: Run) -> bool:
    """Whether something is with Shopify now, or will be soon."""
    return bool(await bulk.under_way(pool, shop.shop_id, most=1)) or await sending.is_waited_for(
        pool, shop, run.asked_at
    )


def _tell(run: Run) -> None:
    console.file.write(orjson.dumps(run, default=str).decode() + "\n")
    console.file.flush()


async def conclude(pool: asyncpg.Pool, run_id: int, took_s: float | None) -> int:
    """Say what the run found, what became of it; returns the exit code. No time: as JSON."""
    ended = await runs.find(pool, run_id)
    assert ended is not None  # runs stay
    if took_s is None:
        _tell(ended)
    else:
        show_runs.summary(console, ended, await differences.by_who(pool, run_id), took_s)
        found = await differences.found(pool, run_id, most=PAGE)
        show_runs.differences(console, ended, found)
    is_well = ended.state == "done" and not ended.parked and not ended.conflict
    return 0 if is_well else FOUND_WRONG
