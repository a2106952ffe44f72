"""What moves on every page: the buckets, the clock, a mark that changes when anything happens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncd.sandbox.bucket import Bucket
from syncd.sandbox.pages.seen import Seen


def mark(seen: Seen) -> str:
    """Another text as soon as something was asked, changed in the shop, or set to go wrong."""
    shop, rules = seen.shop, seen.shop.mischief.rules
    struck = sum(rule.struck for rule in rules)
    changes = shop.archive.file.total_changes
    return f"{seen.journal.count}.{changes}.{len(rules)}.{struck}.{round(seen.hands.ahead_s)}"


def pulse(seen: Seen) -> dict[str, Any]:
    """As the page's script fetches it, once a second."""
    return {
        "mark": mark(seen),
        "now": f"{seen.shop.options.clock.now():%Y-%m-%d %H:%M:%S}",
        "buckets": [_level(app, bucket) for app, bucket in seen.buckets.items()],
    }


def _level(app: str, bucket: Bucket) -> Mapping[str, Any]:
    status = bucket.status()
    left, size = status["currentlyAvailable"], status["maximumAvailable"]
    return {"app": app, "left": left, "size": size, "rate": status["restoreRate"]}
