"""What a product costs as an ordinary change, in points: our documents, after refunds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from math import ceil
from typing import Any

from bench import ways
from syncd.actualcost import actual
from syncd.flows import push
from syncd.records import Image, Link, Product, Variant, VariantIds
from syncd.rules import changes, creation, mapping
from syncd.shopify import documents
from syncd.shopify.budget import FEWEST
from syncd.shopify.products import HITS, SKUS_A_CALL, page_size

Node = dict[str, Any]
STEP = push.CLAIMED * FEWEST  # products of a step


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of product: `operations` bulk operations, one after the other, do the same."""

    name: str
    points: float
    operations: int


def kinds() -> list[Kind]:
    """New ones are made, then published; prices are put right after a read, as runs do."""
    new = [(1, 1), (5, 2), (20, 6)]
    changed = [(5, 2), (20, 6)]
    return [
        *(Kind(f"new, {v} v, {p} p", created(product(v, p)), 2) for v, p in new),
        *(Kind(f"price, {v} v, {p} p", repriced(product(v, p)), 1) for v, p in changed),
    ]


def product(variants: int, pictures: int) -> Product:
    return Product(
        key="1",
        title="Ullgenser",
        vendor="Fjord",
        is_active=True,
        option_names=("Størrelse",) if variants > 1 else (),
        variants=tuple(
            Variant(
                key=f"v{place}",
                option_values=(f"{place}",) if variants > 1 else (),
                sku=f"S{place}",
                price=Decimal(499),
                image_key=f"i{place % pictures}",
                quantity=3,
                currency="NOK",
            )
            for place in range(variants)
        ),
        images=tuple(Image(f"i{at}", f"https://x.no/{at}.jpg", "") for at in range(pictures)),
        description_html="<p>Varm og god</p>",
    )


def created(given: Product) -> float:
    """Asked for, its SKUs as well (those of a step together), made, published."""
    made = creation.create(given, mapping.wanted(given, ways.SHOP), ways.SHOP, {}).write
    searches = ceil(STEP * len(given.variants) / SKUS_A_CALL)
    page: Node = {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
    asked = charged("VariantsBySku", {"query": "", "first": HITS}, {"productVariants": page})
    answer = {"product": shown(given), "userErrors": []}
    publication = changes.publish("gid", ways.SHOP.publish_to)
    return (
        charged("ProductByIdentifier", {"identifier": {}}, {"product": None})
        + asked * searches / STEP
        + charged(made.document, made.variables, {"productSet": answer})
        + charged(
            publication.document,
            publication.variables,
            {"publishablePublish": {"userErrors": []}},
        )
    )


def repriced(given: Product) -> float:
    """Read, then the prices of all variants at once."""
    dearer = replace(
        given, variants=tuple(replace(one, price=Decimal(599)) for one in given.variants)
    )
    known = mapping.wanted(given, ways.SHOP)
    ids = {one.key: VariantIds(f"g{one.key}", f"i{one.key}") for one in given.variants}
    files = {one.ref: one.ref for one in known.pictures or ()}
    link = Link(given.key, "gid", known, "", ids, files, None)
    (write,) = changes.update_variants(mapping.wanted(dearer, ways.SHOP), link)
    read = {
        "id": "gid",
        "variants": page_size(len(given.variants)),
        "media": page_size(len(given.images)),
    }
    node: Node = {"product": {"id": "gid"}, "userErrors": []}
    return charged("ProductRead", read, {"product": shown(given)}) + charged(
        write.document, write.variables, {"productVariantsBulkUpdate": node}
    )


def shown(given: Product) -> Node:
    """The product in an answer, with all that any document of ours selects."""
    info = {"hasNextPage": False, "endCursor": None}
    return {
        "id": "gid",
        "options": [{"name": name} for name in given.option_names or ("Title",)],
        "variants": {
            "nodes": [
                {
                    "id": one.key,
                    "selectedOptions": [{"name": "Størrelse", "value": "M"}],
                    "inventoryItem": {"id": one.key, "tracked": True},
                    "media": {"nodes": [{"id": one.image_key}]},
                }
                for one in given.variants
            ],
            "pageInfo": info,
        },
        "media": {
            "nodes": [
                {"id": one.key, "status": "READY", "image": {"url": one.address}}
                for one in given.images
            ],
            "pageInfo": info,
        },
    }


def charged(document: str, variables: Mapping[str, Any], data: Node) -> int:
    node = documents.documents()[document].node
    return actual(documents.schema(), node, variables, data, document)
