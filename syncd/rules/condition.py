"""How a shop does, in one sentence: the most pressing that is true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from syncd.phrases import Phrase, phrase
from syncd.rules.clock_words import span
from syncd.rules.waiting_words import steps

REMOVED = "the app was removed from the shop"  # pauses begin with it
REFUSED = ("the access token is not valid", "does not let the app sign in")  # or hold it
ENDLESS_S = 1e9  # a pause that is longer has no end


@dataclass(frozen=True, slots=True)
class Doing:
    """A run that is under way or waits for an answer; `total` 0: not known yet."""

    run_id: int
    kind: str
    state: str
    is_asking: bool = False
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a shop; `paused_s` is for how long it still is paused, 0: it is not.

    `last_s` is how long ago Shopify last accepted something; None: nothing yet, or long ago.
    `late`: changes wait that could have been sent long ago. `trouble` is what else needs a person,
    in a few words.
    """

    enabled: bool = True
    is_linked: bool = True
    sends_products: bool = True
    paused_s: float = 0.0
    paused_why: str = ""
    is_served: bool = True
    is_router_behind: bool = False
    waiting: int = 0
    oldest_s: float | None = None
    is_late: bool = False
    dead: int = 0
    runs: tuple[Doing, ...] = ()
    trouble: str = ""
    last_s: float | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """The sentence; `is_well`: nobody needs to do anything."""

    sentence: Phrase
    is_well: bool = False


def condition(known: Known) -> Condition:
    """The first rule that has a word to say says it; the last one always has."""
    return next(found for rule in RULES if (found := rule(known)) is not None)


def _disabled(known: Known) -> Condition | None:
    if known.enabled:
        return None
    return Condition(phrase("The shop is switched off: nothing is sent, changes wait."))


def _refused(known: Known) -> Condition | None:
    if known.paused_s <= 0:
        return None
    if known.paused_why.startswith(REMOVED):
        return Condition(phrase("The app was removed from the shop, so nothing is sent."))
    if any(words in known.paused_why for words in REFUSED):
        return Condition(
            phrase("Shopify refuses the access token, so nothing is sent. Give a new one.")
        )
    return None


def _paused(known: Known) -> Condition | None:
    if known.paused_s <= 0:
        return None
    why = steps(known.paused_why)[0].rstrip(".")
    if known.paused_s > ENDLESS_S:
        return Condition(phrase("Paused until somebody resumes it: {why}.", why=why))
    left = span(known.paused_s)
    return Condition(phrase("Paused for another {left}: {why}.", left=left, why=why))


def _unserved(known: Known) -> Condition | None:
    if known.is_served:
        return None
    return Condition(phrase("syncd is not running: changes wait, nothing is lost."))


def _unlinked(known: Known) -> Condition | None:
    if known.is_linked:
        return None
    for run in known.runs:
        if run.kind == "link" and run.is_asking:
            return Condition(
                phrase(
                    "The first link is prepared and waits for an answer: run {run}.", run=run.run_id
                )
            )
        if run.kind == "link":
            return Condition(
                phrase("The shop is being linked: {how_far}.", how_far=_how_far(run)), True
            )
    return Condition(phrase("The shop is not linked yet: nothing is sent before it is."))


def _silent(known: Known) -> Condition | None:
    if known.sends_products:
        return None
    return Condition(phrase("Products are not sent to this shop: that is switched off."))


def _asking(known: Known) -> Condition | None:
    asking = [run for run in known.runs if run.is_asking]
    if not asking:
        return None
    if len(asking) > 1:
        return Condition(phrase("{count} runs are held and wait for an answer.", count=len(asking)))
    run = asking[0].run_id
    return Condition(phrase("Run {run} is held and waits for an answer.", run=run))


def _late(known: Known) -> Condition | None:
    if known.is_router_behind:
        return Condition(phrase("Changes in the Backoffice are waiting and are not sent."))
    if not known.is_late:
        return None
    return Condition(phrase("Sending is behind: {waiting}.", waiting=_waiting(known)))


def _dead(known: Known) -> Condition | None:
    if known.dead == 1:
        return Condition(phrase("One change needs a person; everything else goes on."))
    if known.dead:
        return Condition(
            phrase("{count} changes need a person; everything else goes on.", count=known.dead)
        )
    return None


def _trouble(known: Known) -> Condition | None:
    if not known.trouble:
        return None
    return Condition(phrase("Something needs a person: {what}.", what=known.trouble))


def _running(known: Known) -> Condition | None:
    for run in known.runs:
        if run.kind == "guard" or run.is_asking:
            continue
        how_far = _how_far(run)
        if run.kind == "revert":
            return Condition(phrase("A run is being taken back: {how_far}.", how_far=how_far), True)
        return Condition(phrase("The whole shop is compared: {how_far}.", how_far=how_far), True)
    return None


def _busy(known: Known) -> Condition | None:
    if not known.waiting:
        return None
    return Condition(phrase("On its way: {waiting}.", waiting=_waiting(known)), True)


def _up_to_date(known: Known) -> Condition:
    if known.last_s is None:
        return Condition(phrase("Everything is up to date. Nothing was sent of late."), True)
    return Condition(
        phrase(
            "Everything is up to date. The last change reached Shopify {ago} ago.",
            ago=span(known.last_s),
        ),
        True,
    )


def _waiting(known: Known) -> Phrase:
    oldest = span(known.oldest_s or 0.0)
    if known.waiting == 1:
        return phrase("one change waits, for {oldest} now", oldest=oldest)
    return phrase(
        "{count} changes wait, the oldest for {oldest} now", count=known.waiting, oldest=oldest
    )


def _how_far(run: Doing) -> Phrase:
    if run.state == "asked":
        return phrase("it begins at once")
    if run.state == "reading":
        return phrase("Shopify reads out its products")
    if not run.total:
        return phrase("under way")
    done = min(run.done, run.total)
    if run.state == "sending":
        return phrase("{done} of {total} products sent", done=done, total=run.total)
    return phrase("{done} of {total} products looked at", done=done, total=run.total)


RULES: tuple[Callable[[Known], Condition | None], ...] = (
    _disabled,
    _refused,
    _paused,
    _unserved,
    _unlinked,
    _silent,
    _asking,
    _late,
    _dead,
    _trouble,
    _running,
    _busy,
    _up_to_date,
)
