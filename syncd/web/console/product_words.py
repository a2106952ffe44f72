"""An explanation of a product sorted for its page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from syncd.flows.explanation import Explanation, Move, Row
from syncd.phrases import Phrase, Tongue, phrase, said
from syncd.postgres.differences import Finding
from syncd.rules import field_words

COMMAND = re.compile(r"`syncd (send|dead retry|approve|reject|resume|shop enable|link)\b")
WEB = ("https://", "http://")
LONG = 90  # characters of a text that are seen unfolded
FEW = 14  # rows that are alike: these need not be folded


@dataclass(frozen=True, slots=True)
class Sides:
    """The rows of the three columns: what stands open, what may be folded."""

    open: tuple[Row, ...]
    folded: tuple[Row, ...]
    is_short: bool


@dataclass(frozen=True, slots=True)
class State:
    """How it is with the product, in a word; `tone` is that of a chip."""

    tone: str
    word: str


def path_of(domain: str, key: str) -> str:
    """The address of a product's page."""
    return f"/shops/{quote(domain, safe='')}/products/{quote(key, safe='')}"


def admin(domain: str, gid: str | None) -> str:
    """The address of Shopify's own page of it; empty where it has none."""
    number = (gid or "").rpartition("/")[2]
    return f"https://{domain}/admin/products/{number}" if number.isdecimal() else ""


def not_asked() -> Phrase:
    """Why Shopify's side is missing at first."""
    return phrase("this is what syncd knows by itself")


def state(told: Explanation) -> State:
    if any(one.state == "dead" for one in told.waiting):
        return State("bad", phrase("given up"))
    if told.held_by is not None and told.waiting:
        return State("warn", phrase("held back"))
    if told.waiting:
        return State("accent", phrase("waits"))
    if told.answer.is_well:
        return State("good", phrase("in step"))
    return State("warn", phrase("not in step"))


def deeds(told: Explanation) -> frozenset[str]:
    """The commands that the next steps name."""
    hints = [*told.answer.hints, *(told.failure.hints if told.failure else ())]
    return frozenset(found for hint in hints for found in COMMAND.findall(str(hint)))


def hints(given: Sequence[str]) -> list[str]:
    """The next steps without those that name a command: the page has a button for each."""
    return [one for one in given if not COMMAND.search(one)]


def sides(told: Explanation) -> Sides:
    """What differs, and what is said of the product itself, stands open."""
    is_open = [row.who is not None or not _is_part(row.name) for row in told.rows]
    shown = [row for row, seen in zip(told.rows, is_open, strict=True) if seen]
    rest = [row for row, seen in zip(told.rows, is_open, strict=True) if not seen]
    return Sides(tuple(shown), tuple(rest), len(rest) <= FEW)


def _is_part(name: str) -> bool:
    """Of a variant, or a picture: there may be hundreds."""
    return name.startswith(("variant ", "picture "))


def cell(tongue: Tongue, name: str, text: str) -> str:
    """A value in words, where it is none by itself. What people wrote is left as it is."""
    if name.endswith(": tracked"):
        words = {"yes": phrase("yes"), "no": phrase("no")}
        return said(words.get(text, text), tongue)
    if name.endswith(": sale") and text == "stopped":
        return said(phrase("stopped"), tongue)
    return text


def picture(name: str, text: str | None) -> str:
    """The address of the picture that a value names; empty where it is none, or not the web's."""
    first = (text or "").split(" ", 1)[0]
    return first if name.startswith("picture ") and first.startswith(WEB) else ""


def pieces(text: str) -> Sequence[str]:
    """Text, command, text, …: what stands in backquotes is a command."""
    return text.split("`")


def moves(finding: Finding) -> list[Move]:
    """What taking back would write, field by field."""
    if finding.compared is None or finding.restored is None:
        return []
    forms = (finding.restored, finding.compared.observed)
    skus = {one.key: one.sku for form in forms for one in form.variants}
    return [
        Move(one.field, field_words.field(one.field, skus), one.observed, one.wanted)
        for one in finding.compared.fields
    ]


def harms(finding: Finding) -> list[str]:
    """What of it the guards count, in words."""
    done = Counter(finding.compared.harms if finding.compared else ())
    told = []
    if done["inactive"]:
        told.append(phrase("It goes off sale in the shop."))
    if done["price_fall"]:
        told.append(phrase("A price falls by much."))
    if done["deletion"]:
        told.append(
            phrase(
                "Variants are deleted in Shopify, with their stock: {count}.",
                count=done["deletion"],
            )
        )
    return [*told]
