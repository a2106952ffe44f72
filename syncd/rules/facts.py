"""What is known of one product in one shop when somebody asks why it looks as it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from syncd.rules.comparison import FieldDifference


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether the shop is sent to now. `is_held`: a node has its lease.

    `paused_until` is None when that has passed, or never was; `open_run` is a resync or revert
    under way in `open_state`. `router_waits_since`: events wait to become changes.
    """

    enabled: bool
    sync_products: bool
    is_linked: bool
    paused_until: datetime | None
    paused_reason: str | None
    now: datetime
    is_held: bool
    open_run: int | None
    open_state: str | None
    next_compare_at: datetime | None
    router_waits_since: datetime | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row of syncd.change. A claim that has run out is due."""

    kind: Literal["product", "stock", "order"]
    key: str
    lane: str
    state: Literal["due", "claimed", "dead"]
    changed: tuple[str, ...]
    events: int
    first_event_at: datetime
    due_at: datetime
    claimed_by: str | None = None
    claimed_until: datetime | None = None
    failures: int = 0
    deliveries: int = 0
    cause: str | None = None
    error: str | None = None
    failed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """The run of the guards that holds the product, and why."""

    run_id: int
    why: str
    is_rejected: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the answer is made of; `now` is on the reader's clock.

    `is_here`: the Backoffice has the product, None: it could not be asked, and `broken` says why
    not, with the next step. `is_there`: Shopify has it, None: not asked, `unheard` says why.
    `differences` are those that are to go away, `kept` those that stay, since what stands there is
    the merchant's. `skus` are by variant key, `blocked` those that must not be sold. `refusal` says
    why the product cannot be sent as it stands.
    """

    key: str
    domain: str
    now: datetime
    standing: Standing
    is_here: bool | None = True
    is_linked: bool = True
    is_there: bool | None = True
    status: str = ""
    accepted_at: datetime | None = None
    refusal: str = ""
    waiting: tuple[Waiting, ...] = ()
    differences: tuple[FieldDifference, ...] = ()
    kept: tuple[FieldDifference, ...] = ()
    hold: Hold | None = None
    reverted_at: datetime | None = None
    skus: Mapping[str, str] = field(default_factory=dict)
    blocked: tuple[str, ...] = ()
    failed_pictures: tuple[str, ...] = ()
    pending_pictures: int = 0
    broken: tuple[str, str] = ("", "")
    unheard: str = ""

    def of(self, kind: str) -> tuple[Waiting, ...]:
        """What waits of a kind, the dead first."""
        found = [one for one in self.waiting if one.kind == kind]
        return tuple(sorted(found, key=lambda one: (one.state != "dead", one.first_event_at)))

    @property
    def change(self) -> Waiting | None:
        """What waits of the product itself."""
        return next(iter(self.of("product")), None)


@dataclass(frozen=True, slots=True)
class Answer:
    """One sentence that says why, then the steps that may follow. `is_well`: nothing is amiss."""

    why: str
    hints: tuple[str, ...] = ()
    is_well: bool = False
