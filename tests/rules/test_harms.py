"""What harm a change does, and how much of it within an hour is mass damage."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.records import Form
from syncd.rules import guards, harms
from syncd.rules.guards import FEW, Base, Harmed, Numbers
from syncd.rules.harms import ON_SALE, Harm
from tests.rules.forms import form, row

HARMS: list[Harm] = ["gone", "inactive", "price_fall", "deletion"]
PERCENT = st.integers(0, 100)
PRICES = st.integers(0, 100_000).map(lambda cents: f"{Decimal(cents) / 100:.2f}")
STATUSES = st.sampled_from(["ACTIVE", "DRAFT", "ARCHIVED", "UNLISTED"])
DEEDS = st.lists(st.lists(st.sampled_from(HARMS), min_size=1, max_size=3), max_size=40)
LATELY = st.dictionaries(
    st.sampled_from(HARMS),
    st.integers(0, 30).flatmap(
        lambda products: st.builds(Harmed, st.just(products), st.integers(products, 99))
    ),
)


@st.composite
def forms(draw: st.DrawFn) -> Form:
    keys = draw(st.sets(st.sampled_from("abcd"), min_size=1))
    rows = (row(key, key, price=draw(PRICES)) for key in sorted(keys))
    return form(*rows, status=draw(STATUSES))


@pytest.mark.parametrize(
    ("wanted", "before", "found"),
    [
        pytest.param(form(), form(), (), id="nothing changed"),
        pytest.param(form(status="DRAFT"), form(), ("inactive",), id="off sale"),
        pytest.param(form(status="UNLISTED"), form(), (), id="still on sale"),
        pytest.param(form(status="DRAFT"), form(status="ARCHIVED"), (), id="was off sale"),
        pytest.param(
            form(row("a", price="249.49")), form(), ("price_fall",), id="less than half the price"
        ),
        pytest.param(form(row("a", price="249.50")), form(), (), id="half the price"),
        pytest.param(form(row("a", price="0.00")), form(), ("price_fall",), id="for nothing"),
        pytest.param(
            form(row("b")),
            form(row("a"), row("b"), row("c")),
            ("deletion", "deletion"),
            id="two variants less",
        ),
    ],
)
def test_what_is_harm(wanted: Form, before: Form, found: tuple[Harm, ...]) -> None:
    assert harms.of(wanted, before, fall_percent=50) == found


def test_a_product_that_vanished_takes_harm_unless_it_was_archived() -> None:
    archived = form(status="ARCHIVED")
    assert harms.of(archived, form(), fall_percent=50, is_gone=True) == ("gone", "inactive")
    draft = form(status="DRAFT")
    assert harms.of(archived, draft, fall_percent=50, is_gone=True) == ("gone",)
    assert harms.of(archived, archived, fall_percent=50, is_gone=True) == ()


@given(forms(), PERCENT)
def test_what_stays_takes_no_harm(one: Form, percent: int) -> None:
    assert harms.of(one, one, fall_percent=percent) == ()


@given(forms(), forms(), PERCENT)
def test_whatever_a_shop_calls_a_fall_is_one_where_any_fall_counts(
    wanted: Form, before: Form, percent: int
) -> None:
    found = harms.of(wanted, before, fall_percent=percent)
    assert {*found} <= {*harms.of(wanted, before, fall_percent=0)}


@given(forms(), forms(), PERCENT)
def test_harm_is_what_the_change_takes_away(wanted: Form, before: Form, percent: int) -> None:
    found = harms.of(wanted, before, fall_percent=percent)
    lost = {one.key for one in before.variants} - {one.key for one in wanted.variants}
    assert found.count("deletion") == len(lost)
    is_off = before.status in ON_SALE and wanted.status not in ON_SALE
    assert ("inactive" in found) == is_off
    old = {one.key: Decimal(one.price) for one in before.variants}
    falls = [
        old[one.key] - Decimal(one.price) > old[one.key] * percent / 100
        for one in wanted.variants
        if one.key in old
    ]
    assert ("price_fall" in found) == any(falls)


@given(DEEDS)
def test_a_few_products_are_never_held_back(deeds: list[list[Harm]]) -> None:
    totals = guards.in_window({}, deeds[: FEW - 1])
    assert guards.are_few(totals)
    assert guards.reasons(guards.on(totals, Base(1, 1)), Numbers()) == {}


@given(LATELY, DEEDS, st.integers(0, 500), st.integers(0, 500))
def test_never_more_than_the_shops_numbers_allow_goes(
    lately: dict[Harm, Harmed], deeds: list[list[Harm]], linked: int, on_sale: int
) -> None:
    totals = guards.in_window(lately, deeds)
    found = guards.reasons(guards.on(totals, Base(linked, on_sale)), Numbers())
    assert not (found and guards.are_few(totals))

    def products(harm: Harm) -> int:
        return sum(harm in one for one in deeds) + (lately[harm].products if harm in lately else 0)

    most = {"gone": linked // 10, "inactive": on_sale // 10, "price_fall": linked // 100}
    for harm in HARMS:
        allowed = max(FEW - 1, most.get(harm, 0))
        assert (harm in found) == (products(harm) > allowed)


@given(LATELY, DEEDS)
def test_order_and_time_do_not_matter(lately: dict[Harm, Harmed], deeds: list[list[Harm]]) -> None:
    """What was done before counts as what is done now."""
    harmed = {
        harm: Harmed(sum(harm in one for one in deeds), sum(one.count(harm) for one in deeds))
        for harm in HARMS
    }
    assert guards.in_window(harmed, ()) == guards.in_window({}, reversed(deeds))
