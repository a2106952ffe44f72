"""All that keeps a product out of a shop, where `mapping.wanted` stops at the first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from syncd.errors import RowError
from syncd.records import Product, Shop
from syncd.rules import limits, mapping, text


def of(product: Product, shop: Shop) -> list[RowError]:
    """Each missing or unfit price and each missing value too; empty when the shop could hold it.

    Texts that are too long and variants that are alike are told one at a time: what they are is
    known only of a product that has no other fault.
    """
    try:
        mapping.wanted(product, shop)
    except RowError as first:
        found = {first.message: first}
        for check in _checks(mapping.unblocked(product, shop), shop):
            try:
                check()
            except RowError as error:
                found.setdefault(error.message, error)
        return list(found.values())
    return []


def _checks(product: Product, shop: Shop) -> list[Callable[[], None]]:
    checks: list[Callable[[], None]] = []
    is_whole = _has_options(product)
    for variant in product.variants:
        if is_whole:
            values = [text.line(value) for value in variant.option_values]
            checks.append(partial(limits.check_variant, product, variant, values))
        checks.append(partial(limits.check_prices, product, variant, shop.currency))
    return checks


def _has_options(product: Product) -> bool:
    """Whether the variants can be held against the options: else each would fail for one fault."""
    try:
        limits.check_product(product)
    except RowError:
        return False
    return True
