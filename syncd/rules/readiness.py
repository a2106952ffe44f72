"""Does syncd do what it is for? What a probe is told when it does not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from syncd.metrics import Figure
from syncd.phrases import Phrase, phrase

# A resync's changes may wait for long behind all others, as in the view syncd.alarm.
PATIENT, PATIENT_S = "resync", 6 * 3600.0
# Pauses (like) whose trouble is the token: Shopify's answer, a sign-in, an app that was removed.
REFUSED = (
    "the access token is not valid%",
    "% does not let the app sign in: %",
    "the app was removed from the shop;%",
)
Why = Literal["database_away", "token_dead", "change_late"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why syncd is not ready, with what to do; `shop` empty: it concerns all."""

    why: Why
    shop: str
    message: Phrase
    next_step: Phrase


def away(said: str) -> Reason:
    """The database gave no answer, or this one."""
    return Reason(
        "database_away",
        "",
        phrase("the database does not answer: {why}", why=said),
        phrase("check that Postgres runs, and that this host reaches it"),
    )


def reasons(figures: Iterable[Figure], late_after_s: float) -> list[Reason]:
    """Of what the database told: dead tokens, changes that could have been sent for so long."""
    found: list[Reason] = []
    values = {(one.name, *one.labels): one.value for one in figures}
    late: dict[str, float] = {}
    for (name, *labels), value in values.items():
        shop = labels[0] if labels else ""
        if name == "token_valid" and not value:
            found.append(_dead(shop))
        elif name == "oldest_due_seconds" and values.get(("shop_sending", shop)):
            limit_s = max(late_after_s, PATIENT_S) if labels[1] == PATIENT else late_after_s
            if value > limit_s:
                late[shop] = max(late.get(shop, 0.0), value)
    found.extend(_late(shop, age_s) for shop, age_s in late.items())
    return sorted(found, key=lambda one: (one.shop, one.why))


def _dead(shop: str) -> Reason:
    return Reason(
        "token_dead",
        shop,
        phrase("Shopify does not accept the access token of {shop}", shop=shop),
        phrase("make a new one in Shopify, then `syncd shop token {shop}`", shop=shop),
    )


def _late(shop: str, age_s: float) -> Reason:
    return Reason(
        "change_late",
        shop,
        phrase(
            "{shop}: a change could have been sent for {minutes} minutes",
            shop=shop,
            minutes=int(age_s // 60),
        ),
        phrase("see `syncd status`, and the log of the node that has the shop"),
    )
