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

import msgspec

from syncd.shopify.result_line import is_whole, node

Types = tuple[str, str]
Heaps = list[list[bytes]]  # of lines, one for each file

TYPES: Types = ("Product", "ProductVariant")
PART_BYTES = 512 * 1024  # Python slows down when much is in memory: 2 MB took half as long again
MAX_PARTS = 128  # two open files each
BUFFER_BYTES = 32 * 1024
BLOCK_BYTES = 256 * 1024  # read at a time
# As Shopify writes them. No text holds these: quotes in texts are escaped.
ID, PARENT = b'{"id":"', b'"__parentId":"'
NOTE = b"+"


class Family(msgspec.Struct, gc=False):  # made in a third of the time of a dataclass
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
    with ExitStack() as stack, path.open("rb", BLOCK_BYTES) as file:
        for_good = _opened(stack, folder, "part-families", count)
        with ExitStack() as inner:
            waiting = _opened(inner, folder, "part-waiting", count)
            found = _dealt(file, for_good, waiting, types)
        for path in sorted(folder.glob("part-waiting-*")):
            with path.open("rb", BLOCK_BYTES) as one:
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
    count, lines, roots, is_cut = len(for_good), 0, 0, False
    root, middle = map(_prefixes, types)
    good: Heaps = [[] for _ in for_good]
    late: Heaps = [[] for _ in waiting]
    while block := file.readlines(BLOCK_BYTES):
        if not block[-1].endswith(b"\n"):
            block, is_cut = _ended(block)
        for line in block:
            parent = _parent(line)
            if parent is None:
                if line.isspace():
                    continue
                roots += 1
                good[crc32(_id(line)) % count].append(line)
            elif parent.startswith(root):
                place = crc32(parent) % count
                good[place].append(line)
                if (child := _id(line)).startswith(middle):
                    late[crc32(child) % count].append(b"%b%b %d\n" % (NOTE, child, place))
            else:
                late[crc32(parent) % count].append(line)
            lines += 1
        _write(for_good, good)
        _write(waiting, late)
    return Split(lines, roots, is_cut)


def _ended(block: list[bytes]) -> tuple[list[bytes], bool]:
    """The last lines of the result, all with their ends; whether one was cut, and left out."""
    *whole, last = block
    if not last.isspace() and not is_whole(last):
        return whole, True
    return [*whole, last + b"\n"], False


def _write(files: list[BinaryIO], heaps: Heaps) -> None:
    """A heap at a time: line by line it took a tenth more of all the time."""
    for file, heap in zip(files, heaps, strict=True):
        file.write(b"".join(heap))
        heap.clear()


def _follow(waiting: Iterable[bytes], for_good: list[BinaryIO]) -> None:
    """Send grandchildren after their roots; those whose parent is nowhere go anywhere."""
    places: dict[bytes, int] = {}
    grandchildren = []
    for line in waiting:
        if line.startswith(NOTE):
            child, place = line[1:].split(b" ")
            places[child] = int(place)
        else:
            grandchildren.append(line)
    heaps: Heaps = [[] for _ in for_good]
    for line in grandchildren:
        heaps[places.get(_parent(line) or b"", 0)].append(line)
    _write(for_good, heaps)


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
    nodes = _nodes(path)
    parents = [node.pop("__parentId", None) for node in nodes]
    every = [Family(node, []) for node in nodes]
    known = {one.node.get("id"): one for one in reversed(every)}  # the first of each id
    found: list[Family | Orphan] = []
    for one, parent in zip(every, parents, strict=True):
        if parent is None:
            gid = one.node.get("id")
            if gid is None or known[gid] is one:
                found.append(one)
        elif parent in known:
            known[parent].children.append(one)
        else:
            found.append(Orphan(one, parent))
    return found


def _nodes(path: Path) -> list[dict[str, Any]]:
    with path.open("rb", BLOCK_BYTES) as file:
        return [node(line) for line in file]


def _prefixes(type_: str) -> tuple[bytes, bytes]:
    """How an id of the type begins: as Shopify writes it in a result, and without escapes."""
    return f"gid:\\/\\/shopify\\/{type_}\\/".encode(), f"gid://shopify/{type_}/".encode()


def _parent(line: bytes) -> bytes | None:
    """The parent's id as it is written."""
    _, mark, rest = line.rpartition(PARENT)
    if mark:
        return rest.partition(b'"')[0]
    return _read(line, "__parentId") if b"__parentId" in line else None


def _id(line: bytes) -> bytes:
    """The node's id as it is written; empty when the document selects none."""
    if line.startswith(ID):
        return line.split(b'"', 4)[3]
    return _read(line, "id") or b""


def _read(line: bytes, name: str) -> bytes | None:
    """The slow way, for a document that does not begin with the id."""
    found = node(line).get(name)
    if found is None:
        return None
    return str(found).replace("/", "\\/" if b"\\/" in line else "/").encode()
