"""What the shop keeps of its webhooks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Hint:
    """Something happened that a webhook tells of; what it says is read when it is sent.

    `number` is the record's id; `event` is shared by all hints of one action.
    """

    id: int
    topic: str
    number: int
    at: str
    event: str
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Subscription:
    """`topic` is the enum's name; `app` is the client id of the app that subscribed."""

    id: int
    topic: str
    uri: str
    app: str
    version: str
    created_at: str
    updated_at: str
    format: str = "JSON"
    filter: str | None = None
    include_fields: tuple[str, ...] = ()
    metafield_namespaces: tuple[str, ...] = ()
    metafields: tuple[tuple[str, str], ...] = ()
    name: str | None = None
    answered_at: str = ""
    """When its address last took a delivery."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """`outcome` is the status answered, or in words why there was none."""

    at: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one subscription, as that was then; retries are attempts of it.

    `body` is None until it is first sent. `state` is waiting, delivered, failed, dropped (by a
    fault), unwanted (by the filter), gone (what it tells of), not sent: not this machine.
    """

    id: int
    subscription: Subscription
    hint: Hint
    webhook_id: str
    due_at: str
    state: str = "waiting"
    body: str | None = None
    attempts: tuple[Attempt, ...] = ()
    is_parked: bool = False
    """Kept back by a fault until the next one of its subscription is out."""
