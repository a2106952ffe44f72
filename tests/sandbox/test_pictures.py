"""Files of products, pictures of variants."""

from __future__ import annotations

from tests.sandbox.shops import (
    a_product,
    new_shop,
    updated,
    variants_of,
)


def test_an_address_makes_a_new_file_each_time_and_an_id_keeps_one() -> None:
    shop = new_shop()
    files = [
        {"originalSource": "https://x.no/a.jpg", "alt": "A"},
        {"originalSource": "https://x.no/b.jpg"},
    ]
    product = a_product(shop, files=files)
    first, second = product["media"]["nodes"]
    assert (first["status"], first["alt"]) == ("UPLOADED", "A")
    after = updated(shop, product, files=[{"id": second["id"]}, files[0]])
    kept, new = after["media"]["nodes"]
    assert kept == {"id": second["id"], "alt": None, "status": "UPLOADED"}
    assert new["id"] not in (first["id"], second["id"])
    names = [picture.filename for picture in shop.media.values()]
    assert names[:2] == ["a.jpg", "b.jpg"]
    assert names[2].startswith("a_") and names[2].endswith(".jpg")


def test_a_variant_shows_a_file_of_its_product_and_loses_it_with_the_product() -> None:
    shop = new_shop()
    source = {"originalSource": "https://x.no/a.jpg"}
    row = {"optionValues": [], "file": source}
    product = a_product(shop, productOptions=[], variants=[row], files=[source])
    (picture,) = product["media"]["nodes"]
    (variant,) = variants_of(product)
    assert [one["id"] for one in variant["media"]["nodes"]] == [picture["id"]]
    (kept,) = variants_of(updated(shop, product, files=[{"id": picture["id"]}]))
    assert kept["media"]["nodes"] == variant["media"]["nodes"]
    (bare,) = variants_of(updated(shop, product, files=[]))
    assert bare["media"]["nodes"] == []
