"""Ask Shopify whether it could fetch the pictures that it took."""

from __future__ import annotations

import asyncpg
import structlog

from syncd.errors import KindError
from syncd.postgres import files
from syncd.records import Shop
from syncd.rules import refusals
from syncd.shopify import products
from syncd.shopify.client import Client
from syncd.shopify.products import FileState

ASKED = 250  # files a call; the number of ids makes no difference to its 2 points
log = structlog.get_logger()


async def look_once(pool: asyncpg.Pool, client: Client, shop: Shop) -> int:
    """One step: ask about files that were taken a while ago; returns how many, 0 when none is due.

    What could not be fetched is logged with its product, and shown by `syncd explain`; it is
    sent again when the product is read the next time.
    Raises what `Client.execute` raises.
    """
    due = await files.due(pool, shop_id=shop.shop_id, most=ASKED)
    if not due:
        return 0
    try:
        said = await products.file_states(client, due)
    except KindError as error:  # a missing scope must not hold up products
        log.warning("pictures_unseen", shop=shop.domain, error=str(error))
        said = {gid: FileState("pending") for gid in due}
    failed = await files.told(
        pool,
        shop_id=shop.shop_id,
        ready=[gid for gid, file in said.items() if file.state == "ready"],
        failed={gid: file.error for gid, file in said.items() if file.state == "failed"},
        pending=[gid for gid, file in said.items() if file.state == "pending"],
    )
    for file in failed:
        log.warning(
            "picture_failed",
            shop=shop.domain,
            key=file.key,
            said=refusals.picture(file.error, file.ref),
        )
    return len(due)
