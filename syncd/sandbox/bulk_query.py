"""Bulk queries: the objects of all connections as lines, a few root objects at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from graphql import ExecutionResult, GraphQLError, execute_sync, get_named_type
from graphql.execution import MiddlewareManager

from syncd.sandbox import faults, gids
from syncd.sandbox.bulk_documents import Connections, Document, Keys, connections, read
from syncd.sandbox.bulk_lines import append, visit_of, written
from syncd.sandbox.bulk_records import BulkOperation
from syncd.sandbox.connections import ALL
from syncd.sandbox.resolvers.fields import Info
from syncd.sandbox.resolvers.nodes import TYPE_NAMES
from syncd.sandbox.schema import EMPTY_PAGE
from syncd.sandbox.shop import Shop
from syncd.sandbox.visit import Visit

PAGING = ("first", "last", "after", "before")
FIRST_CHUNK = 8


@dataclass(slots=True)
class QueryRun:
    """A query under way. `things` are the root objects, each with the keys of its connection."""

    document: Document
    connections: Connections
    things: list[tuple[Keys, Any]]
    error_code: str | None = None
    chunk: int = FIRST_CHUNK
    """How many root objects the next step takes; so many that it is a step of some 10 ms."""


def work_on_query(shop: Shop, operation: BulkOperation, most: int, until_s: float) -> BulkOperation:
    """Read up to `most` root objects, until the machine's monotonic clock shows this.

    An error ends the operation: ACCESS_DENIED when it is one of those, else INTERNAL_SERVER_ERROR.
    """
    run = run_of(shop, operation)
    end = operation.seen + most
    while operation.seen < min(end, len(run.things)) and run.error_code is None:
        started_at = time.monotonic()
        operation = _step(shop, operation, run, min(run.chunk, end - operation.seen))
        took_s = time.monotonic() - started_at
        run.chunk = max(1, min(run.chunk * 2 if took_s < 0.005 else run.chunk, 1_000))
        if took_s > 0.02:
            run.chunk = max(1, run.chunk // 2)
        if time.monotonic() > until_s:
            break
    return replace(operation, error_code=run.error_code)


def run_of(shop: Shop, operation: BulkOperation) -> QueryRun:
    """The run of an operation; after a restart it is begun anew, and what was seen is passed."""
    runs = shop.works.runs
    if operation.result not in runs:
        runs[operation.result] = _begun(shop, operation)
    return runs[operation.result]


def _begun(shop: Shop, operation: BulkOperation) -> QueryRun:
    document = read(operation.query, operation.version)
    assert isinstance(document, Document)
    run = QueryRun(document, connections(document), [])

    def root(keys: Keys, found: Found) -> list[Any]:
        run.things += [(keys, thing) for thing in found()]
        return []

    run.error_code = _trouble(_executed(visit_of(shop, operation), run, root))
    return run


Found = Callable[[], list[Any]]
Root = Callable[[Keys, Found], list[Any]]
"""What is taken of a root connection, by its keys; it is resolved when `found` is called."""


def _executed(visit: Visit, run: QueryRun, root: Root) -> ExecutionResult:
    """The document's answer with all pages of the inner connections."""

    def unpaged(resolve: Any, source: Any, info: Info, **arguments: Any) -> Any:
        if not get_named_type(info.return_type).name.endswith("Connection"):
            return resolve(source, info, **arguments)
        given = {name: one for name, one in arguments.items() if name not in PAGING}
        keys = tuple(info.path.as_list())
        if keys not in run.connections.roots:
            return resolve(source, info, first=ALL, **given)
        taken = root(keys, lambda: list(resolve(source, info, first=ALL, **given)["nodes"]))
        return {**EMPTY_PAGE, "edges": [{"cursor": "", "node": one} for one in taken]}

    return execute_sync(
        run.document.operation.schema,
        run.document.node,
        context_value=visit,
        middleware=MiddlewareManager(unpaged),
    )


def _step(shop: Shop, operation: BulkOperation, run: QueryRun, count: int) -> BulkOperation:
    """The lines of the next root objects of one connection."""
    keys = run.things[operation.seen][0]
    taken = run.things[operation.seen : operation.seen + count]
    taken = [one for one in taken if one[0] == keys]
    now = [one for _, thing in taken if (one := _current(shop, thing)) is not None]
    result = _executed(visit_of(shop, operation), run, lambda at, _: now if at == keys else [])
    run.error_code = _trouble(result)
    if run.error_code is not None:
        return operation
    rows = _rows(run, result, keys, is_grouped=operation.is_grouped)
    lines = b"".join(map(written, rows))
    append(shop, operation, lines)
    return replace(
        operation,
        seen=operation.seen + len(taken),
        objects=operation.objects + len(rows),
        roots=operation.roots + len(now),
        size_bytes=operation.size_bytes + len(lines),
    )


def _current(shop: Shop, thing: Any) -> Any:
    """The object as it is by now; None when it is gone."""
    kind = TYPE_NAMES.get(type(thing), "")
    if kind in shop.held or kind in ("ProductVariant", "InventoryItem"):
        return shop.find(gids.gid(kind, thing.id))
    return thing


def _trouble(result: ExecutionResult) -> str | None:
    for error in result.errors or ():
        return _code(error)
    return None


def _code(error: GraphQLError) -> str:
    code = (error.extensions or {}).get("code")
    if code is None:
        faults.our_fault(error)
    return "ACCESS_DENIED" if code == "ACCESS_DENIED" else "INTERNAL_SERVER_ERROR"


@dataclass(slots=True)
class _Level:
    """A line with the lines of the connections inside it."""

    row: dict[str, Any]
    children: list[_Level]


def _rows(
    run: QueryRun, result: ExecutionResult, keys: Keys, *, is_grouped: bool
) -> list[dict[str, Any]]:
    """The lines: children behind their parent; ungrouped those of one depth together."""
    inside: Any = result.data
    for key in keys:
        inside = (inside or {}).get(key)
    levels = _levels(run.connections.keys, inside or {"edges": []}, keys, None)
    if is_grouped:
        return [row for level in levels for row in _grouped(level)]
    rows: list[dict[str, Any]] = []
    while levels:
        rows += [level.row for level in levels]
        levels = [child for level in levels for child in level.children]
    return rows


def _grouped(level: _Level) -> Iterator[dict[str, Any]]:
    yield level.row
    for child in level.children:
        yield from _grouped(child)


def _levels(keys: set[Keys], connection: Any, at: Keys, parent: str | None) -> list[_Level]:
    levels = []
    for edge in connection["edges"]:
        node = edge["node"]
        row, children = _plain(keys, node, (*at, "edges", "node"), node.get("id"))
        if parent is not None:
            row["__parentId"] = parent
        levels.append(_Level(row, children))
    return levels


def _plain(
    keys: set[Keys], node: dict[str, Any], at: Keys, parent: str | None
) -> tuple[dict[str, Any], list[_Level]]:
    """An object without the connections in it; these as lines of their own."""
    row: dict[str, Any] = {}
    children: list[_Level] = []
    for key, value in node.items():
        here = (*at, key)
        if here in keys:
            children += _levels(keys, value, here, parent) if value else []
        elif isinstance(value, dict) and any(one[: len(here)] == here for one in keys):
            row[key], inner = _plain(keys, value, here, parent)
            children += inner
        else:
            row[key] = value
    return row, children
