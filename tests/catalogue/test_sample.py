from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from syncd.catalogue import cells, sample

CATALOGUE = sample.catalogue()
VARIANTS = [variant for product in CATALOGUE.products for variant in product.variants]


def test_the_sample_is_the_same_at_every_call() -> None:
    assert sample.catalogue() == CATALOGUE
    assert sample.catalogue(seed=8) != CATALOGUE


def test_it_has_three_hundred_products_each_with_its_own_handle_and_title() -> None:
    assert len(CATALOGUE.products) == 300
    assert len({product.handle for product in CATALOGUE.products}) == 300
    assert len({product.title for product in CATALOGUE.products}) == 300


def test_a_larger_one_keeps_handles_apart() -> None:
    products = sample.catalogue(1500).products
    assert len({product.handle for product in products}) == 1500


def test_every_variant_fits_the_options_and_stands_once() -> None:
    for product in CATALOGUE.products:
        values = [variant.option_values for variant in product.variants]
        assert len(set(values)) == len(values)
        assert {len(value) for value in values} == {len(product.option_names)}


def test_there_is_something_of_everything() -> None:
    sizes = Counter(len(product.option_names) for product in CATALOGUE.products)
    skus = Counter(variant.sku for variant in VARIANTS if variant.sku)
    titles = " ".join(product.title for product in CATALOGUE.products)
    values = " ".join(" ".join(variant.option_values) for variant in VARIANTS)
    assert set(sizes) == {0, 1, 2, 3}
    assert sum(len(product.variants) >= 60 for product in CATALOGUE.products) >= 5
    assert any(not product.is_active for product in CATALOGUE.products)
    assert any(not variant.is_tracked for variant in VARIANTS)
    assert any(not variant.sku for variant in VARIANTS)
    assert any(count > 1 for count in skus.values())
    assert "🏔️" in titles and "ÆØÅ" in titles and "/" in values
    assert 200 < max(len(product.title) for product in CATALOGUE.products) <= 255
    assert len({product.store for product in CATALOGUE.products}) == 3


def test_offers_are_now_over_and_to_come() -> None:
    offers = {
        (price.offer_from, price.offer_until)
        for variant in VARIANTS
        for price in variant.prices
        if price.offer_price is not None
    }
    assert offers == set(sample.OFFERS)


def test_pictures_have_addresses_and_each_product_one_to_four() -> None:
    for product in CATALOGUE.products:
        assert 1 <= len(product.images) <= 4
        assert all(cells.is_address(image.address) for image in product.images)


def test_barcodes_are_norwegian_valid_and_unique() -> None:
    barcodes = [barcode for variant in VARIANTS for barcode in variant.barcodes]
    assert len(set(barcodes)) == len(barcodes) > 1000
    for barcode in barcodes:
        assert barcode.startswith("70") and len(barcode) == 13
        assert sample.ean13(barcode[:12]) == barcode


def test_the_check_digit_is_that_of_a_barcode_off_the_shelf() -> None:
    assert sample.ean13("400638133393") == "4006381333931"  # the example of Wikipedia's EAN-13


@given(st.integers(20, 400), st.integers(0, 5))
def test_any_size_is_kept(size: int, seed: int) -> None:
    assert len(sample.catalogue(size, seed=seed).products) == size
