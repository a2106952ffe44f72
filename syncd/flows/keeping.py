"""Keep claims while their work goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import anyio
import asyncpg

from syncd.errors import innermost
from syncd.postgres import outbox
from syncd.postgres.leases import LEASE_S
from syncd.records import Change


@asynccontextmanager
async def kept(
    pool: asyncpg.Pool, changes: Sequence[Change], renewed_s: float
) -> AsyncIterator[None]:
    """Renew the claims every `renewed_s` inside the block; its error comes out unwrapped."""
    try:
        async with anyio.create_task_group() as renewing:
            renewing.start_soon(_renew, pool, changes, renewed_s)
            yield
            renewing.cancel_scope.cancel()
    except ExceptionGroup as errors:
        raise innermost(errors) from errors


async def _renew(pool: asyncpg.Pool, changes: Sequence[Change], renewed_s: float) -> None:
    while True:
        await anyio.sleep(renewed_s)
        with anyio.move_on_after(LEASE_S - 2 * renewed_s):
            await outbox.renew(pool, changes, lease_s=LEASE_S)
