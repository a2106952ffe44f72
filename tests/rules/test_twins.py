"""What products of one catalogue share is told at the second of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from syncd.records import Product
from syncd.rules import text
from syncd.rules.remarks import Remark
from syncd.rules.twins import Twins
from syncd.sandbox import handles
from tests.rules.goods import product, variant


def told(*products: Product) -> list[list[Remark]]:
    twins = Twins()
    return [list(twins.of(one)) for one in products]


def test_a_sku_is_the_same_whatever_its_case() -> None:
    first = product(variant(sku="A-1"), key="1", title="Lue")
    second = product(variant(sku=" a-1 "), key="2", title="Vott")
    before, (remark,) = told(first, second)
    assert before == []
    assert (remark.cause, remark.sku) == ("sku_twice", "a-1")
    assert "product 1 (Lue)" in remark.message


def test_a_sku_at_three_variants_of_a_product_is_told_once() -> None:
    variants = [variant(f"v{at}", f"{at}", sku="A") for at in range(3)]
    ((remark,),) = told(product(*variants, options=["Nr"]))
    assert "another variant of it" in remark.message


def test_a_sku_of_an_earlier_product_is_told_once_for_each_later_one() -> None:
    twice = [variant("v1", "1", sku="A"), variant("v2", "2", sku="a")]
    _, (remark,) = told(
        product(variant(sku="A"), key="1", title="Lue"),
        product(*twice, options=["Nr"], key="2", title="Vott"),
    )
    assert "product 1 (Lue)" in remark.message


def test_variants_without_a_sku_are_no_twins() -> None:
    nameless = [variant("v1", "1", sku=None), variant("v2", "2", sku=" ")]
    assert told(product(*nameless, options=["Nr"])) == [[]]


def test_titles_of_the_same_words_have_one_address() -> None:
    _, (remark,), other = told(
        product(variant(sku="A"), key="1", title="Ski & Staver"),
        product(variant(sku="B"), key="2", title=" ski  staver!"),
        product(variant(sku="C"), key="3", title="Ski"),
    )
    assert remark.cause == "same_address"
    assert "/products/ski-staver" in remark.message and "product 1" in remark.message
    assert other == []


@given(st.text())
def test_the_words_of_an_address_are_those_of_the_sandbox(title: str) -> None:
    assert text.handle(title) == handles.normal(title)
