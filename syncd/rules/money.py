"""Amounts of money the way Shopify writes them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
WHOLE = frozenset(  # currencies without a smaller unit, ISO 4217
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split()
)


def written(amount: Decimal, currency: str = "") -> str:
    """Two decimals, rounded half up to the smallest unit of the currency."""
    unit = Decimal(1) if currency in WHOLE else CENT
    return str(amount.quantize(unit, ROUND_HALF_UP).quantize(CENT) + 0)  # + 0: no "-0.00"


def without_vat(amount: Decimal, vat_percent: Decimal) -> Decimal:
    """What is left of an amount that has this much VAT in it."""
    return amount / (1 + vat_percent / 100)
