"""The products of a shop, out of the result of a bulk query."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import anyio.to_thread

from syncd.errors import ResultGoneError
from syncd.phrases import phrase
from syncd.shopify import families, shopread, uploads
from syncd.shopify.bulk import Operation
from syncd.shopify.families import Orphan
from syncd.shopify.shopread import Seen


async def shown(operation: Operation, folder: Path) -> Iterator[Seen]:
    """The products of the shop; raises ResultGoneError when the result is not whole."""
    if operation.url is None:
        return iter(())
    path = folder / "result.jsonl"
    await uploads.download(operation.url, path)
    split = await anyio.to_thread.run_sync(families.split, path, folder)
    if split.is_cut or split.lines != operation.object_count:
        raise ResultGoneError(
            phrase(
                "the result of {gid} has {lines} whole lines of {object_count}",
                gid=operation.gid,
                lines=split.lines,
                object_count=operation.object_count,
            ),
            hint=phrase("the shop is read again"),
        )
    return _seen(folder)


def _seen(folder: Path) -> Iterator[Seen]:
    for family in families.families(folder):
        if isinstance(family, Orphan):
            raise ResultGoneError(
                phrase("nobody is {gid}", gid=family.parent), hint=phrase("the shop is read again")
            )
        yield shopread.observed(family)
