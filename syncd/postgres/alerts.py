"""Alarms as they were seen over time, with what was told of them to whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from syncd.postgres.db import Connection, Executor, Statements
from syncd.postgres.leases import Lease
from syncd.rules.alarms import Alarm
from syncd.rules.telling import Alert, Noticed, Phase, Piece, Target, Told

sql = Statements("alerts")

ERROR_CHARS = 500
ALARM = ("alarm", "shop_id", "domain", "key", "severity", "given")
TIMES = ("raised_at", "settled_at", "gone_at", "cleared_at", "is_quiet")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a target stands: nothing is sent before `due_at`; `message_id` is on its way."""

    target: Target
    since: datetime
    sent_at: datetime | None
    due_at: datetime
    failures: int
    last_error: str | None
    last_error_at: datetime | None
    message_id: UUID | None
    written_at: datetime | None
    pieces: Sequence[Piece]
    now: datetime


@dataclass(frozen=True, slots=True)
class Owed:
    """The alerts that a target may be told of, with what it knows of each."""

    alerts: Mapping[int, Alert]
    told: Mapping[int, Told]


@dataclass(frozen=True, slots=True)
class Health:
    """How a target does."""

    target: Target
    sent_at: datetime | None
    failures: int
    last_error: str | None
    last_error_at: datetime | None


@dataclass(frozen=True, slots=True)
class Mute:
    """A sort of alarm that is not told until then."""

    alarm: str
    until: datetime
    muted_by: str


@dataclass(frozen=True, slots=True)
class Listed:
    """An alert with when each target was told, as text of JSON."""

    alert: Alert
    told: Mapping[str, str]


async def standing(connection: Connection, *, late_after: timedelta | None) -> list[Alarm]:
    """What needs a person now; in a transaction, where `late_after` takes the place of the usual.

    `late_after` is how long a change may wait.
    """
    if late_after is not None:
        await sql.late_after.value(connection, setting=f"{late_after.total_seconds():.0f} s")
    return [Alarm(**row) for row in await sql.standing.fetch(connection)]


async def known(db: Executor) -> list[Alert]:
    """Alarms that were seen and are not over."""
    return [_alert(dict(row)) for row in await sql.known.fetch(db)]


async def note(connection: Connection, noticed: Noticed) -> None:
    """Write down what a look has changed; twice does no harm."""
    if noticed.dropped:
        await sql.forget.execute(connection, alert_ids=list(noticed.dropped))
    if noticed.changed:
        await sql.keep.execute(connection, rows=[_row(one) for one in noticed.changed])
    if noticed.new:
        rows = [{name: getattr(one, name) for name in ALARM} for one in noticed.new]
        await sql.add.execute(connection, rows=rows)


async def retire(db: Executor, targets: Collection[Target]) -> None:
    """Only these are in the settings now."""
    await sql.retire.execute(db, targets=list(targets))


async def muted(db: Executor) -> list[Mute]:
    """Sorts of alarm that are not told now."""
    return [Mute(**row) for row in await sql.muted.fetch(db)]


async def mute(db: Executor, alarm: str, *, hours: float | None) -> None:
    """Do not tell of this sort; without hours until it is unmuted."""
    await sql.mute.execute(db, alarm=alarm, hours=hours)


async def unmute(db: Executor, alarm: str) -> bool:
    """Tell of this sort again; whether it was muted."""
    return await sql.unmute.value(db, alarm=alarm) is not None


async def find(db: Executor, target: Target) -> Standing:
    """Where a target stands; it is added when it is new."""
    row = await sql.target.row(db, target=target)
    if row is None:
        await sql.add_target.execute(db, target=target)
        row = await sql.target.row(db, target=target)
    assert row is not None
    pieces = [Piece(alert_id, cast(Phase, phase)) for alert_id, phase in row["pieces"] or ()]
    return Standing(**{**row, "pieces": pieces})


async def owed(db: Executor, target: Target) -> Owed:
    """What a target may be told of."""
    rows = await sql.owed.fetch(db, target=target)
    told = {
        row["alert_id"]: Told(row["told_at"], row["last_at"], row["over_at"])
        for row in rows
        if row["told_at"] is not None
    }
    return Owed({row["alert_id"]: _alert(dict(row)) for row in rows}, told)


async def begin(
    db: Executor,
    lease: Lease,
    target: Target,
    message_id: UUID,
    pieces: Sequence[Piece],
    *,
    wait_s: float,
) -> datetime | None:
    """Write down what is about to be sent; when it was first written, None: another node's now."""
    written_at: datetime | None = await sql.begin.value(
        db,
        target=target,
        message_id=message_id,
        pieces=[list(one) for one in pieces],
        wait_s=wait_s,
        fence=lease.fence,
    )
    return written_at


async def sent(
    connection: Connection, target: Target, message_id: UUID, learnt: Mapping[int, Told]
) -> None:
    """The target took it, and knows this now; nothing when that is written already."""
    if await sql.sent.value(connection, target=target, message_id=message_id) is None:
        return
    rows = [{"alert_id": alert_id, **_iso(asdict(one))} for alert_id, one in learnt.items()]
    await sql.told.execute(connection, target=target, rows=rows)


async def failed(
    db: Executor, target: Target, message_id: UUID, error: str, *, wait_s: float, is_kept: bool
) -> None:
    """The target did not take it; `is_kept`: it is sent again as it is, else decided anew."""
    await sql.failed.execute(
        db,
        target=target,
        message_id=message_id,
        error=error.replace("\0", "")[:ERROR_CHARS] or "no reason was given",
        wait_s=wait_s,
        is_kept=is_kept,
    )


async def targets(db: Executor) -> list[Health]:
    """How each target does that was ever in the settings."""
    return [Health(**row) for row in await sql.targets.fetch(db)]


async def listed(db: Executor, *, hours: float) -> list[Listed]:
    """Alerts that stand, or were over within so many hours."""
    return [
        Listed(_alert(dict(row)), row["told"]) for row in await sql.listed.fetch(db, hours=hours)
    ]


def _alert(row: Mapping[str, Any]) -> Alert:
    alarm = Alarm(**{name: row[name] for name in ALARM})
    return Alert(row["alert_id"], alarm, **{name: row[name] for name in TIMES})


def _row(alert: Alert) -> dict[str, Any]:
    times = _iso({name: getattr(alert, name) for name in TIMES})
    return {
        "alert_id": alert.alert_id,
        "severity": alert.alarm.severity,
        "given": dict(alert.alarm.given),
        **times,
    }


def _iso(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
    }
