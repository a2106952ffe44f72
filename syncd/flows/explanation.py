"""The answer to "why?" about one product in one shop, for whoever draws it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from syncd.rules.comparison import Who
from syncd.rules.facts import Answer, Waiting


@dataclass(frozen=True, slots=True)
class Row:
    """One field on three sides, None where that side does not have the product.

    `name` is that of `fields.lines`, `field` the same in words. `who` made a difference that goes
    away; kept: it is the merchant's and stays, reverted: a person took it back. None: all alike.
    """

    name: str
    field: str
    wanted: str | None
    known: str | None
    observed: str | None
    who: Who | Literal["kept", "reverted"] | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """A variant's pieces: in the warehouse, as last agreed on, at the location.

    None: not known, or not counted. `sending` is what a call whose answer is to come sets.
    """

    key: str
    sku: str
    warehouse: int | None
    agreed: int | None
    location: int | None
    sending: int | None


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture; `said` is why Shopify could not fetch it, or when it is asked again."""

    address: str
    state: Literal["ready", "pending", "failed"]
    said: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """The last error, its next steps, when it is tried again; None: not by itself."""

    at: datetime
    said: str
    hints: tuple[str, ...]
    attempts: int
    again_at: datetime | None
    request_id: str


@dataclass(frozen=True, slots=True)
class Move:
    """A field that went from one value to another; `name` is that of `fields.lines`."""

    name: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline; `request_ids` are Shopify's of the calls.

    `moves` are the fields of an accepted write of the product, `history_id` its number in
    syncd.history.
    """

    at: datetime
    said: str
    request_ids: tuple[str, ...] = ()
    moves: tuple[Move, ...] = ()
    history_id: int | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """All there is to say. `now` is on the reader's clock, the timeline's oldest line comes first.

    `variants` are the keys of those that were asked about, none: all. `missing` tells what could
    not be asked, in words; `remarks` what is odd though it was sent.
    """

    shop: str
    key: str
    title: str
    gid: str | None
    now: datetime
    answer: Answer
    rows: tuple[Row, ...] = ()
    variants: frozenset[str] = frozenset()
    waiting: tuple[Waiting, ...] = ()
    failure: Failure | None = None
    counts: tuple[Count, ...] = ()
    pictures: tuple[Shot, ...] = ()
    remarks: tuple[str, ...] = ()
    timeline: tuple[Moment, ...] = ()
    missing: tuple[str, ...] = ()
    held_by: int | None = None
