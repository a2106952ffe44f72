"""One product held against the shop."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.records import Form, Link, ObservedFile, ObservedProduct, Shop
from syncd.rules import comparison
from syncd.rules.comparison import Compared, Underway
from tests.rules.forms import SHOP, form, link_to, pictures, row, seen

FORM = form(row("s", "S"), row("m", "M"), options=("Størrelse",))
LINK = link_to(FORM, s="vS", m="vM")
WORDS = st.sampled_from(["a", "b", "c"])


def shown(*sizes: str, status: Any = "ACTIVE", **fields: Any) -> ObservedProduct:
    """The product as FORM has it, with these sizes; `fields` are of each variant."""
    rows = {f"v{size}": ((size,), {"sku": f"SKU-{size.lower()}", **fields}) for size in sizes}
    return replace(seen(["Størrelse"], rows, ()), title="Genser", vendor="Fjord", status=status)


def compared(
    wanted: Form = FORM,
    observed: ObservedProduct | None = None,
    link: Link | None = LINK,
    shop: Shop = SHOP,
    published: dict[str, bool] | None = None,
) -> Compared:
    return comparison.compare(
        "4711",
        wanted,
        link,
        observed or shown("S", "M"),
        shop,
        brought={},
        underway=Underway(),
        published=published or {},
        fall_percent=50,
    )


def told(found: Compared) -> list[tuple[str, str, str, str]]:
    return [(one.field, one.wanted, one.observed, one.who) for one in found.fields]


def test_what_both_sides_have_alike_is_the_same() -> None:
    found = compared()
    assert (found.fields, found.who, found.harms) == ((), None, ())


def test_a_name_changed_in_the_backoffice_is_its_doing() -> None:
    found = compared(replace(FORM, title="Jakke"))
    assert told(found) == [("title", "Jakke", "Genser", "backoffice")]


def test_a_name_changed_in_the_shop_is_the_merchants_doing() -> None:
    found = compared(observed=replace(shown("S", "M"), title="Kupp!"))
    assert told(found) == [("title", "Genser", "Kupp!", "shopify")]
    assert found.who == "shopify"


def test_a_name_changed_on_both_sides_is_both_their_doing() -> None:
    found = compared(replace(FORM, title="Jakke"), replace(shown("S", "M"), title="Kupp!"))
    assert told(found) == [("title", "Jakke", "Kupp!", "both")]


def test_changes_of_different_people_make_it_both() -> None:
    found = compared(replace(FORM, title="Jakke"), replace(shown("S", "M"), vendor="Kupp"))
    assert {one.who for one in found.fields} == {"backoffice", "shopify"}
    assert found.who == "both"


def test_a_price_set_in_the_shop_stays_unless_ours_are_to_win() -> None:
    observed = shown("S", "M", price="5.00")
    assert compared(observed=observed).fields == ()
    ours = replace(SHOP, price_only_when_changed=False)
    found = compared(observed=observed, shop=ours)
    assert [one.field for one in found.fields] == ["variant s: price", "variant m: price"]


def test_of_a_product_we_know_no_link_of_nobody_is_blamed() -> None:
    found = compared(link=None)
    assert told(found) == [("link", "gid://shopify/Product/1", "none", "unknown")]


def test_a_product_that_was_never_published_differs() -> None:
    shop = replace(SHOP, publish_to=("gid://shopify/Publication/1",))
    link = replace(LINK, published_at=None)
    assert told(compared(shop=shop, link=link)) == [("published", "yes", "no", "backoffice")]
    assert not compared(
        shop=shop, link=link, published={"gid://shopify/Publication/1": True}
    ).fields


def test_another_order_of_variants_is_told() -> None:
    turned = replace(FORM, variants=FORM.variants[::-1])
    assert told(compared(turned)) == [("order of variants", "m, s", "s, m", "backoffice")]


def test_a_variant_made_in_the_shop_differs_only_where_it_is_to_be_removed() -> None:
    observed = shown("S", "M", "L")
    assert compared(observed=observed).fields == ()
    found = compared(observed=observed, shop=replace(SHOP, unknown_variants="remove"))
    assert [one.field for one in found.fields] == ["variant made in Shopify: L"]
    assert found.harms == ("deletion",)


@pytest.mark.parametrize(
    ("wanted", "harms"),
    [
        (replace(FORM, status="DRAFT"), ("inactive",)),
        (replace(FORM, status="UNLISTED"), ()),
        (form(row("s", "S", price="249.49"), row("m", "M"), options=FORM.options), ("price_fall",)),
        (form(row("s", "S", price="249.50"), row("m", "M"), options=FORM.options), ()),
        (form(row("s", "S"), options=FORM.options), ("deletion",)),
        (form(row("x", "X"), options=FORM.options), ("deletion", "deletion")),
    ],
)
def test_what_the_guards_count(wanted: Form, harms: tuple[str, ...]) -> None:
    assert compared(wanted).harms == harms


def test_what_is_equal_does_no_harm() -> None:
    ended = replace(FORM, status="ARCHIVED")
    assert compared(ended, shown("S", "M", status="ARCHIVED")).harms == ()


@given(WORDS, st.one_of(st.none(), WORDS), WORDS)
def test_whoever_still_has_the_last_agreed_value_has_changed_nothing(
    wanted: str, known: str | None, observed: str
) -> None:
    who = comparison.who(wanted, known, observed)
    if known is None:
        assert who == "unknown"
    else:
        assert (who in ("shopify", "both")) == (known != observed)
        if who == "shopify":
            assert known == wanted


def test_the_order_of_pictures_after_the_first_is_not_told_by_a_bulk_query() -> None:
    wanted = replace(FORM, pictures=pictures("abc"))
    link = link_to(wanted, s="vS", m="vM")
    files = {name: ObservedFile(f"file {name}", name) for name in "abc"}

    def seen_as(order: str) -> Compared:
        observed = replace(shown("S", "M"), files=tuple(files[name] for name in order))
        return compared(wanted, observed, link)

    assert seen_as("abc").fields == seen_as("acb").fields == ()
    assert [one.field for one in seen_as("bac").fields] == ["picture 1", "picture 2"]
