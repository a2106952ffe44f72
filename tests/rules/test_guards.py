"""What is mass damage, what is an ordinary day."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.rules import guards
from syncd.rules.guards import FEW, Numbers, Totals

DAY = Totals(both=1000, on_sale=800, linked=1000, here=1000)


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        ({"inactive": 81}, "81 of the 800 products on sale would go off sale"),
        ({"price_falls": 11}, "the price of 11 of 1000 products would fall by more than 50 %"),
        ({"deletions": 1}, "1 variant would be deleted in Shopify"),
        ({"gone": 101}, "101 of 1000 products have vanished from the Backoffice"),
        ({"here": 0, "gone": 1000}, "the Backoffice shows no products at all"),
        ({"deleted": 11}, "11 of 1000 products were deleted in Shopify; they would be made anew"),
        ({"refused": 101}, "101 products cannot be sent as they stand"),
    ],
)
def test_mass_damage_is_held_with_a_reason(harm: dict[str, int], words: str) -> None:
    (reason,) = guards.judge(replace(DAY, **harm), Numbers())
    assert words in reason


@pytest.mark.parametrize(
    "harm",
    [
        {"inactive": 80},
        {"price_falls": 10},
        {"gone": 100},
        {"refused": 100},
        {"deletions": 0},
        {"deleted": 10},
    ],
)
def test_what_stays_within_the_shops_numbers_goes(harm: dict[str, int]) -> None:
    assert guards.judge(replace(DAY, **harm), Numbers()) == []


def test_a_few_products_of_a_small_shop_are_no_mass() -> None:
    small = Totals(both=6, on_sale=6, linked=6, here=6)
    few = replace(small, inactive=FEW - 1, price_falls=FEW - 1, gone=FEW - 1, deleted=FEW - 1)
    assert guards.judge(few, Numbers()) == []
    assert len(guards.judge(replace(few, inactive=FEW), Numbers())) == 1


def test_a_shop_may_have_numbers_of_its_own() -> None:
    harm = replace(DAY, deletions=3, inactive=200)
    assert guards.judge(harm, Numbers(inactive_percent=25, deletions=3)) == []


@given(
    st.builds(
        Totals,
        **{name: st.integers(0, 50) for name in ("both", "on_sale", "linked", "here")},
        **{name: st.integers(0, 50) for name in ("gone", "inactive", "price_falls", "deletions")},
        refused=st.integers(0, 200),
    ),
    st.sampled_from(["inactive", "price_falls", "deletions", "refused"]),
)
def test_more_harm_is_never_judged_more_mildly(totals: Totals, harm: str) -> None:
    worse = replace(totals, **{harm: getattr(totals, harm) + 1})
    assert len(guards.judge(worse, Numbers())) >= len(guards.judge(totals, Numbers()))
