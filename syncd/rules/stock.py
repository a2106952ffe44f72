"""Decide what becomes of a count that moved in the warehouse, in Shopify, or in both.

Warehouse and location once agreed on a count; what each moved since is told from it, and each gets
the other's movements. So no sale is lost, whichever side it was made on and however late it is
told. Where Shopify's movement has been taken in, its count is the agreed one; where the warehouse's
has been sent, that is. Between the two nothing is agreed that only one of them holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from syncd.errors import RowError
from syncd.phrases import phrase
from syncd.records import Shop, VariantForm
from syncd.rules.inputs import first_count
from syncd.rules.text import line

MOST = 1_000_000_000  # pieces, either way: Shopify holds no more
Direction = Literal["from_shopify", "to_shopify", "two_way"]
FirstCounts = Literal["backoffice", "shopify"]


@dataclass(frozen=True, slots=True)
class Shelf:
    """A linked variant as the Backoffice has it, with the count last agreed on.

    `item` is the GID of its inventory item, `quantity` the warehouse's, in pieces. `is_known`:
    warehouse and location have a count in common, or (`agreed` None) it was not counted so far.
    `is_stopped`: it is blocked, and Shopify's count of it says nothing.
    """

    key: str
    item: str
    product_key: str
    sku: str
    quantity: int
    is_here: bool = True
    is_tracked: bool = True
    is_stopped: bool = False
    is_known: bool = False
    agreed: int | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """What Shopify shows of an inventory item at the location, in pieces.

    `available` None: the location never stocked it. `is_active` false: it does not any more.
    """

    available: int | None
    is_active: bool = True
    is_tracked: bool = True


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing is to be done, and why, for the log."""

    why: str


@dataclass(frozen=True, slots=True)
class Look:
    """Shopify must be asked first."""


@dataclass(frozen=True, slots=True)
class Forget:
    """It is not counted: when it is again, the warehouse's count is the first one."""


@dataclass(frozen=True, slots=True)
class Stock:
    """The location is to stock it, so many to begin with."""

    quantity: int


@dataclass(frozen=True, slots=True)
class Merge:
    """Both sides are to hold `target`; the warehouse holds `here`, Shopify `there`."""

    here: int
    there: int
    target: int


@dataclass(frozen=True, slots=True)
class Lost:
    """The variant is gone from the shop: its product must be looked at."""


Plan = Rest | Look | Forget | Stock | Merge | Lost


def is_kept(shop: Shop) -> bool:
    """Whether the shop's counts are kept in step: switched on, with both places."""
    return shop.sync_stock and bool(shop.stock_warehouse and shop.location)


def plan(shelf: Shelf, shop: Shop, level: Level | None, *, is_ours: bool = False) -> Plan:
    """What is to be done; `level` None: Shopify was not asked yet.

    `is_ours`: nobody but the Backoffice has told of a movement. Then Shopify is taken to hold what
    was agreed on, which the call that sets the count makes sure of. Raises RowError where a person
    must decide, or where the sum is beyond what Shopify holds.
    """
    if not shelf.is_here:
        return Rest(phrase("not in the Backoffice any more"))
    if shelf.is_stopped:
        return Rest(phrase("its sale is stopped"))
    if not shelf.is_tracked:
        return Rest(phrase("not counted")) if shelf.is_known and shelf.agreed is None else Forget()
    if level is None:
        if not is_ours or shelf.agreed is None or shop.stock_direction == "from_shopify":
            return Look()
        level = Level(shelf.agreed)
    if not level.is_tracked:
        return Forget()
    if level.available is None or not level.is_active:
        return _not_stocked(shelf, shop, level)
    return Merge(shelf.quantity, level.available, target(shelf, shop, level.available))


def target(shelf: Shelf, shop: Shop, there: int) -> int:
    """The count that both sides are to hold; `there` is Shopify's. Raises as `plan`."""
    here = shelf.quantity
    match shop.stock_direction:
        case "from_shopify":
            count = there
        case "to_shopify":
            count = here
        case "two_way":
            count = here + there - _agreed(shelf, shop, there)
    if abs(count) > MOST:
        raise RowError(
            phrase(
                "{variant}: {here} in the warehouse and {there} in Shopify make "
                "{count}, more than Shopify holds",
                variant=name(shelf),
                here=here,
                there=there,
                count=count,
            ),
            hint=phrase("correct the count in the Backoffice"),
            cause="count_beyond_bounds",
        )
    return count


def _agreed(shelf: Shelf, shop: Shop, there: int) -> int:
    """The count from which both sides' movements are told; a first one is chosen, not added up."""
    if shelf.agreed is not None:
        return shelf.agreed
    if shelf.is_known or shop.first_counts == "backoffice":
        return there
    if shop.first_counts == "shopify" or shelf.quantity == there:
        return shelf.quantity
    raise RowError(
        phrase(
            "{variant}: {here} in the warehouse, {there} in Shopify, and the two "
            "never agreed on a count: which one is right?",
            variant=name(shelf),
            here=shelf.quantity,
            there=there,
        ),
        hint=phrase(
            "say it for the whole shop: `syncd shop stock SHOP --first-counts "
            "backoffice`, or `shopify`; or make the two equal"
        ),
        cause="first_count",
    )


def _not_stocked(shelf: Shelf, shop: Shop, level: Level) -> Plan:
    if shop.stock_direction == "from_shopify":
        is_forgotten = shelf.agreed is None
        return Rest(phrase("the location does not stock it")) if is_forgotten else Forget()
    if level.available is None:
        return Stock(shelf.quantity if shelf.agreed is None else shelf.agreed)
    raise RowError(
        phrase(
            "{variant}: the location does not stock it any more, so the count "
            "{here} would sell nothing",
            variant=name(shelf),
            here=shelf.quantity,
        ),
        hint=phrase(
            "let the location stock it again in Shopify (the product's page, "
            "Inventory), or stop counting it in the Backoffice"
        ),
        cause="not_stocked",
    )


def empties(merge: Merge) -> bool:
    """Whether sending it takes the last ones that Shopify could sell."""
    return merge.there > 0 >= merge.target


def first(wanted: VariantForm, quantity: int | None, shop: Shop) -> int | None:
    """The count that is agreed on as soon as Shopify has made the variant; None: not counted."""
    if not wanted.tracked:
        return None
    return first_count(quantity, wanted, shop) or 0


def believed(before: int, after: int, there: int) -> int:
    """What Shopify holds of a call whose answer is lost for good; `there` is what it shows now.

    Where neither count stands there any more, sales have moved it since: the one that leaves fewer
    to sell is taken, since what is not sold can be sold later.
    """
    if there in (before, after):
        return there
    return max(before, after)


def name(shelf: Shelf) -> str:
    """How a message names a count: by product and SKU."""
    what = f"SKU {line(shelf.sku)}" if shelf.sku else f"variant {shelf.key}"
    return f"product {shelf.product_key}, {what}"
