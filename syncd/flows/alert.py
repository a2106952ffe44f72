"""Tell people what needs them: look at the alarms, then tell each target what is new to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

import asyncpg
import structlog

from syncd.errors import DeliveryError
from syncd.messengers import Messenger
from syncd.phrases import Tongue
from syncd.postgres import alerts, db
from syncd.postgres.alerts import Owed, Standing
from syncd.postgres.leases import Lease
from syncd.rules import alert_text, telling
from syncd.rules.telling import Alert, Noticed, Piece, Target, Told

log = structlog.get_logger()


async def notice_once(
    pool: asyncpg.Pool, targets: Collection[Target], *, late_after: timedelta | None = None
) -> Noticed:
    """Hold the alarms that stand now against those seen before; one transaction."""
    async with db.transaction(pool) as connection:
        await alerts.retire(connection, targets)
        standing = await alerts.standing(connection, late_after=late_after)
        muted = {one.alarm for one in await alerts.muted(connection)}
        known = await alerts.known(connection)
        noticed = telling.notice(known, standing, muted=muted, now=await db.clock(connection))
        await alerts.note(connection, noticed)
    _log(known, noticed)
    return noticed


def _log(known: Sequence[Alert], noticed: Noticed) -> None:
    """Once when it has settled, once when it is over."""
    before = {one.alert_id: one for one in known}
    for alert in noticed.changed:
        alarm = alert.alarm
        if alert.cleared_at is not None:
            log.info("alarm_over", alarm=alarm.alarm, shop=alarm.domain, key=alarm.key)
        elif before[alert.alert_id].settled_at is None and alert.settled_at is not None:
            log.warning("alarm_raised", alarm=alarm.alarm, shop=alarm.domain, key=alarm.key)


async def tell_once(pool: asyncpg.Pool, lease: Lease, messenger: Messenger, tongue: Tongue) -> int:
    """Tell one target what it is to be told now, in one message; returns how many alerts.

    The message is written down before it is sent. Who dies before the answer is written down, too,
    sends it again, under the same id: at least once, and twice rather than never. What was surely
    refused is decided anew after a while. Trouble of a target raises nothing: it is written down.
    """
    at = await alerts.find(pool, messenger.target)
    if at.now < at.due_at:
        return 0
    owed = await alerts.owed(pool, at.target)
    letter = await _letter(pool, at, owed)
    if not letter.pieces:
        return 0
    written_at = await alerts.begin(
        pool, lease, at.target, letter.message_id, letter.pieces, wait_s=telling.EVERY_S
    )
    if written_at is None:
        return 0  # another node's by now
    try:
        await messenger.deliver(
            alert_text.compose(
                letter.pieces,
                owed.alerts,
                message_id=letter.message_id,
                written_at=written_at,
                tongue=tongue,
            )
        )
    except DeliveryError as error:
        await _failed(pool, at, letter, error)
        return 0
    async with db.transaction(pool) as connection:
        await alerts.sent(connection, at.target, letter.message_id, _learnt(letter, owed, at.now))
    log.info("alert_sent", target=at.target, alerts=len(letter.pieces))
    return len(letter.pieces)


class _Letter(NamedTuple):
    """What a message tells; `is_again`: it may have arrived an earlier time."""

    message_id: UUID
    pieces: Sequence[Piece]
    is_again: bool


async def _letter(pool: asyncpg.Pool, at: Standing, owed: Owed) -> _Letter:
    """The one that is on its way already, as far as its alerts are there; else what is new."""
    left = [one for one in at.pieces if one.alert_id in owed.alerts]
    if at.message_id is not None and left:
        return _Letter(at.message_id, left, is_again=True)
    muted = {one.alarm for one in await alerts.muted(pool)}
    new = telling.due(
        [*owed.alerts.values()],
        owed.told,
        target=at.target,
        since=at.since,
        muted=muted,
        now=at.now,
    )
    return _Letter(uuid4(), new, is_again=False)


def _learnt(letter: _Letter, owed: Owed, now: datetime) -> dict[int, Told]:
    return {
        one.alert_id: telling.learnt(owed.told.get(one.alert_id), one.phase, now)
        for one in letter.pieces
    }


async def _failed(pool: asyncpg.Pool, at: Standing, letter: _Letter, error: DeliveryError) -> None:
    failures = at.failures + 1
    wait_s = max(telling.wait_s(failures), error.wait_s)
    is_kept = telling.is_kept(failures, is_unknown=error.is_unknown, was_doubtful=letter.is_again)
    log.error("alert_unsent", target=at.target, again_s=wait_s, error=error.message)
    await alerts.failed(
        pool, at.target, letter.message_id, error.message, wait_s=wait_s, is_kept=is_kept
    )


async def trial(pool: asyncpg.Pool, messenger: Messenger, tongue: Tongue) -> None:
    """Send a message that asks for nothing; raises DeliveryError."""
    written_at = await db.clock(pool)
    await messenger.deliver(
        alert_text.trial(message_id=uuid4(), written_at=written_at, tongue=tongue)
    )
