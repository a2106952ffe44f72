"""The exports in ../shared/catalog, where they are: they are not part of this repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.catalogue import shopify_csv

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "catalog"


@pytest.mark.parametrize(
    ("name", "products", "variants", "images", "problems"),
    [
        pytest.param("fashion.csv", 997, 3684, 4742, 2, id="fashion"),
        pytest.param("apparel.csv", 25, 96, 55, 0, id="apparel"),
    ],
)
def test_a_real_export_is_read_whole(
    name: str, products: int, variants: int, images: int, problems: int
) -> None:
    path = FOLDER / name
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    reading = shopify_csv.read(path.read_bytes(), name=name)
    assert len(reading.catalogue.products) == products
    assert reading.catalogue.variant_count == variants
    assert sum(len(product.images) for product in reading.catalogue.products) == images
    assert len(reading.problems) == problems
    assert not any(
        variant.sku.startswith("'")
        for product in reading.catalogue.products
        for variant in product.variants
        if variant.sku
    )
