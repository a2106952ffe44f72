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

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from zlib import crc32

import orjson

from syncd.errors import ShopifyError

Types = tuple[str, str]

TYPES: Types = ("Product", "ProductVariant")
PART_BYTES = 2 * 1024 * 1024
MAX_PARTS = 128  # two open files each
BUFFER_BYTES = 32 * 1024
# As Shopify writes them. No text holds these: quotes in texts are escaped.
ID, PARENT = b'{"id":"', b'"__parentId":"'
NOTE = b"+"


@dataclass(slots=True)
class Family:
    """A node with its children, in the order in which their lines came."""

    node: Mapping[str, Any]
    children: list[Family] = field(default_factory=list)


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
    files; as a rule so many that each has some 2 MB. What is left in the folder of an earlier split
    is deleted. Raises ShopifyError when a line is damaged. Call it in a thread.
    """
    for left in folder.glob("part-*"):
        left.unlink()
    count = parts or max(1, min(MAX_PARTS, path.stat().st_size // PART_BYTES))
    with ExitStack() as stack, path.open("rb") as file:
        for_good = _opened(stack, folder, "part-families", count)
        waiting = _opened(stack, folder, "part-waiting", count)
        found = _dealt(file, for_good, waiting, types)
        for one in waiting:
            one.seek(0)
            _follow(one, for_good)
    for used in folder.glob("part-waiting-*"):
        used.unlink()
    return found


def families(folder: Path) -> Iterator[Family | Orphan]:
    """What `split` dealt out, in no order; a root that came twice is given once.

    Raises ShopifyError when a line is damaged.
    """
    for path in sorted(folder.glob("part-families-*")):
        with path.open("rb") as file:
            nodes = [_parsed(line) for line in file]
        yield from _joined(nodes)


def _opened(stack: ExitStack, folder: Path, name: str, count: int) -> list[BinaryIO]:
    paths = [folder / f"{name}-{at:03}" for at in range(count)]
    return [stack.enter_context(path.open("w+b", BUFFER_BYTES)) for path in paths]


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


def _joined(nodes: Iterable[dict[str, Any]]) -> Iterator[Family | Orphan]:
    known: dict[str, Family] = {}
    roots: list[Family] = []
    children: list[tuple[str, Family]] = []
    for node in nodes:
        parent, gid, family = node.pop("__parentId", None), node.get("id"), Family(node)
        if parent is not None:
            children.append((parent, family))
        elif gid not in known:
            roots.append(family)
        if gid is not None:
            known.setdefault(gid, family)
    orphans = []
    for parent, family in children:
        if parent in known:
            known[parent].children.append(family)
        else:
            orphans.append(Orphan(family, parent))
    yield from roots
    yield from orphans


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
    found = _parsed(line).get(name)
    if found is None:
        return None
    return str(found).replace("/", "\\/" if b"\\/" in line else "/").encode()


def _is_whole(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except ValueError:
        return False
    return True


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        node: dict[str, Any] = orjson.loads(line)
    except ValueError as error:
        raise ShopifyError(
            f"a line of the result is damaged: {line[:60]!r} …", hint="fetch the result again"
        ) from error
    return node
