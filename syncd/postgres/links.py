"""Which Shopify GID belongs to a Backoffice key, with what Shopify last accepted from us."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from syncd.postgres.db import Connection, Executor, Statements
from syncd.records import Form, Link, VariantIds
from syncd.rules import mapping

sql = Statements("links")


async def known(db: Executor, *, shop_id: int, keys: Sequence[str]) -> dict[str, Link]:
    """The links of these products, by key; one that is not linked is absent."""
    rows = await sql.known.fetch(db, shop_id=shop_id, keys=list(keys))
    return {
        row["key"]: Link(
            key=row["key"],
            gid=row["gid"],
            known=mapping.from_json(row["known"]),
            digest=row["digest"],
            variants={key: VariantIds(*ids) for key, ids in row["variants"].items()},
            files=row["files"],
            published_at=row["published_at"],
            is_gone=row["is_gone"],
        )
        for row in rows
    }


async def keys(db: Executor, shop_id: int) -> list[str]:
    """The keys of all linked products, shorter ones first, so that numbers are in order."""
    return [row["key"] for row in await sql.keys.fetch(db, shop_id=shop_id)]


async def count(db: Executor, shop_id: int) -> int:
    """How many products are linked with the shop."""
    count: int = await sql.count.value(db, shop_id=shop_id)
    return count


async def accepted_since(
    db: Executor, *, shop_id: int, keys: Sequence[str], since: datetime
) -> frozenset[str]:
    """Of these products those that were written to the shop since then, or are being so now."""
    rows = await sql.accepted_since.fetch(db, shop_id=shop_id, keys=list(keys), since=since)
    return frozenset(row["key"] for row in rows)


async def keys_of(db: Executor, *, shop_id: int, gids: Sequence[str]) -> dict[str, str]:
    """Keys of the products that are linked with these GIDs, by GID."""
    rows = await sql.keys_of.fetch(db, shop_id=shop_id, gids=list(gids))
    return {row["gid"]: row["key"] for row in rows}


async def save(connection: Connection, shop_id: int, link: Link, accepted_at: datetime) -> None:
    """Write a link with exactly these variants, over what was there.

    A variant's GID that stood with another product is taken from it. Three statements: needs the
    caller's transaction. Raises UniqueViolationError when another key has the product's GID.
    """
    variant_keys = list(link.variants)
    gids = [ids.variant for ids in link.variants.values()]
    await sql.save.execute(
        connection,
        shop_id=shop_id,
        key=link.key,
        gid=link.gid,
        known=mapping.to_json(link.known),
        digest=link.digest,
        files=dict(link.files),
        published_at=link.published_at,
        accepted_at=accepted_at,
        is_gone=link.is_gone,
    )
    await sql.forget_variants.execute(
        connection, shop_id=shop_id, product_key=link.key, variant_keys=variant_keys, gids=gids
    )
    await sql.save_variants.execute(
        connection,
        shop_id=shop_id,
        product_key=link.key,
        variant_keys=variant_keys,
        gids=gids,
        inventory_items=[ids.inventory_item for ids in link.variants.values()],
    )


async def add_all(
    connection: Connection, shop_id: int, made: Sequence[Link], accepted_at: datetime
) -> frozenset[str]:
    """Write links of products that were just made; returns the keys of those that had none."""
    rows = [
        {
            "key": link.key,
            "gid": link.gid,
            "known": mapping.to_json(link.known),
            "digest": link.digest,
            "variants": {
                key: [ids.variant, ids.inventory_item] for key, ids in link.variants.items()
            },
        }
        for link in made
    ]
    new = await sql.add_all.fetch(connection, shop_id=shop_id, rows=rows, accepted_at=accepted_at)
    return frozenset(row["key"] for row in new)


async def know(
    connection: Connection, shop_id: int, forms: Mapping[str, Form], accepted_at: datetime
) -> dict[str, str]:
    """Write what Shopify accepted anew, forms by key; returns the GIDs of those that are linked."""
    rows = [
        {"key": key, "known": mapping.to_json(form), "digest": mapping.digest(form)}
        for key, form in forms.items()
    ]
    told = await sql.know.fetch(connection, shop_id=shop_id, rows=rows, accepted_at=accepted_at)
    return {row["key"]: row["gid"] for row in told}


async def published(db: Executor, *, shop_id: int, keys: Sequence[str], at: datetime) -> None:
    """Note that these products are to be seen in the shop's sales channels."""
    await sql.published.execute(db, shop_id=shop_id, keys=list(keys), published_at=at)


async def stay_away(db: Executor, *, shop_id: int, keys: Sequence[str]) -> None:
    """Note that these products were deleted in Shopify, and are not to be there."""
    if keys:
        await sql.stay_away.execute(db, shop_id=shop_id, keys=list(keys))


async def back(db: Executor, *, shop_id: int, keys: Sequence[str]) -> None:
    """These products are in the shop again, under the same ids; their counts begin anew."""
    if keys:
        await sql.back.execute(db, shop_id=shop_id, keys=list(keys))


async def forget(db: Executor, *, shop_id: int, gids: Mapping[str, str]) -> None:
    """These products, GIDs by key, are in the shop no more, with all that was said of them there.

    One that is linked with another GID by now stays as it is.
    """
    if gids:
        await sql.forget.execute(db, shop_id=shop_id, keys=list(gids), gids=list(gids.values()))
