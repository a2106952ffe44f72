"""Which alarms are told to whom: each once when it has stood, once when it is over."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from syncd.rules import alarms
from syncd.rules.alarms import Alarm, Identity

Phase = Literal["raised", "still", "over", "passed"]
Target = Literal["chat", "email"]
UNSENT = "alert_unsent"  # a target in trouble is not told that it is

EVERY_S = 60.0  # between two messages to a target, whatever became of the first
LONGEST_WAIT_S = 3600.0
REMINDED = timedelta(days=1)
KEPT = 20  # times a message is sent again as it is: half a day


@dataclass(frozen=True, slots=True)
class Alert:
    """An alarm since it was first seen: `settled_at` it had stood long enough to be told.

    Since `gone_at` it is not seen; it was over at `cleared_at`. `is_quiet`: it was muted then.
    """

    alert_id: int
    alarm: Alarm
    raised_at: datetime
    settled_at: datetime | None = None
    gone_at: datetime | None = None
    cleared_at: datetime | None = None
    is_quiet: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What a target knows of an alert: `last_at` it was told or reminded that it stands."""

    told_at: datetime
    last_at: datetime
    over_at: datetime | None = None


class Piece(NamedTuple):
    """One thing to tell. passed: it came and went before it could be told."""

    alert_id: int
    phase: Phase


@dataclass(frozen=True, slots=True)
class Noticed:
    """What a look at the alarms changes: new ones, other alerts, those to forget by their ids."""

    new: Sequence[Alarm]
    changed: Sequence[Alert]
    dropped: Sequence[int]


def notice(
    known: Sequence[Alert], standing: Sequence[Alarm], *, muted: Collection[str], now: datetime
) -> Noticed:
    """Hold what stands now against the alerts that are not over.

    What comes and goes before it has settled is as if it had never been. Seen twice at one moment,
    it changes nothing.
    """
    seen: dict[Identity, Alarm] = {one.identity: one for one in standing}
    changed, dropped = [], []
    for alert in known:
        there = seen.pop(alert.alarm.identity, None)
        if there is None and alert.settled_at is None:
            dropped.append(alert.alert_id)
            continue
        after = _gone(alert, muted, now) if there is None else _there(alert, there, now)
        if after != alert:
            changed.append(after)
    return Noticed([*seen.values()], changed, dropped)


def _there(alert: Alert, alarm: Alarm, now: datetime) -> Alert:
    settled_at = alert.settled_at
    if settled_at is None and now >= alert.raised_at + alarms.settle(alarm.alarm):
        settled_at = now
    return replace(alert, alarm=alarm, settled_at=settled_at, gone_at=None)


def _gone(alert: Alert, muted: Collection[str], now: datetime) -> Alert:
    name = alert.alarm.alarm
    if alert.gone_at is None:
        return replace(alert, gone_at=now)
    if now < alert.gone_at + alarms.settle(name):
        return alert
    return replace(alert, cleared_at=now, is_quiet=name in muted)


def due(
    alerts: Sequence[Alert],
    told: Mapping[int, Told],
    *,
    target: Target,
    since: datetime,
    muted: Collection[str],
    now: datetime,
) -> list[Piece]:
    """What this target is to be told now, the oldest first; all of it is one message.

    `since` is when the target was first there: what was over by then is no news.
    """
    found: list[Piece] = []
    for alert in sorted(alerts, key=lambda one: one.alert_id):
        is_own = alert.alarm.alarm == UNSENT and alert.alarm.key == target
        if alert.settled_at is None or is_own:
            continue
        is_muted = alert.alarm.alarm in muted
        phase = _phase(alert, told.get(alert.alert_id), since, is_muted=is_muted, now=now)
        if phase is not None:
            found.append(Piece(alert.alert_id, phase))
    return found


def _phase(
    alert: Alert, told: Told | None, since: datetime, *, is_muted: bool, now: datetime
) -> Phase | None:
    if alert.cleared_at is not None:
        if told is not None:
            return "over" if told.over_at is None else None
        return "passed" if alert.cleared_at > since and not alert.is_quiet else None
    if is_muted or alert.gone_at is not None:
        return None
    if told is None:
        return "raised"
    return "still" if now >= told.last_at + REMINDED else None


def learnt(told: Told | None, phase: Phase, now: datetime) -> Told:
    """What the target knows once it took the piece."""
    if phase in ("raised", "still") or told is None:
        first = told.told_at if told else now
        return Told(first, now, now if phase in ("over", "passed") else None)
    return replace(told, over_at=now)


def wait_s(failures: int) -> float:
    """Until a message is tried again that a target did not take, so often in a row."""
    return min(LONGEST_WAIT_S, EVERY_S * 2.0 ** min(max(failures - 1, 0), 10))


def is_kept(failures: int, *, is_unknown: bool, was_doubtful: bool) -> bool:
    """Whether a message that was not taken is sent again as it is, or what to tell decided anew.

    One that may have arrived is, now or an earlier time (`was_doubtful`): else a target could be
    told the end of what it was never told, or twice under two names. `failures` in a row; one that
    is refused for what stands in it must not block the road for ever.
    """
    return is_unknown or (was_doubtful and failures < KEPT)
