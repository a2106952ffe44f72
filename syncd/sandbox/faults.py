"""Errors of a whole call, as its caller reads them."""

from __future__ import annotations

import sys
import time
import traceback
import uuid
from typing import Any

from graphql import GraphQLError, Node

Fault = dict[str, Any]
Body = dict[str, Any]
Steps = tuple[str | int, ...]

MAX_COST = 1_000
RATE_LIMITS = "https://shopify.dev/api/usage/rate-limits"
TOO_DEAR = (
    "Query cost is {cost}, which exceeds the single query max cost limit ({limit}).\n\n"
    "See https://shopify.dev/concepts/about-apis/rate-limits for more information on how the\n"
    "cost of a query is calculated.\n\n"
    "To query larger amounts of data with fewer limits, bulk operations should be used instead.\n"
    "See https://shopify.dev/tutorials/perform-bulk-operations-with-admin-api for usage details.\n"
)
OUR_FAULT = (
    "Internal error. Looks like something went wrong on our end.\n"
    "Request ID: {id} (include this in support requests)."
)


def location(node: Node) -> dict[str, int]:
    assert node.loc
    start = node.loc.start_token
    return {"line": start.line, "column": start.column}


def static(message: str, node: Node, path: Steps, code: str, **more: Any) -> Fault:
    """A fault of the document."""
    return {
        "message": message,
        "locations": [location(node)],
        "path": list(path),
        "extensions": {"code": code, **more},
    }


def fault(error: GraphQLError) -> Fault:
    """A refusal of a resolver's."""
    return {
        "message": error.message,
        "locations": [place.formatted for place in error.locations or ()],
        "extensions": dict(error.extensions or {}),
        "path": error.path,
    }


def unnamed(operation_name: str | None) -> Fault:
    """The document has several operations, or none of that name."""
    if operation_name is None:
        return {"message": "An operation name is required"}
    return {"message": f'No operation named "{operation_name}"'}


def throttled() -> Fault:
    extensions = {"code": "THROTTLED", "documentation": RATE_LIMITS}
    return {"message": "Throttled", "extensions": extensions}


def too_dear(cost: int) -> Fault:
    return {
        "message": TOO_DEAR.format(cost=cost, limit=MAX_COST),
        "extensions": {
            "code": "MAX_COST_EXCEEDED",
            "cost": cost,
            "maxCost": MAX_COST,
            "documentation": "https://shopify.dev/api/usage/limits#rate-limits",
        },
    }


def our_fault(error: GraphQLError) -> Fault:
    """A bug in the sandbox: the traceback goes to stderr, the caller learns what Shopify tells."""
    request_id = f"{uuid.uuid4()}-{int(time.time())}"
    bug = error.original_error or error
    sys.stderr.write(f"sandbox: request {request_id} failed at {error.path}\n")
    sys.stderr.writelines(traceback.format_exception(bug))
    return {
        "message": OUR_FAULT.format(id=request_id),
        "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id},
    }
