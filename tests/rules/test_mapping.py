"""The canonical form: what it promises for any product, and what the merchant is told instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import RowError
from syncd.records import Form, Image, Product, Shop, Variant
from syncd.rules import limits, mapping, text

SHOP = Shop(
    shop_id=1,
    domain="fjord.myshopify.com",
    account_id="fjord",
    state="linked",
    enabled=True,
    sync_products=True,
    sync_stock=True,
    sync_description=True,
    price_department="1",
    stock_warehouse="1",
    location="gid://shopify/Location/1",
    publish_to=(),
    inactive_as="draft",
    currency="NOK",
)
URL = "https://bilder.example/a.jpg"


def variant(key: str = "v1", *values: str, **fields: Any) -> Variant:
    given = {"sku": f"SKU-{key}", "price": Decimal(499), **fields}
    return Variant(key=key, option_values=values, **given)


def product(*variants: Variant, options: Sequence[str] = (), **fields: Any) -> Product:
    given = {"key": "4711", "title": "Ull genser", "vendor": "Fjord", "is_active": True, **fields}
    return Product(option_names=tuple(options), variants=variants or (variant(),), **given)


def coloured(*values: str, **fields: Any) -> Product:
    variants = [variant(f"v{at}", value) for at, value in enumerate(values)]
    return product(*variants, options=["Farge"], **fields)


def form(product: Product, shop: Shop = SHOP) -> Form:
    return mapping.wanted(product, shop)


# ------------------------------------------------------------------------------- for any product

ODD = ["", " ", "Rød", "rød", "RØD ", "S/M", "S / M", "a  /  b", "x\t/\ty", "🏔️", "قميص", "\x85"]
ODD += ["\u200fשלום", "l1\r\nl2", "A" * 300, "e\u0301", "\u00e9", "\x9b", "/", "Title"]
texts = st.sampled_from(ODD) | st.text(max_size=8)
prices = st.none() | st.decimals(min_value=-1, max_value=10**19) | st.decimals(places=3)
addresses = st.sampled_from(
    [URL, f" {URL} ", f"{URL}#x", "https://x.no/blå kopp.jpg", "ftp://x", ""]
)
images = st.builds(Image, st.sampled_from("pqrs"), addresses, texts, st.none() | st.just("1"))


@st.composite
def any_products(draw: st.DrawFn) -> Product:
    """Whatever the contract's types allow; most of it odd, some of it impossible."""
    options = draw(st.lists(texts, max_size=4))
    size = draw(st.sampled_from([len(options)] * 9 + [1]))
    variants = st.builds(
        Variant,
        key=st.uuids().map(str),
        option_values=st.tuples(*[texts] * size),
        sku=st.none() | texts,
        barcode=st.none() | texts,
        price=prices,
        compare_at_price=prices,
        is_tracked=st.booleans(),
        image_key=st.none() | st.sampled_from("pqrst"),
        quantity=st.none() | st.integers(-5, 50),
    )
    return Product(
        key="4711",
        title=draw(texts),
        vendor=draw(texts),
        is_active=draw(st.booleans()),
        option_names=tuple(options),
        variants=tuple(draw(st.lists(variants, max_size=4))),
        images=tuple(draw(st.lists(images, max_size=6))),
        description_html=draw(st.none() | texts),
    )


clean = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=5)
whole_prices = st.decimals(min_value=0, max_value=10**9, places=4)


@st.composite
def sound_products(draw: st.DrawFn) -> Product:
    """Products that Shopify can hold, with odd text and uneven prices."""
    options = draw(st.lists(clean, max_size=3, unique_by=text.fold))
    rows = st.tuples(*[clean | st.just("S / M")] * len(options))
    unique = st.lists(
        rows,
        min_size=1,
        max_size=5 if options else 1,
        unique_by=lambda row: tuple(text.fold(value) for value in row),
    )
    variants = [
        Variant(
            key=f"v{at}",
            option_values=row,
            sku=draw(st.none() | texts.filter(lambda sku: len(sku) < 256)),
            price=draw(whole_prices),
            compare_at_price=draw(st.none() | whole_prices),
            image_key=draw(st.none() | st.sampled_from("pqrst")),
        )
        for at, row in enumerate(draw(unique))
    ]
    return Product(
        key="4711",
        title=draw(clean),
        vendor=draw(clean),
        is_active=draw(st.booleans()),
        option_names=tuple(options),
        variants=tuple(variants),
        images=tuple(draw(st.lists(images, max_size=6))),
    )


def is_line(value: str) -> bool:
    return value == value.strip() and not text.CONTROL.search(value)


def hold_the_promises(made: Form) -> None:
    refs = [picture.ref for picture in made.pictures]
    lines = [made.title, made.vendor, *made.options]
    rows = {tuple(map(text.fold, variant.values)) for variant in made.variants}
    assert len(rows) == len(made.variants)
    assert len(set(map(text.fold, made.options))) == len(made.options)
    assert not any(" / " in option for option in made.options)
    assert len(set(refs)) == len(refs)
    for variant in made.variants:
        lines += [*variant.values, variant.sku, variant.barcode]
        assert len(variant.values) == len(made.options)
        assert variant.picture is None or variant.picture in refs
        assert variant.price.partition(".")[2].isdigit() and len(variant.price.split(".")[1]) == 2
        assert Decimal(variant.price) >= 0
        if variant.compare_at_price is not None:
            assert Decimal(variant.compare_at_price) > Decimal(variant.price)
    assert all(is_line(line) and len(line) <= 255 for line in lines)
    assert made.title and all(made.options)
    for at in range(len(made.options)):
        spellings = {variant.values[at] for variant in made.variants}
        assert len(set(map(text.fold, spellings))) == len(spellings)


@given(any_products())
def test_any_product_makes_a_sound_form_or_a_refusal_that_helps(given: Product) -> None:
    try:
        made = form(given)
    except RowError as refusal:
        assert refusal.message.startswith("product 4711")
        assert "in the Backoffice" in refusal.hint
        assert is_line(refusal.message) and len(refusal.message) < 2000
    else:
        hold_the_promises(made)


@given(sound_products())
def test_a_sound_product_is_never_refused(given: Product) -> None:
    made = form(given)
    hold_the_promises(made)
    assert [variant.key for variant in made.variants] == [v.key for v in given.variants]


@given(sound_products())
def test_the_same_product_has_the_same_digest(given: Product) -> None:
    made = form(given)
    assert mapping.digest(made) == mapping.digest(form(replace(given)))
    assert mapping.digest(made) != mapping.digest(replace(made, title=f"{made.title}!"))


@given(sound_products(), st.booleans())
def test_to_json_is_undone_by_from_json(given: Product, has_description: bool) -> None:
    made = form(given, replace(SHOP, sync_description=has_description))
    column = orjson.loads(orjson.dumps(mapping.to_json(made)))
    assert mapping.from_json(column) == made
    assert mapping.digest(mapping.from_json(column)) == mapping.digest(made)


@given(sound_products())
def test_white_space_around_texts_makes_no_difference(given: Product) -> None:
    padded = replace(
        given,
        title=f" {given.title}\n",
        option_names=tuple(f"\t{name} " for name in given.option_names),
        variants=tuple(
            replace(
                variant, option_values=tuple(f" {value}\r\n" for value in variant.option_values)
            )
            for variant in given.variants
        ),
    )
    assert form(padded) == form(given)


@given(st.decimals(min_value=0, max_value=10**17, allow_nan=False, allow_infinity=False))
def test_money_has_two_decimals_rounded_half_up(amount: Decimal) -> None:
    shown = mapping.money(amount)
    whole, _, cents = shown.partition(".")
    assert whole.isdigit() and cents.isdigit() and len(cents) == 2
    assert abs(Decimal(shown) - amount) <= Decimal("0.005")
    assert Decimal(shown) == amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


# ----------------------------------------------------------------------------------- named cases


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        pytest.param("499", "499.00", id="whole"),
        pytest.param("0", "0.00", id="free"),
        pytest.param("-0", "0.00", id="no negative nothing"),
        pytest.param("0.005", "0.01", id="half goes up"),
        pytest.param("0.015", "0.02", id="half goes up from odd as well"),
        pytest.param("2.675", "2.68", id="exact, unlike a float"),
        pytest.param("0.0049999", "0.00", id="below half"),
        pytest.param("1E+3", "1000.00", id="no exponent"),
        pytest.param("99999999999999999.994", "99999999999999999.99", id="large"),
    ],
)
def test_money(amount: str, shown: str) -> None:
    assert mapping.money(Decimal(amount)) == shown


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


# -------------------------------------------------------------------------------------- pictures


def test_each_address_is_sent_once_and_variants_find_it_by_either_key() -> None:
    shown = [Image("p", URL, "a", "1"), Image("q", f" {URL}#top", "b", "2")]
    variants = [variant("a", "Rød", image_key="q"), variant("b", "Blå", image_key="lost")]
    made = form(product(*variants, options=["Farge"], images=tuple(shown)))
    assert [(picture.ref, picture.alt) for picture in made.pictures] == [(f"{URL}#1", "a")]
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
    assert [picture.address for picture in made.pictures] == ([sent] if sent else [])
    assert mapping.left_out(shown) == ([] if sent else [address])


def test_pictures_beyond_the_limit_are_named_and_no_variant_shows_them() -> None:
    shown = tuple(Image(f"p{at}", f"https://x.no/{at}.jpg") for at in range(252))
    made = form(product(variant(image_key="p251"), images=shown))
    assert len(made.pictures) == 250
    assert made.variants[0].picture is None
    assert mapping.left_out(shown) == ["https://x.no/250.jpg", "https://x.no/251.jpg"]


def test_words_about_a_picture_are_cut_where_shopify_would_refuse_the_product() -> None:
    made = form(product(images=(Image("p", URL, "æ" * 600),)))
    assert made.pictures[0].alt == "æ" * 511 + "…"


# -------------------------------------------------------------------------------------- refusals

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
