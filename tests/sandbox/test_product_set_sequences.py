"""Whatever productSet is given, the shop holds exactly what the last call named."""

from __future__ import annotations

from itertools import product as combinations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.shops import (
    check_indexes,
    chosen,
    new_shop,
    option,
    product_set,
    told,
    variants_of,
)

NAMES = ("Color", "Size", "Length")
VALUES = ("a", "b", "c", "d")


@st.composite
def lists(draw: st.DrawFn) -> dict[str, Any]:
    """Options with up to three values each, and up to 30 of the variants that they allow."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True))
    values = [
        draw(st.lists(st.sampled_from(VALUES), min_size=1, max_size=4, unique=True)) for _ in names
    ]
    rows = draw(
        st.lists(st.sampled_from(list(combinations(*values))), min_size=1, max_size=30, unique=True)
    )
    return {
        "productOptions": [option(name, *held) for name, held in zip(names, values, strict=True)],
        "variants": [
            {"optionValues": chosen(**dict(zip(names, row, strict=True)))} for row in rows
        ],
    }


def selected(variant: Any) -> dict[str, str]:
    return {one["name"]: one["value"] for one in variant["selectedOptions"]}


def wanted(row: Any) -> dict[str, str]:
    return {one["optionName"]: one["name"] for one in row["optionValues"]}


@settings(max_examples=60, deadline=None)
@given(st.lists(lists(), min_size=1, max_size=4), st.data())
def test_the_last_call_wins(calls: list[dict[str, Any]], data: st.DataObject) -> None:
    shop = new_shop()
    identifier: Any = None
    held: list[Any] = []
    for input in calls:
        free = [variant["id"] for variant in held]
        for row in input["variants"]:
            is_named = data.draw(st.booleans())
            if free and is_named:
                row["id"] = free.pop(data.draw(st.integers(0, len(free) - 1)))
        payload = product_set(shop, {"title": "Ski", **input}, identifier)
        assert told(payload) == []
        before = {variant["id"]: selected(variant) for variant in held}
        held = variants_of(payload["product"])
        identifier = {"id": payload["product"]["id"]}
        assert [selected(variant) for variant in held] == [wanted(row) for row in input["variants"]]
        assert [variant["position"] for variant in held] == list(range(1, len(held) + 1))
        named = {row["id"] for row in input["variants"] if "id" in row}
        for row, variant in zip(input["variants"], held, strict=True):
            if "id" in row:
                assert variant["id"] == row["id"]
            elif variant["id"] in before:
                assert before[variant["id"]] == wanted(row)
                assert variant["id"] not in named
        assert len(shop.variants) == len(held)
        check_indexes(shop)
