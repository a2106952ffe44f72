"""Single values compared. The tolerances:

- Ids (gids, `legacyResourceId`): as twins (module twins), in texts too.
- Numbers by value: the recorder wrote 0 for 0.0.
- Cursors: by kind; later requests of the story send ours for the recorded one.
- Times (DateTime), addresses (texts that are an http address on both sides), tokens
  (`compareDigest` …): by kind, so that a null is never taken for a value; but what the story's
  requests themselves sent must come back as it was recorded.
- Handles, file names: may differ in a last part that is a number or a UUID, which Shopify adds
  when a name is taken.
- `objectCount`, `rootObjectCount`, `fileSize` of a bulk operation: a number for a number, since the
  shop's whole contents decide them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fidelity.twins import Twins
from fidelity.typed import GID

CURSORS = ("cursor", "startCursor", "endCursor")
BY_KIND = (
    "compareDigest",
    "token",
    "confirmationNumber",
)
NAMES = ("handle", "filename")
COUNTED = ("objectCount", "rootObjectCount", "fileSize")
LEGACY = ("legacyResourceId",)
ADDRESS = re.compile(r"https?://\S+")
SUFFIX = re.compile(r"(-\d+|_[0-9a-f]{8}-[0-9a-f-]{27})(?=\.\w+$|$)")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: its field, the field's type; what the story's requests say."""

    name: str
    type_: str
    sent: str = ""


def same_value(place: Place, twins: Twins, recorded: Any, ours: Any) -> bool:
    """Whether the two are the same, but for the tolerances above."""
    if isinstance(recorded, bool) or isinstance(ours, bool):
        return recorded is ours
    if isinstance(recorded, int | float) and isinstance(ours, int | float):
        return recorded == ours
    if isinstance(recorded, str) and isinstance(ours, str):
        return recorded == ours or _same_text(place, twins, recorded, ours)
    return type(recorded) is type(ours) and bool(recorded == ours)


def _same_text(place: Place, twins: Twins, recorded: str, ours: str) -> bool:
    if recorded.startswith(GID) and ours.startswith(GID):
        return twins.agree(recorded, ours)
    if twins.text(recorded) == ours:
        return True
    if place.name in LEGACY:
        return ours.isdigit() and recorded.isdigit() and not twins.has_number(recorded)
    if place.name in COUNTED:
        return recorded.isdigit() and ours.isdigit()
    if place.name in CURSORS:
        twins.cursors[recorded] = ours
        return True
    if recorded in place.sent:
        return False
    if place.name in BY_KIND:
        return bool(ours)
    if place.type_ == "DateTime":
        return _is_time(recorded) and _is_time(ours)
    if ADDRESS.fullmatch(recorded) and ADDRESS.fullmatch(ours):
        return True
    return place.name in NAMES and SUFFIX.sub("", recorded) == SUFFIX.sub("", ours)


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
