"""How one change fared, with what is to become of it."""

from __future__ import annotations

import random
from dataclasses import dataclass

import anyio
import structlog

from syncd.errors import CallError, RowError, SyncdError
from syncd.flows.parcel import Parcel
from syncd.phrases import phrase
from syncd.postgres.db import LOST, is_lost
from syncd.records import Change
from syncd.rules import retry
from syncd.rules.retry import Dead, Retry, Verdict

INTERRUPTED = phrase("interrupted while it was being sent")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one change fared: `parcel` tells what Shopify accepted, None if nothing was to be sent.

    Without a verdict the change is given back; `halt` is the error that no change can help.
    `ended_s` is the time of Shopify's last answer by the monotonic clock.
    """

    change: Change
    verdict: Verdict | None
    error: str = ""
    parcel: Parcel | None = None
    ended_s: float = 0.0
    cause: str = "other"
    halt: Exception | None = None


def judged(change: Change, error: Exception, parcel: Parcel | None) -> Outcome:
    """A verdict on a failed attempt, or its halt; a bug of ours fails its row alone."""
    ended_s = anyio.current_time()
    chance = random.random()  # nosec B311  # spreads a wait
    try:
        if is_lost(error):
            raise error
        verdict = retry.decide(_timed(error), change.attempt, chance)
    except (SyncdError, *LOST) as halt:
        # Fenced by its claim, as any settling is, if there is something to write down.
        kept = Retry(0.0, blame=False) if parcel is not None and parcel.is_moved else None
        return Outcome(change, kept, str(halt), parcel, ended_s, halt=halt)
    is_ours = not isinstance(error, SyncdError | TimeoutError)
    said = (
        phrase("syncd made a mistake: {error}", error=repr(error))
        if is_ours
        else str(_timed(error))
    )
    event = "change_dead" if isinstance(verdict, Dead) else "change_retried"
    log.warning(
        event,
        key=change.key,
        attempt=change.attempt,
        error=said,
        exc_info=error if is_ours else None,
    )
    return Outcome(change, verdict, said, parcel, ended_s, _cause(error, is_ours=is_ours))


def _cause(error: Exception, *, is_ours: bool) -> str:
    """The sort of trouble, if it is a dead one's."""
    if is_ours:
        return "our_mistake"
    return error.cause if isinstance(error, RowError) else "failed_too_often"


def _timed(error: Exception) -> Exception:
    """Our own deadline is nobody's fault; Shopify may have carried out what was under way."""
    if isinstance(error, TimeoutError):
        return CallError(phrase("no end in sight within the time for one product"), is_unknown=True)
    return error


def interrupted(change: Change) -> Outcome:
    """What it is while it is under way: nobody knows yet whether Shopify accepted anything."""
    return Outcome(change, Retry(0.0, blame=False), error=INTERRUPTED)
