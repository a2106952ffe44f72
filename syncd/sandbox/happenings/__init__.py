"""What happens in a shop by itself as its clock goes on: one module a subject.

Each has `happen(shop)`: do what has become due by the shop's clock, put what changed (the caller
saves), return soon; True when there is more to do at once. Called before each request and some
twenty times a second, so that turning the clock makes things happen at once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from syncd.sandbox.shop import Shop


def happen(shop: Shop) -> bool:
    """Let happen what is due, subject by subject; whether something is to be gone on with."""
    goes_on = [one(shop) for one in _all()]  # all of them, though the first may say it is busy
    shop.save()
    return any(goes_on)


@cache
def _all() -> tuple[Callable[[Shop], bool | None], ...]:
    names = [module.name for module in iter_modules(__path__)]
    return tuple(import_module(f"{__name__}.{name}").happen for name in names)
