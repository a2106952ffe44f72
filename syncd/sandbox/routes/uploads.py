"""The host of staged uploads, which stands for shopify-staged-uploads.storage.googleapis.com."""

from __future__ import annotations

import hashlib
from xml.sax.saxutils import escape  # nosec B406  # it writes XML, it parses none

from aiohttp import BodyPartReader, MultipartReader, web

from syncd.sandbox.desk import DESK
from syncd.sandbox.storage_errors import HEAD, storage_error
from syncd.sandbox.uploads import BUCKET, Policy, Refusal, form_policy, misfit, put_fault

MAX_UPLOAD_BYTES = 128 * 1024 * 1024
MAX_FIELD_BYTES = 20_000  # Google's limit of a form's fields
STORAGE = f"https://storage.googleapis.com/{BUCKET}"

ROUTES = web.RouteTableDef()


@ROUTES.post("/_uploads/")
@ROUTES.post("/_uploads")
async def upload_form(request: web.Request) -> web.Response:
    """One file in a form, as the last of its parts."""
    if not request.content_type.startswith("multipart/"):
        return storage_error(400, "MalformedPOSTRequest")
    try:
        return await _taken(request, await request.multipart())
    except ValueError:
        return storage_error(400, "MalformedPOSTRequest")


async def _taken(request: web.Request, form: MultipartReader) -> web.Response:
    shop = request.app[DESK].shop
    fields: list[tuple[str, str]] = []
    while isinstance(part := await form.next(), BodyPartReader):
        if part.name == "file":
            break
        text = (await part.read(decode=True))[:MAX_FIELD_BYTES].decode(errors="replace")
        fields.append((part.name or "", text))
    else:
        return _no_file("Cannot find file in the form")
    policy = form_policy(shop.options, fields, shop.options.clock.now())
    if isinstance(policy, Refusal):
        return _refused(policy)
    content = bytearray()
    while chunk := await part.read_chunk(65_536):
        if len(content) <= MAX_UPLOAD_BYTES:
            content += chunk
    if found := misfit(policy, len(content)):
        return _refused(found)
    if await form.next() is not None:
        return _no_file("file must be the last field")
    key = policy.fields["key"]
    shop.works.blobs.write(key, bytes(content))
    return _created(policy, hashlib.md5(content, usedforsecurity=False).hexdigest())


def _created(policy: Policy, etag: str) -> web.Response:
    key = escape(policy.fields["key"])
    return web.Response(
        text=f"{HEAD}<PostResponse><Location>{STORAGE}/{key}</Location><Bucket>{BUCKET}</Bucket>"
        f'<Key>{key}</Key><ETag>"{etag}"</ETag></PostResponse>',
        status=int(policy.fields["success_action_status"]),
        content_type="text/html",
        charset="UTF-8",
        headers={"ETag": f'"{etag}"', "Location": f"{STORAGE}/{key}"},
    )


@ROUTES.put("/_uploads/{key:.+}")
async def upload_whole(request: web.Request) -> web.Response:
    """One file as the body of the request."""
    shop, key = request.app[DESK].shop, request.match_info["key"]
    if found := put_fault(shop.options, key, request.query, shop.options.clock.now()):
        return _refused(found)
    content = bytearray()
    async for chunk in request.content.iter_chunked(65_536):
        content += chunk
        if len(content) > MAX_UPLOAD_BYTES:
            return _refused(misfit(Policy({}, 0, MAX_UPLOAD_BYTES), len(content)))
    shop.works.blobs.write(key, bytes(content))
    etag = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return web.Response(headers={"ETag": f'"{etag}"'}, content_type="text/html")


def _no_file(details: str) -> web.Response:
    return storage_error(400, "InvalidArgument", more={"Details": details})


def _refused(refusal: Refusal | None) -> web.Response:
    assert refusal
    return storage_error(refusal.status, refusal.code, more=refusal.details)
