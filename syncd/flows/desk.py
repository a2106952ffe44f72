"""What one product on its way to a shop asks of Postgres."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import asyncpg

from syncd.errors import CallError
from syncd.phrases import phrase
from syncd.postgres import files, holds, links, outbox, stock
from syncd.postgres.holds import Hold
from syncd.records import Change, Picture, Prices, Shop


@dataclass(slots=True)
class Desk:
    """The claim on a change, with what is written down of its product before calls are sent.

    `is_left`: a link left the product without one in the shop, since a person said so; False: since
    nobody said anything.
    """

    pool: asyncpg.Pool
    shop: Shop
    change: Change
    is_left: bool | None = None
    tried: dict[str, list[Prices]] = field(init=False)
    tried_pictures: set[str] = field(init=False)

    def __post_init__(self) -> None:
        self.tried = {key: list(prices) for key, prices in self.change.tried.items()}
        self.tried_pictures = set(self.change.tried_pictures)

    async def hold(
        self, prices: Mapping[str, Prices] | None = None, pictures: Collection[str] = ()
    ) -> None:
        """Asked before each write; `prices` it carries by variant key, `pictures` by address.

        They are noted, so that after a lost answer ours are known from the merchant's. Raises
        CallError when the claim was lost to another node.
        """
        given = prices or {}
        new = {key: one for key, one in given.items() if one not in self.tried.get(key, ())}
        for key, one in new.items():
            self.tried.setdefault(key, []).append(one)
        if new or not self.tried_pictures.issuperset(pictures):
            self.tried_pictures.update(pictures)
            is_held = await outbox.note(self.pool, self.change, self.tried, self.tried_pictures)
        else:
            is_held = await outbox.is_held(self.pool, self.change)
        if not is_held:
            raise CallError(
                phrase("product {key} was taken over by another node", key=self.change.key)
            )

    async def forget(self, gid: str) -> None:
        """The product is not in the shop any more: its link goes, its counts begin anew."""
        await links.forget(self.pool, shop_id=self.shop.shop_id, gids={self.change.key: gid})

    async def owners(self, gids: Collection[str]) -> dict[str, str]:
        """Which products of ours are linked with these GIDs: keys by GID."""
        return await links.keys_of(self.pool, shop_id=self.shop.shop_id, gids=list(gids))

    async def shared(self, pictures: Sequence[Picture]) -> dict[str, str]:
        """File ids, by ref, of pictures that other products show already with the same words.

        In doubt none: a file that was deleted in Shopify would be named again and again.
        """
        if self.change.is_repeated:
            return {}
        return await files.shared(self.pool, shop_id=self.shop.shop_id, pictures=pictures)

    async def brought(self, gids: Collection[str]) -> dict[str, str]:
        """Which of these files we brought into the shop: GIDs by ref of the picture."""
        return await files.refs(self.pool, shop_id=self.shop.shop_id, gids=list(gids))

    async def borrowed(self, gids: Collection[str]) -> frozenset[str]:
        """Which of these files another product brought into the shop."""
        return await files.borrowed(
            self.pool, shop_id=self.shop.shop_id, key=self.change.key, gids=list(gids)
        )

    async def uncount(self, keys: Sequence[str]) -> None:
        """What was agreed on of these variants is of others, which are not in the shop any more."""
        await stock.uncount(self.pool, self.shop.shop_id, keys)

    async def count(self, counts: Mapping[str, int | None]) -> None:
        """New variants are going to be made with these counts, by key."""
        await stock.note(self.pool, self.shop, counts)

    async def keep(self, counts: Mapping[tuple[str, str], int]) -> None:
        await holds.keep(self.pool, shop_id=self.shop.shop_id, counts=counts)

    async def taken(self, items: Sequence[str], moved: Sequence[tuple[str, str]]) -> None:
        await holds.taken(self.pool, shop_id=self.shop.shop_id, items=items, moved=moved)

    async def kept(self, items: Sequence[str]) -> list[Hold]:
        return await holds.kept(self.pool, shop_id=self.shop.shop_id, items=items)

    async def give(self, counts: Mapping[tuple[str, str], int]) -> None:
        await holds.give(self.pool, shop_id=self.shop.shop_id, counts=counts)

    async def given(self, items: Sequence[str], moved: Sequence[tuple[str, str]]) -> None:
        await holds.given(self.pool, shop_id=self.shop.shop_id, items=items, moved=moved)

    async def touch(self, items: Sequence[str]) -> None:
        await holds.touch(self.pool, shop_id=self.shop.shop_id, items=items)
