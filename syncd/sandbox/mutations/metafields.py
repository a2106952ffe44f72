"""metafieldsSet: up to 25 metafields, of whatever owners, all or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncd.sandbox.metafield_types import resolved_namespace
from syncd.sandbox.mutations.metafield_owners import Owners
from syncd.sandbox.mutations.metafield_values import Bearer, made_metafield, together
from syncd.sandbox.mutations.write import Codes, Path, Write, begin
from syncd.sandbox.records import Metafield
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.resolvers.metafields import Held, digest, owner_type
from syncd.sandbox.words import Complaints

MAX_METAFIELDS = 25

CODES: Codes = {
    "blank": "BLANK",
    "foreign": "APP_NOT_AUTHORIZED",
    "metafield": "INVALID_VALUE",
    "type": "INVALID_TYPE",
    "type name": "INCLUSION",
    "unique": "TAKEN",
}
STALE = (
    "The resource has been updated since it was loaded."
    " Try again with an updated `compareDigest` value."
)

Entry = Mapping[str, Any]


def metafields_set(_root: None, info: Info, metafields: Sequence[Entry]) -> dict[str, Any]:
    """All of them or none."""
    write = begin(shop_of(info), CODES)
    if len(metafields) > MAX_METAFIELDS:
        message = f"Exceeded the maximum metafields input limit of {MAX_METAFIELDS}."
        write.complaints.add(["metafields"], message, "LESS_THAN_OR_EQUAL_TO")
        return {"metafields": None, "userErrors": _indexed(write.complaints)}
    owners = Owners(info)
    made = [
        _set(write, owners, ("metafields", place), entry) for place, entry in enumerate(metafields)
    ]
    if write.complaints:
        return {"metafields": [], "userErrors": _indexed(write.complaints)}
    owners.keep(write)
    return {"metafields": _shown(owners, metafields, made), "userErrors": []}


def _indexed(complaints: Complaints) -> list[dict[str, Any]]:
    """`elementIndex` is null in every recording."""
    return [{**one, "elementIndex": None} for one in complaints.found]


def _set(write: Write, owners: Owners, path: Path, entry: Entry) -> Metafield | None:
    """Give the metafield to its owner, in `owners`."""
    owner = owners.owner(entry["ownerId"])
    if owner is None:
        write.complaints.add((*path, "ownerId"), "Owner does not exist.", "INVALID_VALUE")
        return None
    held = owners.metafields(owner)
    bearer = Bearer(owner_type(owner), owners.bearer_id(owner), held)
    made = made_metafield(write, path, bearer, entry)
    if made is None or not _is_fresh(write, path, bearer, entry):
        return None
    owners.give(owner, together(held, [made]), write.at)
    return made


def _is_fresh(write: Write, path: Path, bearer: Bearer, entry: Entry) -> bool:
    """Whether the metafield still is what the caller thinks, if it says what it thinks."""
    if "compareDigest" not in entry:
        return True
    held = bearer.metafield(resolved_namespace(entry.get("namespace")), entry["key"])
    asked = entry["compareDigest"]
    if held is None and asked is not None:
        write.complaints.add(path, "Invalid `compareDigest` value.", "INVALID_COMPARE_DIGEST")
        return False
    if held is not None and asked != digest(held.value):
        write.complaints.add(path, STALE, "STALE_OBJECT")
        return False
    return True


def _shown(owners: Owners, given: Sequence[Entry], made: Sequence[Metafield | None]) -> list[Held]:
    """Of two with the same name the last, since the first is gone."""
    shown = {}
    for entry, metafield in zip(given, made, strict=True):
        if metafield is not None:
            named = (entry["ownerId"], metafield.namespace, metafield.key)
            shown[named] = Held(owners.owner(entry["ownerId"]), metafield)
    return list(shown.values())


FIELDS: Fields = {"Mutation": {"metafieldsSet": metafields_set}}
