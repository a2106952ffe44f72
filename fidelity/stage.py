"""The sandbox that a story is played in, with its clock, with what is known of the story."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from fidelity.contradictions import Path
from fidelity.recordings import Exchange
from fidelity.seeds.making import Seeding
from fidelity.twins import Twins
from fidelity.typed import version_of
from fidelity.world import Thing, World
from syncd.sandbox.archive import Archive
from syncd.sandbox.bucket import Bucket
from syncd.sandbox.execution import Answer, Request, execute
from syncd.sandbox.happenings import happen
from syncd.sandbox.options import Clock, ShopOptions
from syncd.sandbox.shop import Shop
from syncd.sandbox.versions import VERSIONS
from syncd.sandbox.visit import visit

DATED = re.compile(r"'(?:created|updated|completed)At': '(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)'")
OPENED_AT = datetime(2026, 11, 25, 8, tzinfo=UTC)
"""Where the story does not tell when it was recorded."""

SLICES = 6
"""In how many steps what is due is done: a bulk operation takes a slice for each state."""

BULK_START_S = 60
"""So long that operations are still open when the next exchanges, a second apart, look at them."""


@dataclass(slots=True)
class Stage:
    """A sandbox with its clock, and what is known of the story played in it."""

    seeding: Seeding
    hands: list[float]
    story: list[Exchange] = field(default_factory=list)
    future: World = field(default_factory=World)
    """All that the story tells, also of what comes after."""
    sent: str = ""
    """All that the story's requests say, to tell what they sent from what was made of it."""
    observed: int = 0
    contradicted: list[Path] = field(default_factory=list)
    """Places in the answer at hand that prove a missing step."""
    touched: set[str] = field(default_factory=set)
    nameless: set[tuple[str, str]] = field(default_factory=set)

    @property
    def shop(self) -> Shop:
        return self.seeding.shop

    def wait(self, seconds: float) -> None:
        self.hands[0] += seconds
        for _ in range(SLICES):
            self.shop.works.rested_at = 0.0  # by the machine's clock, which nobody turns
            happen(self.shop)

    def lag(self) -> None:
        """Let searches know nothing of what the story has changed so far."""
        self.shop.mischief.add({"kind": "index_lag", "seconds": self.hands[0] + 1})

    def catch_up(self) -> None:
        self.shop.mischief.rules.clear()

    def ask(self, exchange: Exchange) -> Answer:
        """The recorded request, with our ids for the recorded ones."""
        return self.run(
            self.seeding.twins.text(exchange.query),
            self.seeding.twins.put_in(exchange.variables),
            version_of(exchange) or exchange.version,
        )

    def run(self, query: str, variables: Mapping[str, Any], version: str) -> Answer:
        bucket = Bucket(self.shop.options.pace, self.shop.options.clock)
        return execute(visit(self.shop, version), bucket, Request(query, variables))


def staged(store: str, known: Thing, opened_at: datetime = OPENED_AT) -> Stage:
    """An empty sandbox that is the store: its name, its money, its app's rights."""
    hands = [0.0]
    clock = Clock(lambda: hands[0], lambda: opened_at + timedelta(seconds=hands[0]))
    options = ShopOptions(
        domain=store or "recorded.myshopify.com",
        name=known.get("name") or store.partition(".")[0] or "recorded",
        currency=known.get("currencyCode") or "CAD",
        email=known.get("email") or "owner@example.com",
        timezone=known.get("ianaTimezone") or "America/New_York",
        country=(known.get("shopAddress") or {}).get("countryCodeV2") or "CA",
        taxes_included=bool(known.get("taxesIncluded")),
        bulk_start_s=BULK_START_S,
        locations=(),
        publications=(),
        clock=clock,
    )
    if known.get("scopes"):
        options = replace(options, scopes=tuple(known["scopes"]))
    if known.get("app"):
        options = replace(options, client_id=known["app"])
    stage = Stage(Seeding(Shop(options, Archive(None)), World(), Twins()), hands)
    if known.get("id"):
        body = stage.run("{ shop { id } }", {}, VERSIONS[-1]).body
        stage.seeding.twins.agree(known["id"], body["data"]["shop"]["id"])
    return stage


def time_of(story: list[Exchange]) -> datetime:
    """When it was recorded, by the newest thing it shows: what is old depends on it."""
    times = DATED.findall(repr([exchange.response for exchange in story]))
    return max(map(datetime.fromisoformat, times), default=OPENED_AT)
