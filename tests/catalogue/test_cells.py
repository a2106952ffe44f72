from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.catalogue import cells


@pytest.mark.parametrize(
    ("text", "price"),
    [
        pytest.param("499.00", "499.00", id="as Shopify writes it"),
        pytest.param("499", "499.00", id="whole"),
        pytest.param("499,5", "499.50", id="decimal comma"),
        pytest.param("1 299,00", "1299.00", id="space between thousands"),
        pytest.param("1\u00a0299,00", "1299.00", id="hard space"),
        pytest.param("1,299.00", "1299.00", id="American thousands"),
        pytest.param("1.299,00", "1299.00", id="Norwegian thousands"),
        pytest.param("kr 499,-", "499.00", id="as on a poster"),
        pytest.param("1 000 000.00 NOK", "1000000.00", id="currency behind"),
        pytest.param("0", "0.00", id="free"),
    ],
)
def test_a_price_is_read_as_people_write_it(text: str, price: str) -> None:
    assert str(cells.price(text)) == price


@pytest.mark.parametrize("text", ["", "1,299", "1.299", "-5", "free", "4.9.9", "12345678901.00"])
def test_a_price_that_is_not_certain_is_none(text: str) -> None:
    assert cells.price(text) is None


@given(st.decimals(min_value=0, max_value=9_999_999_999, places=2))
def test_every_price_of_two_decimals_comes_back_exact(price: Decimal) -> None:
    for text in (f"{price:f}", f"{price:f}".replace(".", ","), f"{price:,}"):
        assert cells.price(text) == price


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("'12075", "12075", id="apostrophe"),
        pytest.param('="7035521"', "7035521", id="formula"),
        pytest.param(" A-1 ", "A-1", id="white space"),
        pytest.param("O'Neill", "O'Neill", id="an apostrophe inside stays"),
        pytest.param("", "", id="empty"),
    ],
)
def test_the_marks_that_keep_excel_from_counting_are_taken_off(text: str, code: str) -> None:
    assert cells.code(text) == code


@pytest.mark.parametrize("barcode", ["7.03552E+12", "7,03552e+12", "7E12"])
def test_a_barcode_that_excel_has_shortened_is_seen(barcode: str) -> None:
    assert cells.is_mangled(barcode)
    assert not cells.is_mangled("7035521234567")


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        pytest.param("Bag &amp; <b>belt</b>", "Bag & belt", id="entity and tags"),
        pytest.param("Fish&chips &co", "Fish&chips &co", id="no entity"),
        pytest.param("Under < 40 > 30", "Under < 40 > 30", id="signs that are no tags"),
        pytest.param("two\n lines", "two lines", id="one line"),
    ],
)
def test_html_is_taken_out_of_titles(title: str, plain: str) -> None:
    assert cells.without_html(title) == plain


@pytest.mark.parametrize(
    ("text", "count"),
    [("7", 7), ("-1", -1), ("7.0", 7), ("7,5", None), ("", None), ("9999999999", None)],
)
def test_a_count_is_a_whole_number_that_postgres_can_hold(text: str, count: int | None) -> None:
    assert cells.count(text) == count
