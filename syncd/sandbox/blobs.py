"""Files that are too large for the archive: what was uploaded, what bulk operations gave.

They lie in a folder beside the archive's file, one a key, or in memory when the shop is in memory.
When there are too many bytes, the oldest files go.
"""

from __future__ import annotations

import io
import shutil
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

MAX_BYTES_IN_MEMORY = 512 * 1024 * 1024
MAX_BYTES_ON_DISK = 4 * 1024 * 1024 * 1024


class Blobs:
    """Files by key, any text. `folder` is made with the first of them."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.held: dict[str, _Held] = {}
        self.writes = 0

    def write(self, key: str, content: bytes) -> None:
        """Keep it instead of what was there, if anything was."""
        self.remove(key)
        if self.folder is None:
            self._hold(key, content)
        else:
            self.append(key, content)
        self._make_room()

    def append(self, key: str, content: bytes) -> None:
        if self.folder is None:
            held = self.held.get(key) or self._hold(key, bytearray())
            if isinstance(held.content, bytes):
                held = self._hold(key, bytearray(held.content))
            held.content += content
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._path(key).open("ab") as file:
            file.write(content)

    def cut(self, key: str, size_bytes: int) -> None:
        """Forget what was appended after this size."""
        if self.folder is None:
            held = self.held.get(key) or self._hold(key, b"")
            self._hold(key, bytes(held.content[:size_bytes]))
        elif self._path(key).exists():
            with self._path(key).open("r+b") as file:
                file.truncate(size_bytes)

    def open(self, key: str) -> BinaryIO | None:
        """To be read and closed by the caller; None when there is no such file."""
        if self.folder is None:
            held = self.held.get(key)
            return None if held is None else io.BytesIO(held.content)
        path = self._path(key)
        return path.open("rb") if path.exists() else None

    def size_bytes(self, key: str) -> int | None:
        """None when there is no such file."""
        if self.folder is None:
            held = self.held.get(key)
            return None if held is None else len(held.content)
        path = self._path(key)
        return path.stat().st_size if path.exists() else None

    def stamp(self, key: str) -> str:
        """Another text after the file was written anew."""
        if self.folder is None:
            held = self.held.get(key)
            return "" if held is None else str(held.number)
        path = self._path(key)
        return str(path.stat().st_mtime_ns) if path.exists() else ""

    def remove(self, key: str) -> None:
        if self.folder is None:
            self.held.pop(key, None)
        else:
            self._path(key).unlink(missing_ok=True)

    def clear(self) -> None:
        self.held.clear()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _hold(self, key: str, content: bytes | bytearray) -> _Held:
        self.writes += 1
        self.held[key] = _Held(content, self.writes)
        return self.held[key]

    def _path(self, key: str) -> Path:
        assert self.folder
        return self.folder / sha256(key.encode()).hexdigest()

    def _make_room(self) -> None:
        """The newest stays, however large."""
        if self.folder is None:
            sizes = {key: len(held.content) for key, held in self.held.items()}
            for key in list(sizes)[:-1]:
                if sum(sizes.values()) <= MAX_BYTES_IN_MEMORY:
                    return
                self.remove(key)
                del sizes[key]
            return
        paths = sorted(self.folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
        left = sum(path.stat().st_size for path in paths)
        for path in paths[:-1]:
            if left <= MAX_BYTES_ON_DISK:
                return
            left -= path.stat().st_size
            path.unlink()


@dataclass(slots=True)
class _Held:
    """`content` is a bytearray once something was appended: reading bytes copies nothing."""

    content: bytes | bytearray
    number: int
