"""The answer when nothing is on its way: equal, or as equal as it shall be."""

from __future__ import annotations

from syncd.phrases import phrase
from syncd.rules import field_words
from syncd.rules.clock_words import listed, span
from syncd.rules.facts import Answer, Facts
from syncd.rules.waiting_words import first_line


def pictures(facts: Facts) -> Answer | None:
    if not facts.failed_pictures:
        return None
    return Answer(
        phrase("Equal but for pictures: {said}", said=listed(facts.failed_pictures, 1)),
        (
            phrase(
                "they are sent again when the product is read: `syncd send {key}`", key=facts.key
            ),
        ),
    )


def kept(facts: Facts) -> Answer | None:
    if not facts.kept:
        return None
    first = facts.kept[0]
    return Answer(
        phrase(
            "Equal but for what the merchant set in Shopify: {names} ({theirs} instead of {ours}); "
            "it stays until the Backoffice's changes.",
            names=field_words.fields([one.field for one in facts.kept], facts.skus),
            theirs=first.observed or "–",
            ours=first.wanted or "–",
        ),
        (phrase("`syncd resync --prices` writes the Backoffice's prices over it"),),
        is_well=True,
    )


def blocked(facts: Facts) -> Answer | None:
    if not facts.blocked:
        return None
    return Answer(
        phrase(
            "Everything is equal; blocked in the Backoffice, so that none is for sale: {skus}.",
            skus=listed(facts.blocked),
        ),
        is_well=True,
    )


def equal(facts: Facts) -> Answer:
    ago = span((facts.now - facts.accepted_at).total_seconds()) if facts.accepted_at else "–"
    if facts.is_there is None:
        return Answer(
            phrase(
                "What was sent last, {ago} ago, is what the Backoffice says; Shopify was not "
                "asked: {said}",
                ago=ago,
                said=first_line(facts.unheard),
            ),
            is_well=True,
        )
    if facts.pending_pictures:
        return Answer(
            phrase(
                "Everything is equal, last sent {ago} ago; Shopify is still fetching pictures: "
                "{count}.",
                ago=ago,
                count=facts.pending_pictures,
            ),
            is_well=True,
        )
    if facts.accepted_at is None:
        return Answer(phrase("Everything is equal; nothing had to be sent so far."), is_well=True)
    return Answer(phrase("Everything is equal; last sent {ago} ago.", ago=ago), is_well=True)
