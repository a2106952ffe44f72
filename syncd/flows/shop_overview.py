"""What the overview shows of one shop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from syncd.phrases import Phrase
from syncd.postgres.figures import ApartExample, Call, Gauge
from syncd.rules.alarms import Severity
from syncd.rules.delays import Quarter


@dataclass(frozen=True, slots=True)
class Need:
    """What needs a person: an alarm of the shop in words; `count` None: it has none.

    `alarm` and `key` are its name; of dead changes (`change_dead`) `key` is the cause.
    """

    alarm: str
    key: str
    severity: Severity
    headline: Phrase
    sentence: Phrase
    count: int | None


@dataclass(frozen=True, slots=True)
class RunProgress:
    """A run that has not ended. `share` of its current state is done, None: of how much, is open.

    `products_s` (products a second) and `left_s` are known while it sends.
    """

    run_id: int
    kind: Literal["resync", "revert", "guard", "link"]
    state: str
    is_asking: bool
    done: int
    total: int
    share: float | None
    products_s: float | None
    left_s: float | None
    points: int
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class StockApart:
    """Variants whose counts are known to differ between warehouse and location.

    `waiting` are brought across by themselves; `held` (a burst of sold-out goods), `unanswered`
    (whose first count is right?), `stopped` (refused, say) need a person; `by_cause` has these.
    """

    variants: int
    waiting: int
    held: int
    unanswered: int
    stopped: int
    by_cause: Mapping[str, int]
    examples: tuple[ApartExample, ...]


@dataclass(frozen=True, slots=True)
class ShopOverview:
    """One shop as it is `now`.

    `waiting` is due, in flight or tried again; `sent_today` what Shopify accepted since midnight.
    Delays run from the commit in the Backoffice to Shopify's answer, over 24 hours; `delays` has
    them by quarter hours, oldest first. `gauge` None: not called since the database started.
    `stock` None: counts are not kept in step.
    """

    shop_id: int
    domain: str
    now: datetime
    sentence: Phrase
    is_well: bool
    is_paused: bool
    waiting: int
    oldest_s: float | None
    in_flight: int
    retrying: int
    dead: int
    needs: tuple[Need, ...]
    sent_today: int
    last_at: datetime | None
    runs: tuple[RunProgress, ...]
    gauge: Gauge | None
    calls: tuple[Call, ...]
    median_s: float | None
    p99_s: float | None
    delays: tuple[Quarter, ...]
    stock: StockApart | None
