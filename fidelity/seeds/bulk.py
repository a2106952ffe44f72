"""Bulk operations that were there, files that had been uploaded."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any

from fidelity.seeds.making import LONG_AGO, Seeding, made
from fidelity.twins import PARTS
from fidelity.world import Thing
from syncd.sandbox.bulk_records import OPEN, BulkOperation

TOO_LARGE = "exceeds the maximum"
EMPTY = "file is empty"
MISSING = "could not be found"
MAX_BYTES = 100 * 1024 * 1024


def bulk_operation(seeding: Seeding, thing: Thing) -> None:
    """As far as it had got when it was read; one that the sandbox runs itself is put there too."""
    shop = seeding.shop
    found = PARTS.fullmatch(str(thing.get("id")))
    number = int(seeding.twins.ours.get(("BulkOperation", found[2]), found[2])) if found else 0
    progress = _progress(thing)
    held = shop.held["BulkOperation"].get(number)
    if held is not None:
        shop.put("BulkOperation", dataclasses.replace(held, **progress))
        return
    created_at = thing.get("createdAt") or LONG_AGO
    record = made(
        BulkOperation,
        id=seeding.number("BulkOperation", thing),
        type=thing.get("type") or "QUERY",
        query=thing.get("query") or "{ shop { id } }",
        version=shop_version(),
        scopes=shop.options.scopes,
        created_at=created_at,
        created_s=_seconds(created_at),
        result=f"seeded-{number}",
        client_id=shop.options.client_id,
        **progress,
    )
    shop.put("BulkOperation", record)


def shop_version() -> str:
    return "2026-04"


def _progress(thing: Thing) -> dict[str, Any]:
    completed_at = thing.get("completedAt")
    found = {
        "status": thing.get("status") or "CREATED",
        "error_code": thing.get("errorCode"),
        "completed_at": completed_at,
        "ended_s": _seconds(completed_at) if completed_at else None,
    }
    for name, field in (
        ("objectCount", "objects"),
        ("rootObjectCount", "roots"),
        ("fileSize", "size_bytes"),
    ):
        if str(thing.get(name) or "").isdigit():
            found[field] = int(thing[name])
    return found


def is_open(thing: Thing) -> bool:
    """Whether it was still under way when it was read."""
    return thing.get("status") in OPEN


def _seconds(at: str) -> float:
    return datetime.fromisoformat(at).timestamp()


def upload(seeding: Seeding, path: str, told: str) -> None:
    """The file that was at the path, by what was said of it: only its size is known."""
    if MISSING in told:
        return
    blobs = seeding.shop.works.blobs
    if TOO_LARGE in told:
        blobs.write(path, bytes(MAX_BYTES + 1))
    else:
        blobs.write(path, b"" if EMPTY in told else b"{}\n")


SEEDERS = {"BulkOperation": bulk_operation}
