"""What webhooks say, in the shape of the REST API: one module a subject, each with its BODIES."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from syncd.sandbox.hooks.bodies.writer import Writer, Writing
from syncd.sandbox.hooks.records import Delivery
from syncd.sandbox.shop import Shop


def body_of(shop: Shop, delivery: Delivery) -> dict[str, Any] | None:
    """The body as it is now; None when what it tells of is gone."""
    topic = delivery.hint.topic
    begun = [one for one in writers() if topic == one or topic.startswith(f"{one}_")]
    if not begun:
        return {"id": delivery.hint.number, **delivery.hint.more}
    return writers()[max(begun, key=len)](Writing(shop, delivery.subscription, delivery.hint))


@cache
def writers() -> Mapping[str, Writer]:
    """Topic, or how several topics begin -> who writes their bodies."""
    modules = [import_module(f"{__name__}.{one.name}") for one in iter_modules(__path__)]
    return {
        topic: write for module in modules for topic, write in getattr(module, "BODIES", {}).items()
    }
