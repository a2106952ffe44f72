"""Things made into records, so that a sandbox holds what a recorded answer shows.

Modules have SEEDERS: type -> function that puts the whole that the thing belongs to (a variant's
product, a fulfilment order's order) in the sandbox, under its recorded numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from fidelity.seeds.making import Seeding
from fidelity.world import Thing

Seeder = Callable[[Seeding, Thing], None]


@cache
def seeders() -> Mapping[str, Seeder]:
    """Type -> what makes its records."""
    found: dict[str, Seeder] = {}
    for module in iter_modules(__path__):
        found |= getattr(import_module(f"{__name__}.{module.name}"), "SEEDERS", {})
    return found


def seed(seeding: Seeding, thing: Thing) -> bool:
    """Make the records of a thing; false when the sandbox has none for its kind."""
    make = seeders().get(str(thing.get("__typename")))
    if make is None:
        return False
    make(seeding, thing)
    return True
