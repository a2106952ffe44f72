"""People are told of alarms by the node that holds the router, for all shops."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from urllib.parse import unquote, urlsplit

import anyio
import structlog

from syncd.addresses import is_loopback
from syncd.flows import alert
from syncd.messengers import Chat, Mail, Messenger
from syncd.settings import Settings
from syncd.supervisor.house import DATABASE_LOST, Alerting, House, Work
from syncd.supervisor.loops import LONG_S

LOOK_S = 10.0
GENTLE = 20.0  # a look that takes long is followed by a rest of so many times that,
LONGEST_S = 60.0  # up to this
AGAIN_S = 60.0
log = structlog.get_logger()


def alerting_of(found: Settings) -> Alerting:
    """Whom to tell, as the settings say."""
    messengers: list[Messenger] = []
    if found.alert_url:
        messengers.append(Chat(found.alert_url))
    if found.alert_email and found.smtp_url and found.alert_from:
        messengers.append(mail_of(found.smtp_url, found.alert_from, found.alert_email))
    late_after = found.alert_after and timedelta(minutes=found.alert_after)
    return Alerting(tuple(messengers), found.alert_language, late_after or None)


def mail_of(url: str, sender: str, recipients: tuple[str, ...]) -> Mail:
    """A mail server's address: smtps from the first byte on, smtp by STARTTLS.

    A password goes nowhere unsealed but to this machine.
    """
    parts = urlsplit(url)
    is_tls = parts.scheme == "smtps"
    host = parts.hostname or ""
    return Mail(
        host=host,
        port=parts.port or (465 if is_tls else 587),
        sender=sender,
        recipients=recipients,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        is_tls=is_tls,
        must_tls=bool(parts.password) and not is_loopback(host),
    )


async def alert_all(house: House, work: Work) -> None:
    """Look, and tell each target apart: one that hangs holds up no other."""
    messengers = house.alerting.messengers
    targets = [one.target for one in messengers]
    look = partial(alert.notice_once, house.pool, targets, late_after=house.alerting.late_after)
    async with anyio.create_task_group() as group:
        group.start_soon(_repeat, house, look, "looking at alarms")
        for one in messengers:
            tell = partial(alert.tell_once, house.pool, work.lease, one, house.alerting.tongue)
            group.start_soon(_repeat, house, tell, f"telling alarms to {one.target}")


async def _repeat(house: House, step: Callable[[], Awaitable[object]], name: str) -> None:
    """Trouble of its own, a mistake of ours too, is no reason to stop what the daemon is for."""
    with house.loops.watched(name, LONG_S) as turned:
        while not house.stop.is_set():
            began_s = anyio.current_time()
            rest_s = LOOK_S
            try:
                await step()
            except TimeoutError as error:  # an OSError, too; but the database is there
                log.error("alerting_paused", pause_s=AGAIN_S, error=repr(error))
                rest_s = AGAIN_S
            except DATABASE_LOST:
                raise
            except Exception as error:
                log.error("alerting_paused", pause_s=AGAIN_S, error=repr(error), exc_info=True)
                rest_s = AGAIN_S
            took_s = anyio.current_time() - began_s
            rest_s = max(rest_s, min(took_s * GENTLE, LONGEST_S))
            turned(rest_s)
            await house.rest(rest_s)
