"""Metafields as the inputs of mutations give them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.metafield_forms import stored
from syncd.sandbox.metafield_types import APP_NUMBER, resolved_namespace
from syncd.sandbox.mutations.metafield_checks import faults, unknown_type
from syncd.sandbox.mutations.write import Path, Write
from syncd.sandbox.records import Definition, Metafield
from syncd.sandbox.words import not_simulated, too_long

WORD = re.compile(r"[A-Za-z0-9_-]+")
LENGTHS = {"namespace": (3, 255), "key": (2, 64)}


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who gets metafields, and those it has; a variant's `product_id` is that of its product."""

    owner_type: str
    product_id: int
    held: tuple[Metafield, ...]

    def metafield(self, namespace: str, key: str) -> Metafield | None:
        named = (namespace, key)
        return next((one for one in self.held if (one.namespace, one.key) == named), None)


def metafield_set(
    write: Write, path: Path, bearer: Bearer, given: Sequence[Mapping[str, Any]]
) -> tuple[Metafield, ...]:
    """The complete list of metafields."""
    made = [made_metafield(write, (*path, n), bearer, one) for n, one in enumerate(given)]
    return together((), made)


def metafields_added(
    write: Write, path: Path, bearer: Bearer, given: Sequence[Mapping[str, Any]]
) -> tuple[Metafield, ...]:
    """The bearer's metafields with the given ones, new or changed."""
    return together(bearer.held, metafield_set(write, path, bearer, given))


def together(held: Iterable[Metafield], made: Iterable[Metafield | None]) -> tuple[Metafield, ...]:
    """The later of two with the same name wins."""
    named = {(one.namespace, one.key): one for one in (*held, *made) if one is not None}
    return tuple(named.values())


def made_metafield(
    write: Write, path: Path, bearer: Bearer, entry: Mapping[str, Any]
) -> Metafield | None:
    """The metafield that an input describes, or None and a complaint."""
    named = _name(write, path, bearer, entry)
    if named is None:
        return None
    held = bearer.metafield(*named)
    definition = write.shop.definition(bearer.owner_type, *named)
    type_ = _type(write, (*path, "type"), entry.get("type"), (definition, held))
    value = entry.get("value") or (held.value if held and entry.get("value") is None else "")
    if type_ is None or not _is_allowed(write, (*path, "value"), (definition, type_), value):
        return None
    value = stored(type_, value)
    if type_ == "id" and not _is_unique(write, (*path, "value"), bearer, (*named, value)):
        return None
    if held is None:
        id_ = write.shop.new_id("Metafield")
        return Metafield(id_, *named, type_, value, created_at=write.at, updated_at=write.at)
    if (held.type, held.value) == (type_, value):
        return held
    return replace(held, type=type_, value=value, updated_at=write.at)


def _name(
    write: Write, path: Path, bearer: Bearer, entry: Mapping[str, Any]
) -> tuple[str, str] | None:
    """Namespace and key, or None and a complaint."""
    if entry.get("id") is not None:
        number = gids.number(entry["id"], "Metafield")
        known = next((one for one in bearer.held if one.id == number), None)
        if known is None:
            write.complain((*path, "id"), "Metafield does not exist", "metafield")
            return None
        return known.namespace, known.key
    namespace, key = resolved_namespace(entry.get("namespace")), entry.get("key") or ""
    if is_foreign(namespace):
        message = (
            "Access to this namespace and key on Metafields for this resource type is not allowed."
        )
        write.complain(path, message, "foreign")
        return None
    wrong = [
        (part, message)
        for part, text in (("namespace", namespace), ("key", key))
        for message, _ in misnamed(part, text)
    ]
    for part, message in wrong:
        write.complain((*path, part), message, "metafield")
    return None if wrong else (namespace, key)


def is_foreign(namespace: str) -> bool:
    """Whether it is another app's."""
    own = f"app--{APP_NUMBER}"
    is_own = namespace == own or namespace.startswith(f"{own}--")
    return namespace.startswith("app--") and not is_own


def misnamed(part: str, text: str) -> list[tuple[str, str]]:
    """What is wrong with a `namespace` or a `key`: messages and codes."""
    least, most = LENGTHS[part]
    title = part.capitalize()
    if not text:
        return [(f"{title} can't be blank", "BLANK")]
    if len(text) < least:
        return [(f"{title} is too short (minimum is {least} characters)", "TOO_SHORT")]
    if len(text) > most:
        return [(too_long(title, most), "TOO_LONG")]
    if not WORD.fullmatch(text):
        return [(f"{title} contains one or more invalid characters.", "INVALID_CHARACTER")]
    return []


def _type(
    write: Write,
    path: Path,
    given: str | None,
    known: tuple[Definition | None, Metafield | None],
) -> str | None:
    """The definition's, else the given one, else what the metafield has."""
    definition, held = known
    type_ = definition.type if definition else given or (held.type if held else None)
    if type_ is None:
        write.complain(path, "Type can't be blank", "blank")
    elif given and given != type_:
        message = f"Type '{given}' must be consistent with the definition's type: '{type_}'."
        write.complain(path, message, "type")
    elif unknown := unknown_type(type_):
        write.complain(path, unknown, "type name")
    else:
        return type_
    return None


def _is_allowed(write: Write, path: Path, rules: tuple[Definition | None, str], value: str) -> bool:
    found = list(faults(*rules, value))
    for message in found:
        write.complain(path, message, "metafield" if value else "blank")
    return not found


def _is_unique(write: Write, path: Path, bearer: Bearer, identity: tuple[str, str, str]) -> bool:
    if bearer.owner_type != "PRODUCT":
        raise not_simulated("metafields of type id on variants")
    owner = write.claimed.get(identity, write.shop.custom_ids.get(identity, bearer.product_id))
    if owner != bearer.product_id:
        write.complain(path, "Value has already been taken.", "unique")
        return False
    write.claimed[identity] = owner
    return True
