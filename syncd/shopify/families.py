"""The result of a bulk query put together: each root with its children, theirs below them.

Each connection's nodes are lines of their own, which name their parent and come in any order: a
child may precede its parent (shopify.dev/docs/api/usage/bulk-operations/queries, read 2026-11).

How memory stays small whatever the size of the result: `split` deals the lines out to files so
that a family is in one of them, and `families` reads one file at a time. A root goes by its own id,
a child by its parent's. A grandchild names the child only: it waits in a second set of files, which
it goes to by the child's id, beside a note of the child's root. When all is dealt out, these are
read one at a time, and the grandchildren follow their roots. No line is parsed for that.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from zlib import crc32

import orjson

from syncd.errors import ShopifyError

Types = tuple[str, str]

TYPES: Types = ("Product", "ProductVariant")
PART_BYTES = 512 * 1024  # Python slows down when much is in memory: 2 MB took half as long again
MAX_PARTS = 128  # two open files each
BUFFER_BYTES = 32 * 1024
# As Shopify writes them. No text holds these: quotes in texts are escaped.
ID, PARENT = b'{"id":"', b'"__parentId":"'
NOTE = b"+"


@dataclass(slots=True)
class Family:
    """A node with its children, in the order in which their lines came."""

    node: Mapping[str, Any]
    children: list[Family]


@dataclass(frozen=True, slots=True)
class Orphan:
    """What names a parent that is nowhere in the result."""

    family: Family
    parent: str


@dataclass(frozen=True, slots=True)
class Split:
    """How many whole lines there were, and roots among them, to be held against the operation's.

    `is_cut`: the last line ends in its middle, and was left out.
    """

    lines: int
    roots: int
    is_cut: bool


def split(path: Path, folder: Path, parts: int | None = None, *, types: Types = TYPES) -> Split:
    """Deal a result out to files in the folder, each of whole families.

    `types` are those of the roots, and of the children that may have children. `parts` is how many
    files; as a rule so many that each has half a MB. What is left in the folder of an earlier split
    is deleted. Raises ShopifyError when a line is damaged. Call it in a thread.
    """
    for left in folder.glob("part-*"):
        left.unlink()
    count = parts or max(1, min(MAX_PARTS, path.stat().st_size // PART_BYTES))
    with ExitStack() as stack, path.open("rb") as file:
        for_good = _opened(stack, folder, "part-families", count)
        with ExitStack() as inner:
            waiting = _opened(inner, folder, "part-waiting", count)
            found = _dealt(file, for_good, waiting, types)
        for path in sorted(folder.glob("part-waiting-*")):
            with path.open("rb") as one:
                _follow(one, for_good)
            path.unlink()
    return found


def families(folder: Path) -> Iterator[Family | Orphan]:
    """What `split` dealt out, in no order; a root that came twice is given once.

    Raises ShopifyError when a line is damaged.
    """
    for path in sorted(folder.glob("part-families-*")):
        yield from _joined(path)


def _opened(stack: ExitStack, folder: Path, name: str, count: int) -> list[BinaryIO]:
    paths = [folder / f"{name}-{at:03}" for at in range(count)]
    return [stack.enter_context(path.open("wb", BUFFER_BYTES)) for path in paths]


def _dealt(
    file: BinaryIO, for_good: list[BinaryIO], waiting: list[BinaryIO], types: Types
) -> Split:
    """Deal the lines out; grandchildren, and notes of where they belong, are left waiting."""
    count, lines, roots = len(for_good), 0, 0
    root, middle = map(_prefixes, types)
    for line in file:
        if line.isspace():
            continue
        if not line.endswith(b"\n"):
            if not _is_whole(line):
                return Split(lines, roots, is_cut=True)
            line += b"\n"
        lines += 1
        parent = _parent(line)
        if parent is None:
            roots += 1
            for_good[crc32(_id(line)) % count].write(line)
        elif parent.startswith(root):
            for_good[crc32(parent) % count].write(line)
            if (child := _id(line)).startswith(middle):
                waiting[crc32(child) % count].write(NOTE + child + b" " + parent + b"\n")
        else:
            waiting[crc32(parent) % count].write(line)
    return Split(lines, roots, is_cut=False)


def _follow(waiting: Iterable[bytes], for_good: list[BinaryIO]) -> None:
    """Send grandchildren after their roots; those whose parent is nowhere go anywhere."""
    roots: dict[bytes, bytes] = {}
    grandchildren = []
    for line in waiting:
        if line.startswith(NOTE):
            child, root = line[1:-1].split(b" ")
            roots[child] = root
        else:
            grandchildren.append(line)
    for line in grandchildren:
        parent = _parent(line) or b""
        for_good[crc32(roots.get(parent, parent)) % len(for_good)].write(line)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Without the collector, which looks in vain: JSON has no cycles. A quarter of the time."""
    is_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if is_on:
            gc.enable()


@_undisturbed()
def _joined(path: Path) -> list[Family | Orphan]:
    known: dict[str, Family] = {}
    found: list[Family | Orphan] = []
    children: list[tuple[str, Family]] = []
    for node in _nodes(path):
        parent, gid, family = node.pop("__parentId", None), node.get("id"), Family(node, [])
        if parent is not None:
            children.append((parent, family))
        elif gid not in known:
            found.append(family)
        if gid is not None:
            known.setdefault(gid, family)
    for parent, family in children:
        if parent in known:
            known[parent].children.append(family)
        else:
            found.append(Orphan(family, parent))
    return found


def _nodes(path: Path) -> list[dict[str, Any]]:
    with path.open("rb") as file:
        try:
            return [orjson.loads(line) for line in file]
        except orjson.JSONDecodeError as error:
            raise _damaged(error) from error


def _prefixes(type_: str) -> tuple[bytes, bytes]:
    """How an id of the type begins: as Shopify writes it in a result, and without escapes."""
    return f"gid:\\/\\/shopify\\/{type_}\\/".encode(), f"gid://shopify/{type_}/".encode()


def _parent(line: bytes) -> bytes | None:
    """The parent's id as it is written."""
    at = line.rfind(PARENT)
    if at >= 0:
        at += len(PARENT)
        return line[at : line.index(b'"', at)]
    return _read(line, "__parentId") if b"__parentId" in line else None


def _id(line: bytes) -> bytes:
    """The node's id as it is written; empty when the document selects none."""
    if line.startswith(ID):
        return line[len(ID) : line.index(b'"', len(ID))]
    return _read(line, "id") or b""


def _read(line: bytes, name: str) -> bytes | None:
    """The slow way, for a document that does not begin with the id."""
    try:
        found = orjson.loads(line).get(name)
    except orjson.JSONDecodeError as error:
        raise _damaged(error) from error
    if found is None:
        return None
    return str(found).replace("/", "\\/" if b"\\/" in line else "/").encode()


def _is_whole(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except ValueError:
        return False
    return True


def _damaged(error: orjson.JSONDecodeError) -> ShopifyError:
    message = f"a line of the result is damaged: {error.doc[:60]!r} …"
    return ShopifyError(message, hint="fetch the result again")
