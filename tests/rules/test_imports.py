"""What the Backoffice is given of a product of the shop comes back as the shop showed it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from syncd.catalogue import shopify_csv
from syncd.catalogue.entries import ProductEntry
from syncd.errors import RowError
from syncd.phrases import said
from syncd.records import (
    Form,
    ObservedFields,
    ObservedFile,
    ObservedProduct,
    ObservedVariant,
    Product,
    Shop,
    VariantIds,
)
from syncd.rules import imports, mapping
from syncd.rules.further import NOTHING, Further
from syncd.rules.imports import Import
from tests.flows.goods import products
from tests.rules.forms import SHOP

CATALOGUES = Path(__file__).resolve().parents[3] / "shared" / "catalog"
CDN = "https://cdn.shopify.com/s/files/1/0001/files"
PICTURE = ObservedFile("gid://shopify/MediaImage/1", "foran", "ready", "1.jpg")
VIDEO = ObservedFile("gid://shopify/Video/2", "", "ready")
ADDRESSES = {PICTURE.gid: f"{CDN}/1.jpg?v=1"}
FIELDS = ObservedFields("J-S", "7038010000065", "499.00", None, True, PICTURE.gid)
IDS = VariantIds("gid://shopify/ProductVariant/1", "gid://shopify/InventoryItem/1")


def jacket(**fields: Any) -> ObservedProduct:
    """A jacket in one size with a picture; `fields` are its own, or its variant's."""
    own = {name: fields.pop(name) for name in list(fields) if name in ObservedFields.__slots__}
    usual: dict[str, Any] = {
        "title": "Jakke",
        "vendor": "Fjell",
        "status": "ACTIVE",
        "description_html": "<p>Varm</p>\n",
        "options": ("Størrelse",),
        "variants": (ObservedVariant(IDS, {"Størrelse": "S"}),),
        "files": (PICTURE,),
    }
    return ObservedProduct(
        gid="gid://shopify/Product/1",
        fields={IDS.variant: replace(FIELDS, **own)},
        **{**usual, **fields},
    )


def plan(shown: ObservedProduct, shop: Shop = SHOP, /, **further: Any) -> Import:
    return imports.plan(shown, Further(**{"addresses": ADDRESSES, **further}), shop)


def test_a_product_is_told_as_the_contract_has_it() -> None:
    planned = plan(jacket(compare_at_price="599.00"))
    assert (planned.refusal, planned.notes) == ("", ())
    assert planned.document == {
        "id": "gid://shopify/Product/1",
        "title": "Jakke",
        "vendor": "Fjell",
        "description_html": "<p>Varm</p>\n",
        "is_active": True,
        "currency": "NOK",
        "prices_include_vat": True,
        "options": ["Størrelse"],
        "images": [{"id": PICTURE.gid, "address": f"{CDN}/1.jpg?v=1", "alt": "foran"}],
        "variants": [
            {
                "id": IDS.variant,
                "option_values": ["S"],
                "sku": "J-S",
                "barcode": "7038010000065",
                "price": "499.00",
                "compare_at_price": "599.00",
                "is_tracked": True,
                "is_taxed": True,
                "image": PICTURE.gid,
            }
        ],
    }


def test_what_nobody_chooses_by_is_no_option() -> None:
    plain = ObservedVariant(IDS, {"Title": "Default Title"})
    told = plan(jacket(options=("Title",), variants=(plain,))).document
    assert (told["options"], told["variants"][0]["option_values"]) == ([], [])


@pytest.mark.parametrize(
    ("shown", "further", "shop", "why"),
    [
        pytest.param(jacket(), {"is_gift_card": True}, {}, "is a gift card", id="gift card"),
        pytest.param(jacket(), {"is_bundle": True}, {}, "is a bundle", id="bundle"),
        pytest.param(
            jacket(), {"combined": "PARENT"}, {}, "only joins other products", id="joins others"
        ),
        pytest.param(
            jacket(status="ARCHIVED"), {}, {}, "set inactive_as to archived", id="archived"
        ),
        pytest.param(
            jacket(status="DRAFT"), {}, {"inactive_as": "archived"}, "would become", id="draft"
        ),
        pytest.param(jacket(status="UNLISTED"), {}, {}, "is unlisted", id="unlisted"),
        pytest.param(jacket(vendor=" "), {}, {}, "has no vendor", id="no vendor"),
        pytest.param(
            jacket(files=(replace(PICTURE, state="pending", name=""),)),
            {"addresses": {}},
            {},
            "still fetching pictures",
            id="pictures on their way",
        ),
        pytest.param(
            jacket(files=(PICTURE, VIDEO)),
            {},
            {"image_mode": "overwrite"},
            "shows a video",
            id="a video that would be overwritten",
        ),
        pytest.param(jacket(title="A" * 256), {}, {}, "Shopify holds 255", id="too long"),
        pytest.param(
            jacket(sku="J-S "), {}, {}, "would be “J-S”, Shopify holds “J-S ”", id="other SKU"
        ),
        pytest.param(
            jacket(compare_at_price="0.00"),
            {},
            {"price_only_when_changed": False},
            "compare-at price would be “”, Shopify holds “0.00”",
            id="a compare-at price that would be sent",
        ),
    ],
)
def test_what_would_not_come_back_as_it_is_stays_in_shopify(
    shown: ObservedProduct, further: dict[str, Any], shop: dict[str, Any], why: str
) -> None:
    planned = plan(shown, replace(SHOP, **shop), **further)
    assert why in planned.refusal
    assert "SKU J-S" in planned.refusal
    assert said(planned.refusal, "nb") != planned.refusal


@pytest.mark.parametrize(
    ("shown", "further", "note"),
    [
        pytest.param(jacket(sku=""), {}, "variants without a SKU (1)", id="no SKU"),
        pytest.param(
            jacket(), {"shown": {IDS.variant: 3}}, "with several pictures (1)", id="pictures"
        ),
        pytest.param(jacket(files=(PICTURE, VIDEO)), {}, "videos or 3D models (1)", id="video"),
        pytest.param(
            jacket(files=(PICTURE, replace(VIDEO, state="failed"))),
            {},
            "could not fetch (1)",
            id="lost picture",
        ),
        pytest.param(
            jacket(compare_at_price="499.00"), {}, "not above the price (1)", id="compare-at"
        ),
        pytest.param(
            jacket(), {"untaxed": frozenset([IDS.variant])}, "without tax in Shopify (1)", id="tax"
        ),
        pytest.param(jacket(), {"combined": "CHILD"}, "in a combined listing", id="combined"),
    ],
)
def test_what_stays_behind_is_told(
    shown: ObservedProduct, further: dict[str, Any], note: str
) -> None:
    planned = plan(shown, **further)
    assert planned.refusal == ""
    (told,) = planned.notes
    assert note in told
    assert said(told, "nb") != told


def test_without_a_sku_a_product_is_named_by_its_number() -> None:
    assert plan(jacket(sku="")).notes[0].startswith("“Jakke” (number 1) has")


def test_prices_without_vat_are_told_as_such() -> None:
    planned = plan(jacket(), replace(SHOP, taxes_included=False))
    assert (planned.refusal, planned.document["prices_include_vat"]) == ("", False)


def shown_as(form: Form) -> tuple[ObservedProduct, Further]:
    """The form as a shop shows it that has fetched its pictures."""
    gids = {one.ref: f"gid://shopify/MediaImage/{n}" for n, one in enumerate(form.pictures or ())}
    ids = {
        one.key: VariantIds(f"gid://shopify/ProductVariant/{n}", f"gid://shopify/InventoryItem/{n}")
        for n, one in enumerate(form.variants)
    }
    product = ObservedProduct(
        gid="gid://shopify/Product/1",
        title=form.title,
        vendor=form.vendor,
        status=form.status,
        description_html=form.description_html or "",
        options=form.options,
        variants=tuple(
            ObservedVariant(ids[one.key], dict(zip(form.options, one.values, strict=True)))
            for one in form.variants
        ),
        fields={
            ids[one.key].variant: ObservedFields(
                one.sku,
                one.barcode,
                one.price,
                one.compare_at_price,
                one.tracked,
                gids[one.picture] if one.picture else None,
            )
            for one in form.variants
        },
        files=tuple(ObservedFile(gids[one.ref], one.alt) for one in form.pictures or ()),
    )
    return product, Further(addresses={gid: f"{CDN}/{gid[-1]}.jpg?v=1" for gid in gids.values()})


def plain(form: Form, named: dict[str, str]) -> Form:
    """The form with its variants numbered, its pictures at the shop's addresses."""
    pictures = tuple(
        replace(one, address=named.get(one.ref, one.address), version=None)
        for one in form.pictures or ()
    )
    variants = tuple(
        replace(one, key=str(n), picture=named.get(one.picture or "", one.picture))
        for n, one in enumerate(form.variants)
    )
    return replace(form, pictures=pictures, variants=variants)


@given(products())
@settings(max_examples=50, deadline=None)
def test_whatever_the_shop_holds_comes_back_the_same(product: Product) -> None:
    product = replace(
        product, variants=tuple(replace(one, is_blocked=False) for one in product.variants)
    )
    try:
        form = mapping.wanted(product, SHOP)
    except RowError:
        return
    shown, further = shown_as(form)
    planned = imports.plan(shown, further, SHOP)
    if not form.vendor:
        assert "has no vendor" in planned.refusal
        return
    assert planned.refusal == ""
    named = {
        one.ref: further.addresses[file.gid]
        for one, file in zip(form.pictures or (), shown.files, strict=True)
    }
    back = mapping.wanted(imports.product(planned.document), SHOP)
    assert plain(back, {}) == plain(form, named)


def entries() -> Iterator[ProductEntry]:
    for name in ("apparel.csv", "fashion.csv"):
        path = CATALOGUES / name
        if not path.is_file():
            pytest.skip(f"{path} is not there")
        yield from shopify_csv.read(path.read_bytes(), name=name).catalogue.products


def as_shown(entry: ProductEntry) -> tuple[ObservedProduct, Further]:
    """A product of a catalogue in the shop, each picture at its own address."""
    files = {one.address: f"gid://shopify/MediaImage/{n}" for n, one in enumerate(entry.images)}
    names = entry.option_names or mapping.NO_OPTIONS
    ids = [VariantIds(f"v{n}", f"i{n}") for n, _ in enumerate(entry.variants)]
    fields = {}
    for one, own in zip(ids, entry.variants, strict=True):
        price = own.prices[0]
        fields[one.variant] = ObservedFields(
            own.sku or "",
            own.barcodes[0] if own.barcodes else "",
            f"{price.offer_price or price.list_price:.2f}",
            None if price.offer_price is None else f"{price.list_price:.2f}",
            own.is_tracked,
            files[own.image_address] if own.image_address else None,
        )
    product = ObservedProduct(
        gid=entry.handle,
        title=entry.title,
        vendor=entry.store,
        status="ACTIVE" if entry.is_active else "DRAFT",
        description_html=entry.description_html or "",
        options=names,
        variants=tuple(
            ObservedVariant(
                one, dict(zip(names, own.option_values or mapping.NO_VALUES, strict=True))
            )
            for one, own in zip(ids, entry.variants, strict=True)
        ),
        fields=fields,
        files=tuple(ObservedFile(files[one.address], one.alt) for one in entry.images),
    )
    return product, replace(NOTHING, addresses={gid: one for one, gid in files.items()})


def test_the_real_catalogues_come_back_field_by_field() -> None:
    for entry in entries():
        planned = imports.plan(*as_shown(entry), SHOP)
        assert planned.refusal == "", entry.handle
        back = imports.product(planned.document)
        assert (back.title, back.vendor, back.is_active) == (
            entry.title,
            entry.store,
            entry.is_active,
        )
        assert back.description_html == entry.description_html
        assert back.option_names == entry.option_names
        addresses = {one.key: one.address for one in back.images}
        assert [(one.address, one.alt) for one in back.images] == [
            (one.address, one.alt) for one in entry.images
        ]
        for one, own in zip(back.variants, entry.variants, strict=True):
            price = own.prices[0]
            assert (one.option_values, one.sku, one.is_tracked) == (
                own.option_values,
                own.sku,
                own.is_tracked,
            )
            assert one.barcode == (own.barcodes[0] if own.barcodes else None)
            assert one.price == (price.offer_price or price.list_price)
            before = price.list_price if price.offer_price else None
            assert one.compare_at_price == before
            assert addresses.get(one.image_key or "") == own.image_address
            assert isinstance(one.price, Decimal)
