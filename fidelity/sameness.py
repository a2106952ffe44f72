"""Two answers compared: the recorded one, ours.

Compared are the HTTP status (where it was recorded), the errors (message, path, code with the rest
of `extensions`), and `data` key by key: the same keys, the same nulls, the same lengths of lists,
the same values, userErrors included. The tolerances, all of them:

- `locations` of errors, `extensions` of the whole answer but `cost`: not compared.
- Single values, as module values has them.
- `count` of the type Count directly below a root field: a number for a number, since it counts what
  no answer shows; its `precision` is compared.
- `hasNextPage`, `hasPreviousPage`: the recorded true and our false are taken for the same, since
  the seeds know nothing of what lies behind a page; the other way round is a difference.
- Parameters of a staged upload that are signed or dated (key, policy, signature …): by kind; a
  policy must name the same conditions in the same order.
- A null or an empty list of ours for things of a kind that the sandbox has no record of, any other
  value in the fields of module unkept, or at a place where the story contradicts itself (module
  contradictions): noted as wanting state. The recording then counts as `needs_state`, never as
  equal; with any other difference beside it, as different.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from graphql import GraphQLObjectType

from fidelity.twins import Twins
from fidelity.typed import GID, Asked, below, concrete
from fidelity.unkept import UNKEPT_FIELDS
from fidelity.values import Place, same_value
from syncd.selection import Operation

PAGES = ("hasNextPage", "hasPreviousPage")
SIGNED = ("key", "x-goog-date", "x-goog-credential", "x-goog-signature")
Path = tuple[str | int, ...]
ERROR_NOISE = ("requestId",)


@dataclass(frozen=True, slots=True)
class Difference:
    """`kind` is what differs, `place` the type and field, `path` where in the answer.

    `wants_state`: our shop could not have been given what was recorded.
    """

    kind: str
    place: str
    path: Path
    recorded: Any
    ours: Any
    wants_state: bool = False

    @property
    def name(self) -> str:
        return f"{self.kind} {self.place}"


@dataclass(slots=True)
class Comparison:
    """One pair of answers being compared.

    `kept` names the types that the sandbox has records of, `sent` is what the story's requests say.
    """

    operation: Operation | None
    twins: Twins
    kept: Collection[str]
    sent: str = ""
    found: list[Difference] = field(default_factory=list)

    def data(self, asked: Sequence[Asked], recorded: Any, ours: Any) -> None:
        """The whole of `data`, from the root fields on."""
        if not isinstance(recorded, Mapping) or not isinstance(ours, Mapping):
            if recorded is not None or ours is not None:
                self.note("null", "data", (), recorded, ours)
            return
        self._fields("", asked, recorded, ours, ())
        unkept = {one.path[:-1] for one in self.found if one.wants_state}
        self.found = [
            replace(one, wants_state=True) if _is_mark_of(one.path, unkept) else one
            for one in self.found
        ]

    def errors(self, recorded: Sequence[Any], ours: Sequence[Any]) -> None:
        if len(recorded) != len(ours):
            told = [one.get("message") for one in recorded], [one.get("message") for one in ours]
            self.note("errors", "number", (), *told)
            return
        for place, (one, other) in enumerate(zip(recorded, ours, strict=True)):
            for name in ("message", "path"):
                if self.twins.put_in(one.get(name)) != other.get(name):
                    self.note("errors", name, ("errors", place), one.get(name), other.get(name))
            mine, theirs = _extensions(other), self.twins.put_in(_extensions(one))
            for name in sorted({*mine, *theirs}):
                if mine.get(name) != theirs.get(name):
                    at = ("errors", place, "extensions")
                    self.note("errors", name, at, theirs.get(name), mine.get(name))

    def note(self, kind: str, place: str, path: Path, *values: Any) -> None:
        self.found.append(Difference(kind, place, path, values[0], values[1]))

    # ---------------------------------------------------------------------------------- within

    def _fields(
        self,
        type_: str,
        asked: Sequence[Asked],
        recorded: Mapping[str, Any],
        ours: Mapping[str, Any],
        path: Path,
    ) -> None:
        known = {one.key: one for one in asked}
        for key in dict.fromkeys([*recorded, *ours]):
            place = f"{type_}.{known[key].name if key in known else key}"
            if key not in recorded or key not in ours:
                there = recorded.get(key, "no such key"), ours.get(key, "no such key")
                self.note("key", place, (*path, key), *there)
            else:
                one = known.get(key)
                self._value(place, one, recorded[key], ours[key], (*path, key))

    def _value(self, place: str, asked: Asked | None, recorded: Any, ours: Any, path: Path) -> None:
        if recorded is None or ours is None:
            if recorded is not ours:
                self._absent("null", place, asked, recorded, ours, path)
        elif isinstance(recorded, Mapping) and isinstance(ours, Mapping):
            self._object(asked, recorded, ours, path)
        elif isinstance(recorded, list) and isinstance(ours, list):
            self._list(place, asked, recorded, ours, path)
        elif not self._same(asked, recorded, ours, path):
            kind = "userErrors" if "Errors" in "".join(map(str, path[:2])) else "value"
            wants = place in UNKEPT_FIELDS
            self.found.append(Difference(kind, place, path, recorded, ours, wants))

    def _object(
        self,
        asked: Asked | None,
        recorded: Mapping[str, Any],
        ours: Mapping[str, Any],
        path: Path,
    ) -> None:
        if asked is not None and asked.type_.name == "StagedUploadParameter":
            recorded = _unsigned(recorded)
            ours = _unsigned(ours)
        fields: list[Asked] = []
        name = ""
        if asked is not None and self.operation is not None:
            fields = below(self.operation, asked, recorded)
            type_ = concrete(self.operation, asked.type_, recorded)
            name = type_.name if type_ else asked.type_.name
        self._fields(name, fields, recorded, ours, path)

    def _list(self, place: str, asked: Asked | None, recorded: Any, ours: Any, path: Path) -> None:
        if len(recorded) != len(ours):
            kind = "userErrors" if "Errors" in place else "length"
            self._absent(kind, place, asked, recorded, ours, path)
            return
        for number, (one, other) in enumerate(zip(recorded, ours, strict=True)):
            self._value(place, asked, one, other, (*path, number))

    def _absent(
        self,
        kind: str,
        place: str,
        asked: Asked | None,
        recorded: Any,
        ours: Any,
        path: Path,
    ) -> None:
        """Ours is nothing where there was something: perhaps nothing could have been put there."""
        wants = place in UNKEPT_FIELDS or (
            not ours and bool(recorded) and self._is_unkept(asked, recorded)
        )
        self.found.append(Difference(kind, place, path, recorded, ours, wants))

    def _is_unkept(self, asked: Asked | None, recorded: Any) -> bool:
        if asked is None:
            return False
        example = recorded[0] if isinstance(recorded, list) else recorded
        name = asked.type_.name
        if isinstance(example, Mapping):
            name = _said_type(example) or name
        if self.operation is None or name in self.kept:
            return False
        type_ = self.operation.schema.type_map.get(name)
        if not isinstance(type_, GraphQLObjectType):
            return False
        return any(one.name == "Node" for one in type_.interfaces)

    def _same(self, asked: Asked | None, recorded: Any, ours: Any, path: Path) -> bool:
        name = asked.name if asked else ""
        if name in PAGES and recorded is True and ours is False:
            return True
        if name == "count" and len(path) == 2 and isinstance(recorded, int):
            return isinstance(ours, int)
        type_ = asked.type_.name if asked else ""
        return same_value(Place(name, type_, self.sent), self.twins, recorded, ours)


def _is_mark_of(path: Path, connections: Collection[Path]) -> bool:
    """Whether it is a cursor of the page of one of these connections, whose items are missing."""
    return path[-2:-1] == ("pageInfo",) and path[:-2] in connections


def _unsigned(parameter: Mapping[str, Any]) -> Mapping[str, Any]:
    name, value = parameter.get("name"), parameter.get("value")
    if name in SIGNED:
        return {**parameter, "value": bool(value)}
    if name == "policy" and isinstance(value, str):
        return {**parameter, "value": _conditions(value)}
    return parameter


def _conditions(policy: str) -> str:
    """The names of a policy's conditions, in their order."""
    try:
        conditions = orjson.loads(base64.b64decode(policy))["conditions"]
    except (ValueError, KeyError, TypeError):
        return policy
    return repr([next(iter(one)) if isinstance(one, dict) else one for one in conditions])


def _said_type(example: Mapping[str, Any]) -> str | None:
    if isinstance(example.get("__typename"), str):
        return str(example["__typename"])
    id_ = example.get("id")
    if isinstance(id_, str) and id_.startswith(GID):
        return id_[len(GID) :].split("/")[0]
    return None


def _extensions(error: Mapping[str, Any]) -> dict[str, Any]:
    found = error.get("extensions") or {}
    return {name: value for name, value in found.items() if name not in ERROR_NOISE}
