"""Metafields of what has no room for them in its own record: the shop, locations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncd.sandbox.records import Metafield

if TYPE_CHECKING:
    from syncd.sandbox.shop import Shop


@dataclass(frozen=True, slots=True)
class Belongings:
    """`owner` is a gid."""

    id: int
    owner: str
    metafields: tuple[Metafield, ...] = ()


def belongings(shop: Shop, owner: str) -> Belongings | None:
    """Those of the owner, if it ever had any."""
    held: dict[int, Belongings] = shop.held["Belongings"]
    return next((one for one in held.values() if one.owner == owner), None)
