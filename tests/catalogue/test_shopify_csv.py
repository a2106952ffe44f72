from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.catalogue import shopify_csv
from syncd.catalogue.entries import ImageEntry, ProductEntry
from syncd.catalogue.shopify_csv import Reading
from syncd.errors import ConfigError

JAKKE = {"Handle": "jakke", "Title": "Jakke", "Vendor": "Fjell", "Variant Price": "499.00"}
MORE = {"Handle": "jakke", "Variant Price": "499.00"}
SIZES = {"Option1 Name": "Størrelse", "Option1 Value": "S"}


def export(*rows: dict[str, str], separator: str = ",") -> str:
    """A product export with just the columns that the rows name."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def read(*rows: dict[str, str]) -> Reading:
    return shopify_csv.read(export(*rows).encode())


def only(reading: Reading) -> ProductEntry:
    """The one product, when nothing was left out."""
    assert reading.problems == ()
    (product,) = reading.catalogue.products
    return product


def told(reading: Reading) -> list[tuple[int, str]]:
    return [(problem.row, problem.reason) for problem in reading.problems]


def test_the_rows_of_a_handle_are_one_product() -> None:
    product = only(
        read(
            {**JAKKE, **SIZES, "Image Src": "https://x.no/1.jpg", "Image Alt Text": "foran"},
            {**MORE, "Option1 Value": "M", "Variant Price": "549.00"},
            {"Handle": "jakke", "Image Src": "https://x.no/2.jpg"},
        )
    )
    assert (product.title, product.store, product.option_names) == (
        "Jakke",
        "Fjell",
        ("Størrelse",),
    )
    assert [variant.option_values for variant in product.variants] == [("S",), ("M",)]
    assert product.variants[1].prices[0].list_price == Decimal("549.00")
    assert product.images == (
        ImageEntry("https://x.no/1.jpg", "foran"),
        ImageEntry("https://x.no/2.jpg"),
    )
    assert product.is_whole


def test_default_title_means_no_options() -> None:
    product = only(read({**JAKKE, "Option1 Name": "Title", "Option1 Value": "Default Title"}))
    assert product.option_names == ()
    assert product.variants[0].option_values == ()


def test_an_option_named_title_with_real_values_is_an_option() -> None:
    product = only(
        read(
            {**JAKKE, "Option1 Name": "Title", "Option1 Value": "Small"},
            {**MORE, "Option1 Value": "Large"},
        )
    )
    assert product.option_names == ("Title",)


def test_a_higher_compare_at_price_makes_the_price_an_offer_in_each_department() -> None:
    product = only(read({**JAKKE, "Variant Compare At Price": "699.00"}))
    for price in product.variants[0].prices:
        assert (price.list_price, price.offer_price) == (Decimal("699.00"), Decimal("499.00"))
    assert {price.department for price in product.variants[0].prices} == {"butikk", "nett"}


@pytest.mark.parametrize(
    ("cells", "is_active"),
    [
        pytest.param({}, True, id="neither status nor published"),
        pytest.param({"Published": "true"}, True, id="published"),
        pytest.param({"Published": "FALSE"}, False, id="not published"),
        pytest.param({"Status": "active", "Published": "false"}, True, id="the status counts more"),
        pytest.param({"Status": "draft", "Published": "true"}, False, id="draft"),
        pytest.param({"Status": "archived"}, False, id="archived"),
    ],
)
def test_a_product_is_active_by_status_else_by_being_published(
    cells: dict[str, str], is_active: bool
) -> None:
    assert only(read({**JAKKE, **cells})).is_active is is_active


@pytest.mark.parametrize(
    ("cells", "is_tracked"),
    [
        pytest.param({}, True, id="no such column"),
        pytest.param({"Variant Inventory Tracker": "shopify"}, True, id="shopify"),
        pytest.param({"Variant Inventory Tracker": ""}, False, id="empty"),
    ],
)
def test_an_empty_tracker_means_untracked(cells: dict[str, str], is_tracked: bool) -> None:
    assert only(read({**JAKKE, **cells})).variants[0].is_tracked is is_tracked


def test_spreadsheet_marks_are_taken_off_skus_and_barcodes() -> None:
    (variant,) = only(read({**JAKKE, "Variant SKU": "'0012", "Variant Barcode": "'703"})).variants
    assert (variant.sku, variant.barcodes) == ("0012", ("703",))


def test_the_count_goes_to_the_main_warehouse() -> None:
    (variant,) = only(read({**JAKKE, "Variant Inventory Qty": "-1"})).variants
    assert variant.counts == (("hoved", -1),)


def test_the_picture_of_a_variant_is_one_of_the_products_pictures() -> None:
    product = only(
        read({**JAKKE, "Image Src": "https://x.no/1.jpg", "Variant Image": "https://x.no/v.jpg"})
    )
    assert [image.address for image in product.images] == [
        "https://x.no/1.jpg",
        "https://x.no/v.jpg",
    ]
    assert product.variants[0].image_address == "https://x.no/v.jpg"


def test_pictures_stand_in_the_order_of_their_positions() -> None:
    product = only(
        read(
            {**JAKKE, "Image Src": "https://x.no/b.jpg", "Image Position": "2"},
            {"Handle": "jakke", "Image Src": "https://x.no/a.jpg", "Image Position": "1"},
        )
    )
    assert [image.address[-5] for image in product.images] == ["a", "b"]


def test_the_columns_of_newer_exports_are_understood() -> None:
    product = only(
        read(
            {
                "URL handle": "jakke",
                "Title": "Jakke",
                "Description": "<p>Varm</p>",
                "Status": "Active",
                "SKU": "J-1",
                "Barcode": "703",
                "Option1 name": "Størrelse",
                "Option1 value": "S",
                "Price": "499.00",
                "Compare-at price": "599.00",
                "Inventory tracker": "shopify",
                "Inventory quantity": "4",
                "Product image URL": "https://x.no/1.jpg",
                "Image alt text": "foran",
            }
        )
    )
    assert (product.handle, product.description_html) == ("jakke", "<p>Varm</p>")
    assert product.variants[0].sku == "J-1"
    assert product.variants[0].counts == (("hoved", 4),)
    assert product.images[0].alt == "foran"


@pytest.mark.parametrize(
    ("rows", "problems"),
    [
        pytest.param(
            [{**JAKKE, **SIZES}, {**MORE, "Option1 Value": "M", "Variant Price": ""}],
            [(3, "variant not loaded: it has no price")],
            id="a variant without a price",
        ),
        pytest.param(
            [{**JAKKE, **SIZES}, {**MORE, "Option1 Value": "M", "Variant Price": "1,299"}],
            [(3, "variant not loaded: cannot read the price '1,299'")],
            id="a price that may be two",
        ),
        pytest.param(
            [{**JAKKE, **SIZES}, {**MORE, "Option1 Value": "S"}],
            [(3, "variant not loaded: it has the same options as row 2")],
            id="the same options twice",
        ),
        pytest.param(
            [{**JAKKE, **SIZES}, {**MORE, "Option1 Value": ""}],
            [(3, "variant not loaded: it has no Størrelse")],
            id="a missing option value",
        ),
        pytest.param(
            [{**JAKKE, **SIZES}, {**MORE, "Option1 Value": "M", "Option2 Value": "Blå"}],
            [(3, "variant not loaded: its option 2 is 'Blå', but that option has no name")],
            id="a value of an option without a name",
        ),
        pytest.param(
            [JAKKE, {"Handle": "lue", "Variant Price": "99.00"}],
            [(3, "product not loaded: no row has its title (row 3)")],
            id="no title",
        ),
        pytest.param(
            [JAKKE, {**JAKKE, "Handle": "kort", "Gift Card": "true"}],
            [(3, "product not loaded: gift cards are Shopify's own (row 3)")],
            id="a gift card",
        ),
        pytest.param(
            [{"Handle": "", "Variant Price": "99.00"}, JAKKE],
            [(2, "row not loaded: it has no handle, so it belongs to no product")],
            id="a row before any product",
        ),
        pytest.param(
            [JAKKE, {"Handle": "jakke", "Vendor": "Fjell"}],
            [(3, "row not loaded: it has neither a variant nor a picture")],
            id="a row that brings nothing",
        ),
        pytest.param(
            [JAKKE, {"Handle": "jakke", "Title": "Frakk", "Image Src": "https://x.no/1.jpg"}],
            [(3, "title not loaded: row 2 has another one already")],
            id="a second title",
        ),
        pytest.param(
            [{**JAKKE, "Image Src": "C:\\bilder\\1.jpg"}],
            [(2, "picture not loaded: 'C:\\\\bilder\\\\1.jpg' is no web address")],
            id="a picture on somebody's disk",
        ),
        pytest.param(
            [{**JAKKE, "Variant Barcode": "7,03552E+12"}],
            [(2, "barcode 7,03552E+12 not loaded: a spreadsheet has cut off its digits")],
            id="a barcode that Excel has shortened",
        ),
        pytest.param(
            [{**JAKKE, "Variant Compare At Price": "499.00"}],
            [(2, "compare-at price 499.00 not loaded: it is not above the price")],
            id="a compare-at price that is none",
        ),
        pytest.param(
            [{**JAKKE, "Variant Inventory Qty": "mange"}],
            [(2, "stock count not loaded: cannot read 'mange'")],
            id="a count that is no number",
        ),
    ],
)
def test_what_is_not_loaded_is_told_with_row_and_reason(
    rows: list[dict[str, str]], problems: list[tuple[int, str]]
) -> None:
    reading = read(*rows)
    assert told(reading) == problems
    assert "jakke" in {product.handle for product in reading.catalogue.products}


def test_a_product_that_lost_a_variant_is_not_whole() -> None:
    reading = read({**JAKKE, **SIZES}, {**MORE, "Option1 Value": "M", "Variant Price": ""})
    assert not reading.catalogue.products[0].is_whole


def test_a_product_with_more_variants_than_shopify_holds_is_not_loaded() -> None:
    rows = [{**MORE, "Title": "Jakke", "Option1 Name": "Nr", "Option1 Value": "0"}]
    rows += [{**MORE, "Option1 Value": str(number)} for number in range(1, 2049)]
    reading = read(*rows)
    assert told(reading) == [
        (2, "product not loaded: it has 2049 variants, Shopify holds 2048 (2049 rows from 2)")
    ]
    assert reading.catalogue.products == ()


def test_cells_beyond_the_last_column_are_told() -> None:
    reading = shopify_csv.read(b"Handle,Title,Variant Price\njakke,Jakke,499.00,hei\n")
    assert told(reading) == [(2, "cells beyond the last column not loaded: 'hei'")]


def test_missing_and_shared_skus_are_loaded_but_noted() -> None:
    reading = read(
        {**JAKKE, "Variant SKU": "A-1"},
        {**JAKKE, "Handle": "lue", "Variant SKU": "a-1"},
        {**JAKKE, "Handle": "vott"},
    )
    assert len(reading.catalogue.products) == 3
    assert [str(note) for note in reading.notes] == [
        "row 3 lue: SKU a-1 is also that of row 2",
        "row 4 vott: the variant has no SKU",
    ]


def test_html_is_kept_in_descriptions_and_taken_out_of_titles() -> None:
    reading = read({**JAKKE, "Title": "Bag &amp; <i>belt</i>", "Body (HTML)": "<p>a\nb</p>"})
    (product,) = reading.catalogue.products
    assert (product.title, product.description_html) == ("Bag & belt", "<p>a\nb</p>")
    assert "HTML taken out of the title" in reading.notes[1].reason


def test_columns_with_content_but_no_place_are_listed() -> None:
    reading = read({**JAKKE, "Tags": "ny", "SEO Title": "", "Variant Grams": "400"})
    assert reading.ignored_columns == ("Tags", "Variant Grams")


NORWEGIAN = export({**JAKKE, "Title": "Blåbærsyltetøy", "Body (HTML)": "linje\nlinje"})


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_norwegian_letters_survive_every_usual_encoding(encoding: str) -> None:
    reading = shopify_csv.read(NORWEGIAN.encode(encoding))
    assert only(reading).title == "Blåbærsyltetøy"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends_are_found_out(separator: str, line_end: str) -> None:
    text = export(
        {**JAKKE, "Body (HTML)": "a; b, c | d"}, {**JAKKE, "Handle": "lue"}, separator=separator
    )
    reading = shopify_csv.read(text.replace("\r\n", line_end).encode())
    assert [product.handle for product in reading.catalogue.products] == ["jakke", "lue"]
    assert reading.catalogue.products[0].description_html == "a; b, c | d"


def test_excels_line_that_names_the_separator_is_passed_over() -> None:
    reading = shopify_csv.read(("sep=;\r\n" + export(JAKKE, separator=";")).encode())
    assert only(reading).handle == "jakke"


def test_a_description_may_be_long() -> None:
    assert (
        len(only(read({**JAKKE, "Body (HTML)": "x" * 300_000})).description_html or "") == 300_000
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b" \r\n", "is empty", id="blank"),
        pytest.param(b"PK\x03\x04rest", "is an Excel workbook", id="xlsx"),
        pytest.param(bytes(range(256)) * 4, "is a binary file", id="binary"),
        pytest.param(b'{"products": []}', "is JSON", id="json"),
        pytest.param(b"<!doctype html><html>", "is a web page", id="html"),
        pytest.param(b"Dear all,\nno table here", "no column Handle or Title", id="a letter"),
        pytest.param(b"Handle,Price\na,1", "no column Title", id="no title"),
        pytest.param(b'Handle,Title\na,"b', "is no sound CSV file after row 1", id="open quote"),
    ],
)
def test_a_file_that_is_no_export_is_refused_in_one_sentence(content: bytes, message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        shopify_csv.read(content, name="varer.csv")
    assert refused.value.message.startswith("varer.csv ")
    assert message in refused.value.message
    assert refused.value.hint


@settings(max_examples=200)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_and_nothing_else(content: bytes) -> None:
    for body in (content, b"Handle,Title,Variant Price\n" + content):
        try:
            shopify_csv.read(body)
        except ConfigError as refused:
            assert refused.hint


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Zs", "Zl", "Zp")), max_size=8
)


@settings(max_examples=200)
@given(st.lists(st.tuples(st.sampled_from(["a", "b", ""]), WORDS, WORDS, WORDS), max_size=8))
def test_every_row_is_loaded_or_told_of(rows: list[tuple[str, str, str, str]]) -> None:
    names = ("Handle", "Title", "Variant Price", "Option1 Value")
    reading = read(
        {**JAKKE, "Handle": "jakke"}, *(dict(zip(names, row, strict=True)) for row in rows)
    )
    loaded = {variant.row for product in reading.catalogue.products for variant in product.variants}
    told_rows = {problem.row for problem in reading.problems}
    whole = {problem.handle for problem in reading.problems if "product not" in problem.reason}
    for number, (handle, *others) in enumerate(rows, start=3):
        if handle or any(other.strip() for other in others):
            head = any(product.row == number for product in reading.catalogue.products)
            assert number in loaded | told_rows or handle in whole or head
