"""A barcode is told what is wrong with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.rules import barcodes


@pytest.mark.parametrize(
    "code",
    ["", "7038010000065", "5901234123457", "96385074", "036000291452", "10012345678902",
     "9780306406157", "0306406152", "0471958697", "097522980X", "B00EXAMPLE"],
)  # fmt: skip
def test_a_true_code_has_no_fault(code: str) -> None:
    assert barcodes.fault(code) is None


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("5901234123456", "EAN-13 is 6, should be 7"),
        ("96385075", "EAN-8 is 5, should be 4"),
        ("036000291453", "UPC-A"),
        ("10012345678901", "GTIN-14"),
        ("0306406153", "ISBN-10"),
        ("097522980x", "other characters"),
        ("B00EXAMPL", "other characters"),
        ("7001", "4 digits"),
        ("70 38010000065", "other characters"),
        ("J-S", "other characters"),
        ("٧٠٣٨٠١٠٠٠٠٠٦٥", "other characters"),
    ],
)
def test_a_fault_is_said_in_words(code: str, words: str) -> None:
    assert words in (barcodes.fault(code) or "")


@given(st.sampled_from([7, 11, 12, 13]), st.data())
def test_one_last_digit_of_ten_is_right(length: int, data: st.DataObject) -> None:
    digits = data.draw(st.text("0123456789", min_size=length, max_size=length))
    right = barcodes.check_digit(digits)
    faults = [last for last in "0123456789" if barcodes.fault(digits + last) is not None]
    assert faults == [last for last in "0123456789" if last != right]


@given(st.text("0123456789", min_size=9, max_size=9))
def test_one_last_sign_of_eleven_is_right_for_an_isbn_10(digits: str) -> None:
    right = [last for last in "0123456789X" if barcodes.fault(digits + last) is None]
    assert len(right) == 1


@given(st.text(max_size=15))
def test_any_text_gets_an_answer(code: str) -> None:
    barcodes.fault(code)
