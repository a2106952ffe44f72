"""Bulk operations of one app in one shop: started, looked at, found again, ended early.

shopify.dev/docs/api/usage/bulk-operations, read 2026-11; recorded answers. At most five of a kind
run at once. An operation that is COMPLETED may hold refused lines, all of them even.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from graphql import GraphQLSyntaxError, OperationDefinitionNode, parse

from syncd.errors import BulkBusyError, BulkLimitError, ShopifyError, UploadLostError
from syncd.phrases import phrase
from syncd.shopify.client import Client

Kind = Literal["query", "mutation"]
Status = Literal["CREATED", "RUNNING", "COMPLETED", "FAILED", "CANCELING", "CANCELED", "EXPIRED"]

PAGE = 25
CLOCKS_APART = timedelta(minutes=10)  # how far Shopify's clock and ours may differ
LOST_S = 30.0  # in which an operation whose start was lost shows up in the list of operations
BUSY_WAIT_S = 60.0
LIMIT_WAIT_S = 3600.0  # how large the limit is, and when its day ends, is not documented
UPLOAD_CODES = ("NO_SUCH_FILE", "INVALID_STAGED_UPLOAD_FILE", "INTERNAL_FILE_SERVER_ERROR")
GID = re.compile(r"gid://shopify/BulkOperation/\d+")


@dataclass(frozen=True, slots=True)
class Operation:
    """A bulk operation as Shopify shows it; `query` is its document.

    `url` is where the result is, for seven days; None when it gave nothing, or has not ended.
    `partial_url` is where the result of a FAILED one is. `object_count` counts lines: of a query
    those of the result, of a mutation those of the upload that it has behind it; `root_count` of a
    query only those that have no parent.
    """

    gid: str
    status: Status
    error_code: str | None
    object_count: int
    root_count: int
    url: str | None
    partial_url: str | None
    query: str
    created_at: datetime
    completed_at: datetime | None

    @property
    def is_over(self) -> bool:
        return self.status in ("COMPLETED", "FAILED", "CANCELED", "EXPIRED")

    @property
    def worked_s(self) -> float | None:
        """How long it took by Shopify's clock, in whole seconds; None unless it is COMPLETED."""
        if self.status != "COMPLETED" or self.completed_at is None:
            return None
        return max(0.0, (self.completed_at - self.created_at).total_seconds())


async def start_query(client: Client, text: str) -> Operation:
    """Start a bulk query; children need not follow their parents in its result.

    Not repeated when the answer was lost: CallError `is_unknown` tells so, and `find` tells whether
    it was started. Raises what `Client.execute` raises, BulkBusyError, BulkLimitError, and
    ShopifyError when Shopify does not take the document.
    """
    answer = await client.execute("BulkOperationRunQuery", {"query": text})
    return _started(answer["bulkOperationRunQuery"], "query")


async def start_mutation(client: Client, text: str, path: str, client_identifier: str) -> Operation:
    """Start a bulk mutation of the lines that were uploaded to `path`.

    `client_identifier` has 10 to 255 characters; Shopify keeps no second operation of the same one
    from starting. Raises as `start_query` does, and UploadLostError.
    """
    variables = {"mutation": text, "path": path, "clientIdentifier": client_identifier}
    answer = await client.execute("BulkOperationRunMutation", variables)
    return _started(answer["bulkOperationRunMutation"], "mutation")


async def look(client: Client, gid: str) -> Operation | None:
    """The operation as it is now, for one point; None when the app has no such operation.

    Raises what `Client.execute` raises.
    """
    answer = await client.execute("BulkOperationRead", {"id": gid})
    found = answer["bulkOperation"]
    return None if found is None else _operation(found)


async def find(client: Client, name: str, kind: Kind, *, since: datetime) -> Operation | None:
    """The newest operation since then whose document's one operation has exactly this name.

    For an orphan, started though the answer was lost. Whether Shopify's list lags behind is not
    documented: None before LOST_S have passed is no proof. Raises what `Client.execute` raises.
    """
    # A search field that Shopify does not know would be ignored, and match everything.
    page: dict[str, Any] = {"query": f"operation_type:{kind}", "first": PAGE, "after": None}
    while True:
        answer = (await client.execute("BulkOperationList", page))["bulkOperations"]
        for operation in map(_operation, answer["nodes"]):
            if operation.created_at < since - CLOCKS_APART:
                return None
            if name in operation.query and _name(operation.query) == name:
                return operation
        if not answer["pageInfo"]["hasNextPage"]:
            return None
        page["after"] = answer["pageInfo"]["endCursor"]


async def cancel(client: Client, gid: str) -> Operation | None:
    """Ask Shopify to end the operation, which takes a while; one that has ended stays as it is.

    What it has done stays done. None when the app has no such operation. Raises what
    `Client.execute` raises.
    """
    answer = await client.execute("BulkOperationCancel", {"id": gid})
    found = answer["bulkOperationCancel"]["bulkOperation"]
    return None if found is None else _operation(found)


def _started(payload: Mapping[str, Any], kind: Kind) -> Operation:
    if payload["userErrors"]:
        raise refused(payload["userErrors"][0], kind)
    return _operation(payload["bulkOperation"])


def refused(error: Mapping[str, Any], kind: Kind) -> ShopifyError:
    """The error that one of the start call's `userErrors` amounts to; some come without a code."""
    code, said = error["code"], error["message"]
    if code in UPLOAD_CODES:
        told = phrase(
            "Shopify could not use the uploaded file: {said} ({code})", said=said, code=code
        )
        return UploadLostError(told, hint=phrase("upload it again"))
    match code:
        case "OPERATION_IN_PROGRESS":
            running = GID.findall(said)
            return BulkBusyError(
                phrase(
                    "the shop has as many bulk {kind} operations under way as may be: {join}",
                    kind=kind,
                    join=", ".join(running),
                ),
                hint=phrase("it starts by itself when one of them has ended"),
                wait_s=BUSY_WAIT_S,
                running=running,
            )
        case "LIMIT_REACHED":
            return BulkLimitError(
                phrase(
                    "Shopify starts no more bulk operations in this shop for now: {said}", said=said
                ),
                hint=phrase(
                    "it is tried again each hour; changes of single products go on meanwhile"
                ),
                wait_s=LIMIT_WAIT_S,
            )
    return ShopifyError(
        phrase(
            "Shopify refused the bulk {kind}: {said} ({code})",
            kind=kind,
            said=said,
            code=code or "no code",
        ),
        hint=phrase("report it: syncd asked in a way Shopify does not take"),
    )


def _name(text: str) -> str:
    """The name of a document's one operation; empty when there is no such thing."""
    try:
        nodes = parse(text, no_location=True).definitions
    except GraphQLSyntaxError:
        return ""
    names = [one.name for one in nodes if isinstance(one, OperationDefinitionNode)]
    return names[0].value if len(names) == 1 and names[0] else ""


def _operation(node: Mapping[str, Any]) -> Operation:
    return Operation(
        gid=node["id"],
        status=node["status"],
        error_code=node["errorCode"],
        object_count=int(node["objectCount"]),
        root_count=int(node["rootObjectCount"]),
        url=node["url"],
        partial_url=node["partialDataUrl"],
        query=node["query"],
        created_at=datetime.fromisoformat(node["createdAt"]),
        completed_at=datetime.fromisoformat(node["completedAt"]) if node["completedAt"] else None,
    )
