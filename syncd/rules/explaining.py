"""Why a product looks as it does in the shop: one sentence, the most pressing that is true."""

from __future__ import annotations

from collections.abc import Callable

from syncd.phrases import phrase
from syncd.rules import equal_words, field_words, waiting_words
from syncd.rules.clock_words import moment
from syncd.rules.facts import Answer, Facts
from syncd.rules.waiting_words import steps


def why(facts: Facts) -> Answer:
    """The first rule that has a word to say says it; the last one always has."""
    return next(answer for rule in RULES if (answer := rule(facts)) is not None)


def _unreadable(facts: Facts) -> Answer | None:
    if facts.is_here is not None:
        return None
    said, hint = facts.broken
    sentence = phrase("The Backoffice cannot be read, so nothing is sent: {said}", said=said)
    return Answer(sentence, (hint,) if hint else ())


def _foreign(facts: Facts) -> Answer | None:
    """Only Shopify has it."""
    if facts.is_here or facts.is_linked or not facts.is_there:
        return None
    return Answer(
        phrase("The shop has it, but no product of the Backoffice is linked with it."),
        (phrase("give both the same SKUs, then link them: `syncd link`"),),
    )


def _held(facts: Facts) -> Answer | None:
    hold, change = facts.hold, facts.change
    if hold is None or change is None or change.state == "dead":
        return None
    since = moment(change.first_event_at, facts.now)
    if hold.is_rejected:
        return Answer(
            phrase(
                "Held back since {since}: run {run} was rejected ({reasons}).",
                since=since,
                run=hold.run_id,
                reasons=hold.why,
            ),
            (phrase("mend it in the Backoffice, or `syncd approve {run}`", run=hold.run_id),),
        )
    return Answer(
        phrase(
            "Waits since {since} for an answer: run {run} holds it ({reasons}).",
            since=since,
            run=hold.run_id,
            reasons=hold.why,
        ),
        (phrase("`syncd approve {run}` sends it, `syncd reject {run}` does not", run=hold.run_id),),
    )


def _waits(facts: Facts) -> Answer | None:
    """A change of the product itself waits, or is dead."""
    return waiting_words.answer(facts, facts.change) if facts.change else None


def _refused(facts: Facts) -> Answer | None:
    if not facts.refusal:
        return None
    said, hints = steps(facts.refusal)
    return Answer(phrase("It cannot be sent as it stands: {said}", said=said), hints)


def _gone(facts: Facts) -> Answer | None:
    """The Backoffice has deleted it."""
    if facts.is_here:
        return None
    if not facts.is_linked:
        return Answer(phrase("The Backoffice does not have it any more, nor does the shop."))
    if facts.status == "ARCHIVED" and facts.is_there is not False:
        return Answer(
            phrase(
                "The Backoffice has deleted it; it is archived in the shop since {at}.",
                at=moment(facts.accepted_at or facts.now, facts.now),
            ),
            is_well=True,
        )
    if facts.is_there is False:
        return Answer(phrase("It is deleted in the Backoffice as well as in the shop."))
    return Answer(
        phrase(
            "The Backoffice has deleted it; it is archived in the shop by the next compare, {at}.",
            at=_compare(facts),
        ),
        (_at_once(facts),),
    )


def _deleted_there(facts: Facts) -> Answer | None:
    if not facts.is_linked or facts.is_there is not False:
        return None
    return Answer(
        phrase("Somebody has deleted it in Shopify; it is not made anew by itself."),
        (
            phrase("put it inactive in the Backoffice if it shall stay away"),
            phrase("`syncd send {key}` tells what to do if it shall come back", key=facts.key),
        ),
    )


def _reverted(facts: Facts) -> Answer | None:
    if facts.reverted_at is None:
        return None
    return Answer(
        phrase(
            "A person took it back to an earlier form at {at}; the shop keeps that until the "
            "Backoffice wants something else than it did then.",
            at=moment(facts.reverted_at, facts.now),
        )
    )


def _never_sent(facts: Facts) -> Answer | None:
    if facts.is_linked:
        return None
    if not facts.standing.is_linked:
        return waiting_words.unlinked(facts)
    return Answer(
        phrase(
            "It is not linked with the shop, and nothing waits; the next compare looks at it, "
            "{at}.",
            at=_compare(facts),
        ),
        (_at_once(facts),),
    )


def _differs(facts: Facts) -> Answer | None:
    """Nothing waits, and yet both sides are not alike."""
    if not facts.differences:
        return None
    names = field_words.fields([one.field for one in facts.differences], facts.skus)
    who = {one.who for one in facts.differences}
    if who == {"shopify"}:
        return Answer(
            phrase(
                "Changed in Shopify: {names}; it goes back with the next compare, {at}.",
                names=names,
                at=_compare(facts),
            ),
            (_at_once(facts),),
        )
    if facts.standing.router_waits_since is not None and who <= {"backoffice", "both"}:
        since = moment(facts.standing.router_waits_since, facts.now)
        return Answer(
            phrase(
                "Changed in the Backoffice: {names}; events wait for the router since {since}.",
                names=names,
                since=since,
            ),
            (phrase("is a daemon running? `syncd status`"),),
        )
    return Answer(
        phrase(
            "It differs: {names}; nothing waits, so the next compare puts it right, {at}.",
            names=names,
            at=_compare(facts),
        ),
        (_at_once(facts),),
    )


def _count(facts: Facts) -> Answer | None:
    """The product is as it should be, a count of it is not."""
    changes = facts.of("stock")
    return waiting_words.answer(facts, changes[0]) if changes else None


def _compare(facts: Facts) -> str:
    """When the whole shop is compared the next time."""
    standing = facts.standing
    is_sent_to = standing.enabled and standing.sync_products and standing.is_linked
    if not is_sent_to or standing.paused_until is not None:
        return phrase("once the shop is sent to again")
    if standing.open_run is not None and standing.open_state in ("asked", "reading", "comparing"):
        return phrase("under way now")
    if standing.next_compare_at is None:
        return phrase("when somebody asks for it")
    if standing.next_compare_at <= standing.now:
        return phrase("as soon as a daemon runs")
    return phrase("at {at}", at=moment(standing.next_compare_at, facts.now))


def _at_once(facts: Facts) -> str:
    return phrase("`syncd send {key}` does it at once", key=facts.key)


RULES: tuple[Callable[[Facts], Answer | None], ...] = (
    _unreadable,
    _foreign,
    _held,
    _waits,
    _refused,
    _gone,
    _deleted_there,
    _reverted,
    _never_sent,
    _differs,
    _count,
    equal_words.pictures,
    equal_words.kept,
    equal_words.blocked,
    equal_words.equal,
)
