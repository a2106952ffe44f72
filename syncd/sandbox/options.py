"""What kind of shop the sandbox is."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from syncd.errors import ConfigError
from syncd.sandbox.paces import Allowance, Paces


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

SUBJECTS = """
    all_orders assigned_fulfillment_orders cart_transforms cash_tracking content
    customer_data_erasure customer_merge customers delivery_customizations discounts draft_orders
    files fulfillment_constraint_rules fulfillments gift_card_transactions gift_cards inventory
    inventory_shipments inventory_transfers legal_policies locales locations marketing_events
    markets merchant_managed_fulfillment_orders metaobject_definitions metaobjects
    online_store_navigation order_edits orders payment_customizations payment_terms
    privacy_settings products publications purchase_options returns shipping
    store_credit_account_transactions third_party_fulfillment_orders translations validations
""".split()
"""What the app of the recordings might read or write: all that an app can ask for freely."""

READ_SUBJECTS = """
    product_listings shopify_payments_disputes shopify_payments_payouts store_credit_accounts themes
""".split()
SCOPES = (
    *(f"{right}_{subject}" for subject in SUBJECTS for right in ("read", "write")),
    *(f"read_{subject}" for subject in READ_SUBJECTS),
)


@dataclass(frozen=True, slots=True)
class App:
    """An app that the shop has. `token` is a lasting one; others are had by signing in.

    `customer_data` is how far it is approved for protected customer data: 0 not at all, 1 without
    names, addresses, phones, emails, 2 with all.
    """

    client_id: str = "sandbox-app"
    secret: str = "sandbox-secret"
    token: str | None = None
    scopes: tuple[str, ...] = SCOPES
    number: int = 347_082_227_713
    """In its gid."""
    customer_data: int = 2
    webhook_version: str | None = None
    """Of its deliveries; else that of the call that subscribed."""


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
    stopped_at: tuple[float, datetime] | None = None
    """What the base showed when the clock was stopped."""

    def clock(self) -> Clock:
        return Clock(
            lambda: self._shown()[0] + self.ahead_s,
            lambda: self._shown()[1] + timedelta(seconds=self.ahead_s),
        )

    def stop(self) -> None:
        self.stopped_at = self._shown()

    def go_on(self) -> None:
        if self.stopped_at is not None:
            self.ahead_s -= self.base.monotonic_s() - self.stopped_at[0]
            self.stopped_at = None

    def _shown(self) -> tuple[float, datetime]:
        return self.stopped_at or (self.base.monotonic_s(), self.base.now())


@dataclass(frozen=True, slots=True)
class ShopOptions:
    """The shop as its owner set it up. Locations and publications are made in the order given."""

    domain: str = "syncd-demo.myshopify.com"
    name: str = "syncd demo"
    currency: str = "NOK"
    taxes_included: bool = True
    timezone: str = "Europe/Oslo"
    country: str = "NO"
    email: str = "butikk@example.com"
    plan: str = "standard"
    token: str = "shpat_sandbox"
    scopes: tuple[str, ...] = SCOPES
    client_id: str = "sandbox-app"
    api_secret: str = "sandbox-secret"
    customer_data: int = 2
    apps: tuple[App, ...] = ()
    """More of them than the one that `token`, `scopes`, `client_id` describe."""
    locations: tuple[str, ...] = ("Butikk",)
    publications: tuple[str, ...] = ("Online Store",)
    paces: Paces = field(default_factory=Paces)
    allowance: Allowance = field(default_factory=Allowance)
    clock: Clock = field(default_factory=Clock)
    bulk_start_s: float = 0.1
    """How long a bulk operation is CREATED, then CANCELING, before anything happens."""
    bulk_lines_per_s: float = 5_000
    """How fast one works, if the machine is as fast."""

    @property
    def app(self) -> App:
        """The first app, to which the token of the options belongs."""
        return App(
            self.client_id,
            self.api_secret,
            self.token,
            self.scopes,
            customer_data=self.customer_data,
        )

    @property
    def pace(self) -> Plan:
        """The plan's numbers. Raises ConfigError when there is no such plan."""
        if self.plan not in PLANS:
            known = ", ".join(PLANS)
            raise ConfigError(f"there is no plan {self.plan!r}", hint=f"choose one of {known}")
        return PLANS[self.plan]
