"""What the Backoffice says of a product that no shop could hold, for people to read."""

from __future__ import annotations

from syncd.errors import RowError
from syncd.records import Form, Prices, Product, Shop, Variant
from syncd.rules import limits, mapping, text


def told(product: Product, shop: Shop) -> Form:
    """Its form as far as it can be read; never sent. Prices that do not fit are as they stand."""
    product = mapping.unblocked(product, shop)
    values = [tuple(map(text.line, one.option_values)) for one in product.variants]
    prices = [_prices(product, one, shop) for one in product.variants]
    return mapping.form_of(product, shop, values, prices)


def _prices(product: Product, variant: Variant, shop: Shop) -> Prices:
    try:
        limits.check_prices(product, variant, shop.currency)
    except RowError:
        return str(variant.price or ""), None
    return mapping.prices_of(variant, shop)
