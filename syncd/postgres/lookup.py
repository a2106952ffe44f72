"""Products by whatever people call them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from syncd.postgres.backoffice import reading
from syncd.postgres.db import Executor, Statements

sql = Statements("lookup")

# The closest sense first: the first that fits is what is meant.
How = Literal["sku", "folded", "barcode", "known", "key", "variant", "title", "gid"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A product that bears a name; `how` says as what, `variant_key` is of the variant it names."""

    how: How
    product_key: str
    variant_key: str | None
    sku: str | None


@dataclass(frozen=True, slots=True)
class Titled:
    """A product as people tell it from others; of its SKUs the first few."""

    key: str
    title: str
    skus: tuple[str, ...]


async def exact(db: Executor, account_id: str, word: str, barcode: str) -> list[Hit]:
    """What bears the word as it is. Raises ContractError, as do the others that read views."""
    async with reading(db):
        rows = await sql.exact.fetch(db, account_id=account_id, word=word, barcode=barcode)
    return [Hit(**row) for row in rows]


async def folded(db: Executor, account_id: str, folded: str, title: str) -> list[Hit]:
    """SKUs that are alike but for case and white space, names that are alike but for case."""
    async with reading(db):
        rows = await sql.folded.fetch(db, account_id=account_id, folded=folded, title=title)
    return [Hit(**row) for row in rows]


async def known(db: Executor, shop_id: int, word: str, folded: str) -> list[Hit]:
    """What syncd itself knows by the word, without a look at the Backoffice."""
    rows = await sql.known.fetch(db, shop_id=shop_id, word=word, folded=folded)
    return [Hit(**row) for row in rows]


async def linked(db: Executor, shop_id: int, gids: Sequence[str]) -> list[Hit]:
    """The products that are linked with one of these, or have such a variant."""
    rows = await sql.linked.fetch(db, shop_id=shop_id, gids=list(gids))
    return [Hit(**row) for row in rows]


async def titles(db: Executor, account_id: str, keys: Sequence[str]) -> list[Titled]:
    async with reading(db):
        rows = await sql.titles.fetch(db, account_id=account_id, keys=list(keys))
    return [Titled(row["key"], row["title"], tuple(row["skus"])) for row in rows]


async def near(db: Executor, account_id: str, folded: str) -> list[str]:
    """SKUs and names among which the one that was meant may be."""
    async with reading(db):
        rows = await sql.near.fetch(db, account_id=account_id, start=folded[:2], part=folded)
    return [row["word"] for row in rows if row["word"]]
