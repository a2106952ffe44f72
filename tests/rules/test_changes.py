"""The smallest calls that lead from what is known to what is wanted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from syncd.records import Form
from syncd.rules import changes
from syncd.rules.changes import Write
from tests.rules.forms import GID, LOCATION, SHOP, form, link_to, row
from tests.rules.forms import pictures as shown

KNOWN = form(row("a", "Rød"), row("b", "Blå"), pictures=shown("p"))
A, B = KNOWN.variants
LINK = link_to(KNOWN, a="v1", b="v2")


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        pytest.param(replace(KNOWN, title="Jakke"), {"title": "Jakke"}, id="title"),
        pytest.param(replace(KNOWN, status="DRAFT"), {"status": "DRAFT"}, id="status"),
        pytest.param(
            replace(KNOWN, description_html=""), {"descriptionHtml": ""}, id="description, now ours"
        ),
        pytest.param(
            replace(KNOWN, title="J", vendor="V"), {"title": "J", "vendor": "V"}, id="two fields"
        ),
    ],
)
def test_just_the_single_fields_that_differ(wanted: Form, given: dict[str, str]) -> None:
    write = changes.update_fields(wanted, LINK)
    assert write == Write("ProductUpdate", {"product": {"id": GID, **given}})


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(KNOWN, id="nothing"),
        pytest.param(replace(KNOWN, description_html=None), id="a description left to them"),
        pytest.param(replace(KNOWN, vendor=""), id="no store"),
    ],
)
def test_a_field_that_is_left_to_shopify_is_not_sent(wanted: Form) -> None:
    known = replace(KNOWN, description_html="<p>Varm</p>")
    assert changes.update_fields(wanted, link_to(known, a="v1", b="v2")) is None


@pytest.mark.parametrize(
    ("fields", "given"),
    [
        pytest.param(
            {"price": "399.00", "compare_at_price": "499.00"},
            {"price": "399.00", "compareAtPrice": "499.00"},
            id="an offer begins",
        ),
        pytest.param({"barcode": ""}, None, id="nothing"),
        pytest.param({"barcode": "7035"}, {"barcode": "7035"}, id="barcode"),
        pytest.param({"sku": ""}, {"inventoryItem": {"sku": ""}}, id="a SKU is cleared"),
        pytest.param({"tracked": False}, {"inventoryItem": {"tracked": False}}, id="not counted"),
        pytest.param({"stopped": True}, {"inventoryPolicy": "DENY"}, id="blocked"),
        pytest.param({"picture": "https://x.no/p.jpg"}, {"mediaId": "file p"}, id="picture"),
        pytest.param({"picture": "https://x.no/lost.jpg"}, None, id="a picture we have no id of"),
    ],
)
def test_just_the_fields_of_a_variant_that_differ(
    fields: dict[str, Any], given: dict[str, Any] | None
) -> None:
    wanted = replace(KNOWN, variants=(A, replace(B, **fields)))
    writes = changes.update_variants(wanted, LINK)
    sent = [{"id": "v2", **given}] if given else []
    assert [write.variables["variants"] for write in writes] == ([sent] if sent else [])


def test_an_offer_that_ends_takes_the_list_price_away() -> None:
    known = replace(KNOWN, variants=(replace(A, price="399.00", compare_at_price="499.00"),))
    (write,) = changes.update_variants(replace(known, variants=(A,)), link_to(known, a="v1"))
    assert write.variables["variants"][0]["compareAtPrice"] is None


def test_prices_go_along_where_each_push_writes_them() -> None:
    (write,) = changes.update_variants(KNOWN, LINK, with_prices=True)
    prices = {"price": "499.00", "compareAtPrice": None}
    sent = {"productId": GID, "variants": [{"id": "v1", **prices}, {"id": "v2", **prices}]}
    assert write == Write("ProductVariantsBulkUpdate", sent)


def test_what_a_variant_has_already_is_not_sent_again() -> None:
    had = replace(B, stopped=True, picture="https://x.no/p.jpg")
    known = replace(KNOWN, variants=(A, replace(had, price="1.00")))
    wanted = replace(KNOWN, variants=(A, replace(had, price="2.00")))
    (write,) = changes.update_variants(wanted, link_to(known, a="v1", b="v2"))
    given = {"id": "v2", "price": "2.00", "compareAtPrice": None}
    assert write.variables["variants"] == [given]


def test_a_variant_that_is_blocked_no_longer_keeps_the_policy() -> None:
    known = replace(KNOWN, variants=(replace(A, stopped=True), B))
    assert changes.update_variants(KNOWN, link_to(known, a="v1", b="v2")) == []


def test_a_variant_leaves_by_its_id() -> None:
    (write,) = changes.delete_variants(replace(KNOWN, variants=(B,)), LINK)
    assert write.variables == {"productId": GID, "variantsIds": ["v1"]}
    assert changes.delete_variants(KNOWN, LINK) == []


def test_an_added_variant_is_sent_whole() -> None:
    given = {"barcode": "7035", "compare_at_price": "599.00", "picture": "https://x.no/p.jpg"}
    wanted = replace(KNOWN, variants=(A, B, row("c", "Grå", **given)))
    (write,) = changes.create_variants(wanted, LINK, {}, SHOP)
    added = {
        "optionValues": [{"optionName": "Farge", "name": "Grå"}],
        "barcode": "7035",
        "price": "499.00",
        "compareAtPrice": "599.00",
        "inventoryItem": {"sku": "SKU-c", "tracked": True},
        "mediaId": "file p",
    }
    sent = {"productId": GID, "variants": [added]}
    assert write == Write("ProductVariantsBulkCreate", sent)


def test_an_added_variant_goes_without_a_picture_whose_file_nobody_knows() -> None:
    wanted = replace(KNOWN, variants=(A, B, row("c", "Grå", picture="https://x.no/lost.jpg")))
    (write,) = changes.create_variants(wanted, LINK, {}, SHOP)
    assert "mediaId" not in write.variables["variants"][0]


@pytest.mark.parametrize(
    ("fields", "count", "sent"),
    [
        pytest.param({}, 7, 7, id="counted"),
        pytest.param({}, 0, 0, id="none left"),
        pytest.param({"tracked": False}, 7, None, id="not tracked"),
        pytest.param({"stopped": True}, 7, None, id="blocked"),
        pytest.param({}, None, None, id="no warehouse"),
    ],
)
def test_an_added_variant_carries_its_first_count(
    fields: dict[str, Any], count: int | None, sent: int | None
) -> None:
    wanted = replace(KNOWN, variants=(A, B, row("c", "Grå", **fields)))
    (write,) = changes.create_variants(wanted, LINK, {"c": count}, SHOP)
    (given,) = write.variables["variants"]
    counts = [{"locationId": LOCATION, "availableQuantity": sent}]
    assert given.get("inventoryQuantities") == (None if sent is None else counts)
    assert given.get("inventoryPolicy") == ("DENY" if "stopped" in fields else None)
    assert given["inventoryItem"]["tracked"] is fields.get("tracked", True)


def test_lists_go_in_pages_of_250() -> None:
    rows = [row(f"v{at}", f"{at}") for at in range(2048)]
    link = link_to(form(*rows[:1000]), **{f"v{at}": f"g{at}" for at in range(1000)})
    dearer = form(*[replace(each, price="1.00") for each in rows])
    creates = changes.create_variants(dearer, link, {}, SHOP)
    updates = changes.update_variants(dearer, link)
    deletes = changes.delete_variants(form(*rows[:1]), link)
    assert [len(write.variables["variants"]) for write in updates] == [250] * 4
    assert [len(write.variables["variants"]) for write in creates] == [250] * 4 + [48]
    assert [len(write.variables["variantsIds"]) for write in deletes] == [250] * 3 + [249]
    keys = [
        each["inventoryItem"]["sku"] for write in creates for each in write.variables["variants"]
    ]
    assert keys == [f"SKU-v{at}" for at in range(1000, 2048)]


def test_a_product_is_found_by_the_custom_id_it_is_made_with() -> None:
    key = {"namespace": "syncd", "key": "backoffice_id", "value": "4711"}
    assert changes.identity("4711") == {"customId": key}


def test_a_product_goes_off_sale_by_its_status_alone() -> None:
    sent = {"product": {"id": GID, "status": "ARCHIVED"}}
    assert changes.archive(GID) == Write("ProductUpdate", sent)


def test_publishing_names_each_channel() -> None:
    write = changes.publish(GID, ["gid://p/1", "gid://p/2"])
    channels = [{"publicationId": "gid://p/1"}, {"publicationId": "gid://p/2"}]
    assert write == Write("PublishablePublish", {"id": GID, "input": channels})
