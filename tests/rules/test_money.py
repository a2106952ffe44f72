"""Amounts the way Shopify writes them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.rules import money


@given(st.decimals(min_value=0, max_value=10**17, allow_nan=False, allow_infinity=False))
def test_money_has_two_decimals_rounded_half_up(amount: Decimal) -> None:
    shown = money.written(amount)
    whole, _, cents = shown.partition(".")
    assert whole.isdigit() and cents.isdigit() and len(cents) == 2
    assert abs(Decimal(shown) - amount) <= Decimal("0.005")
    assert Decimal(shown) == amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


# ----------------------------------------------------------------------------------- named cases


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        pytest.param("499", "499.00", id="whole"),
        pytest.param("0", "0.00", id="free"),
        pytest.param("-0", "0.00", id="no negative nothing"),
        pytest.param("0.005", "0.01", id="half goes up"),
        pytest.param("0.015", "0.02", id="half goes up from odd as well"),
        pytest.param("2.675", "2.68", id="exact, unlike a float"),
        pytest.param("0.0049999", "0.00", id="below half"),
        pytest.param("1E+3", "1000.00", id="no exponent"),
        pytest.param("99999999999999999.994", "99999999999999999.99", id="large"),
    ],
)
def test_money(amount: str, shown: str) -> None:
    assert money.written(Decimal(amount)) == shown


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        pytest.param("499.50", "NOK", "499.50", id="with a smaller unit"),
        pytest.param("499.50", "ISK", "500.00", id="without one"),
        pytest.param("0.4", "JPY", "0.00", id="less than one"),
    ],
)
def test_the_smallest_unit_is_the_currencys(amount: str, currency: str, shown: str) -> None:
    assert money.written(Decimal(amount), currency) == shown


@given(st.decimals(0, 10**15, places=4), st.sampled_from(["NOK", "ISK", "SEK", ""]))
def test_what_is_written_once_is_not_rounded_again(amount: Decimal, currency: str) -> None:
    shown = money.written(amount, currency)
    assert money.written(Decimal(shown), currency) == shown == money.written(Decimal(shown))


@given(st.decimals(0, 10**9, places=2), st.integers(0, 50))
def test_vat_comes_back_on_top(amount: Decimal, vat: int) -> None:
    net = money.without_vat(amount, Decimal(vat))
    assert abs(net * (100 + vat) / 100 - amount) < Decimal("0.000001")
