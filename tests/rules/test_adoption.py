"""What a read tells of a product whose last write is in doubt."""

from __future__ import annotations

from dataclasses import replace

from syncd.records import (
    Form,
    Link,
    ObservedProduct,
    ObservedVariant,
    Picture,
    VariantForm,
    VariantIds,
)
from syncd.rules import adoption, changes, mapping

PICTURES = (Picture("https://x.no/1.jpg", None, ""),)
FORM = Form(
    title="Jakke",
    vendor="Fjell",
    status="ACTIVE",
    description_html="",
    options=("Størrelse",),
    variants=tuple(
        VariantForm(size.lower(), (size,), f"J-{size}", "", "499.00", None, True, None)
        for size in ("S", "M")
    ),
    pictures=PICTURES,
)


def ids(number: int) -> VariantIds:
    return VariantIds(
        f"gid://shopify/ProductVariant/{number}", f"gid://shopify/InventoryItem/{number}"
    )


def observed(*sizes: str) -> ObservedProduct:
    return ObservedProduct(
        gid="gid://shopify/Product/1",
        options=("Størrelse",),
        variants=tuple(
            ObservedVariant(ids(number), {"Størrelse": size})
            for number, size in enumerate(sizes, start=1)
        ),
        files=("gid://shopify/MediaImage/1",),
    )


def linked(form: Form, **variants: VariantIds) -> Link:
    return Link("4711", "gid://shopify/Product/1", form, mapping.digest(form), variants, {}, None)


def test_a_product_that_is_found_again_gets_every_field() -> None:
    link = adoption.adopted(FORM, observed("S", "M"), "4711")
    fields = changes.update_fields(FORM, link.known, link.gid)
    assert fields is not None
    assert set(fields.variables["product"]) == {
        "id",
        "title",
        "vendor",
        "status",
        "descriptionHtml",
    }
    (rows,) = changes.update_variants(FORM, link, {})
    assert {row["id"] for row in rows.variables["variants"]} == {ids(1).variant, ids(2).variant}
    assert all(
        {"price", "barcode", "inventoryItem"} <= row.keys() for row in rows.variables["variants"]
    )
    assert changes.set_pictures(FORM, link) is not None
    assert not changes.needs_structure(FORM, link)


def test_a_variant_that_was_deleted_meanwhile_is_made_again() -> None:
    link = adoption.adopted(FORM, observed("S"), "4711")
    assert set(link.variants) == {"s"}
    assert len(changes.create_variants(FORM, link, {})) == 1


def test_variants_of_a_lost_call_are_found_by_their_values() -> None:
    before = replace(FORM, variants=FORM.variants[:1])
    link = adoption.reconsidered(FORM, linked(before, s=ids(1)), observed("S", "M"))
    assert link.variants == {"s": ids(1), "m": ids(2)}
    assert changes.create_variants(FORM, link, {}) == []


def test_in_doubt_nothing_that_was_known_is_believed() -> None:
    link = adoption.reconsidered(FORM, linked(FORM, s=ids(1), m=ids(2)), observed("S", "M"))
    (rows,) = changes.update_variants(FORM, link, {})
    assert len(rows.variables["variants"]) == 2
    assert changes.update_fields(FORM, link.known, link.gid) is not None


def test_a_variant_that_left_the_backoffice_is_still_taken_away() -> None:
    wanted = replace(FORM, variants=FORM.variants[:1])
    link = adoption.reconsidered(wanted, linked(FORM, s=ids(1), m=ids(2)), observed("S", "M"))
    assert changes.needs_structure(wanted, link)


def test_a_file_that_is_still_there_keeps_its_id() -> None:
    files = {PICTURES[0].ref: "gid://shopify/MediaImage/1", "other": "gid://shopify/MediaImage/9"}
    before = replace(linked(FORM, s=ids(1)), files=files)
    link = adoption.reconsidered(FORM, before, observed("S"))
    assert link.files == {PICTURES[0].ref: "gid://shopify/MediaImage/1"}


def test_a_variant_that_is_gone_from_the_shop_is_not_known_any_more() -> None:
    link = adoption.reconsidered(FORM, linked(FORM, s=ids(1), m=ids(2)), observed("S"))
    assert set(link.variants) == {"s"}
    assert [one.key for one in link.known.variants] == ["s"]


def test_what_is_unknown_can_be_stored() -> None:
    link = adoption.adopted(FORM, observed("S", "M"), "4711")
    assert "\0" not in str(mapping.to_json(link.known))
    assert mapping.from_json(mapping.to_json(link.known)) == link.known
