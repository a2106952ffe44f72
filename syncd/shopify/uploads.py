"""Files on their way to Shopify's storage or from it: lines go up, results come down.

The storage is another host (Google's), reached by signed addresses: no token of the shop's goes
there, and its errors are XML. Memory stays flat whatever the size of a file.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4
from xml.sax.saxutils import unescape  # nosec B406  # text by text, nothing is parsed

import aiohttp
import anyio
import structlog
from yarl import URL  # aiohttp's own

from syncd.errors import CallError, ResultGoneError, ShopifyError, UploadLostError
from syncd.phrases import joined, phrase
from syncd.shopify.client import Client

CHUNK_BYTES = 1024 * 1024
BUFFER_BYTES = 64 * 1024
DEADLINE_S = 1800.0  # 100 MB at half a megabit a second
CONNECT_S, SILENCE_S = 20.0, 60.0
PATIENCE_S = 60.0
FIRST_WAIT_S, LONGEST_WAIT_S = 0.1, 8.0
CONTENT_TYPE = "text/jsonl"  # shopify.dev/docs/api/usage/bulk-operations/imports, read 2026-11
PASSING = (408, 416, 429)  # of the statuses that blame the one who asks
ROAD = (aiohttp.ClientError, TimeoutError, ConnectionError)
XML = re.compile(r"<(Code|Message|Details)>([^<]*)</")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Target:
    """Where a file goes: the form's fields in the order in which they must be sent.

    `path` is what a bulk mutation is told as stagedUploadPath. Good for a day.
    """

    url: str
    parameters: Sequence[tuple[str, str]]
    path: str


async def stage(client: Client, filename: str) -> Target:
    """A new place to upload the lines of a bulk mutation to; `filename` is only for people.

    Raises what `Client.execute` raises, and ShopifyError when Shopify gives none.
    """
    # POST: the guide prescribes it for bulk operations, and PUT is what is taken when none is said.
    wanted = {
        "resource": "BULK_MUTATION_VARIABLES",
        "filename": filename,
        "mimeType": CONTENT_TYPE,
        "httpMethod": "POST",
    }
    answer = await client.execute("StagedUploadsCreate", {"input": [wanted]})
    payload = answer["stagedUploadsCreate"]
    if payload["userErrors"]:
        raise ShopifyError(
            phrase(
                "Shopify gave no place to upload {filename} to: {why}",
                filename=filename,
                why=payload["userErrors"][0]["message"],
            ),
            hint=phrase("report it: syncd asked in a way Shopify does not take"),
        )
    (target,) = payload["stagedTargets"]
    parameters = tuple((one["name"], one["value"]) for one in target["parameters"])
    return Target(target["url"], parameters, dict(parameters)["key"])


async def upload(target: Target, file: Path, *, deadline_s: float = DEADLINE_S) -> None:
    """Send the file to its target; doing so twice is as good as once, until an operation uses it.

    Raises CallError when the road or the storage failed, UploadLostError when the target has
    expired, ShopifyError when the storage will not have the file (over 100 MB, empty).
    """
    # A file, since its size must be told beforehand: storages answer 411 to a form without one.
    size_bytes = (await anyio.Path(file).stat()).st_size
    mark = uuid4().hex
    head, tail = _form(target, file.name, mark)
    headers = {
        "Content-Type": f"multipart/form-data; boundary={mark}",
        "Content-Length": str(len(head) + size_bytes + len(tail)),
    }
    try:
        with anyio.fail_after(deadline_s):
            async with await anyio.open_file(file, "rb") as opened, _session() as session:
                body = _body(head, opened, tail)
                async with session.post(
                    target.url, data=body, headers=headers, allow_redirects=False
                ) as response:
                    if response.status >= 300:
                        raise _refused(response.status, await response.text(), file)
    except ROAD as error:
        raise _lost(phrase("{file} could not be uploaded", file=file.name), error) from error


async def _body(head: bytes, file: anyio.AsyncFile[bytes], tail: bytes) -> AsyncIterator[bytes]:
    yield head
    while chunk := await file.read(CHUNK_BYTES):
        yield chunk
    yield tail


async def download(
    url: str, path: Path, *, deadline_s: float = DEADLINE_S, patience_s: float = PATIENCE_S
) -> int:
    """Write what is at the address to a file, instead of what was there; returns its size in bytes.

    Goes on where it was cut off. Raises ResultGoneError when nothing is there (any more), CallError
    after `patience_s` without a byte more, and OSError when the file cannot be written.
    """
    wait_s, further_s = FIRST_WAIT_S, anyio.current_time()
    try:
        with anyio.fail_after(deadline_s):
            async with _session() as session, await anyio.open_file(path, "wb") as file:
                while True:
                    had_bytes = await file.tell()
                    try:
                        await _fetch(session, url, file)
                        return await file.tell()
                    except (CallError, *ROAD) as error:
                        have_bytes, wait_s = await file.tell(), min(wait_s * 2, LONGEST_WAIT_S)
                        if have_bytes > had_bytes:
                            wait_s, further_s = FIRST_WAIT_S, anyio.current_time()
                        if anyio.current_time() + wait_s > further_s + patience_s:
                            raise
                        log.info("download_cut", have_bytes=have_bytes, error=str(error))
                    await anyio.sleep(wait_s)
    except ROAD as error:
        raise _lost("the result could not be fetched", error) from error


async def _fetch(session: aiohttp.ClientSession, url: str, file: anyio.AsyncFile[bytes]) -> None:
    """What is missing behind the end of the file; all of it where the storage gives no parts."""
    have_bytes = await file.tell()
    headers = {"Range": f"bytes={have_bytes}-"} if have_bytes else {}
    # Encoded: made ready once more, the address would no longer be the one that was signed.
    async with session.get(URL(url, encoded=True), headers=headers) as response:
        if 400 <= response.status < 500 and response.status not in PASSING:
            raise _gone(response.status, await response.text())
        part = response.headers.get("Content-Range", "")
        is_next = response.status == 206 and part.startswith(f"bytes {have_bytes}-")
        if not is_next and response.status in (200, 206, 416):
            await file.seek(0)
            await file.truncate()
        if not is_next and response.status != 200:
            raise CallError(
                phrase(
                    "the storage answered with HTTP {status} to {headers}",
                    status=response.status,
                    headers=headers,
                )
            )
        # What aiohttp holds in its buffer when the connection is cut is lost, so that stays small.
        async for chunk in response.content.iter_chunked(CHUNK_BYTES):
            await file.write(chunk)


def _session() -> aiohttp.ClientSession:
    """Of its own: the client's sends the shop's token along."""
    return aiohttp.ClientSession(
        headers={"Accept-Encoding": "identity"},  # else parts would be parts of what is packed
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=SILENCE_S),
        read_bufsize=BUFFER_BYTES,
    )


def _form(target: Target, filename: str, mark: str) -> tuple[bytes, bytes]:
    """What stands before the file and what behind it, in multipart/form-data."""
    fields = "".join(
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in target.parameters
    )
    file = f'Content-Disposition: form-data; name="file"; filename="{filename}"'
    head = f"{fields}--{mark}\r\n{file}\r\nContent-Type: {CONTENT_TYPE}\r\n\r\n"
    return head.encode(), f"\r\n--{mark}--\r\n".encode()


def _refused(status: int, body: str, file: Path) -> ShopifyError:
    code, said = _xml(body)
    message = phrase(
        "the storage did not take {file}: {said} (HTTP {status}, {code})",
        file=file.name,
        said=said,
        status=status,
        code=code or "no code",
    )
    if status >= 500 or status in PASSING:
        return CallError(message)
    if "expired" in said.lower():
        return UploadLostError(message, hint=phrase("upload it again, to a new target"))
    if code == "EntityTooLarge":
        return ShopifyError(message, hint=phrase("split the file: Shopify takes 100 MB at once"))
    if code == "EntityTooSmall":
        return ShopifyError(message, hint=phrase("send no file without lines"))
    return ShopifyError(message, hint=phrase("report it: syncd filled in the form in a wrong way"))


def _gone(status: int, body: str) -> ResultGoneError:
    code, said = _xml(body)
    return ResultGoneError(
        phrase(
            "the result of the bulk operation is gone: {said} (HTTP {status}, {code})",
            said=said,
            status=status,
            code=code or "no code",
        ),
        hint=phrase("results are kept for seven days: run it again"),
    )


def _xml(body: str) -> tuple[str, str]:
    """Code and words of a storage's error, which may be no XML after all."""
    found = dict(XML.findall(body))
    words = (found.get("Message", ""), found.get("Details", ""))
    return found.get("Code", ""), unescape(" ".join(filter(None, words))) or body.strip()[:200]


def _lost(what: str, error: Exception) -> CallError:
    """Doing it again does no harm, so it is not unknown whether it happened."""
    return CallError(
        joined([what, str(error) or type(error).__name__], ": "),
        hint=phrase("check whether this machine may speak to storage.googleapis.com"),
    )
