"""What became of a call, in one word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

Outcome = Literal["ok", "rejected", "throttled", "refused", "lost"]
LOST: Final[Outcome] = "lost"


def outcome(errors: Any, data: Any) -> Outcome:
    """An answer in one word; `rejected`: Shopify names something wrong with what was written."""
    if errors and not (is_whole(data) and all(code_of(one) == "ACCESS_DENIED" for one in errors)):
        return "throttled" if any(code_of(one) == "THROTTLED" for one in errors) else "refused"
    fields = data.values() if isinstance(data, dict) else ()
    is_rejected = any(isinstance(one, dict) and one.get("userErrors") for one in fields)
    return "rejected" if is_rejected else "ok"


def code_of(error: Mapping[str, Any]) -> str:
    return str((error.get("extensions") or {}).get("code", ""))


def is_whole(data: Mapping[str, Any] | None) -> bool:
    return bool(data) and all(value is not None for value in (data or {}).values())
