"""What a run found as a spreadsheet's file: a line a field, or a line a product that has none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from syncd.rules.link_sheet import written

COLUMNS = (
    "verdict", "key", "gid", "title", "who", "field", "wanted", "known", "observed", "reason",
    "outcome", "error",
)  # fmt: skip


class Row(Protocol):
    """A difference, which has an attribute for each column that is not one of its fields'."""

    @property
    def fields(self) -> Sequence[Mapping[str, Any]]: ...

    @property
    def who(self) -> str | None: ...


def head(delimiter: str = ",") -> str:
    return written(COLUMNS, delimiter)


def lines(rows: Iterable[Row], delimiter: str = ",") -> Iterator[str]:
    """The file's lines without its head; no cell is taken for a formula."""
    for row in rows:
        plain = {name: getattr(row, name, None) for name in COLUMNS}
        for field in row.fields or [{}]:
            cells = {**plain, **field, "who": field.get("who", row.who)}
            yield written([_text(cells[name]) for name in COLUMNS], delimiter)


def _text(value: object) -> str:
    return "" if value is None else str(value)
