"""A product is made by calls that Shopify takes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncd.records import Form, Image, Picture, Product, Shop, Variant
from syncd.rules import changes, creation
from syncd.shopify.documents import documents
from tests.rules.forms import GID, LOCATION, SHOP, form, link_to, row

KNOWN = form(row("a", "Rød"), row("b", "Blå"))


def goods(wanted: Form, quantity: int | None = None) -> Product:
    variants = tuple(Variant(one.key, one.values, quantity=quantity) for one in wanted.variants)
    images = tuple(Image(one.ref, one.address) for one in wanted.pictures or ())
    return Product("4711", "Genser", "Fjord", True, wanted.options, variants, images)


def test_a_create_carries_our_identity() -> None:
    write = creation.create(goods(KNOWN), KNOWN, SHOP, {}).write
    assert write.variables["identifier"] == changes.identity("4711")
    assert write.variables["input"]["metafields"] == [
        {"namespace": "syncd", "key": "backoffice_id", "type": "id", "value": "4711"},
    ]


def test_a_create_carries_all_that_is_ours_of_a_product_and_its_variants() -> None:
    given = row("a", "Rød", barcode="7035", compare_at_price="599.00", tracked=False)
    wanted = form(given, status="DRAFT", description_html="<p>Varm</p>")
    sent = creation.create(goods(wanted), wanted, SHOP, {}).write.variables["input"]
    del sent["metafields"]
    assert sent == {
        "title": "Genser",
        "vendor": "Fjord",
        "status": "DRAFT",
        "descriptionHtml": "<p>Varm</p>",
        "files": [],
        "productOptions": [{"name": "Farge", "values": [{"name": "Rød"}]}],
        "variants": [
            {
                "optionValues": [{"optionName": "Farge", "name": "Rød"}],
                "sku": "SKU-a",
                "barcode": "7035",
                "price": "499.00",
                "compareAtPrice": "599.00",
                "inventoryItem": {"tracked": False},
            }
        ],
    }


def test_a_create_leaves_to_shopify_what_is_not_ours() -> None:
    wanted = form(row("a", "Rød"), vendor="", description_html=None)
    sent = creation.create(goods(wanted), wanted, SHOP, {}).write.variables["input"]
    assert "vendor" not in sent and "descriptionHtml" not in sent


@pytest.mark.parametrize(
    ("shop", "is_tracked", "quantity", "is_sent"),
    [
        pytest.param(SHOP, True, 7, True, id="counted"),
        pytest.param(SHOP, True, 0, True, id="none left"),
        pytest.param(SHOP, False, 7, False, id="not tracked"),
        pytest.param(SHOP, True, None, False, id="no warehouse"),
        pytest.param(replace(SHOP, location=None), True, 7, False, id="no location"),
        pytest.param(replace(SHOP, sync_stock=False), True, 7, False, id="stock is not ours"),
    ],
)
def test_the_first_count_goes_along_with_a_create(
    shop: Shop, is_tracked: bool, quantity: int | None, is_sent: bool
) -> None:
    wanted = form(row("a", "Rød", tracked=is_tracked))
    made = creation.create(goods(wanted, quantity), wanted, shop, {})
    (sent,) = made.write.variables["input"]["variants"]
    counts = [{"locationId": LOCATION, "name": "available", "quantity": quantity}]
    assert sent.get("inventoryQuantities") == (counts if is_sent else None)


def test_a_blocked_variant_is_born_without_stock() -> None:
    wanted = form(row("a", "Rød", stopped=True))
    (sent,) = creation.create(goods(wanted, 7), wanted, SHOP, {}).write.variables["input"][
        "variants"
    ]
    assert sent["inventoryPolicy"] == "DENY" and "inventoryQuantities" not in sent


@pytest.mark.parametrize("count", [1, 249, 250, 251, 2048])
@pytest.mark.parametrize("shown", [0, 1, 250])
@pytest.mark.parametrize("is_shown", [True, False])
def test_no_call_of_a_create_asks_for_more_points_than_shopify_takes(
    count: int, shown: int, is_shown: bool
) -> None:
    album = tuple(Picture(f"https://x.no/{at}.jpg", None, "") for at in range(shown))
    rows = [
        row(f"v{at}", f"{at}", picture=album[at % shown].ref if shown and is_shown else None)
        for at in range(count)
    ]
    wanted = form(*rows, pictures=album)
    made = creation.create(goods(wanted), wanted, SHOP, {})
    files = {one.ref: f"gid://shopify/MediaImage/{at}" for at, one in enumerate(album)}
    link = replace(
        link_to(made.form, **{one.key: f"g{one.key}" for one in made.form.variants}), files=files
    )
    writes = [made.write, *changes.create_variants(wanted, link, {}, SHOP)]
    assert all(documents()[one.document].cost_points(one.variables) <= 1000 for one in writes)
    sent = [len(one.variables.get("input", one.variables)["variants"]) for one in writes]
    assert sum(sent) == count and sent[0] == min(count, 250) and max(sent) <= 250
    assert made.form.variants == wanted.variants[: sent[0]]
    answer = made.write.variables["variants"], made.write.variables["media"]
    assert answer == (sent[0], max(1, shown)), "the answer must show an id for each"


def test_a_picture_that_another_product_shows_goes_by_its_file() -> None:
    album = (Picture("https://x.no/1.jpg", None, "foran"),)
    wanted = form(row("a", "Rød", picture=album[0].ref), pictures=album)
    made = creation.create(goods(wanted), wanted, SHOP, {album[0].ref: GID})
    file = {"id": GID, "alt": "foran"}
    given = made.write.variables["input"]
    assert given["files"] == [file] and given["variants"][0]["file"] == file
