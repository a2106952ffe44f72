"""Whatever people type or upload: a value, or a ConfigError that says what is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.errors import ConfigError
from syncd.rules import link_sheet, shop_settings
from tests.rules.test_link_sheet import ROWS, written

SHEET = written().encode()
NAMES = sorted(shop_settings.BY_NAME)
ODD = '"" \0 -1 1e9 0x1 NaN ٣ ½ yes nei https://[ https://x:99999/ http://\0 99999999999d % 100% ١%'
TYPED = st.text(max_size=30) | st.sampled_from([*ODD.split(), "", "1 d", "9" * 5000, "\ud800"])


@settings(deadline=None)
@given(content=st.binary(max_size=300))
def test_any_bytes_are_a_sheet_or_refused(content: bytes) -> None:
    for body in (content, SHEET[:400] + content, content + SHEET, SHEET + content):
        try:
            link_sheet.read(body, 12, ROWS)
        except ConfigError as error:
            assert str(error)


@settings(deadline=None)
@given(place=st.integers(0, len(SHEET)), strange=st.binary(min_size=1, max_size=6))
def test_a_sheet_with_anything_in_it_is_a_sheet_or_refused(place: int, strange: bytes) -> None:
    try:
        link_sheet.read(SHEET[:place] + strange + SHEET[place + len(strange) :], 12, ROWS)
    except ConfigError as error:
        assert str(error)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25, deadline=None)
@given(typed=TYPED)
def test_any_text_is_a_value_of_a_setting_or_refused(name: str, typed: str) -> None:
    try:
        shop_settings.read({name: typed})
    except ConfigError as error:
        assert error.message


@given(words=st.lists(st.text(max_size=20), max_size=3))
def test_any_words_are_settings_or_refused(words: list[str]) -> None:
    try:
        shop_settings.read(shop_settings.pairs(words))
    except ConfigError as error:
        assert error.message
