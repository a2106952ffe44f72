"""Would this do mass damage? Then it waits for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from syncd.phrases import phrase
from syncd.rules.harms import Harm

Sort = Harm | Literal["refused"]
DELETED_PERCENT = 1  # of the products: whether somebody meant it, a person knows
FEW = 5  # fewer products than this are no mass, whatever their share


@dataclass(frozen=True, slots=True)
class Numbers:
    """The shop's own: above which something is mass damage. Percent, or counts."""

    inactive_percent: int = 10
    price_fall_percent: int = 50
    price_falls_percent: int = 1
    deletions: int = 0
    shrink_percent: int = 10
    row_errors: int = 100


@dataclass(frozen=True, slots=True)
class Totals:
    """What a run would do, in products but for `deletions`, which are variants.

    `both` are those that shop and Backoffice have, `on_sale` those that can be bought now; `linked`
    those that we have sent once, `gone` of them those that the Backoffice has no more; `here` all
    that the Backoffice has; `deleted` those that are gone from the shop, to be made anew; `refused`
    those that cannot be sent as they stand.
    """

    both: int = 0
    on_sale: int = 0
    linked: int = 0
    here: int = 0
    gone: int = 0
    inactive: int = 0
    price_falls: int = 0
    deletions: int = 0
    deleted: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Harmed:
    """What of one sort was done: to so many products, so many times."""

    products: int
    count: int


@dataclass(frozen=True, slots=True)
class Base:
    """What the shares of a window are counted of, as it was when the window began."""

    linked: int
    on_sale: int


def judge(totals: Totals, numbers: Numbers) -> list[str]:
    """Why to hold, a sentence each that a shop owner understands; empty: go."""
    return [*reasons(totals, numbers).values()]


def reasons(totals: Totals, numbers: Numbers) -> dict[Sort, str]:
    """The same sentences by the sort of harm that each is about."""
    found: dict[Sort, str] = {}
    if totals.linked and not totals.here:
        found["gone"] = phrase(
            "the Backoffice shows no products at all, and the shop has {linked} of them: "
            "all would be archived",
            linked=totals.linked,
        )
    elif _is_mass(totals.gone, totals.linked, numbers.shrink_percent):
        found["gone"] = phrase(
            "{count} of {linked} products have vanished from the Backoffice and would be archived "
            "(more than {percent} %)",
            count=totals.gone,
            linked=totals.linked,
            percent=numbers.shrink_percent,
        )
    if _is_mass(totals.inactive, totals.on_sale, numbers.inactive_percent):
        found["inactive"] = phrase(
            "{count} of the {all} products on sale would go off sale (more than {percent} %)",
            count=totals.inactive,
            all=totals.on_sale,
            percent=numbers.inactive_percent,
        )
    if _is_mass(totals.price_falls, totals.both, numbers.price_falls_percent):
        found["price_fall"] = phrase(
            "the price of {count} of {all} products would fall by more than {percent} %",
            count=totals.price_falls,
            all=totals.both,
            percent=numbers.price_fall_percent,
        )
    return {**found, **_further(totals, numbers)}


def _further(totals: Totals, numbers: Numbers) -> dict[Sort, str]:
    """Those of deletions, then of products that are refused."""
    found: dict[Sort, str] = {}
    if totals.deletions > numbers.deletions:
        found["deletion"] = _deleted(totals.deletions)
    if _is_mass(totals.deleted, totals.linked, DELETED_PERCENT):
        found["deleted"] = phrase(
            "{count} of {linked} products were deleted in Shopify; they would be made anew, but "
            "for those that are put inactive in the Backoffice before",
            count=totals.deleted,
            linked=totals.linked,
        )
    if totals.refused > numbers.row_errors:
        found["refused"] = phrase(
            "{count} products cannot be sent as they stand: the Backoffice may have changed as a "
            "whole",
            count=totals.refused,
        )
    return found


def in_window(lately: Mapping[Harm, Harmed], now: Iterable[Sequence[Harm]]) -> Totals:
    """What changes would do that are `now` about to be sent, with what was done or held lately.

    Deletions count when as many products as make a mass lose variants: one product that loses some
    is a person's doing. `now` is a product each, none of which counts in `lately`.
    """
    products, variants = Counter[Harm](), Counter[Harm]()
    for harm, harmed in lately.items():
        products[harm], variants[harm] = harmed.products, harmed.count
    for harms in now:
        products.update(set(harms))
        variants.update(harms)
    return Totals(
        gone=products["gone"],
        inactive=products["inactive"],
        price_falls=products["price_fall"],
        deletions=variants["deletion"] if products["deletion"] >= FEW else 0,
        deleted=products["deleted"],
    )


def are_few(totals: Totals) -> bool:
    """Whether this is no mass, whatever the shop's size and numbers."""
    most = max(totals.gone, totals.inactive, totals.price_falls, totals.deleted)
    return most < FEW and not totals.deletions


def on(totals: Totals, base: Base) -> Totals:
    """The totals of a window, with what their shares are counted of."""
    size = base.linked
    return replace(totals, both=size, linked=size, here=size, on_sale=base.on_sale)


def _deleted(variants: int) -> str:
    if variants == 1:
        return phrase("1 variant would be deleted in Shopify, with their stock")
    return phrase("{count} variants would be deleted in Shopify, with their stock", count=variants)


def _is_mass(count: int, of: int, percent: int) -> bool:
    return count >= FEW and count * 100 > of * percent
