"""The file a shop is kept in: one row a record, written as it changes.

It survives the death of the process (write-ahead log), not that of the machine (`synchronous` is
off, since a sandbox's shop is worth no waiting).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

Key = tuple[str, int]
"""Kind of record and its id."""


class Archive:
    """A SQLite file; without a path it is in memory, and dies with the process."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        where = ":memory:" if path is None else path
        self.file = sqlite3.connect(where, isolation_level=None, check_same_thread=False)
        self.file.execute("pragma journal_mode = wal")
        self.file.execute("pragma synchronous = off")
        self.file.execute(
            "create table if not exists record"
            " (kind text, id integer, body blob not null, primary key (kind, id)) without rowid"
        )

    def records(self) -> Iterator[tuple[str, int, bytes]]:
        """All that is kept: kind, id, JSON."""
        yield from self.file.execute("select kind, id, body from record order by kind, id")

    def write(self, changes: Mapping[Key, bytes | None]) -> None:
        """Keep the changed records, forget those that are None, all or none of them."""
        kept = [(kind, id_, body) for (kind, id_), body in changes.items() if body is not None]
        gone = [key for key, body in changes.items() if body is None]
        self.file.execute("begin")
        self.file.executemany("insert or replace into record values (?, ?, ?)", kept)
        self.file.executemany("delete from record where kind = ? and id = ?", gone)
        self.file.execute("commit")

    def clear(self) -> None:
        self.file.execute("delete from record")

    def close(self) -> None:
        self.file.close()
