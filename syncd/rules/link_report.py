"""The report of a link: its rows, what may be decided of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from syncd.phrases import Phrase, phrase
from syncd.rules.matching import Bucket

Decision = Literal["link", "create", "leave", "import"]
Side = Literal["backoffice", "shopify"]
Outcome = Literal["linked", "imported", "left", "changed", "refused"]
DECISIONS: tuple[Decision, ...] = get_args(Decision)
SIDES: tuple[Side, ...] = get_args(Side)


@dataclass(frozen=True, slots=True)
class Finding:
    """A row of the report; see the comments of syncd.link_finding."""

    number: int
    bucket: Bucket
    group_number: int
    key: str | None
    gid: str | None
    title_here: str | None
    title_there: str | None
    skus: Sequence[str]
    skus_there: Sequence[str]
    folded: Sequence[str]
    choices: Sequence[Mapping[str, Any]]
    counts_differ: int
    proposal: Literal["link", "ask", "create", "leave"]
    reason: str
    decision: Decision | None = None
    chosen: str | None = None
    first_counts: Side | None = None
    outcome: Outcome | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person says of a row: None is as proposed; `chosen` is the product there."""

    number: int
    decision: Decision | None
    chosen: str | None = None
    first_counts: Side | None = None


def number_of(gid: str) -> str:
    """A product's number in Shopify, as its address has it."""
    return gid.rpartition("/")[2]


def decide(
    row: Finding, decision: Decision | None, named: str = "", first_counts: Side | None = None
) -> Decided | Phrase:
    """What a person decides of a row, or why that cannot be; `named` is a number in Shopify."""
    match decision:
        case None:
            return Decided(row.number, None, None, first_counts)
        case "link" if row.key is None:
            return phrase("it stands in Shopify alone: leave it, or import it")
        case "link":
            gids = [one["gid"] for one in row.choices]
            found = [gid for gid in gids if not named or number_of(gid) == named]
            if len(found) == 1:
                return Decided(row.number, "link", found[0], first_counts)
            choices = ", ".join(f"link {number_of(gid)}" for gid in gids)
            return (
                phrase("say which one is meant: {choices}", choices=choices)
                if gids
                else phrase("there is no product in Shopify to link it with")
            )
        case "create" if row.key is None:
            return phrase("it stands in Shopify already: leave it, or import it")
        case "import" if row.key is not None:
            return phrase("it stands in the Backoffice already: link it, leave it, or create it")
    return Decided(row.number, decision, None, first_counts)
