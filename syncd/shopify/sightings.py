"""Nodes of an answer, with what the app was not let read of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from syncd.errors import KindError
from syncd.phrases import phrase
from syncd.sales import Tax
from syncd.shopify.answers import Answer, Path

HINT = phrase(
    "allow the app to read it in Shopify (scopes, protected customer "
    "data); until then nothing of it is changed in the Backoffice"
)


@dataclass(frozen=True, slots=True)
class Node:
    """A node with the paths below it that were refused."""

    fields: Mapping[str, Any]
    refused: frozenset[Path]

    def unread(self, **names: Sequence[str]) -> frozenset[str]:
        """Those of our fields that hang on a refused one; `names` are the paths of each."""
        return frozenset(
            name
            for name, paths in names.items()
            if any(
                _is_at(refused, tuple(path.split(".")))
                for refused in self.refused
                for path in paths
            )
        )

    def below(self, name: str) -> Node | None:
        """The object under a field; None when there is none."""
        found = self.fields[name]
        if found is None:
            return None
        return Node(found, frozenset(path[1:] for path in self.refused if path[:1] == (name,)))


def nodes(answer: Answer, ids: Sequence[str]) -> Iterator[tuple[str, Node | None]]:
    """The nodes that were asked for by id; None: there is no such thing any more.

    Raises KindError for one that the app may not see at all.
    """
    places: dict[object, set[Path]] = {}
    for path in answer.refused:
        if path[:1] == ("nodes",) and len(path) > 1:
            places.setdefault(path[1], set()).add(path[2:])
    for place, (gid, found) in enumerate(zip(ids, answer.data["nodes"], strict=True)):
        refused = frozenset(places.get(place, ()))
        if found is None and refused:
            what = ".".join(str(step) for step in min(refused, key=str)) or "it"
            raise KindError(
                phrase("Shopify lets the app not read {what} of {gid}", what=what, gid=gid),
                hint=HINT,
            )
        # A node of another type is an empty object.
        yield gid, Node(found, refused) if found else None


def text(found: Any) -> str | None:
    """A text; what is empty is None."""
    return str(found).strip() or None if found is not None else None


def time(found: str | None) -> datetime | None:
    return datetime.fromisoformat(found) if found else None


def amount(bag: Mapping[str, Any] | None) -> Decimal:
    """Of a MoneyBag what the shop counts."""
    return Decimal(bag["shopMoney"]["amount"]) if bag else Decimal(0)


def taxes(lines: Sequence[Mapping[str, Any]] | None) -> tuple[Tax, ...]:
    return tuple(
        Tax(
            title=str(line.get("title") or ""),
            percent=None
            if line["ratePercentage"] is None
            else Decimal(str(line["ratePercentage"])),
            amount=amount(line["priceSet"]),
        )
        for line in lines or ()
    )


def _is_at(refused: Path, path: tuple[str, ...]) -> bool:
    """Whether one of the two lies on the way to the other; places in lists do not matter."""
    named = tuple(step for step in refused if isinstance(step, str) and step not in ("nodes",))
    length = min(len(named), len(path))
    return named[:length] == path[:length]
