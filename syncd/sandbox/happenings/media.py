"""Files are fetched: UPLOADED, PROCESSING, then READY or FAILED."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import unquote, urlsplit

from syncd.sandbox.paces import Paces
from syncd.sandbox.records import File
from syncd.sandbox.shop import Shop

UPLOADS = "/_uploads/"


def happen(shop: Shop) -> None:
    if not shop.due:
        return
    now = shop.options.clock.now()
    for kind, number in sorted(key for key in shop.due if key[0] in ("MediaImage", "OtherFile")):
        file = shop.held[kind][number]
        while file.due_at is not None and datetime.fromisoformat(file.due_at) <= now:
            file = _next(shop, file)
            shop.put(kind, file)


def _next(shop: Shop, file: File) -> File:
    assert file.due_at
    at = datetime.fromisoformat(file.due_at)
    if file.status == "UPLOADED":
        due = at + timedelta(seconds=shop.options.paces.processing_s)
        return replace(file, status="PROCESSING", due_at=due.isoformat())
    settled_at = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    is_dead = (
        is_dead_address(file.source, shop.options.paces)
        or is_missing_upload(shop, file.source)
        or shop.mischief.strikes("media")
    )
    status = "FAILED" if is_dead else "READY"
    url = f"{file.url.partition('?')[0]}?v={int(at.timestamp())}"
    return replace(file, status=status, due_at=None, updated_at=settled_at, url=url)


def is_dead_address(source: str, paces: Paces) -> bool:
    """Whether nothing can be fetched there, as far as the sandbox, which fetches nothing, knows."""
    address = urlsplit(source)
    host = (address.hostname or "").rstrip(".")
    marks = "|".join(map(re.escape, paces.dead_marks))
    is_marked = bool(marks) and re.search(rf"(?<![a-z0-9])(?:{marks})(?![a-z0-9])", address.path)
    return host.endswith(paces.dead_hosts) or bool(is_marked)


def is_missing_upload(shop: Shop, source: str) -> bool:
    """Whether the source is a staged upload that nobody made."""
    _, mark, key = unquote(urlsplit(source).path).partition(UPLOADS)
    return bool(mark) and shop.works.blobs.size_bytes(key) is None


def first_due(shop: Shop) -> str:
    """When a file made now is looked at."""
    due = shop.options.clock.now() + timedelta(seconds=shop.options.paces.upload_s)
    return due.isoformat()
