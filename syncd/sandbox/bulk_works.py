"""What a shop's bulk operations work with: files, faults, queries under way."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syncd.sandbox.blobs import Blobs

if TYPE_CHECKING:
    from syncd.sandbox.bulk_query import QueryRun


@dataclass(slots=True)
class Works:
    """`archive` is the shop's file: its blobs lie in a folder of the same name with `.blobs`."""

    archive: Path | None
    blobs: Blobs = field(init=False)
    faults: dict[str, Any] = field(default_factory=dict)
    """See `bulk_faults`."""
    runs: dict[str, QueryRun] = field(default_factory=dict)
    """The queries under way, by the key of their result. What is lost is made anew."""
    rested_at: float = 0.0
    """When the last slice of work ended, by the machine's monotonic clock."""
    turn: int = 0
    """Counts slices, so that operations take turns."""

    def __post_init__(self) -> None:
        path = self.archive
        self.blobs = Blobs(None if path is None else path.with_name(f"{path.name}.blobs"))

    def clear(self) -> None:
        self.blobs.clear()
        self.faults.clear()
        self.runs.clear()
