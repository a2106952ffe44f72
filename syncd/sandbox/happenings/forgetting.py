"""Idempotency keys that are a day old."""

from __future__ import annotations

from syncd.sandbox.idempotency import KIND, is_forgotten
from syncd.sandbox.shop import Shop


def happen(shop: Shop) -> None:
    held = shop.held[KIND]
    # In the order of their age, but for those read from a file: these only take their place in it.
    while held and is_forgotten(shop, oldest := next(iter(held.values()))):
        shop.remove(KIND, oldest)
