"""Errors as Google's storage sends them: XML."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape  # nosec B406  # it writes XML, it parses none

from aiohttp import web

# cloud.google.com/storage/docs/xml-api/reference-status, read 2026-11.
MESSAGES: Mapping[str, str] = {
    "SignatureDoesNotMatch": "Access denied.",
    "ExpiredToken": "The provided token has expired.",
    "NoSuchKey": "The specified key does not exist.",
    "InvalidRange": "The requested range cannot be satisfied.",
    "InvalidArgument": "Invalid argument.",
    "MalformedPOSTRequest": "The body of your POST request is not well-formed multipart/form-data.",
    "InvalidPolicyDocument": "The content of the form does not meet the conditions specified in the"
    " policy document.",
    "EntityTooLarge": "Your proposed upload is larger than the maximum object size specified in"
    " your Policy Document.",
    "EntityTooSmall": "Your proposed upload is smaller than the minimum object size specified in"
    " your Policy Document.",
}
HEAD = "<?xml version='1.0' encoding='UTF-8'?>"


def storage_error(
    status: int,
    code: str,
    *,
    more: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """`more` stands behind code and message, in this order."""
    parts = {"Code": code, "Message": MESSAGES[code], **(more or {})}
    body = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in parts.items())
    kept = {name: one for name, one in (headers or {}).items() if name != "Content-Type"}
    return web.Response(
        text=f"{HEAD}<Error>{body}</Error>",
        status=status,
        content_type="application/xml",
        charset="UTF-8",
        headers=kept,
    )
