"""Bulk operations as a shop keeps them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["CREATED", "RUNNING", "COMPLETED", "FAILED", "CANCELING", "CANCELED", "EXPIRED"]
OPEN = ("CREATED", "RUNNING", "CANCELING")

KEPT_S = 7 * 86_400  # recorded: `Expires` of a result is the time of completion and seven days


@dataclass(frozen=True, slots=True)
class BulkOperation:
    """Times ending in `_s` are seconds since 1970 by the shop's clock.

    `result` is the key of the blob with what it gave, `size_bytes` how much of that counts: more
    may lie there after the process died between two saves.
    """

    id: int
    type: Literal["MUTATION", "QUERY"]
    query: str
    version: str
    scopes: tuple[str, ...]
    created_at: str
    created_s: float
    result: str
    client_id: str
    """Of the app that started it, which alone sees it."""
    upload: str = ""
    upload_stamp: str = ""
    client_identifier: str | None = None
    is_grouped: bool = False
    faults: dict[str, Any] = field(default_factory=dict)
    """Those of `bulk_faults` that this operation suffers."""
    status: Status = "CREATED"
    seen: int = 0
    """Lines of the upload, or root objects, that are behind it."""
    offset_bytes: int = 0
    """Where in the upload the next line begins."""
    objects: int = 0
    roots: int = 0
    size_bytes: int = 0
    running_s: float | None = None
    canceling_s: float | None = None
    ended_s: float | None = None
    completed_at: str | None = None
    error_code: str | None = None

    @property
    def is_open(self) -> bool:
        return self.status in OPEN
