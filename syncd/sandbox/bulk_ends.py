"""How bulk operations end, with what becomes of their results."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from syncd.sandbox.bulk_faults import DELIVERY, delivered
from syncd.sandbox.bulk_records import KEPT_S, BulkOperation
from syncd.sandbox.options import ShopOptions
from syncd.sandbox.shop import Shop

ACCESS_ID = "assets-us-prod@shopify-tiers.iam.gserviceaccount.com"


def completed(shop: Shop, operation: BulkOperation) -> BulkOperation:
    operation = replace(operation, status="COMPLETED", completed_at=shop.now())
    return _ended(shop, operation)


def failed(shop: Shop, operation: BulkOperation, error_code: str) -> BulkOperation:
    operation = replace(operation, status="FAILED", error_code=error_code)
    return _ended(shop, replace(operation, completed_at=shop.now()))


def canceled(shop: Shop, operation: BulkOperation) -> BulkOperation:
    """Recorded: without the time and the size, though there may be a result."""
    return _ended(shop, replace(operation, status="CANCELED"))


def expired(shop: Shop, operation: BulkOperation) -> BulkOperation:
    shop.works.blobs.remove(operation.result)
    return replace(operation, status="EXPIRED")


def _ended(shop: Shop, operation: BulkOperation) -> BulkOperation:
    """With its result as it is to be fetched; those who subscribed are told."""
    shop.works.runs.pop(operation.result, None)
    if any(operation.faults.get(name) for name in DELIVERY):
        content = result_of(shop, operation)
        content = delivered(operation, content)
        shop.works.blobs.write(operation.result, content)
        operation = replace(operation, size_bytes=len(content))
    elif operation.size_bytes:
        shop.works.blobs.cut(operation.result, operation.size_bytes)
    operation = replace(operation, ended_s=shop.options.clock.now().timestamp())
    shop.put("BulkOperation", operation)
    shop.tell("BULK_OPERATIONS_FINISH", operation)
    return operation


def result_of(shop: Shop, operation: BulkOperation) -> bytes:
    file = shop.works.blobs.open(operation.result)
    if file is None:
        return b""
    with file:
        return file.read(operation.size_bytes)


def url_of(options: ShopOptions, origin: str, operation: BulkOperation) -> str | None:
    """Where the result is to be had for seven days after the end; None when there is none."""
    if operation.ended_s is None or operation.status == "EXPIRED" or not operation.size_bytes:
        return None
    expires = int(operation.ended_s) + (0 if operation.faults.get("expire") else KEPT_S)
    name = f"bulk-{operation.id}.jsonl"
    query = {
        "GoogleAccessId": ACCESS_ID,
        "Expires": str(expires),
        "Signature": signature(options, operation.result, str(expires)),
        "response-content-disposition": f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}",
        "response-content-type": "application/jsonl",
    }
    return f"{origin}/_results/{quote(operation.result)}?{urlencode(query)}"


def signature(options: ShopOptions, result: str, expires: str) -> str:
    key = options.token.encode()
    return hmac.new(key, f"GET\n{expires}\n{result}".encode(), hashlib.sha256).hexdigest()


def expiry_shown(expires: str) -> str:
    """The time as Google's storage tells it."""
    return datetime.fromtimestamp(int(expires), UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")
