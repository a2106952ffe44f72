"""What a read tells of a product whose last write is in doubt."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from syncd.records import (
    Form,
    Link,
    ObservedFields,
    ObservedProduct,
    ObservedVariant,
    Picture,
    VariantForm,
    VariantIds,
)
from syncd.rules import adoption, changes, mapping, structure

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


def observed(*sizes: str, **fields: Any) -> ObservedProduct:
    """The product as FORM has it, with these sizes; `fields` are of each variant."""
    as_wanted: dict[str, Any] = {
        "sku": "",
        "barcode": "",
        "price": "499.00",
        "compare_at_price": None,
        "tracked": True,
        "file": None,
    }
    numbered = list(enumerate(sizes, start=1))
    return ObservedProduct(
        gid="gid://shopify/Product/1",
        title="Jakke",
        vendor="Fjell",
        status="ACTIVE",
        description_html="",
        options=("Størrelse",),
        variants=tuple(
            ObservedVariant(ids(number), {"Størrelse": size}) for number, size in numbered
        ),
        fields={
            ids(number).variant: ObservedFields(**{**as_wanted, "sku": f"J-{size}", **fields})
            for number, size in numbered
        },
        files={"gid://shopify/MediaImage/1": ""},
    )


def linked(form: Form, **variants: VariantIds) -> Link:
    return Link("4711", "gid://shopify/Product/1", form, mapping.digest(form), variants, {}, None)


def test_a_product_that_is_found_again_gets_what_differs() -> None:
    link = adoption.adopted(FORM, observed("S", "M", price="5.00"), "4711")
    assert changes.update_fields(FORM, link.known, link.gid) is None
    (rows,) = changes.update_variants(FORM, link, {})
    assert [row["price"] for row in rows.variables["variants"]] == ["499.00", "499.00"]
    assert not structure.needs_structure(FORM, link)


def test_pictures_whose_files_nobody_knows_are_sent_again() -> None:
    link = adoption.adopted(FORM, observed("S", "M"), "4711")
    assert changes.set_pictures(FORM, link) is not None


def test_nothing_is_sent_to_a_product_that_is_as_wanted() -> None:
    files = {PICTURES[0].ref: "gid://shopify/MediaImage/1"}
    before = replace(linked(FORM, s=ids(1), m=ids(2)), files=files)
    assert adoption.reconsidered(FORM, before, observed("S", "M")).known == FORM


def test_a_variant_that_was_deleted_meanwhile_is_made_again() -> None:
    link = adoption.adopted(FORM, observed("S"), "4711")
    assert set(link.variants) == {"s"}
    assert len(changes.create_variants(FORM, link, {})) == 1


def test_variants_of_a_lost_call_are_found_by_their_values() -> None:
    before = replace(FORM, variants=FORM.variants[:1])
    link = adoption.reconsidered(FORM, linked(before, s=ids(1)), observed("S", "M"))
    assert link.variants == {"s": ids(1), "m": ids(2)}
    assert changes.create_variants(FORM, link, {}) == []


def test_in_doubt_what_is_shown_counts_and_not_what_was_known() -> None:
    before = linked(FORM, s=ids(1), m=ids(2))
    link = adoption.reconsidered(FORM, before, observed("S", "M", price="5.00"))
    (rows,) = changes.update_variants(FORM, link, {})
    assert len(rows.variables["variants"]) == 2


def test_a_variant_that_left_the_backoffice_is_still_taken_away() -> None:
    wanted = replace(FORM, variants=FORM.variants[:1])
    link = adoption.reconsidered(wanted, linked(FORM, s=ids(1), m=ids(2)), observed("S", "M"))
    assert structure.needs_structure(wanted, link)


def test_a_file_that_is_still_there_keeps_its_id() -> None:
    files = {PICTURES[0].ref: "gid://shopify/MediaImage/1", "other": "gid://shopify/MediaImage/9"}
    before = replace(linked(FORM, s=ids(1)), files=files)
    link = adoption.reconsidered(FORM, before, observed("S"))
    assert link.files == {PICTURES[0].ref: "gid://shopify/MediaImage/1"}


def test_a_variant_that_is_gone_from_the_shop_is_not_known_any_more() -> None:
    link = adoption.reconsidered(FORM, linked(FORM, s=ids(1), m=ids(2)), observed("S"))
    assert set(link.variants) == {"s"}
    assert [one.key for one in link.known.variants] == ["s"]


def test_a_picture_of_the_merchants_stands_under_its_file() -> None:
    link = adoption.reconsidered(FORM, linked(FORM, s=ids(1)), observed("S", file="gid://x/9"))
    assert link.known.pictures == (Picture("gid://shopify/MediaImage/1", None, ""),)
    assert link.known.variants[0].picture == "gid://x/9"
    assert mapping.from_json(mapping.to_json(link.known)) == link.known


def test_a_description_that_is_not_ours_is_not_looked_at() -> None:
    wanted = replace(FORM, description_html=None)
    link = adoption.adopted(wanted, observed("S", "M"), "4711")
    assert link.known.description_html is None
