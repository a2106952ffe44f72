"""Owners of metafields, as one call of metafieldsSet leaves them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.belongings import Belongings, belongings
from syncd.sandbox.mutations.write import Write
from syncd.sandbox.records import Location, Metafield, Product, Variant
from syncd.sandbox.resolvers.fields import Info, shop_of
from syncd.sandbox.resolvers.metafields import gid_of_owner, metafields_of
from syncd.sandbox.resolvers.shop import shop as shop_itself
from syncd.sandbox.words import not_simulated

WHOLE = ("Customer", "Order", "Location")
"""Kinds that are records of their own."""


class Owners:
    """Those that the call has changed, before anything is put."""

    def __init__(self, info: Info) -> None:
        self.info = info
        self.shop = shop_of(info)
        self.products: dict[int, Product] = {}
        self.others: dict[tuple[str, int], Any] = {}
        self.beside: dict[str, tuple[Metafield, ...]] = {}

    def owner(self, text: str) -> Any:
        """The owner as this call has left it. Raises NOT_SIMULATED for other kinds of owners."""
        match gids.parted(text):
            case ("Product", number):
                return self.products.get(number) or self.shop.products.get(number)
            case ("ProductVariant", number):
                return self._variant(number)
            case (kind, number) if kind in WHOLE:
                return self.others.get((kind, number)) or self.shop.held[kind].get(number)
            case ("Shop", _):
                found = shop_itself(None, self.info)
                return found if found["id"] == text else None
            case (kind, _):
                raise not_simulated(f"metafields of a {kind}")
        return None

    def _variant(self, number: int) -> Variant | None:
        held = self.shop.variants.get(number)
        if held is None or held.product_id not in self.products:
            return held
        variants = self.products[held.product_id].variants
        return next((one for one in variants if one.id == number), None)

    def bearer_id(self, owner: Any) -> int:
        """The number by which values of type `id` tell owners apart: that of the whole product."""
        if isinstance(owner, Variant):
            return owner.product_id
        return 0 if isinstance(owner, dict) else int(owner.id)

    def metafields(self, owner: Any) -> tuple[Metafield, ...]:
        if isinstance(owner, dict | Location):
            changed = self.beside.get(gid_of_owner(owner))
            return tuple(metafields_of(self.shop, owner)) if changed is None else changed
        held: tuple[Metafield, ...] = owner.metafields
        return held

    def give(self, owner: Any, metafields: tuple[Metafield, ...], at: str) -> None:
        """Let the owner have these."""
        if isinstance(owner, dict | Location):
            self.beside[gid_of_owner(owner)] = metafields
            return
        changed = replace(owner, metafields=metafields, updated_at=at)
        match changed:
            case Product():
                self.products[changed.id] = changed
            case Variant():
                before = self.products.get(changed.product_id) or self.shop.product_of(owner)
                variants = tuple(changed if one.id == owner.id else one for one in before.variants)
                self.products[before.id] = replace(before, variants=variants)
            case _:
                self.others[type(owner).__name__, owner.id] = changed

    def keep(self, write: Write) -> None:
        """Put all of it in the shop."""
        write.keep(*self.products.values())
        for (kind, _), changed in self.others.items():
            self.shop.put(kind, changed)
        for gid, metafields in self.beside.items():
            held = belongings(self.shop, gid)
            number = held.id if held else self.shop.new_id("Belongings")
            self.shop.put("Belongings", Belongings(number, gid, metafields))
