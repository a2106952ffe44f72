"""The calls by which a change of a product may be sent, each with its price in points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from syncd.records import Form, Link, Product, Shop, VariantIds
from syncd.rules import changes, creation, inputs, mapping, owners, pictures, structure
from syncd.rules.changes import Write
from syncd.rules.pictures import Album
from syncd.shopify.documents import documents
from syncd.shopify.products import HITS, page_size

SHOP = Shop(
    shop_id=1,
    domain="fjord.myshopify.com",
    account_id="fjord",
    state="linked",
    enabled=True,
    sync_products=True,
    sync_stock=True,
    sync_description=True,
    price_department="nett",
    stock_warehouse="hoved",
    location="gid://shopify/Location/1",
    publish_to=("gid://shopify/Publication/1",),
    inactive_as="draft",
    currency="NOK",
)
Call = tuple[str, float]
"""The document with what it asks for, in points."""


def call(document: str, variables: Mapping[str, Any]) -> Call:
    return document, documents()[document].cost_points(variables)


def of(write: Write) -> Call:
    return call(write.document, write.variables)


@dataclass(slots=True)
class Shelf:
    """What Shopify holds, as far as each way needs to know."""

    links: dict[str, Link]

    def put(self, form: Form, key: str) -> None:
        """Shopify holds the product as wanted, with ids for all that is new."""
        ids = {
            one.key: VariantIds(f"gid://shopify/ProductVariant/{one.key}", f"item {one.key}")
            for one in form.variants
        }
        files = {one.ref: f"gid://shopify/MediaImage/{one.ref}" for one in form.pictures or ()}
        self.links[key] = Link(key, f"gid://shopify/Product/{key}", form, "", ids, files, None)


def smallest(shelf: Shelf, product: Product) -> list[Call]:
    """As `flows.push_update` and `flows.push_create` send it, with all they ask for."""
    wanted = mapping.wanted(product, SHOP)
    link = shelf.links.get(product.key)
    if link is None:
        return _created(shelf, product, wanted)
    wanted = owners.ours(wanted, link.known, SHOP)
    calls: list[Call] = []
    assert not structure.needs_structure(wanted, link), "the day changes no options"
    if changes.pictures_differ(wanted, link):
        size = page_size(max(len(wanted.pictures or ()), len(link.files)))
        calls.append(call("ProductPictures", {"id": link.gid, "media": size}))
        order = tuple(link.files[one.ref] for one in link.known.pictures or ())
        calls.append(of(changes.set_pictures(wanted, link, Album(order), link.files).write))
    elif (write := changes.update_fields(wanted, link)) is not None:
        calls.append(of(write))
    files = {one.ref: f"gid://shopify/MediaImage/{one.ref}" for one in wanted.pictures or ()}
    link = replace(link, files=files)
    calls += [of(write) for write in changes.detach_pictures(wanted, link)]
    calls += [of(write) for write in changes.delete_variants(wanted, link)]
    calls += [of(write) for write in changes.update_variants(wanted, link)]
    calls += [of(write) for write in changes.create_variants(wanted, link, {}, SHOP)]
    shelf.put(wanted, product.key)
    return calls


def _created(shelf: Shelf, product: Product, wanted: Form) -> list[Call]:
    """Each create asks for its SKUs alone here; a step of the service asks for 24 at a time."""
    made = creation.create(product, wanted, SHOP, {})
    shelf.put(wanted, product.key)
    return [
        call("ProductByIdentifier", {"identifier": {}}),
        call("VariantsBySku", {"query": "", "first": HITS, "after": None}),
        of(made.write),
        of(changes.publish("gid", SHOP.publish_to)),
    ]


def whole(shelf: Shelf, product: Product) -> list[Call]:
    """One productSet with everything, known ids sent, all ids read back."""
    wanted = mapping.wanted(product, SHOP)
    link = shelf.links.get(product.key)
    files = link.files if link else {}
    by_ref = {one.ref: one for one in wanted.pictures or ()}
    rows = []
    for variant in wanted.variants:
        row = inputs.set_input(wanted, variant)
        if variant.picture in by_ref:
            row["file"] = pictures.file_input(by_ref[variant.picture], files)
        rows.append(row)
    fields = {
        **inputs.product_fields(wanted),
        "files": pictures.list_input(wanted.pictures or (), files),
        "productOptions": inputs.option_inputs(wanted, ()),
        "variants": rows,
    }
    write = Write("ProductSet", inputs.set_variables({"id": "gid"}, fields))
    calls = [of(write)]
    if link is None:
        calls.append(of(changes.publish("gid", SHOP.publish_to)))
    shelf.put(wanted, product.key)
    return calls


def counts(rows: int) -> list[Call]:
    """Counts as the stock flow will send them: rows of `inventorySetQuantities`, 250 a call."""
    price = call("InventorySetQuantities", {"input": {}, "key": ""})
    return [price] * -(-rows // 250)
