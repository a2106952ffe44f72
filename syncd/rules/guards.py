"""Would this do mass damage? Then it waits for a person."""

from __future__ import annotations

from dataclasses import dataclass

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
    that the Backoffice has; `refused` those that cannot be sent as they stand.
    """

    both: int = 0
    on_sale: int = 0
    linked: int = 0
    here: int = 0
    gone: int = 0
    inactive: int = 0
    price_falls: int = 0
    deletions: int = 0
    refused: int = 0


def judge(totals: Totals, numbers: Numbers) -> list[str]:
    """Why to hold, a sentence each that a shop owner understands; empty: go."""
    reasons = []
    if totals.linked and not totals.here:
        reasons.append(
            f"the Backoffice shows no products at all, and the shop has {totals.linked} of them: "
            "all would be archived"
        )
    elif _is_mass(totals.gone, totals.linked, numbers.shrink_percent):
        reasons.append(
            f"{totals.gone} of {totals.linked} products have vanished from the Backoffice and "
            f"would be archived (more than {numbers.shrink_percent} %)"
        )
    if _is_mass(totals.inactive, totals.on_sale, numbers.inactive_percent):
        reasons.append(
            f"{totals.inactive} of the {totals.on_sale} products on sale would go off sale "
            f"(more than {numbers.inactive_percent} %)"
        )
    if _is_mass(totals.price_falls, totals.both, numbers.price_falls_percent):
        reasons.append(
            f"the price of {totals.price_falls} of {totals.both} products would fall by more than "
            f"{numbers.price_fall_percent} %"
        )
    if totals.deletions > numbers.deletions:
        variants = "1 variant" if totals.deletions == 1 else f"{totals.deletions} variants"
        reasons.append(f"{variants} would be deleted in Shopify, with their stock")
    if totals.refused > numbers.row_errors:
        reasons.append(
            f"{totals.refused} products cannot be sent as they stand: the Backoffice may have "
            "changed as a whole"
        )
    return reasons


def _is_mass(count: int, of: int, percent: int) -> bool:
    return count >= FEW and count * 100 > of * percent
