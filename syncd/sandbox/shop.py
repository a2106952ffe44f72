"""Everything a shop holds, in memory with its indexes, written through to the archive."""

from __future__ import annotations

from typing import Any

import orjson
from pydantic import TypeAdapter

from syncd.sandbox import gids
from syncd.sandbox.archive import Archive, Key
from syncd.sandbox.kinds import FIRST_ID, FIRST_IDS, ID_STEP, KINDS
from syncd.sandbox.options import ShopOptions
from syncd.sandbox.records import (
    Definition,
    Item,
    Location,
    Metafield,
    Picture,
    Product,
    Publication,
    Variant,
)


class Shop:
    """The shop's records by id, and the questions a resolver asks of them.

    A write calls `put` for what it changed, then `save` once.
    """

    def __init__(self, options: ShopOptions, archive: Archive) -> None:
        self.options = options
        self.archive = archive
        self.readers: dict[str, TypeAdapter[Any]] = {
            kind: TypeAdapter(record) for kind, record in KINDS.items()
        }
        self.restore()
        self._furnish()

    def restore(self) -> None:
        """Be as the archive has it: forget what was put since the last `save`."""
        self._forget()
        for kind, id_, body in self.archive.records():
            self._load(kind, id_, body)

    def _forget(self) -> None:
        self.held: dict[str, dict[int, Any]] = {kind: {} for kind in KINDS}
        """Kind -> id -> record, in the order in which they were made."""
        self.products: dict[int, Product] = self.held["Product"]
        self.media: dict[int, Picture] = self.held["MediaImage"]
        self.definitions: dict[int, Definition] = self.held["MetafieldDefinition"]
        self.locations: dict[int, Location] = self.held["Location"]
        self.publications: dict[int, Publication] = self.held["Publication"]
        self.variants: dict[int, Variant] = {}
        self.items: dict[int, int] = {}
        """Inventory item id -> variant id."""
        self.handles: dict[str, int] = {}
        self.custom_ids: dict[tuple[str, str, str], int] = {}
        """(namespace, key, value) of products' metafields of type `id` -> product id."""
        self.filenames: set[str] = set()
        self.fresh_media: set[int] = set()
        """Pictures made by the request that is running: not yet fetched."""
        self.last_ids: dict[str, int] = {}
        self.changes: dict[Key, bytes | None] = {}

    def _load(self, kind: str, id_: int, body: bytes) -> None:
        if kind == "counters":
            self.last_ids = orjson.loads(body)
        else:
            self._keep(kind, id_, self.readers[kind].validate_json(body))

    def _furnish(self) -> None:
        """Make the places that the options name and that are not there yet."""
        at = self.now()
        for name in self.options.locations:
            if all(place.name != name for place in self.locations.values()):
                self.put(
                    "Location",
                    Location(self.new_id("Location"), name, self.new_id("InventoryLevel"), at),
                )
        for name in self.options.publications:
            if all(place.name != name for place in self.publications.values()):
                made = Publication(self.new_id("Publication"), name, self.new_id("AppCatalog"))
                self.put("Publication", made)
        self.save()

    def empty(self) -> None:
        """Forget all, counters too, as if the shop were new."""
        self.archive.clear()
        self._forget()
        self._furnish()

    # -------------------------------------------------------------------------------- writing

    def now(self) -> str:
        return self.options.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def new_id(self, kind: str) -> int:
        last = self.last_ids.get(kind)
        first = FIRST_IDS.get(kind, FIRST_ID)
        self.last_ids[kind] = first if last is None else last + ID_STEP
        return self.last_ids[kind]

    def put(self, kind: str, record: Any) -> None:
        """Keep a record, new or changed."""
        self.changes[kind, record.id] = orjson.dumps(record)
        self._keep(kind, record.id, record)

    def remove(self, kind: str, record: Any) -> None:
        if kind == "Product":
            self._unindex(record)
        del self.held[kind][record.id]
        self.changes[kind, record.id] = None

    def save(self) -> None:
        """Write what changed since the last time, in one transaction."""
        if self.changes:
            self.changes["counters", 0] = orjson.dumps(self.last_ids)
            self.archive.write(self.changes)
            self.changes = {}

    def _keep(self, kind: str, id_: int, record: Any) -> None:
        if kind == "Product":
            if before := self.products.get(id_):
                self._unindex(before)
            self._index(record)
        elif kind == "MediaImage":
            self.filenames.add(record.filename)
        self.held[kind][id_] = record

    def _index(self, product: Product) -> None:
        self.handles[product.handle] = product.id
        for variant in product.variants:
            self.variants[variant.id] = variant
            self.items[variant.item.id] = variant.id
        for metafield in product.metafields:
            if metafield.type == "id":
                self.custom_ids[_identity(metafield)] = product.id

    def _unindex(self, product: Product) -> None:
        del self.handles[product.handle]
        for variant in product.variants:
            del self.variants[variant.id], self.items[variant.item.id]
        for metafield in product.metafields:
            if metafield.type == "id":
                self.custom_ids.pop(_identity(metafield), None)

    # -------------------------------------------------------------------------------- reading

    def find(self, text: str) -> Any:
        """The record that a gid names, or None. (Inventory levels: `resolvers.stock`.)"""
        kind, number = gids.parted(text) or ("", 0)
        if kind == "ProductVariant":
            return self.variants.get(number)
        if kind == "InventoryItem":
            return self.item(number)
        return self.held.get(kind, {}).get(number)

    def item(self, number: int) -> Item | None:
        variant_id = self.items.get(number)
        return None if variant_id is None else self.variants[variant_id].item

    def variant_of(self, item: Item) -> Variant:
        return self.variants[self.items[item.id]]

    def product_of(self, variant: Variant) -> Product:
        return self.products[variant.product_id]

    def pictures(self, product: Product) -> list[Picture]:
        return [self.media[id_] for id_ in product.media_ids]

    def definition(self, owner_type: str, namespace: str, key: str) -> Definition | None:
        wanted = (owner_type, namespace, key)
        for one in self.definitions.values():
            if (one.owner_type, one.namespace, one.key) == wanted:
                return one
        return None


def _identity(metafield: Metafield) -> tuple[str, str, str]:
    return metafield.namespace, metafield.key, metafield.value
