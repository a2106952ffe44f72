"""Products as the Backoffice has them: what the tests of the canonical form are made of."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from syncd.records import Form, Product, Shop, Variant
from syncd.rules import mapping
from tests.rules.forms import SHOP

URL = "https://bilder.example/a.jpg"


def variant(key: str = "v1", *values: str, **fields: Any) -> Variant:
    given = {"sku": f"SKU-{key}", "price": Decimal(499), **fields}
    return Variant(key=key, option_values=values, **given)


def product(*variants: Variant, options: Sequence[str] = (), **fields: Any) -> Product:
    given = {"key": "4711", "title": "Ull genser", "vendor": "Fjord", "is_active": True, **fields}
    return Product(option_names=tuple(options), variants=variants or (variant(),), **given)


def coloured(*values: str, **fields: Any) -> Product:
    variants = [variant(f"v{at}", value) for at, value in enumerate(values)]
    return product(*variants, options=["Farge"], **fields)


def form(product: Product, shop: Shop = SHOP) -> Form:
    return mapping.wanted(product, shop)
