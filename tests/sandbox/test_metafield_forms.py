"""The forms of a metafield's value: what is kept of it, how `jsonValue` shows it."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.sandbox.metafield_forms import as_json, stored
from tests.sandbox.shops import recorded


@pytest.mark.parametrize(
    ("type_", "sent", "kept"),
    [
        pytest.param("boolean", " T ", "true", id="a boolean in other letters"),
        pytest.param("boolean", "0", "false", id="a boolean as a number"),
        pytest.param("number_integer", "5.00", "5", id="a whole number with a fraction"),
        pytest.param("number_decimal", "1.1234567899", "1.123456789", id="nine decimals"),
        pytest.param("number_decimal", "10.40", "10.40", id="fewer stay"),
        pytest.param("date_time", "2024-01-01T12:30:00", "2024-01-01T12:30:00+00:00", id="UTC"),
        pytest.param("list.number_decimal", "[10.4]", '["10.4"]', id="decimals in a list"),
        pytest.param("list.number_integer", "[1, 2]", "[1, 2]", id="what needs no change"),
        pytest.param(
            "weight", '{"value":2,"unit":"kg"}', '{"value":2.0,"unit":"KILOGRAMS"}', id="a unit"
        ),
        pytest.param("weight", "nonsense", "nonsense", id="what cannot be read"),
    ],
)
def test_a_value_is_kept_in_its_form(type_: str, sent: str, kept: str) -> None:
    assert stored(type_, sent) == kept


@pytest.mark.parametrize(
    ("type_", "kept", "shown"),
    [
        pytest.param("boolean", "true", True, id="true"),
        pytest.param("boolean", "false", "false", id="false is a text: recorded so"),
        pytest.param("single_line_text_field", "5", "5", id="a text"),
        pytest.param(
            "list.weight",
            '[{"value":2.5,"unit":"KILOGRAMS"}]',
            [{"value": 2.5, "unit": "kg"}],
            id="an abbreviated unit",
        ),
        pytest.param(
            "list.power",
            '[{"value":2.5,"unit":"WATTS"}]',
            [{"value": 2.5, "unit": "watts"}],
            id="a unit in small letters",
        ),
    ],
)
def test_a_value_is_shown_as_json(type_: str, kept: str, shown: Any) -> None:
    assert as_json(type_, kept) == shown


def test_all_recorded_types_are_kept_and_shown_as_recorded() -> None:
    for row in recorded("custom-data-field-type-matrix.json"):
        made = (row["response"]["data"].get("metafieldsSet") or {}).get("metafields") or []
        for sent, one in zip(row["variables"].get("metafields", made), made, strict=True):
            assert stored(one["type"], sent["value"]) == one["value"], one["type"]
            assert as_json(one["type"], one["value"]) == one["jsonValue"], one["type"]
