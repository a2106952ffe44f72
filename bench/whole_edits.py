"""What a merchant changes in Shopify, what is changed in the Backoffice; what a compare must say.

The merchant changes fields that are ours, so that they are put right; each product has one edit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from typing import Any

from bench import whole_goods
from syncd.catalogue.entries import ImageEntry, ProductEntry, VariantEntry

State = Mapping[str, Any]
"""A product as the sandbox tells it."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a compare says of a product: who changed it, and one of the fields that differ.

    The verdict stands for who where only one side has the product.
    """

    who: str
    field: str


def _fields(product: State, **fields: object) -> dict[str, Any]:
    return {"do": "change_product", "product": product["id"], "set": fields}


def _variant(product: State, **fields: object) -> dict[str, Any]:
    return {"do": "change_variant", "variant": product["variants"][1]["id"], "set": fields}


def _other(status: str) -> str:
    return "DRAFT" if status == "ACTIVE" else "ACTIVE"


MERCHANT: Mapping[str, Callable[[State], dict[str, Any]]] = {
    "title": lambda it: _fields(it, title=f"Vår egen {it['title']}"),
    "vendor": lambda it: _fields(it, vendor="Egen butikk"),
    "description": lambda it: _fields(it, descriptionHtml="<p>Vår egen tekst</p>"),
    "status": lambda it: _fields(it, status=_other(it["status"])),
    "sku": lambda it: _variant(it, sku=f"EGEN-{it['variants'][1]['sku']}"),
    "barcode": lambda it: _variant(it, barcode="2000000000008"),
    "tracked": lambda it: _variant(it, tracked=not it["variants"][1]["tracked"]),
    "values": lambda it: {"do": "delete_variant", "variant": it["variants"][-1]["id"]},
    "picture": lambda it: {
        "do": "remove_picture",
        "product": it["id"],
        "picture": len(it["pictures"]),
    },
}
"""By the field that differs; a price is the merchant's own, so none is changed."""


def merchants(products: Sequence[State]) -> tuple[list[dict[str, Any]], list[Told]]:
    """An edit of each product, the sorts in turn; what is to be told of each."""
    sorts = [list(MERCHANT)[place % len(MERCHANT)] for place in range(len(products))]
    edits = [MERCHANT[name](one) for name, one in zip(sorts, products, strict=True)]
    return edits, [Told("shopify", name) for name in sorts]


def _first(product: ProductEntry, change: Callable[[VariantEntry], VariantEntry]) -> ProductEntry:
    return replace(product, variants=(change(product.variants[0]), *product.variants[1:]))


def _dearer(variant: VariantEntry) -> VariantEntry:
    more = Decimal(20)
    prices = (
        replace(
            one,
            list_price=one.list_price + more,
            offer_price=one.offer_price and one.offer_price + more,
        )
        for one in variant.prices
    )
    return replace(variant, prices=tuple(prices))


def _more(product: ProductEntry) -> ProductEntry:
    last = product.variants[-1]
    values = whole_goods.KINDS[len(product.variants)]
    new = replace(last, option_values=values, sku=f"{last.sku}-ny", barcodes=())
    return replace(product, variants=(*product.variants, new))


def _worded(product: ProductEntry) -> ProductEntry:
    first, *others = product.images
    return replace(product, images=(ImageEntry(first.address, "Ny bildetekst"), *others))


BACKOFFICE: Mapping[str, Callable[[ProductEntry], ProductEntry]] = {
    "title": lambda it: replace(it, title=f"Ny {it.title}"),
    "vendor": lambda it: replace(it, store="Fjord Nytt"),
    "description": lambda it: replace(it, description_html="<p>Ny tekst</p>"),
    "status": lambda it: replace(it, is_active=not it.is_active),
    "sku": lambda it: _first(it, lambda one: replace(one, sku=f"{one.sku}-B")),
    "barcode": lambda it: _first(it, lambda one: replace(one, barcodes=("2000000000015",))),
    "tracked": lambda it: _first(it, lambda one: replace(one, is_tracked=not one.is_tracked)),
    "price": lambda it: _first(it, _dearer),
    "picture": _worded,
    "values": _more,
}
NEW = "new"


def backoffices(products: Sequence[ProductEntry]) -> tuple[list[ProductEntry], list[Told]]:
    """The products as they are from then on, the sorts in turn, among them new products."""
    names = [*BACKOFFICE, NEW]
    sorts = [names[place % len(names)] for place in range(len(products))]
    changed = [
        whole_goods.product(900_000 + place, Random(place))
        if name == NEW
        else BACKOFFICE[name](one)
        for place, (name, one) in enumerate(zip(sorts, products, strict=True))
    ]
    told = [Told("only_here", "") if name == NEW else Told("backoffice", name) for name in sorts]
    return changed, told


def is_told(told: Told, difference: Mapping[str, Any]) -> bool:
    """Whether a line that `syncd resync --jsonl` writes says just that."""
    if difference["verdict"] != "differs":
        return bool(difference["verdict"] == told.who)
    names = {one["field"].rpartition(": ")[2] for one in difference["fields"]}
    names |= {name.split(" ")[0] for name in names if name.startswith("picture")}
    return difference["who"] == told.who and told.field in names
