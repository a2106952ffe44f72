"""What kind of shop the sandbox is."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from syncd.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Plan:
    """How fast an app may ask: points the bucket holds, points that flow back each second."""

    name: str
    bucket_points: int
    restore_points_s: int
    is_plus: bool = False


# shopify.dev/docs/api/usage/limits, read 2026-11; the sizes of the buckets were seen by others.
PLANS: Mapping[str, Plan] = {
    "standard": Plan("Basic", 2_000, 100),
    "advanced": Plan("Advanced", 4_000, 200),
    "plus": Plan("Shopify Plus", 20_000, 1_000, is_plus=True),
    "enterprise": Plan("Shopify Plus", 40_000, 2_000, is_plus=True),
}

SCOPES = tuple(
    f"{right}_{subject}"
    for subject in (
        "apps customers files fulfillments inventory locations orders all_orders products"
        " merchant_managed_fulfillment_orders third_party_fulfillment_orders"
        " assigned_fulfillment_orders publications returns draft_orders content translations"
    ).split()
    for right in ("read", "write")
)


@dataclass(frozen=True, slots=True)
class Clock:
    """Both kinds of time, so that a test can turn them."""

    monotonic_s: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


@dataclass(slots=True)
class Hands:
    """Of a clock that goes on by itself and can be put forward."""

    base: Clock
    ahead_s: float = 0.0

    def clock(self) -> Clock:
        return Clock(
            lambda: self.base.monotonic_s() + self.ahead_s,
            lambda: self.base.now() + timedelta(seconds=self.ahead_s),
        )


@dataclass(frozen=True, slots=True)
class ShopOptions:
    """The shop as its owner set it up. Locations and publications are made in the order given."""

    domain: str = "syncd-demo.myshopify.com"
    name: str = "syncd demo"
    currency: str = "NOK"
    taxes_included: bool = True
    timezone: str = "Europe/Oslo"
    email: str = "butikk@example.com"
    plan: str = "standard"
    token: str = "shpat_sandbox"
    scopes: tuple[str, ...] = SCOPES
    locations: tuple[str, ...] = ("Butikk",)
    publications: tuple[str, ...] = ("Online Store",)
    clock: Clock = field(default_factory=Clock)

    @property
    def pace(self) -> Plan:
        """The plan's numbers. Raises ConfigError when there is no such plan."""
        if self.plan not in PLANS:
            known = ", ".join(PLANS)
            raise ConfigError(f"there is no plan {self.plan!r}", hint=f"choose one of {known}")
        return PLANS[self.plan]
