"""productSet: makes products, and replaces what its lists name."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.shops import (
    RED_BLUE,
    a_product,
    check_indexes,
    chosen,
    new_shop,
    option,
    product_set,
    told,
    updated,
    variants_of,
)


def titles(product: Any) -> list[str]:
    return [variant["title"] for variant in variants_of(product)]


def test_a_title_is_enough() -> None:
    shop = new_shop()
    product = a_product(shop)
    (variant,) = variants_of(product)
    assert (product["handle"], product["vendor"], product["status"]) == (
        "ski",
        "syncd demo",
        "ACTIVE",
    )
    assert [one["name"] for one in product["options"]] == ["Title"]
    assert (variant["title"], variant["price"], variant["sku"]) == ("Default Title", "0.00", None)
    assert (variant["inventoryPolicy"], variant["taxable"]) == ("DENY", True)
    assert variant["inventoryItem"]["tracked"] is False
    check_indexes(shop)


def test_options_and_variants_stand_as_given() -> None:
    product = a_product(
        new_shop(),
        productOptions=[option("Size", "S", "M"), option("Color", "Red")],
        variants=[
            {"optionValues": chosen(Color="Red", Size="M")},
            {"optionValues": chosen(Size="S", Color="Red")},
        ],
    )
    assert [one["name"] for one in product["options"]] == ["Size", "Color"]
    assert [one["name"] for one in product["options"][0]["optionValues"]] == ["S", "M"]
    assert titles(product) == ["M / Red", "S / Red"]


def test_a_position_moves_a_variant() -> None:
    first, second = RED_BLUE["variants"]
    rows = [{**first, "position": 2}, {**second, "position": 1}]
    product = a_product(new_shop(), productOptions=RED_BLUE["productOptions"], variants=rows)
    assert titles(product) == ["Blue", "Red"]


def test_a_variant_gets_what_the_input_gives() -> None:
    row = {
        "optionValues": chosen(Title="Default Title"),
        "sku": " 4711 ",
        "barcode": "7038010009457",
        "price": "199.5",
        "compareAtPrice": "249",
        "taxable": False,
        "inventoryPolicy": "CONTINUE",
        "inventoryItem": {
            "tracked": True,
            "cost": "99.999",
            "countryCodeOfOrigin": "NO",
            "harmonizedSystemCode": "6403.91",
            "measurement": {"weight": {"unit": "GRAMS", "value": 350.0}},
        },
    }
    product = a_product(
        new_shop(), productOptions=[option("Title", "Default Title")], variants=[row]
    )
    (variant,) = variants_of(product)
    item = variant["inventoryItem"]
    assert (variant["sku"], variant["barcode"]) == (" 4711 ", "7038010009457")
    assert (variant["price"], variant["compareAtPrice"]) == ("199.50", "249.00")
    assert (variant["taxable"], variant["inventoryPolicy"]) == (False, "CONTINUE")
    assert (item["tracked"], item["unitCost"], item["countryCodeOfOrigin"]) == (
        True,
        {"amount": "100.0"},
        "NO",
    )
    assert item["harmonizedSystemCode"] == "640391"
    assert item["measurement"]["weight"] == {"unit": "GRAMS", "value": 350}


def test_texts_are_trimmed_and_tags_sorted_and_told_apart_without_case() -> None:
    product = a_product(
        new_shop(),
        title="  Ski  ",
        vendor=" Madshus ",
        tags=[" vinter", "Ski", "ski ", "", "barn"],
        descriptionHtml=" <p>Rask</p> ",
    )
    assert (product["title"], product["vendor"]) == ("Ski", "Madshus")
    assert product["tags"] == ["barn", "Ski", "vinter"]
    assert product["descriptionHtml"] == " <p>Rask</p> "


@pytest.mark.parametrize(
    ("quantities", "levels"),
    [
        pytest.param(None, [("Butikk", 0)], id="nothing said: none at the first location"),
        pytest.param([("Lager", "available", 4)], [("Lager", 4)], id="only where it is said"),
        pytest.param(
            [("Butikk", "on_hand", 2), ("Lager", "available", 3)],
            [("Butikk", 2), ("Lager", 3)],
            id="on hand is what is available",
        ),
    ],
)
def test_a_new_variant_is_stocked(
    quantities: list[tuple[str, str, int]] | None, levels: list[tuple[str, int]]
) -> None:
    shop = new_shop(locations=("Butikk", "Lager"))
    gids = {place.name: f"gid://shopify/Location/{id_}" for id_, place in shop.locations.items()}
    row: dict[str, Any] = {"optionValues": []}
    if quantities:
        row["inventoryQuantities"] = [
            {"locationId": gids[place], "name": name, "quantity": count}
            for place, name, count in quantities
        ]
    (variant,) = variants_of(a_product(shop, productOptions=[], variants=[row]))
    held = variant["inventoryItem"]["inventoryLevels"]["nodes"]
    assert [(one["location"]["name"], one["quantities"][0]["quantity"]) for one in held] == levels


def test_what_is_not_named_stays() -> None:
    shop = new_shop()
    product = a_product(
        shop, tags=["a"], files=[{"originalSource": "https://x.no/1.jpg"}], **RED_BLUE
    )
    after = updated(shop, product, title="Langrennsski")
    assert after["title"] == "Langrennsski"
    for name in ("handle", "tags", "options", "variants"):
        assert after[name] == product[name]
    assert [one["id"] for one in after["media"]["nodes"]] == [
        one["id"] for one in product["media"]["nodes"]
    ]


def test_variants_that_are_not_named_are_deleted_and_the_others_keep_their_ids() -> None:
    shop = new_shop()
    product = a_product(shop, **RED_BLUE)
    red, _blue = variants_of(product)
    after = updated(
        shop,
        product,
        productOptions=[option("Color", "Green", "Red")],
        variants=[
            {"optionValues": chosen(Color="Green"), "sku": "R"},
            {"optionValues": chosen(Color="Red")},
        ],
    )
    green, kept = variants_of(after)
    assert (kept["id"], kept["sku"], kept["price"]) == (red["id"], "R", "10.00")
    assert kept["inventoryItem"]["id"] == red["inventoryItem"]["id"]
    assert green["id"] not in {one["id"] for one in variants_of(product)}, "never matched by SKU"
    assert len(shop.variants) == 2
    check_indexes(shop)


def test_a_variant_named_by_its_id_may_move_to_other_values() -> None:
    shop = new_shop()
    product = a_product(shop, **RED_BLUE)
    red, blue = variants_of(product)
    after = updated(
        shop,
        product,
        productOptions=RED_BLUE["productOptions"],
        variants=[
            {"id": blue["id"], "optionValues": chosen(Color="Red")},
            {"id": red["id"], "optionValues": chosen(Color="Blue")},
        ],
    )
    assert [(one["id"], one["title"]) for one in variants_of(after)] == [
        (blue["id"], "Red"),
        (red["id"], "Blue"),
    ]


def test_a_row_without_id_never_takes_a_variant_that_another_row_names() -> None:
    shop = new_shop()
    product = a_product(shop, **RED_BLUE)
    red, _ = variants_of(product)
    after = updated(
        shop,
        product,
        productOptions=RED_BLUE["productOptions"],
        variants=[
            {"optionValues": chosen(Color="Red")},
            {"id": red["id"], "optionValues": chosen(Color="Blue")},
        ],
    )
    new, moved = variants_of(after)
    assert (moved["id"], moved["title"]) == (red["id"], "Blue")
    assert new["id"] != red["id"]


def test_options_and_values_keep_their_ids_by_id_and_by_name() -> None:
    shop = new_shop()
    product = a_product(shop, **RED_BLUE)
    (before,) = product["options"]
    red, blue = before["optionValues"]
    after = updated(
        shop,
        product,
        productOptions=[
            {
                "id": before["id"],
                "name": "Farge",
                "values": [{"name": "Blue"}, {"id": red["id"], "name": "Rød"}],
            }
        ],
        variants=[{"optionValues": chosen(Farge="Blue")}, {"optionValues": chosen(Farge="Rød")}],
    )
    (option_,) = after["options"]
    assert (option_["id"], option_["name"]) == (before["id"], "Farge")
    assert [(one["id"], one["name"]) for one in option_["optionValues"]] == [
        (blue["id"], "Blue"),
        (red["id"], "Rød"),
    ]
    assert {one["id"] for one in variants_of(after)} == {one["id"] for one in variants_of(product)}


def test_without_options_it_is_again_a_product_with_one_default_variant() -> None:
    shop = new_shop()
    product = a_product(shop, **RED_BLUE)
    after = updated(shop, product, productOptions=[], variants=[{"optionValues": []}])
    assert titles(after) == ["Default Title"]
    assert [one["name"] for one in after["options"]] == ["Title"]


def test_tags_and_metafields_are_replaced() -> None:
    shop = new_shop()
    text = {"namespace": "custom", "type": "single_line_text_field"}
    product = a_product(
        shop,
        tags=["a", "b"],
        metafields=[{**text, "key": "one", "value": "1"}, {**text, "key": "two", "value": "2"}],
    )
    after = updated(shop, product, tags=["c"], metafields=[{**text, "key": "two", "value": "3"}])
    assert after["tags"] == ["c"]
    (held,) = after["metafields"]["nodes"]
    assert (held["id"], held["value"]) == (product["metafields"]["nodes"][1]["id"], "3")
    assert updated(shop, product, tags=[], metafields=[])["metafields"]["nodes"] == []


def test_a_handle_updates_what_has_it_and_makes_what_is_missing() -> None:
    shop = new_shop()
    made = product_set(shop, {"title": "Ski", "handle": "ski-1"}, {"handle": "ski-1"})["product"]
    again = product_set(shop, {"title": "Staver", "handle": "ski-1"}, {"handle": "ski-1"})[
        "product"
    ]
    assert (made["id"], "Staver") == (again["id"], again["title"])


def test_handles_are_made_free_and_an_update_keeps_its_own() -> None:
    shop = new_shop()
    handles = [a_product(shop, title=title)["handle"] for title in ("Ski 198", "Ski 198", "%%%")]
    assert handles == ["ski-198", "ski-199", "product"]
    product = a_product(shop, title="Støvel")
    assert updated(shop, product, title="Sko")["handle"] == "støvel"
    assert updated(shop, product, handle="  ")["handle"] == "sko"
    assert (
        updated(shop, product, handle="  Mixed CASE / 東京 100 % ")["handle"]
        == "mixed-case-東京-100"
    )


def test_a_taken_handle_answers_an_update_with_the_unchanged_product() -> None:
    shop = new_shop()
    a_product(shop, title="Ski")
    product = a_product(shop, title="Staver")
    error = "Handle 'SKI' already in use. Please provide a new handle."
    create = product_set(shop, {"title": "Ny", "handle": "SKI"})
    assert create["product"] is None
    assert told(create) == [f"input.handle: {error} (HANDLE_NOT_UNIQUE)"]
    update = product_set(shop, {"title": "Ny", "handle": "SKI"}, {"id": product["id"]})
    assert told(update) == told(create)
    assert (update["product"]["title"], update["product"]["handle"]) == ("Staver", "staver")
