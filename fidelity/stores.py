"""What the recordings together tell of each store: its name, its money, its first places."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from fidelity.recordings import Exchange
from fidelity.world import Thing, World, merge

MARKS = ("shop", "ocation", "ublication", "accessScopes", "currentAppInstallation")


def known_of_stores(exchanges: Iterable[Exchange]) -> dict[str, Thing]:
    """Store -> {name, currencyCode, …, scopes, Location, Publication}."""
    worlds: defaultdict[str, World] = defaultdict(World)
    seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in exchanges:
        if any(mark in one.query for mark in MARKS):
            for thing in worlds[one.store].observe(one):
                seen[one.store][str(thing.get("id"))] += 1
    return {store: _known(world, seen[store]) for store, world in worlds.items()}


def _known(world: World, seen: Counter[str]) -> Thing:
    known: Thing = {}
    for thing in world.things.values():
        if thing.get("__typename") == "Shop":
            merge(known, {name: value for name, value in thing.items() if name != "__typename"})
        if thing.get("__typename") == "App" and thing.get("handle"):
            known.setdefault("app", thing["handle"])
        scopes = thing.get("accessScopes")
        if isinstance(scopes, list) and scopes:
            known.setdefault("scopes", [one["handle"] for one in scopes if "handle" in one])
    known["places"] = {
        gid: thing
        for gid, thing in world.things.items()
        if thing.get("__typename") in ("Location", "Publication")
    }
    for type_ in ("Location", "Publication"):
        named = [
            one
            for one in world.things.values()
            if one.get("__typename") == type_ and one.get("isActive") is not False
        ]
        if named:
            known[type_] = max(named, key=lambda one: seen[str(one.get("id"))])
    return known
