"""What of a step waits for an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from syncd.phrases import phrase
from syncd.rules.harms import Harm
from syncd.rules.retry import Retry

HELD_S = 86_400.0  # until it is looked at anew by itself: an answer, or news, come sooner
HELD_BY = "held by run"  # an error that begins so is none: sql/surface.sql knows it, too
ANSWERED = phrase("an answer to what holds it came this moment")


@dataclass(frozen=True, slots=True)
class Kept:
    """A change that is not carried; `run_id` is None where its hold is still to be noted."""

    harms: Sequence[Harm]
    why: str
    run_id: int | None = None
    is_rejected: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """What of a step is held back, by key, and what harm the rest does where it counts.

    `reasons` are those of the hold that is to be noted, `open_run` the one that waited for an
    answer when this was judged.
    """

    kept: Mapping[str, Kept] = field(default_factory=dict)
    counted: Mapping[str, Sequence[Harm]] = field(default_factory=dict)
    reasons: Sequence[str] = ()
    open_run: int | None = None


def end(kept: Kept, run_id: int | None) -> tuple[Retry, str]:
    """How a change ends that is kept, and why; without a run it is judged anew at once."""
    if run_id is None:
        return Retry(0.0, blame=False), ANSWERED
    said = phrase(
        "held by run {run}: {why}: syncd approve {run}, or syncd reject {run}",
        run=run_id,
        why=kept.why,
    )
    if kept.is_rejected:
        said = phrase(
            "held by run {run}, which was rejected: {why}: mend it in the Backoffice",
            run=run_id,
            why=kept.why,
        )
    return Retry(HELD_S, blame=False, until_news=True), said
