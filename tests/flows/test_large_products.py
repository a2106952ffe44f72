"""The largest products that Shopify holds go through every path."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from syncd.catalogue.entries import ImageEntry, ProductEntry
from syncd.postgres.embedded import Server
from syncd.records import Image, Product, Variant
from tests.flows.conftest import JAKKE, Scene, variant
from tests.flows.test_any_product import Json, Side, Stage, stage

__all__ = ["stage"]  # a fixture
SIZES, COLOURS, CUTS = range(32), range(16), range(4)
MOST = 2048
IMAGES = tuple(Image(f"i{at}", f"https://x.no/{at}.jpg", f"Bilde {at}") for at in range(250))
LARGE = Product(
    key="1",
    title="Skjorte",
    vendor="Fjell",
    is_active=True,
    option_names=("Størrelse", "Farge", "Snitt"),
    variants=tuple(
        Variant(
            key=f"v{size}-{colour}-{cut}",
            option_values=(f"S{size}", f"F{colour}", f"K{cut}"),
            sku=f"{size}-{colour}-{cut}",
            price=Decimal(499),
            image_key=f"i{colour}",
            quantity=5,
        )
        for size in SIZES
        for colour in COLOURS
        for cut in CUTS
    ),
    images=IMAGES,
)


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """Both servers are held by tests/postgres, by pushes, stock, resyncs."""
    return embedded


def changed(product: Product, **fields: object) -> Product:
    return replace(product, **fields)  # type: ignore[arg-type]


async def equal(side: Side, product: Product) -> Json:
    state = await side.state()
    wanted = {one.sku: one for one in product.variants}
    pictures = {image.key: image.address for image in product.images}
    shown = {one["sku"]: one for one in state["variants"]}
    assert shown.keys() == wanted.keys()
    for sku, one in wanted.items():
        found = shown[sku]
        assert found["price"] == f"{one.price:.2f}"
        assert tuple(found["optionValues"].values()) == one.option_values
        assert found["picture"] == pictures.get(one.image_key or "")
        assert list(found["quantities"].values()) == [5]
    assert [one["source"] for one in state["pictures"]] == list(pictures.values())
    return state


async def test_a_product_of_2048_variants_and_250_pictures_goes_every_way(stage: Stage) -> None:
    shop, side = stage.shop, stage.one
    await side.reset()
    product = LARGE
    sent = await side.carry(shop, product, is_doubtful=False)
    assert sent == ["ProductSet", *["ProductVariantsBulkCreate"] * 8]
    first = await equal(side, product)
    ids = {one["sku"]: one["id"] for one in first["variants"]}

    dearer = [replace(one, price=Decimal(599)) for one in product.variants]
    product = changed(product, variants=tuple(dearer))
    sent = await side.carry(shop, product, is_doubtful=False)
    assert sent == ["ProductVariantsBulkUpdate"] * 9
    await equal(side, product)

    renamed = [
        replace(one, option_values=(f"Str {one.option_values[0]}", *one.option_values[1:]))
        for one in product.variants
    ]
    product = changed(product, variants=tuple(renamed), option_names=("Mål", "Farge", "Snitt"))
    assert await side.carry(shop, product, is_doubtful=False) == ["ProductSet"]
    state = await equal(side, product)
    assert {one["sku"]: one["id"] for one in state["variants"]} == ids

    product = changed(product, images=product.images[::-1])
    assert await side.carry(shop, product, is_doubtful=False) == ["ProductSetFiles"]
    state = await equal(side, product)
    assert {one["id"] for one in state["pictures"]} == {one["id"] for one in first["pictures"]}

    product = changed(product, variants=product.variants[:2000])
    await side.carry(shop, product, is_doubtful=False)
    await equal(side, product)

    bare = tuple(replace(one, image_key=None) for one in product.variants)
    product = changed(product, variants=bare)
    sent = await side.carry(shop, product, is_doubtful=False)
    assert sent == ["ProductVariantDetachMedia"] * 20
    await equal(side, product)
    assert await side.carry(shop, product, is_doubtful=True) == []


async def test_a_lost_link_to_the_largest_product_makes_nothing_twice(stage: Stage) -> None:
    shop, side = stage.shop, stage.one
    await side.reset()
    await side.carry(shop, LARGE, is_doubtful=False)
    before = await side.state()
    side.link = None
    assert await side.carry(shop, LARGE, is_doubtful=False) == []
    assert await side.state() == before


async def test_the_largest_product_is_settled_and_changed_like_any_other(scene: Scene) -> None:
    entry = ProductEntry(
        row=2,
        handle="skjorte",
        title="Skjorte",
        store="Fjell",
        option_names=LARGE.option_names,
        variants=tuple(variant(*one.option_values, sku=one.sku or "") for one in LARGE.variants),
        images=tuple(ImageEntry(image.address, image.alt) for image in LARGE.images),
    )
    await scene.load(entry)
    sent = await scene.push()
    assert sent.count("ProductVariantsBulkCreate") == 8
    assert await scene.differences() == []
    await scene.pool.execute("update retail.price set list_price = 1 where variant_id = 2000")
    assert await scene.push() == ["ProductVariantsBulkUpdate"]
    assert await scene.differences() == []


async def test_a_variant_too_many_is_told_and_not_sent(scene: Scene) -> None:
    many = tuple(variant(f"{at}", sku=f"S-{at}") for at in range(2049))
    await scene.load(replace(JAKKE, variants=many))
    await scene.push()
    change = await scene.change()
    assert change is not None and change["state"] == "dead"
    assert "2049 variants; Shopify holds 2048" in change["last_error"]
    assert scene.state() == []
