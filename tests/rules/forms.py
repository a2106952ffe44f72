"""Products, forms, links, reads: what the tests of the rules are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from syncd.records import (
    Form,
    Link,
    ObservedFields,
    ObservedFile,
    ObservedProduct,
    ObservedVariant,
    Picture,
    Shop,
    VariantForm,
    VariantIds,
)

GID = "gid://shopify/Product/1"
LOCATION = "gid://shopify/Location/1"
SHOP = Shop(
    shop_id=1,
    domain="fjord.myshopify.com",
    account_id="fjord",
    state="linked",
    enabled=True,
    sync_products=True,
    sync_stock=True,
    sync_description=True,
    price_department="1",
    stock_warehouse="1",
    location=LOCATION,
    publish_to=(),
    inactive_as="draft",
    currency="NOK",
)


def row(key: str, *values: str, **fields: Any) -> VariantForm:
    given: dict[str, Any] = {"sku": f"SKU-{key}", "barcode": "", "price": "499.00"}
    given |= {"compare_at_price": None, "tracked": True, "picture": None, **fields}
    return VariantForm(key=key, values=values, **given)


def form(*rows: VariantForm, options: Sequence[str] = ("Farge",), **fields: Any) -> Form:
    given: dict[str, Any] = {"title": "Genser", "vendor": "Fjord", "status": "ACTIVE"}
    given |= {"description_html": None, "pictures": (), **fields}
    return Form(options=tuple(options), variants=rows or (row("a", "Rød"),), **given)


def pictures(names: str) -> tuple[Picture, ...]:
    return tuple(Picture(f"https://x.no/{name}.jpg", None, name) for name in names)


def link_to(known: Form, **gids: str) -> Link:
    """A link with these variants' ids by key; each picture's file is `file` and its name."""
    ids = {key: VariantIds(gid, f"i{gid}") for key, gid in gids.items()}
    files = {one.ref: f"file {one.alt}" for one in known.pictures or ()}
    return Link("4711", GID, known, "", ids, files, datetime(2026, 1, 1, tzinfo=UTC))


def observed(options: Sequence[str], **values: Sequence[str]) -> ObservedProduct:
    """Shopify's variants by the number of their id."""
    return seen(options, {gid: (row, {}) for gid, row in values.items()})


def seen(
    options: Sequence[str],
    variants: Mapping[str, tuple[Sequence[str], Mapping[str, Any]]],
    files: Sequence[ObservedFile] = (),
    **fields: Any,
) -> ObservedProduct:
    """A read: option values with other fields than those of `row`, by the variant's id."""
    usual: dict[str, Any] = {"sku": "", "barcode": "", "price": "499.00", "tracked": True}
    usual |= {"compare_at_price": None, "file": None}
    given: dict[str, Any] = {"title": "Genser", "vendor": "Fjord", "status": "ACTIVE"}
    return ObservedProduct(
        gid=GID,
        description_html="",
        options=tuple(options),
        variants=tuple(
            ObservedVariant(VariantIds(gid, f"i{gid}"), dict(zip(options, row, strict=True)))
            for gid, (row, _) in variants.items()
        ),
        fields={gid: ObservedFields(**{**usual, **more}) for gid, (_, more) in variants.items()},
        files=tuple(files),
        **{**given, **fields},
    )
