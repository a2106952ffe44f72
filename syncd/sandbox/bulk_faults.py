"""Faults of bulk operations, told beforehand.

`shop.works.faults` maps names to values. The next bulk operation that is started takes all that is
in the mapping with it (the mapping is empty then) and suffers it, also after a restart:

    hang: n             works on n lines (or root objects), then no further; it can be canceled
    fail: n             FAILED after n lines with INTERNAL_SERVER_ERROR; what there is so far is at
                        `partialDataUrl`
    error: text         instead of INTERNAL_SERVER_ERROR: TIMEOUT, ACCESS_DENIED
    lose_start: true    it is started, and instead of the answer that says so the connection ends
    shuffle: true       the lines of the result come in another order, the same for the same id
    missing: n          each n-th line of the result is not there
    truncate: true      the result ends in the middle of its last line
    expire: true        the result's address has expired as soon as the operation is completed

Counters tell what was done, not what was delivered.
"""

from __future__ import annotations

import random
from typing import Any

from syncd.sandbox.bulk_records import BulkOperation
from syncd.sandbox.bulk_works import Works

DELIVERY = ("shuffle", "missing", "truncate")


def taken(works: Works) -> dict[str, Any]:
    """The faults for the operation that is being started."""
    faults = dict(works.faults)
    works.faults.clear()
    return faults


def most(operation: BulkOperation) -> int | None:
    """How many lines it works on before it hangs or fails; None when it does neither."""
    limits = [operation.faults[name] for name in ("hang", "fail") if name in operation.faults]
    return min(map(int, limits), default=None)


def is_failing(operation: BulkOperation) -> bool:
    """Whether it has come to the line after which it fails."""
    after = operation.faults.get("fail")
    return after is not None and operation.seen >= int(after)


def delivered(operation: BulkOperation, content: bytes) -> bytes:
    """The result as it is to be fetched."""
    lines = content.splitlines(keepends=True)
    if operation.faults.get("shuffle"):
        random.Random(operation.id).shuffle(lines)  # nosec B311  # repeatable faults
    if step := int(operation.faults.get("missing", 0)):
        lines = [line for place, line in enumerate(lines, start=1) if place % step]
    if operation.faults.get("truncate") and lines:
        lines[-1] = lines[-1][: len(lines[-1]) // 2]
    return b"".join(lines)
