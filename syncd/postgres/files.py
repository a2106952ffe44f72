"""Pictures of ours that Shopify took, with whether it could fetch them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from syncd.postgres.db import Connection, Executor, Statements
from syncd.records import Link, Picture

sql = Statements("files")


@dataclass(frozen=True, slots=True)
class File:
    """A file in the shop, with the picture it was made of and a product that shows it."""

    gid: str
    ref: str
    key: str
    error: str | None = None


async def save(
    connection: Connection,
    shop_id: int,
    link: Link,
    alts: Mapping[str, str],
    accepted_at: datetime,
) -> None:
    """Note the files of a link; those noted already, of another product even, stay as they are."""
    await sql.save.execute(
        connection,
        shop_id=shop_id,
        key=link.key,
        gids=list(link.files.values()),
        refs=list(link.files),
        alts=[alts.get(ref, "") for ref in link.files],
        accepted_at=accepted_at,
    )


async def learn(
    db: Executor,
    *,
    shop_id: int,
    files: Mapping[str, Mapping[str, str]],
    ready: Collection[str],
) -> None:
    """Note files, GIDs by ref for each product's key, that were made without learning their ids.

    Whether Shopify could fetch them is asked at once, but for those that were seen to be `ready`.
    """
    if files:
        rows = [{"key": key, "files": dict(one)} for key, one in files.items()]
        await sql.learn.execute(db, shop_id=shop_id, rows=rows, ready=list(ready))


async def shared(db: Executor, *, shop_id: int, pictures: Sequence[Picture]) -> dict[str, str]:
    """GIDs by ref of files that show these pictures with the same words, the oldest of each."""
    if not pictures:
        return {}
    rows = await sql.shared.fetch(
        db,
        shop_id=shop_id,
        refs=[picture.ref for picture in pictures],
        alts=[picture.alt for picture in pictures],
    )
    return {row["ref"]: row["gid"] for row in rows}


async def refs(db: Executor, *, shop_id: int, gids: Sequence[str]) -> dict[str, str]:
    """Of these files those that we brought: GIDs by ref of the picture."""
    rows = await sql.refs.fetch(db, shop_id=shop_id, gids=list(gids))
    return {row["ref"]: row["gid"] for row in rows}


async def brought(db: Executor, *, shop_id: int, gids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Of these files those that we brought: (ref of the picture, key of the product) by GID."""
    rows = await sql.brought.fetch(db, shop_id=shop_id, gids=list(gids))
    return {row["gid"]: (row["ref"], row["key"]) for row in rows}


async def borrowed(db: Executor, *, shop_id: int, key: str, gids: Sequence[str]) -> frozenset[str]:
    """Which of these files another product than `key` brought into the shop."""
    rows = await sql.borrowed.fetch(db, shop_id=shop_id, key=key, gids=list(gids))
    return frozenset(row["gid"] for row in rows)


async def due(db: Executor, *, shop_id: int, most: int) -> list[str]:
    """GIDs of files of which we should ask whether Shopify has fetched them, oldest first."""
    rows = await sql.due.fetch(db, shop_id=shop_id, most=most)
    return [row["gid"] for row in rows]


async def told(
    db: Executor,
    *,
    shop_id: int,
    ready: Sequence[str],
    failed: Mapping[str, str],
    pending: Sequence[str],
) -> list[File]:
    """Note what Shopify said: `failed` with the reason. Returns the failed ones."""
    rows = await sql.told.fetch(
        db,
        shop_id=shop_id,
        ready=list(ready),
        failed=list(failed),
        errors=list(failed.values()),
        pending=list(pending),
    )
    return [
        File(row["gid"], row["ref"], row["key"], row["error"]) for row in rows if row["is_failed"]
    ]


async def failed(db: Executor, *, shop_id: int, key: str | None = None) -> list[File]:
    """Files that Shopify could not fetch, of one product or of all."""
    rows = await sql.failed.fetch(db, shop_id=shop_id, key=key)
    return [File(row["gid"], row["ref"], row["key"], row["error"]) for row in rows]
