"""Bulk operations as their app sees them."""

from __future__ import annotations

from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.bulk_ends import url_of
from syncd.sandbox.bulk_records import BulkOperation
from syncd.sandbox.connections import Key, page
from syncd.sandbox.resolvers.fields import Fields, Info, attribute, gid_of, shop_of
from syncd.sandbox.search import SearchFields, choice, filtered, number, time
from syncd.sandbox.words import invalid_id

SEARCH: SearchFields = {
    "id": number(lambda one: one.id),
    "created_at": time(lambda one: one.created_at),
    "operation_type": choice(lambda one: one.type, ("query", "mutation")),
    "status": choice(
        lambda one: one.status,
        ("canceled", "canceling", "completed", "created", "failed", "running"),
    ),
}


def bulk_operation(_root: None, info: Info, id: str) -> BulkOperation | None:
    found = gids.number(id, "BulkOperation")
    if found is None:
        raise invalid_id(id)
    return next((one for one in own(info) if one.id == found), None)


def own(info: Info) -> list[BulkOperation]:
    """Those of the app that asks, in the order in which they were started."""
    held = shop_of(info).searchable("BulkOperation")
    return [one for one in held if one.client_id == info.context.app.client_id]


def bulk_operations(_root: None, info: Info, **arguments: Any) -> Any:
    """The newest first; `reverse` gives the oldest first, recorded so."""
    key = by_completion if arguments.get("sortKey") == "COMPLETED_AT" else by_creation
    found = sorted(filtered(own(info), arguments.get("query"), SEARCH, info), key=key)
    return page(found, key, {**arguments, "reverse": not arguments.get("reverse")})


def by_creation(operation: BulkOperation) -> Key:
    return (operation.created_at, operation.id)


def by_completion(operation: BulkOperation) -> Key:
    """Those that have no time come last, when the newest comes first."""
    return (operation.completed_at or "", operation.id)


def current(_root: None, info: Info, type: str = "QUERY") -> BulkOperation | None:
    """The newest of its kind, also when it has ended."""
    return max((one for one in own(info) if one.type == type), key=by_creation, default=None)


def url(operation: BulkOperation, info: Info) -> str | None:
    """Of the result of one that is completed, or was canceled with something done."""
    if operation.status == "FAILED":
        return None
    return url_of(shop_of(info).options, info.context.origin, operation)


def partial_data_url(operation: BulkOperation, info: Info) -> str | None:
    if operation.status != "FAILED":
        return None
    return url_of(shop_of(info).options, info.context.origin, operation)


def file_size(operation: BulkOperation, _info: Info) -> int | None:
    if operation.status not in ("COMPLETED", "EXPIRED", "FAILED"):
        return None
    return operation.size_bytes or None


FIELDS: Fields = {
    "QueryRoot": {
        "bulkOperation": bulk_operation,
        "bulkOperations": bulk_operations,
        "currentBulkOperation": current,
    },
    "BulkOperation": {
        "id": gid_of("BulkOperation"),
        "type": attribute("type"),
        "query": attribute("query"),
        "status": attribute("status"),
        "errorCode": attribute("error_code"),
        "createdAt": attribute("created_at"),
        "completedAt": attribute("completed_at"),
        "objectCount": attribute("objects"),
        "rootObjectCount": attribute("roots"),
        "fileSize": file_size,
        "url": url,
        "partialDataUrl": partial_data_url,
    },
}
