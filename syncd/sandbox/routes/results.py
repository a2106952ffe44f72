"""Results of bulk operations, at the signed addresses that the operations tell."""

from __future__ import annotations

import hmac
import re
from typing import BinaryIO

from aiohttp import web

from syncd.sandbox.bulk_ends import expiry_shown, signature
from syncd.sandbox.desk import DESK
from syncd.sandbox.storage_errors import storage_error

CHUNK_BYTES = 256 * 1024
RANGE = re.compile(r"bytes=(\d*)-(\d*)")

ROUTES = web.RouteTableDef()


@ROUTES.get("/_results/{result}")
async def show_result(request: web.Request) -> web.StreamResponse:
    """The file or the part of it that is asked for; for everyone who has the address."""
    shop, result = request.app[DESK].shop, request.match_info["result"]
    query = request.query
    expires = query.get("Expires", "")
    right = signature(shop.options, result, expires)
    if not hmac.compare_digest(right, query.get("Signature", "")):
        return storage_error(403, "SignatureDoesNotMatch")
    if shop.options.clock.now().timestamp() >= int(expires):
        details = f"Request signature expired at: {expiry_shown(expires)}"
        return storage_error(403, "ExpiredToken", more={"Details": details})
    file = shop.works.blobs.open(result)
    if file is None:
        return storage_error(404, "NoSuchKey")
    with file:
        size = shop.works.blobs.size_bytes(result) or 0
        return await _sent(request, file, size)


async def _sent(request: web.Request, file: BinaryIO, size: int) -> web.StreamResponse:
    headers = {
        "Content-Type": request.query.get("response-content-type", "application/octet-stream"),
        "Content-Disposition": request.query.get("response-content-disposition", "attachment"),
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=0",
    }
    part = _part(request.headers.get("Range"), size)
    if part is None:
        headers["Content-Range"] = f"bytes */{size}"
        return storage_error(416, "InvalidRange", headers=headers)
    first, end = part
    is_part = "Range" in request.headers and (first, end) != (0, size)
    if is_part:
        headers["Content-Range"] = f"bytes {first}-{end - 1}/{size}"
    response = web.StreamResponse(status=206 if is_part else 200, headers=headers)
    response.content_length = end - first
    await response.prepare(request)
    file.seek(first)
    left = end - first
    while left and request.method == "GET" and (chunk := file.read(min(CHUNK_BYTES, left))):
        await response.write(chunk)
        left -= len(chunk)
    await response.write_eof()
    return response


def _part(asked: str | None, size: int) -> tuple[int, int] | None:
    """Where to begin, where to end; the whole for what is no range; None when it lies outside."""
    found = RANGE.fullmatch(asked or "")
    if not found or found.groups() == ("", ""):
        return 0, size
    first, last = found.groups()
    if not first:
        return max(0, size - int(last)), size
    end = min(int(last) + 1, size) if last else size
    return (int(first), end) if int(first) < end else None
