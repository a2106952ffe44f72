"""What is told of a product that was sent all the same."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from syncd.records import Image, Product, Variant
from syncd.rules import mapping, remarks
from tests.rules.forms import SHOP

GOODS = Product(
    "4711",
    "Genser",
    "Fjord",
    True,
    ("Farge",),
    (
        Variant("a", ("Rød",), sku="G-R", barcode="7001", price=Decimal(1)),
        Variant("b", ("Blå",), sku="G-B", barcode="7038010000065", price=Decimal(1)),
    ),
    (Image("1", "https://x.no/1.jpg"), Image("2", "C:/bilder/2.jpg")),
)


def test_a_bad_barcode_and_a_picture_nobody_can_fetch_are_told_with_sku_and_address() -> None:
    picture, barcode = remarks.of(GOODS)
    assert "C:/bilder/2.jpg" in picture
    assert "SKU G-R: barcode 7001" in barcode


def test_what_was_told_when_it_was_sent_is_not_told_again() -> None:
    known = mapping.wanted(GOODS, SHOP)
    assert remarks.of(GOODS, known) == []
    other = replace(GOODS.variants[1], barcode="7002")
    (barcode,) = remarks.of(replace(GOODS, variants=(GOODS.variants[0], other)), known)
    assert "SKU G-B: barcode 7002" in barcode


def test_pictures_that_are_all_left_out_are_told_the_first_time() -> None:
    goods = replace(GOODS, variants=GOODS.variants[1:], images=GOODS.images[1:])
    (picture,) = remarks.of(goods)
    assert "C:/bilder/2.jpg" in picture


def test_a_picture_left_out_is_told_again_when_the_pictures_change() -> None:
    known = mapping.wanted(replace(GOODS, images=()), SHOP)
    (picture,) = remarks.of(GOODS, known)
    assert "C:/bilder/2.jpg" in picture


def test_a_variant_without_a_barcode_is_nothing_odd() -> None:
    assert remarks.of(replace(GOODS, variants=(Variant("a", ("Rød",)),), images=())) == []


def test_three_remarks_are_all_shown() -> None:
    variants = tuple(Variant(f"{at}", (f"{at}",), sku=f"S{at}", barcode="1") for at in range(2))
    said = remarks.of(replace(GOODS, variants=variants))
    assert len(said) == 3 and "SKU S1" in said[-1]


def test_many_remarks_are_counted() -> None:
    variants = tuple(Variant(f"{at}", (f"{at}",), barcode="1") for at in range(50))
    assert remarks.of(replace(GOODS, variants=variants))[-1] == "and 48 more"


def test_a_picture_left_out_is_no_news_where_pictures_are_the_merchants() -> None:
    assert remarks.of(GOODS, replace(mapping.wanted(GOODS, SHOP), pictures=None)) == []


def test_each_remark_has_its_cause_its_sku_and_what_to_do() -> None:
    picture, barcode = remarks.each(GOODS)
    assert (picture.cause, picture.sku) == ("picture_address", "")
    assert "https://" in picture.hint
    assert (barcode.cause, barcode.sku) == ("barcode_odd", "G-R")
    assert "correct the barcode" in barcode.hint


def test_a_picture_too_many_is_not_called_unreachable() -> None:
    images = tuple(Image(f"{at}", f"https://x.no/{at}.jpg") for at in range(251))
    remark, _ = remarks.each(replace(GOODS, images=images))
    assert remark.cause == "too_many_pictures"
    assert "Shopify holds 250: https://x.no/250.jpg" in remark.message
