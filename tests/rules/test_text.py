"""Short cuts through texts lead where the long way does."""

from __future__ import annotations

from urllib.parse import quote, urldefrag

from hypothesis import given
from hypothesis import strategies as st

from syncd.rules import text

ASCII = st.text(st.characters(max_codepoint=127))
ADDRESSES = st.text("abcXYZ0189._~%/?=&+,:- æ'()")


@given(st.text())
def test_a_line_is_the_same_whether_there_was_something_to_take_out(given: str) -> None:
    assert text.line(given) == text.line(f"\x00{given}\x00")


@given(ASCII)
def test_plain_letters_are_compared_as_all_letters_are(given: str) -> None:
    assert text.fold(f"x{given}x") + "é" == text.fold(f"x{given}xÉ")


@given(ADDRESSES)
def test_an_address_that_looks_plain_is_what_a_browser_makes_of_it(given: str) -> None:
    address = f"https://x.no/{given}".strip()
    made = urldefrag(quote(address, safe=text.UNQUOTED)).url
    assert text.address(address) in (made, None)
    if text.PLAIN_ADDRESS.fullmatch(address):
        assert text.address(address) == made == address


@given(st.text("ab/ \t"))
def test_an_options_name_holds_no_delimiter(given: str) -> None:
    name = text.option_name(given)
    assert " / " not in name
    assert name == text.DELIMITER.sub("/", text.line(given))
