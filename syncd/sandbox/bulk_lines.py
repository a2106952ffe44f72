"""Lines of a bulk mutation: each is executed like an ordinary call, uncharged."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson
from graphql import GraphQLError, execute_sync

from syncd.sandbox import faults
from syncd.sandbox.bulk_documents import Document, read
from syncd.sandbox.bulk_records import BulkOperation
from syncd.sandbox.coercion import Misfit, coerced
from syncd.sandbox.shop import Shop
from syncd.sandbox.sizes import MAX_SIZE, oversized
from syncd.sandbox.variables import unfit
from syncd.sandbox.visit import Visit
from syncd.selection import Operation

# Ours: nobody has recorded what Shopify says of such a line, only that it says it of the line.
NO_JSON = "The line is not valid JSON."


def work_on_lines(shop: Shop, operation: BulkOperation, most: int, until_s: float) -> BulkOperation:
    """Execute up to `most` lines, until the machine's monotonic clock shows this.

    The result's lines are in the blob when this returns; what changed in the shop is not saved.
    A file that was taken away or changed ends the operation with INTERNAL_SERVER_ERROR.
    """
    blobs = shop.works.blobs
    file = blobs.open(operation.upload)
    document = read(operation.query, operation.version)
    if file is None or blobs.stamp(operation.upload) != operation.upload_stamp:
        return replace(operation, error_code="INTERNAL_SERVER_ERROR")
    assert isinstance(document, Document)
    results = bytearray()
    seen = 0
    with file:
        file.seek(operation.offset_bytes)
        while (
            seen < most and (not seen or time.monotonic() < until_s) and (line := file.readline())
        ):
            visit = visit_of(shop, operation)
            results += result_line(visit, document, line, operation.seen + seen)
            seen += 1
        offset_bytes = file.tell()
    append(shop, operation, results)
    return replace(
        operation,
        seen=operation.seen + seen,
        offset_bytes=offset_bytes,
        objects=operation.objects + seen,
        roots=operation.roots + seen,
        size_bytes=operation.size_bytes + len(results),
    )


def visit_of(shop: Shop, operation: BulkOperation) -> Visit:
    """A visit of the app that started the operation, with the scopes it had then."""
    first, others = shop.options.app, shop.options.apps
    app = next((one for one in others if one.client_id == operation.client_id), first)
    return Visit(shop, operation.version, frozenset(operation.scopes), app=app, is_bulk=True)


def append(shop: Shop, operation: BulkOperation, results: bytes | bytearray) -> None:
    """Put lines behind those that count already."""
    blobs, key = shop.works.blobs, operation.result
    if blobs.size_bytes(key) not in (None, operation.size_bytes):
        blobs.cut(key, operation.size_bytes)
    blobs.append(key, bytes(results))


def is_at_end(shop: Shop, operation: BulkOperation) -> bool:
    return operation.offset_bytes >= (shop.works.blobs.size_bytes(operation.upload) or 0)


def result_line(visit: Visit, document: Document, line: bytes, number: int) -> bytes:
    """What the result says of an input line, which is counted from nought."""
    return written({**_frame(visit, document, line), "__lineNumber": number})


def written(row: Mapping[str, Any]) -> bytes:
    """As Shopify writes a line: slashes are escaped, recorded so."""
    return orjson.dumps(row, default=str).replace(b"/", b"\\/") + b"\n"


def _frame(visit: Visit, document: Document, line: bytes) -> dict[str, Any]:
    try:
        variables = orjson.loads(line)
    except orjson.JSONDecodeError:
        variables = None
    if not isinstance(variables, dict):
        return {"errors": [{"message": NO_JSON}]}
    try:
        values = coerced(document.operation, variables)
    except Misfit:
        found = unfit(document.operation, variables)
        return {"data": {_root(document): {"userErrors": [_misfit(one) for one in found]}}}
    if line.count(b",") >= MAX_SIZE and (found := oversized(_given(document, variables))):
        return {"errors": found}
    return _executed(visit, document, values)


def _given(document: Document, variables: dict[str, Any]) -> Operation:
    operation = document.operation
    return replace(operation, variables={**operation.variables, **variables})


def _root(document: Document) -> str:
    return next(iter(document.roots))


def _misfit(fault: faults.Fault) -> dict[str, Any]:
    """A variable that does not fit, as the real result has it: with keys nobody selected."""
    return {
        "message": fault["message"],
        "field": ["query"],
        "type": "GraphApi::BulkMutationUserError",
        "code": None,
        "extra_info": None,
    }


def _executed(visit: Visit, document: Document, variables: dict[str, Any]) -> dict[str, Any]:
    shop = visit.shop
    result = execute_sync(
        document.operation.schema,
        document.untyped,
        context_value=visit,
        variable_values=variables,
    )
    shop.event = ""
    if result.errors:
        return {"errors": [_error(error) for error in result.errors], "data": result.data}
    return {"data": result.data}


def _error(error: GraphQLError) -> faults.Fault:
    """A refusal; a bug of ours is told like an ordinary call tells it."""
    if "code" not in (error.extensions or {}):
        return faults.our_fault(error)
    return faults.fault(error)
