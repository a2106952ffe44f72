"""Histories of a shelf: what moves on both sides, with what goes wrong when it is told."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

from hypothesis import strategies as st

Deed = Literal["till", "web", "count", "step", "told"]
Trouble = Literal["none", "web_moves", "till_moves", "refused", "died_before", "died_after"]
DEEDS: tuple[Deed, ...] = ("till", "till", "web", "web", "count", "step", "step", "told")
TROUBLES: tuple[Trouble, ...] = (
    "none",
    "none",
    "web_moves",
    "till_moves",
    "refused",
    "died_before",
    "died_after",
)


@dataclass(frozen=True, slots=True)
class Event:
    """`till`, `web`: `pieces` come or go there; `count`: so many are found in the warehouse.

    `told`: a webhook, maybe a late or a second one. `step`: syncd works, with some trouble:
    something moves between its look and its call, the call is refused, or syncd dies (its answer
    is lost) before or after Shopify has carried the call out.
    """

    deed: Deed
    pieces: int = 1
    trouble: Trouble = "none"


EVENTS = st.builds(Event, st.sampled_from(DEEDS), st.integers(-5, 5), st.sampled_from(TROUBLES))
HISTORIES = st.lists(EVENTS, max_size=15)


def history(seed: int) -> list[Event]:
    """One of endlessly many histories, always the same for a seed."""
    chance = random.Random(seed)
    return [
        Event(chance.choice(DEEDS), chance.randint(-5, 5), chance.choice(TROUBLES))
        for _ in range(chance.randint(1, 20))
    ]
