"""Which webhook subscriptions are to be made, changed, deleted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from syncd.rules.topics import BY_ENUM, Topic


@dataclass(frozen=True, slots=True)
class Present:
    """A subscription of our app as Shopify shows it."""

    gid: str
    topic: str
    uri: str
    format: str = "JSON"
    filter: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do: `kept` are as they should be, each topic with its subscription."""

    create: tuple[Topic, ...] = ()
    update: tuple[tuple[Topic, Present], ...] = ()
    delete: tuple[Present, ...] = ()
    kept: tuple[tuple[Topic, Present], ...] = ()


def wanted(scopes: Collection[str]) -> list[Topic]:
    """The topics that an app with these scopes may ask for; `write_x` includes `read_x`."""
    held = {*scopes, *(one.replace("write_", "read_", 1) for one in scopes)}
    return [one for one in BY_ENUM.values() if one.scope is None or one.scope in held]


def plan(
    topics: Sequence[Topic],
    present: Sequence[Present],
    *,
    address: str | None,
    ours: Collection[str] = (),
) -> Plan:
    """Hold what is there against what should be, at this address; None: nothing should be.

    Only those are touched that are ours: at the address, or made by us (`ours`, GIDs). An app may
    have others of its own, for something else. Of two for a topic one stays.
    """
    own = [one for one in present if one.uri == address or one.gid in ours]
    if address is None:
        return Plan(delete=tuple(own))
    create: list[Topic] = []
    update: list[tuple[Topic, Present]] = []
    kept: list[tuple[Topic, Present]] = []
    chosen: set[str] = set()
    for topic in topics:
        there = [one for one in own if one.topic == topic.enum]
        right = next((one for one in there if is_right(topic, one, address)), None)
        if right is not None:
            kept.append((topic, right))
            chosen.add(right.gid)
        elif there:
            first = next((one for one in there if one.uri == address), there[0])
            update.append((topic, first))
            chosen.add(first.gid)
        else:
            create.append(topic)
    delete = tuple(one for one in own if one.gid not in chosen)
    return Plan(tuple(create), tuple(update), delete, tuple(kept))


def is_right(topic: Topic, one: Present, address: str) -> bool:
    same = one.uri == address and one.format == "JSON" and not one.filter
    return same and sorted(one.fields) == sorted(topic.keeps)
