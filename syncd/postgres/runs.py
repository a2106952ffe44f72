"""Runs: compares of whole shops, or held changes, from their beginning to their end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import asyncpg

from syncd.errors import ConfigError, LeaseLostError
from syncd.postgres.db import Executor, Statement, Statements
from syncd.postgres.leases import Lease
from syncd.rules.guards import Numbers

sql = Statements("runs")

State = Literal["asked", "reading", "comparing", "held", "sending", "done", "rejected", "failed"]
SHOWN, ALL = 20, 1000


@dataclass(frozen=True, slots=True)
class Run:
    """One run as it stands; see the comments of syncd.run."""

    run_id: int
    shop_id: int
    domain: str
    kind: Literal["resync", "revert", "guard", "link"]
    state: State
    is_dry: bool
    is_forced: bool
    with_prices: bool
    of_run: int | None
    keys: tuple[str, ...] | None
    asked_by: str
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    operation: str | None
    operation_at: datetime | None
    reads: int
    total: int
    done: int
    products: int
    same: int
    differs: int
    only_here: int
    only_there: int
    conflict: int
    sent: int
    ok: int
    failed: int
    parked: int
    points: int
    by_change: int | None
    by_bulk: int | None
    expected_s: float | None
    counts: int | None
    hold: tuple[str, ...]
    decided_by: str | None
    decided_at: datetime | None
    error: str | None


async def ask(
    db: Executor,
    shop_id: int,
    *,
    is_dry: bool = False,
    is_forced: bool = False,
    with_prices: bool = False,
    of_run: int | None = None,
    keys: Sequence[str] | None = None,
    asked_by: str | None = None,
) -> int | None:
    """Ask for a resync, or with `of_run` for what takes that run back; `keys` None: all of it.

    Returns its number, None while another run of the shop is under way.
    """
    run_id: int | None = await sql.ask.value(
        db,
        shop_id=shop_id,
        kind="resync" if of_run is None else "revert",
        is_dry=is_dry,
        is_forced=is_forced,
        with_prices=with_prices,
        of_run=of_run,
        keys=None if keys is None else list(keys),
        asked_by=asked_by,
    )
    return run_id


async def ask_in_time(db: Executor) -> list[int]:
    """Ask for a run of each shop whose time has come; returns the shops, most often none."""
    return [row["shop_id"] for row in await sql.ask_in_time.fetch(db)]


async def counted(db: Executor, run: Run, counts: int) -> None:
    """So many more counts were not as last agreed on."""
    await sql.counted.execute(db, run_id=run.run_id, counts=counts)


async def under_way(db: Executor, shop_id: int) -> Run | None:
    """The run of the shop that has not ended, what the guards hold left out."""
    found = await all_under_way(db, shop_id)
    return next((one for one in found if one.kind != "guard"), None)


async def all_under_way(db: Executor, shop_id: int) -> list[Run]:
    """The runs of the shop that have not ended, the newest first."""
    return await _found(db, shop_id=shop_id, is_open=True, most=ALL)


async def waiting(db: Executor) -> list[Run]:
    """The runs of all shops that wait for an answer."""
    found = await _found(db, is_open=True, most=ALL)
    return [one for one in found if one.state == "held" and one.decided_at is None]


async def find(db: Executor, run_id: int) -> Run | None:
    return next(iter(await _found(db, run_id=run_id)), None)


async def newest(
    db: Executor, *, shop_id: int | None = None, before: int | None = None, most: int = SHOWN
) -> list[Run]:
    """The last runs of a shop or of all, the newest first; or those before one."""
    return await _found(db, shop_id=shop_id, before=before, most=most)


async def _found(
    db: Executor,
    *,
    run_id: int | None = None,
    shop_id: int | None = None,
    is_open: bool | None = None,
    before: int | None = None,
    most: int = 1,
) -> list[Run]:
    rows = await sql.found.fetch(
        db, run_id=run_id, shop_id=shop_id, is_open=is_open, before=before, most=most
    )
    return [
        Run(**{**row, "hold": tuple(row["hold"]), "keys": row["keys"] and tuple(row["keys"])})
        for row in rows
    ]


async def numbers(db: Executor, shop_id: int) -> Numbers:
    """The numbers of the shop's guards; raises ConfigError when there is no such shop."""
    row = await sql.numbers.row(db, shop_id=shop_id)
    if row is None:
        raise ConfigError(f"there is no shop {shop_id}", hint="it may have been removed just now")
    return Numbers(**row)


async def begin_read(db: Executor, run: Run, lease: Lease) -> None:
    """Note that the bulk query is about to be started. Raises LeaseLostError, as do the others."""
    await ours(sql.begin_read, db, run, lease)


async def not_begun(db: Executor, run: Run) -> None:
    """The bulk query was surely not started, which counts for nothing."""
    await sql.not_begun.execute(db, run_id=run.run_id)


async def read(db: Executor, run: Run, lease: Lease, operation: str) -> None:
    """Note the bulk query that reads the shop."""
    await ours(sql.read, db, run, lease, operation=operation)


async def progress(db: Executor, run: Run, lease: Lease, *, done: int, total: int) -> None:
    await ours(sql.progress, db, run, lease, done=done, total=total)


async def begin_compare(db: Executor, run: Run, lease: Lease, *, total: int) -> None:
    """What an earlier attempt noted is forgotten; `total` products will be looked at."""
    await ours(sql.begin_compare, db, run, lease, total=total)


async def hold(db: Executor, run: Run, lease: Lease, reasons: Sequence[str]) -> None:
    await ours(sql.hold, db, run, lease, reasons=list(reasons))


async def plan(
    db: Executor, run: Run, lease: Lease, *, by_change: int, by_bulk: int, expected_s: float
) -> None:
    """Note how what the run found is to be sent, in products, with how long that should take."""
    planned = {"by_change": by_change, "by_bulk": by_bulk, "expected_s": expected_s}
    await ours(sql.plan, db, run, lease, **planned)


async def spend(db: Executor, shop_id: int, points: int) -> None:
    """So many points were spent while the shop's run was under way."""
    await sql.spend.execute(db, shop_id=shop_id, points=points)


async def end(db: Executor, run: Run) -> None:
    """It has ended well."""
    await sql.done.execute(db, run_id=run.run_id)


async def fail(db: Executor, run: Run, error: str) -> None:
    """It cannot go on: `error` says why, in plain words."""
    await sql.fail.execute(db, run_id=run.run_id, error=error)


async def approve(db: Executor, run_id: int) -> None:
    """Let a held run go on, or what a rejected one of the guards still holds.

    Raises ConfigError when it does not wait for an answer.
    """
    await _answer(sql.approve, db, run_id)


async def reject(db: Executor, run_id: int) -> None:
    """End a held run; raises ConfigError when it does not wait for an answer."""
    await _answer(sql.reject, db, run_id)


async def _answer(statement: Statement, db: Executor, run_id: int) -> None:
    try:
        await statement.value(db, run_id=run_id)
    except asyncpg.RaiseError as error:
        raise ConfigError(str(error), hint=error.hint or "") from error


async def ours(statement: Statement, db: Executor, run: Run, lease: Lease, **values: Any) -> None:
    """Do it as long as the shop is ours; raises LeaseLostError."""
    if await statement.value(db, run_id=run.run_id, fence=lease.fence, **values) is None:
        raise LeaseLostError(f"run {run.run_id} is another node's by now, or has ended")
