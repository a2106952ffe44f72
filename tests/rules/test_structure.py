"""When only the whole structure will do, and what it then names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from syncd.errors import RowError
from syncd.records import Form, Link, ObservedProduct, Shop, VariantForm
from syncd.rules import adoption, structure
from syncd.rules.changes import Write
from tests.rules.forms import GID, LOCATION, SHOP, form, link_to, observed, row, seen

KNOWN = form(row("a", "Rød"), row("b", "Blå"))
A, B = KNOWN.variants
WIDE = form(
    row("a", "S", "Rød"), row("b", "S", "Blå"), row("c", "M", "Rød"), row("d", "M", "Blå"),
    options=("Mål", "Farge"),
)  # fmt: skip
GIDS = {"a": "v1", "b": "v2", "c": "v3", "d": "v4"}


@pytest.mark.parametrize(
    ("variants", "needs"),
    [
        pytest.param((A, B), False, id="as it is"),
        pytest.param((A, replace(B, price="1.00")), False, id="a price"),
        pytest.param((A, B, row("c", "Grå")), False, id="one more, last"),
        pytest.param((A, row("c", "Grå"), B), True, id="one more, between"),
        pytest.param((B, A), True, id="another order"),
        pytest.param((A,), True, id="one less, its value gone with it"),
        pytest.param((A, row("b", "Grå")), True, id="another value"),
        pytest.param((A, row("c", "Blå")), True, id="another variant in the same place"),
    ],
)
def test_when_only_the_whole_structure_will_do(
    variants: tuple[VariantForm, ...], needs: bool
) -> None:
    link = link_to(KNOWN, a="v1", b="v2")
    assert structure.needs_structure(replace(KNOWN, variants=variants), link) is needs


@pytest.mark.parametrize(
    ("keys", "needs"),
    [
        pytest.param("abc", False, id="the last, its values still used"),
        pytest.param("acd", False, id="one between"),
        pytest.param("bcd", True, id="the first, so that Blå stands before Rød"),
        pytest.param("ab", True, id="all of a size"),
    ],
)
def test_a_variant_may_leave_while_others_keep_its_values_in_their_order(
    keys: str, needs: bool
) -> None:
    left = tuple(one for one in WIDE.variants if one.key in keys)
    assert structure.needs_structure(replace(WIDE, variants=left), link_to(WIDE, **GIDS)) is needs


def test_a_variant_that_leaves_for_its_like_is_no_deletion() -> None:
    like = (*WIDE.variants[:3], row("e", "M", "Blå"))
    assert structure.needs_structure(replace(WIDE, variants=like), link_to(WIDE, **GIDS))


def test_an_option_by_another_name_is_another_structure() -> None:
    wanted = replace(KNOWN, options=("Colour",))
    assert structure.needs_structure(wanted, link_to(KNOWN, a="v1", b="v2"))


def test_a_known_variant_without_an_id_needs_a_look_at_the_structure() -> None:
    assert structure.needs_structure(KNOWN, link_to(KNOWN, a="v1"))


def restructured(
    wanted: Form, link: Link, shown: ObservedProduct, shop: Shop = SHOP, **counts: int
) -> Write:
    sight = adoption.reconsidered(wanted, link, shown, shop, {})
    return structure.restructure(wanted, sight, shown, shop, counts)


def test_each_variant_is_named_with_its_id_but_those_that_left_the_backoffice() -> None:
    shown = observed(["Farge"], v1=["Rød"], v2=["Blå"], v9=["Gull"])
    wanted = form(row("c", "Grå"), row("a", "Rosa"))
    write = restructured(wanted, link_to(KNOWN, a="v1", b="v2"), shown)
    assert write.variables["identifier"] == {"id": GID}
    given = write.variables["input"]
    assert [each.get("id") for each in given["variants"]] == [None, "v1", "v9"]
    assert given["variants"][2] == {
        "id": "v9",
        "optionValues": [{"optionName": "Farge", "name": "Gull"}],
    }
    assert given["productOptions"] == [
        {"name": "Farge", "values": [{"name": "Grå"}, {"name": "Rosa"}, {"name": "Gull"}]}
    ]
    assert given.keys() == {"productOptions", "variants"}  # nothing else could be deleted


def test_options_may_change_in_number_while_all_variants_are_ours() -> None:
    shown = observed(["Farge"], v1=["Rød"], v2=["Blå"])
    wanted = form(row("a", "Rød", "S"), options=["Farge", "Mål"])
    given = restructured(wanted, link_to(KNOWN, a="v1", b="v2"), shown).variables["input"]
    assert [one["name"] for one in given["productOptions"]] == ["Farge", "Mål"]
    assert [one["id"] for one in given["variants"]] == ["v1"]


def test_of_a_known_variant_only_what_differs_is_sent() -> None:
    shown = observed(["Farge"], v1=["Rød"], v2=["Blå"])
    wanted = form(row("a", "Rosa", sku=""), row("b", "Blå", price="1.00", sku=""))
    write = restructured(wanted, link_to(wanted, a="v1", b="v2"), shown)
    first, second = write.variables["input"]["variants"]
    assert first.keys() == {"id", "optionValues"}
    assert second.keys() == {"id", "optionValues"}, "499.00 there is the merchant's price"
    write = restructured(
        wanted, link_to(KNOWN, a="v1", b="v2"), shown, replace(SHOP, price_only_when_changed=False)
    )
    assert write.variables["input"]["variants"][1]["price"] == "1.00"


def test_a_known_variants_sku_and_tracking_go_where_this_call_takes_them() -> None:
    shown = seen(["Farge"], {"v1": (["Rød"], {"sku": "old", "tracked": False})})
    wanted = form(row("a", "Rosa", sku="new"))
    (given,) = restructured(wanted, link_to(KNOWN, a="v1"), shown).variables["input"]["variants"]
    assert given["sku"] == "new"
    assert given["inventoryItem"] == {"tracked": True}


def test_a_new_variant_alone_carries_a_count() -> None:
    shown = observed(["Farge"], v1=["Rød"])
    wanted = form(row("c", "Grå"), row("a", "Rød"))
    write = restructured(wanted, link_to(KNOWN, a="v1"), shown, a=5, c=7)
    new, old = write.variables["input"]["variants"]
    assert new["inventoryQuantities"] == [
        {"locationId": LOCATION, "name": "available", "quantity": 7}
    ]
    assert "inventoryQuantities" not in old


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        pytest.param({}, {}, id="no warehouse"),
        pytest.param({"tracked": False}, {"c": 7}, id="not tracked"),
        pytest.param({"stopped": True}, {"c": 7}, id="blocked"),
    ],
)
def test_a_new_variant_that_is_not_counted_carries_none(
    fields: dict[str, Any], counts: dict[str, int]
) -> None:
    wanted = form(row("a", "Rød"), row("c", "Grå", **fields))
    shown = observed(["Farge"], v1=["Rød"])
    write = restructured(wanted, link_to(KNOWN, a="v1"), shown, SHOP, **counts)
    assert "inventoryQuantities" not in write.variables["input"]["variants"][1]


def test_variants_made_in_shopify_go_where_the_shop_says_so() -> None:
    shown = observed(["Farge"], v1=["Rød"], v2=["Blå"], v9=["Gull"])
    link = link_to(KNOWN, a="v1", b="v2")
    write = restructured(KNOWN, link, shown, replace(SHOP, unknown_variants="remove"))
    assert [each["id"] for each in write.variables["input"]["variants"]] == ["v1", "v2"]


def test_the_merchants_variant_follows_when_options_change_places() -> None:
    shown = observed(["Farge", "Mål"], v1=["Rød", "S"], v9=["rød", "XL"])
    wanted = form(row("a", "S", "Rød"), options=["Mål", "Farge"])
    write = restructured(wanted, link_to(KNOWN, a="v1"), shown)
    assert write.variables["input"]["variants"][1]["optionValues"] == [
        {"optionName": "Mål", "name": "XL"},
        {"optionName": "Farge", "name": "Rød"},
    ]


def test_with_the_merchants_there_is_room_for_as_many_as_shopify_holds() -> None:
    wanted = form(*[row(f"v{at}", f"{at}") for at in range(2047)])
    write = restructured(wanted, link_to(KNOWN), observed(["Farge"], v9=["Gull"]))
    assert len(write.variables["input"]["variants"]) == 2048
    assert write.variables["variants"] == 250, "an answer shows no more"


@pytest.mark.parametrize(
    ("wanted", "shown", "message"),
    [
        pytest.param(
            form(row("a", "Rød", "S"), options=["Farge", "Mål"]),
            observed(["Farge"], v1=["Rød"], v9=["Gull"]),
            "1 variants made in Shopify with the options Farge; Farge, Mål do not fit",
            id="another number of options",
        ),
        pytest.param(
            form(row("a", "Gull")),
            observed(["Farge"], v1=["Rød"], v9=["GULL"]),
            "SKU SKU-a: a variant made in Shopify is GULL already",
            id="the same values",
        ),
        pytest.param(
            form(*[row(f"v{at}", f"{at}") for at in range(2048)]),
            observed(["Farge"], v9=["Gull"]),
            "2048 variants and 1 made in Shopify; Shopify holds 2048",
            id="too many together",
        ),
    ],
)
def test_variants_made_in_shopify_that_do_not_fit_are_refused(
    wanted: Form, shown: ObservedProduct, message: str
) -> None:
    with pytest.raises(RowError, match="product 4711") as refusal:
        restructured(wanted, link_to(KNOWN, a="v1"), shown)
    assert message in refusal.value.message
    assert "in Shopify" in refusal.value.hint
