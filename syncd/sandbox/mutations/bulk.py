"""bulkOperationRunMutation, bulkOperationRunQuery, bulkOperationCancel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

from syncd.sandbox import gids
from syncd.sandbox.bulk_checks import Asked, check_mutation, check_query
from syncd.sandbox.bulk_faults import taken
from syncd.sandbox.bulk_records import BulkOperation
from syncd.sandbox.resolvers.bulk import bulk_operation, own
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.shop import Shop
from syncd.sandbox.uploads import MAX_LINES_BYTES
from syncd.sandbox.words import Complaints

NO_SUCH_FILE = (
    "The JSONL file could not be found. Try uploading the file again, and check that you've entered"
    " the URL correctly for the stagedUploadPath mutation argument."
)
BUSY = "A bulk {kind} operation for this app and shop is already in progress: {ids}."


def run_mutation(
    _root: None,
    info: Info,
    mutation: str,
    stagedUploadPath: str,
    clientIdentifier: str | None = None,
    **_: Any,
) -> dict[str, Any]:
    """The document is checked first, then the file, then how many are under way."""
    shop, complaints = shop_of(info), Complaints()
    check_mutation(Asked(mutation, info.context.version, clientIdentifier), complaints)
    if not complaints:
        _check_file(shop, stagedUploadPath, complaints)
    return _started(
        info,
        complaints,
        _new(
            info,
            type="MUTATION",
            query=mutation,
            upload=stagedUploadPath,
            upload_stamp=shop.works.blobs.stamp(stagedUploadPath),
            client_identifier=clientIdentifier,
        ),
    )


def run_query(_root: None, info: Info, query: str, groupObjects: bool) -> dict[str, Any]:
    complaints = Complaints()
    check_query(Asked(query, info.context.version), complaints)
    return _started(
        info, complaints, _new(info, type="QUERY", query=query, is_grouped=groupObjects)
    )


def _check_file(shop: Shop, path: str, complaints: Complaints) -> None:
    size = shop.works.blobs.size_bytes(path)
    if size is None:
        complaints.add(None, NO_SUCH_FILE, "NO_SUCH_FILE")
    elif size == 0:
        complaints.add(None, "The input file is empty.", "INVALID_STAGED_UPLOAD_FILE")
    elif size > MAX_LINES_BYTES:
        message = "The input file size exceeds the maximum allowed size of 100 MB."
        complaints.add(None, message, "INVALID_STAGED_UPLOAD_FILE")


def _new(info: Info, **more: Any) -> BulkOperation:
    """Without a number yet."""
    shop = shop_of(info)
    return BulkOperation(
        id=0,
        version=info.context.version,
        scopes=tuple(sorted(info.context.scopes)),
        created_at=shop.now(),
        created_s=shop.options.clock.now().timestamp(),
        result=f"{uuid4().hex[:28]}-final",
        client_id=info.context.app.client_id,
        **more,
    )


def _started(info: Info, complaints: Complaints, operation: BulkOperation) -> dict[str, Any]:
    """The operation in the shop, if it may be started."""
    shop = shop_of(info)
    if not complaints:
        _check_others(info, operation, complaints)
    if complaints:
        return {"bulkOperation": None, "userErrors": complaints.found}
    faults = taken(shop.works)
    operation = replace(operation, id=shop.new_id("BulkOperation"), faults=faults)
    shop.put("BulkOperation", operation)
    info.context.is_answer_lost = bool(faults.get("lose_start"))
    return {"bulkOperation": operation, "userErrors": []}


def _check_others(info: Info, operation: BulkOperation, complaints: Complaints) -> None:
    """Five of a kind at a time; until 2025-10 it was one."""
    others = [one for one in own(info) if one.is_open and one.type == operation.type]
    if len(others) >= (5 if info.context.is_since("2026-01") else 1):
        ids = ", ".join(gids.gid("BulkOperation", one.id) for one in others)
        message = BUSY.format(kind=operation.type.lower(), ids=ids)
        complaints.add(None, message, "OPERATION_IN_PROGRESS")


def cancel(_root: None, info: Info, id: str) -> dict[str, Any]:
    """It stops a little later; what was done stays done."""
    shop, complaints = shop_of(info), Complaints()
    operation = bulk_operation(None, info, id)
    if operation is None:
        complaints.add(["id"], "Bulk operation does not exist")
    elif not operation.is_open:
        message = f"A bulk operation cannot be canceled when it is {operation.status.lower()}"
        complaints.add(None, message)
    elif operation.status != "CANCELING":
        now_s = shop.options.clock.now().timestamp()
        operation = replace(operation, status="CANCELING", canceling_s=now_s)
        shop.put("BulkOperation", operation)
    return {"bulkOperation": operation, "userErrors": complaints.found}


FIELDS: Fields = {
    "Mutation": {
        "bulkOperationRunMutation": run_mutation,
        "bulkOperationRunQuery": run_query,
        "bulkOperationCancel": cancel,
    }
}
