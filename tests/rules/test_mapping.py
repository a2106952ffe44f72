"""Each field of the canonical form, from the Backoffice's product and the shop's settings."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from syncd.errors import RowError
from syncd.records import Image
from syncd.rules import mapping
from tests.rules.forms import SHOP
from tests.rules.goods import URL, coloured, form, product, variant


@pytest.mark.parametrize(
    ("price", "compare_at", "shown"),
    [
        pytest.param("399", "499", "499.00", id="an offer"),
        pytest.param("499", "499", None, id="equal"),
        pytest.param("499", "399", None, id="below the price"),
        pytest.param("499", None, None, id="no list price"),
        pytest.param("99.996", "100.004", None, id="equal once rounded"),
        pytest.param("0", "10", "10.00", id="given away"),
    ],
)
def test_the_list_price_is_shown_only_above_the_price(
    price: str, compare_at: str | None, shown: str | None
) -> None:
    list_price = None if compare_at is None else Decimal(compare_at)
    made = form(product(variant(price=Decimal(price), compare_at_price=list_price)))
    assert made.variants[0].compare_at_price == shown


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        pytest.param(" Størrelse ", "Størrelse", id="outer space"),
        pytest.param("Farge / Color", "Farge/Color", id="the delimiter of titles"),
        pytest.param("Farge  /  Color", "Farge/Color", id="with more space around it"),
        pytest.param("Farge\t/\nColor", "Farge/Color", id="made of control characters"),
        pytest.param("a / / b", "a// b", id="two in a row"),
        pytest.param("Farge/Color", "Farge/Color", id="a slash alone"),
        pytest.param("لون", "لون", id="right to left"),
    ],
)
def test_the_name_of_an_option(name: str, stored: str) -> None:
    assert form(product(variant("v1", "x"), options=[name])).options == (stored,)


@pytest.mark.parametrize(
    ("title", "stored"),
    [
        pytest.param("Kopp 🏔️ blå", "Kopp 🏔️ blå", id="emoji"),
        pytest.param("two\r\nlines", "two lines", id="lines"),
        pytest.param("S / M", "S / M", id="slashes are fine here"),
        pytest.param("\u200fכוס", "\u200fכוס", id="marks of direction stay"),
        pytest.param("\x00a\x9bb\x85", "a b", id="control characters"),
        pytest.param("x" * 255, "x" * 255, id="just short enough"),
        pytest.param(" " + "🏔" * 255 + " ", "🏔" * 255, id="characters count, not bytes"),
    ],
)
def test_the_title(title: str, stored: str) -> None:
    assert form(product(title=title)).title == stored


def test_a_product_without_options_has_shopifys_own() -> None:
    made = form(product())
    assert made.options == ("Title",)
    assert made.variants[0].values == ("Default Title",)


def test_values_that_differ_in_case_get_the_first_spelling() -> None:
    variants = [variant("a", "Rød", "S"), variant("b", "RØD", "M"), variant("c", " rød", "s ")]
    made = form(product(*variants[:2], options=["Farge", "Størrelse"]))
    assert [row.values for row in made.variants] == [("Rød", "S"), ("Rød", "M")]
    with pytest.raises(RowError, match=r"SKU SKU-a and SKU SKU-c are both Rød / S"):
        form(product(*variants, options=["Farge", "Størrelse"]))


def test_the_same_word_in_two_options_keeps_both_spellings() -> None:
    made = form(product(variant("a", "M", "m"), options=["Størrelse", "Måte"]))
    assert made.variants[0].values == ("M", "m")


@pytest.mark.parametrize(
    ("is_active", "inactive_as", "status"),
    [
        (True, "archived", "ACTIVE"),
        (False, "draft", "DRAFT"),
        (False, "archived", "ARCHIVED"),
        (False, "unlisted", "UNLISTED"),
    ],
)
def test_the_status(is_active: bool, inactive_as: Any, status: str) -> None:
    shop = replace(SHOP, inactive_as=inactive_as)
    assert form(product(is_active=is_active), shop).status == status


@pytest.mark.parametrize(
    ("is_synced", "description", "stored"),
    [
        pytest.param(True, "<p>Varm</p>\n", "<p>Varm</p>", id="ours"),
        pytest.param(True, None, "", id="ours, empty"),
        pytest.param(False, "<p>Varm</p>", None, id="the merchant's"),
    ],
)
def test_the_description(is_synced: bool, description: str | None, stored: str | None) -> None:
    shop = replace(SHOP, sync_description=is_synced)
    assert form(product(description_html=description), shop).description_html == stored


def test_a_deleted_product_is_archived_and_else_as_it_was() -> None:
    made = form(coloured("Rød", "Blå"))
    assert mapping.gone(made) == replace(made, status="ARCHIVED")


def test_a_product_that_cannot_be_sent_goes_off_sale_and_else_stays_as_it_was() -> None:
    made = form(coloured("Rød", "Blå"))
    shop = replace(SHOP, inactive_as="unlisted")
    assert mapping.withdrawn(made, shop) == replace(made, status="UNLISTED")


# -------------------------------------------------------------------------------------- pictures


def test_each_address_is_sent_once_and_variants_find_it_by_either_key() -> None:
    shown = [Image("p", URL, "a", "1"), Image("q", f" {URL}#top", "b", "2")]
    variants = [variant("a", "Rød", image_key="q"), variant("b", "Blå", image_key="lost")]
    made = form(product(*variants, options=["Farge"], images=tuple(shown)))
    assert [(picture.ref, picture.alt) for picture in (made.pictures or ())] == [(f"{URL}#1", "a")]
    assert [row.picture for row in made.variants] == [f"{URL}#1", None]


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        pytest.param(URL, URL, id="plain"),
        pytest.param(
            "https://x.no/Blå kopp.jpg",
            "https://x.no/Bl%C3%A5%20kopp.jpg",
            id="as people name files",
        ),
        pytest.param(
            "https://x.no/a%20b.jpg?v=1&w=2", "https://x.no/a%20b.jpg?v=1&w=2", id="escaped"
        ),
        pytest.param("HTTPS://X.no:8443/a", "HTTPS://X.no:8443/a", id="port"),
        pytest.param("https://x.no/a\nb", None, id="two lines"),
        pytest.param("https://blåbær.no/a.jpg", None, id="a host that is not ASCII"),
        pytest.param("ftp://x.no/a.jpg", None, id="another protocol"),
        pytest.param("bilder/a.jpg", None, id="a path"),
        pytest.param("https:///a.jpg", None, id="no host"),
        pytest.param("", None, id="empty"),
        pytest.param(f"https://x.no/{'a' * 2048}", None, id="too long"),
    ],
)
def test_the_address_of_a_picture(address: str, sent: str | None) -> None:
    shown = (Image("p", address),)
    made = form(product(images=shown))
    assert [picture.address for picture in (made.pictures or ())] == ([sent] if sent else [])
    assert mapping.left_out(shown) == ([] if sent else [address])


def test_pictures_beyond_the_limit_are_named_and_no_variant_shows_them() -> None:
    shown = tuple(Image(f"p{at}", f"https://x.no/{at}.jpg") for at in range(252))
    made = form(product(variant(image_key="p251"), images=shown))
    assert len(made.pictures or ()) == 250
    assert made.variants[0].picture is None
    assert mapping.left_out(shown) == ["https://x.no/250.jpg", "https://x.no/251.jpg"]


def test_a_variant_finds_a_picture_by_a_key_that_stands_beyond_the_limit() -> None:
    shown = tuple(Image(f"p{at}", f"https://x.no/{at}.jpg") for at in range(250))
    again = Image("again", "https://x.no/0.jpg")
    made = form(product(variant(image_key="again"), images=(*shown, again)))
    assert made.variants[0].picture == "https://x.no/0.jpg"


def test_words_about_a_picture_are_cut_where_shopify_would_refuse_the_product() -> None:
    made = form(product(images=(Image("p", URL, "æ" * 600),)))
    assert (made.pictures or ())[0].alt == "æ" * 511 + "…"


# ------------------------------------------------------------------- what the shop and a block ask


@pytest.mark.parametrize(
    ("included", "vat", "shown"),
    [
        pytest.param(True, "25", ("499.00", "599.00"), id="VAT in"),
        pytest.param(False, "25", ("399.20", "479.20"), id="VAT out"),
        pytest.param(False, "15", ("433.91", "520.87"), id="VAT out, food"),
        pytest.param(False, "0", ("499.00", "599.00"), id="without VAT at all"),
    ],
)
def test_a_price_has_the_vat_in_it_or_not_as_the_shop_says(
    included: bool, vat: str, shown: tuple[str, str]
) -> None:
    one = variant(compare_at_price=Decimal(599), vat_percent=Decimal(vat))
    made = form(product(one), replace(SHOP, taxes_included=included))
    assert made.variants[0].prices == shown


def test_without_a_list_price_there_is_none_to_take_vat_from() -> None:
    made = form(product(variant(vat_percent=Decimal(25))), replace(SHOP, taxes_included=False))
    assert made.variants[0].prices == ("399.20", None)


def test_a_price_in_the_shops_currency_is_rounded_to_its_unit() -> None:
    one = variant(price=Decimal("499.50"), currency="ISK")
    assert form(product(one), replace(SHOP, currency="ISK")).variants[0].price == "500.00"


def test_a_product_of_no_store_leaves_the_vendor_empty() -> None:
    assert form(product(vendor=" ")).vendor == ""


def test_a_blocked_variant_is_stopped_and_counted() -> None:
    made = form(coloured("Rød", "Blå"))
    blocked = replace(coloured("Rød", "Blå").variants[0], is_blocked=True, is_tracked=False)
    stopped = form(product(blocked, coloured("Rød", "Blå").variants[1], options=["Farge"]))
    assert [(one.stopped, one.tracked) for one in stopped.variants] == [(True, True), (False, True)]
    assert stopped.variants[1] == made.variants[1]


def test_a_blocked_variant_is_left_out_where_the_shop_says_so() -> None:
    one, two = coloured("Rød", "Blå").variants
    goods = product(replace(one, is_blocked=True), two, options=["Farge"])
    assert [v.key for v in form(goods, replace(SHOP, blocked_as="removed")).variants] == [two.key]


def test_a_product_of_which_all_is_blocked_is_off_sale_since_it_must_have_a_variant() -> None:
    goods = product(variant(is_blocked=True))
    made = form(goods, replace(SHOP, blocked_as="removed", inactive_as="unlisted"))
    assert (made.status, made.variants[0].stopped) == ("UNLISTED", True)
