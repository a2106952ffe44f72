"""Why something that waits is not in the shop yet."""

from __future__ import annotations

from syncd.phrases import phrase
from syncd.recall import recalled
from syncd.rules import field_words
from syncd.rules.clock_words import is_endless, moment
from syncd.rules.facts import Answer, Facts, Waiting

STEP = "\n  → "  # how an error is written down with its next step: errors.py
REQUEST = "\n  request id "


def answer(facts: Facts, change: Waiting) -> Answer:
    """One that is due, under way, tried again, or given up."""
    if change.state == "dead":
        return _dead(facts, change)
    for rule in (_stopped, _under_way, _failed):
        if (found := rule(facts, change)) is not None:
            return found
    given = {"what": what(facts, change), "since": _since(facts, change)}
    if change.due_at > facts.standing.now:
        due = moment(change.due_at, facts.now)
        return Answer(phrase("Waits since {since}: {what}; it is sent at {due}.", due=due, **given))
    if not facts.standing.is_held:
        return Answer(
            phrase("Waits since {since}: {what}; no daemon works at the shop.", **given),
            (phrase("start one with `syncd run`"),),
        )
    return Answer(
        phrase(
            "Waits since {since}: {what}; its turn comes in lane {lane}.",
            lane=lane(change.lane),
            **given,
        )
    )


def unlinked(facts: Facts) -> Answer:
    """Nothing was ever sent to the shop."""
    return Answer(
        phrase("Never sent: the shop is not linked with the Backoffice yet."),
        (
            phrase("link what is there already: `syncd link`"),
            phrase("if the shop is empty: `syncd shop declare-empty {shop}`", shop=facts.domain),
        ),
    )


def what(facts: Facts, change: Waiting) -> str:
    """What of the product waits, as far as it is known."""
    if change.kind == "stock":
        return phrase("count of {sku}", sku=facts.skus.get(change.key) or change.key)
    ours = [one.field for one in facts.differences if one.who != "shopify"]
    if ours:
        return field_words.fields(ours, facts.skus)
    return field_words.touched(change.changed) if change.changed else phrase("the product")


def lane(name: str) -> str:
    words = {
        "stock": phrase("stock"),
        "orders": phrase("orders"),
        "price": phrase("prices"),
        "product": phrase("products"),
        "resync": phrase("resync, behind all others"),
    }
    return words.get(name, name)


def steps(error: str) -> tuple[str, tuple[str, ...]]:
    """What an error says, without its next steps; these. Each can be said in other languages."""
    said, *hints = error.partition(REQUEST)[0].split(STEP)
    return recalled(said.strip()), tuple(recalled(hint.strip()) for hint in hints)


def request_id(error: str) -> str:
    """Shopify's id of the call that failed so; empty where it answered none."""
    return error.partition(REQUEST)[2].split("\n")[0].strip()


def first_line(text: str) -> str:
    """That of an error; it can be said in other languages."""
    return recalled(text.split("\n", 1)[0].strip() if "\n" in text else text)


def _since(facts: Facts, change: Waiting) -> str:
    return moment(change.first_event_at, facts.now)


def _dead(facts: Facts, change: Waiting) -> Answer:
    said, hints = steps(change.error or "")
    again = phrase(
        "then it is sent by itself; if nothing changes there: `syncd dead retry {key}`",
        key=change.key,
    )
    return Answer(
        phrase(
            "Given up at {at}: {said}",
            at=moment(change.failed_at or facts.now, facts.now),
            said=said,
        ),
        (*hints, again),
    )


def _stopped(facts: Facts, change: Waiting) -> Answer | None:
    """The shop is not sent to."""
    shop, domain = facts.standing, facts.domain
    given = {"what": what(facts, change), "since": _since(facts, change)}
    if not shop.is_linked:
        return unlinked(facts)
    if not shop.enabled:
        return Answer(
            phrase("Waits since {since}: {what}; the shop is disabled.", **given),
            (phrase("`syncd shop enable {shop}` sends what waits", shop=domain),),
        )
    if not shop.sync_products and change.kind == "product":
        return Answer(
            phrase(
                "Waits since {since}: {what}; the shop gets no products by its settings.", **given
            ),
            (phrase("the setting is sync_products"),),
        )
    if shop.paused_until is None:
        return None
    until = phrase("until somebody resumes it")
    if not is_endless(shop.paused_until):
        until = phrase("until {at}", at=moment(shop.paused_until, facts.now))
    reason, hints = steps(shop.paused_reason or "")
    return Answer(
        phrase(
            "Waits since {since}: {what}; the shop is paused {until}, because: {reason}",
            until=until,
            reason=reason,
            **given,
        ),
        (*hints, phrase("`syncd resume {shop}` ends the pause", shop=domain)),
    )


def _under_way(facts: Facts, change: Waiting) -> Answer | None:
    if change.state != "claimed":
        return None
    return Answer(
        phrase(
            "It is being sent at this moment: {what}, by {node}.",
            what=what(facts, change),
            node=change.claimed_by or "–",
        )
    )


def _failed(facts: Facts, change: Waiting) -> Answer | None:
    """The last attempt failed; it is tried again."""
    if change.error is None or change.failed_at is None:
        return None
    said, hints = steps(change.error)
    shown = {"at": moment(change.failed_at, facts.now), "said": said}
    if change.due_at > facts.standing.now:
        due = moment(change.due_at, facts.now)
        return Answer(
            phrase("Failed at {at}, tried again at {due}: {said}", due=due, **shown), hints
        )
    return Answer(phrase("Failed at {at}, tried again next: {said}", **shown), hints)
