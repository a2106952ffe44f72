"""What Shopify cannot hold is refused in words that help."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from syncd.errors import RowError
from syncd.records import Product
from syncd.rules import limits
from tests.rules.goods import coloured, form, product, variant

SIZES = ["Størrelse", "Farge"]
MANY = tuple(variant(f"v{at}", f"{at}") for at in range(2049))


@pytest.mark.parametrize(
    ("given", "message", "hint"),
    [
        pytest.param(product(title=" \n"), "4711 has no name", "give it one", id="no name"),
        pytest.param(
            replace(product(), variants=()), "(Ull genser) has no variants", "add one", id="none"
        ),
        pytest.param(
            product(*MANY, options=["Nr"]), "2049 variants; Shopify holds 2048", "split", id="many"
        ),
        pytest.param(
            product(variant("v1", *"abcd"), options=[*"ABCD"]),
            "4 options; Shopify holds 3",
            "join two",
            id="four options",
        ),
        pytest.param(
            product(variant("v1", "S", "x"), options=["Størrelse", " "]),
            "option without a name",
            "name it",
            id="an unnamed option",
        ),
        pytest.param(
            product(variant("a"), variant("b")),
            "2 variants and no option to tell them apart",
            "give it an option",
            id="variants without options",
        ),
        pytest.param(
            product(variant("v1", "S", "x"), options=["Farge", "FARGE "]),
            "two options called Farge",
            "another name",
            id="options of one name",
        ),
        pytest.param(
            product(variant("v1", "S", " "), options=SIZES),
            "SKU SKU-v1: the options are Størrelse, Farge, the variant says S, (nothing)",
            "give each option a value",
            id="no value",
        ),
        pytest.param(
            product(variant("v1", "S"), options=SIZES), "SKU SKU-v1", "each option", id="one of two"
        ),
        pytest.param(
            product(variant("v1", "S")),
            "the options are (none), the variant says S",
            "each option",
            id="a value of no option",
        ),
        pytest.param(
            product(variant(price=None)),
            "4711 (Ull genser), SKU SKU-v1 has no price in the shop's department",
            "set the price",
            id="no price",
        ),
        pytest.param(
            product(variant(price=None, sku=None)), "variant v1 (no SKU)", "set the", id="no SKU"
        ),
        pytest.param(
            product(variant(currency="SEK")),
            "SKU SKU-v1 has a price in SEK, the shop sells in NOK",
            "choose a department with prices in the shop's currency",
            id="another currency",
        ),
        pytest.param(
            product(variant(price=Decimal("-1"))), "the price -1", "correct", id="below 0"
        ),
        pytest.param(product(variant(price=Decimal("NaN"))), "price NaN", "correct", id="NaN"),
        pytest.param(product(variant(price=Decimal(10**18))), "000", "correct", id="too dear"),
        pytest.param(
            product(variant(compare_at_price=Decimal("Infinity"))), "Infinity", "correct", id="list"
        ),
        pytest.param(
            product(title="x" * 300), "the name has 300 characters; Shopify", "shorten", id="title"
        ),
        pytest.param(
            product(vendor="x" * 256), "the store has 256 characters", "shorten it", id="vendor"
        ),
        pytest.param(
            product(variant("v1", "S"), options=["x" * 256]),
            "option has 256",
            "shorten",
            id="option",
        ),
        pytest.param(
            coloured("x" * 256), "SKU SKU-v0: the Farge has 256 characters", "shorten", id="value"
        ),
        pytest.param(product(variant(sku="x" * 256)), "the SKU has 256", "shorten", id="SKU"),
        pytest.param(
            product(variant(barcode="7" * 256)),
            "SKU SKU-v1: the barcode has 256",
            "shorten",
            id="barcode",
        ),
        pytest.param(
            coloured("Rød", "Blå", "rød"),
            "SKU SKU-v0 and SKU SKU-v2 are both Rød",
            "give one of them another Farge in the Backoffice",
            id="the same values but for case",
        ),
        pytest.param(
            coloured("Bl\u00e5", "Bla\u030a"),
            "are both Blå",
            "another Farge",
            id="two ways of writing å",
        ),
    ],
)
def test_the_merchant_is_told_what_where_and_what_to_do(
    given: Product, message: str, hint: str
) -> None:
    with pytest.raises(RowError) as refusal:
        form(given)
    assert message in refusal.value.message
    assert hint in refusal.value.hint
    assert refusal.value.message.startswith("product 4711")
    assert len(refusal.value.message) < 300


def test_as_much_as_shopify_holds_is_accepted() -> None:
    rows = [variant(f"v{at}", f"{at}", sku="x" * 255) for at in range(limits.MAX_VARIANTS)]
    made = form(product(*rows, options=["y" * 255], title="z" * 255))
    assert len(made.variants) == 2048
