"""Everything a shop holds, in memory with its indexes, written through to the archive."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import orjson
from pydantic import TypeAdapter

from syncd.sandbox import gids
from syncd.sandbox.archive import Archive, Key
from syncd.sandbox.bulk_works import Works
from syncd.sandbox.handles import Handles
from syncd.sandbox.hooks.records import Hint
from syncd.sandbox.kinds import FIRST_ID, FIRST_IDS, ID_STEP, KEPT_AS, KINDS
from syncd.sandbox.mischief import Mischief, indexed
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
        self.mischief = Mischief(options.clock)
        self.works = Works(archive.path)
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
        self.handles = Handles()
        self.custom_ids: dict[tuple[str, str, str], int] = {}
        """(namespace, key, value) of products' metafields of type `id` -> product id."""
        self.filenames: set[str] = set()
        self.places: dict[int, int] = {}
        """Variant id -> its place in its product, from 1."""
        self.due: set[Key] = set()
        """What changes by itself: all that has a `due_at`."""
        self.last_ids: dict[str, int] = {}
        self.changes: dict[Key, bytes | None] = {}
        self.event = ""

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
        self.works.clear()
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
        self.due.discard((kind, record.id))
        self.changes[kind, record.id] = None

    def tell(self, topic: str, record: Any = None, **more: Any) -> None:
        """Leave a hint for those who subscribed to the topic, as `PRODUCTS_UPDATE`.

        What is delivered is read from the shop at that time; `more` is what it can no longer tell.
        """
        if any(one.topic == topic for one in self.held["WebhookSubscription"].values()):
            self.event = self.event or str(uuid4())
            at = self.options.clock.now().isoformat(timespec="microseconds")
            number = getattr(record, "id", 0)
            self.put("Hint", Hint(self.new_id("Hint"), topic, number, at, self.event, more))

    def save(self) -> None:
        """Write what changed since the last time, in one transaction."""
        if self.changes:
            self.changes["counters", 0] = orjson.dumps(self.last_ids)
            self.archive.write(self.changes)
            self.changes = {}
        self.event = ""

    def _keep(self, kind: str, id_: int, record: Any) -> None:
        if kind == "Product":
            if before := self.products.get(id_):
                self._unindex(before, record.handle)
            self._index(record)
        elif kind in ("MediaImage", "OtherFile"):
            self.filenames.add(record.filename)
        if getattr(record, "due_at", None) is not None:
            self.due.add((kind, id_))
        elif self.due:
            self.due.discard((kind, id_))
        self.held[kind][id_] = record

    def _index(self, product: Product) -> None:
        self.handles[product.handle] = product.id
        for place, variant in enumerate(product.variants, start=1):
            self.variants[variant.id] = variant
            self.items[variant.item.id] = variant.id
            self.places[variant.id] = place
        for metafield in product.metafields:
            if metafield.type == "id":
                self.custom_ids[_identity(metafield)] = product.id

    def _unindex(self, product: Product, next_handle: str | None = None) -> None:
        if product.handle != next_handle:
            del self.handles[product.handle]
        for variant in product.variants:
            del self.variants[variant.id], self.items[variant.item.id], self.places[variant.id]
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
        if kind in KEPT_AS:
            found = self.held[KEPT_AS[kind]].get(number)
            return found if found is not None and found.kind == kind else None
        return self.held.get(kind, {}).get(number)

    def searchable(self, kind: str) -> Iterable[Any]:
        """The records of a kind as searches find them; the one place for an index that lags."""
        if kind == "ProductVariant":
            return indexed(self.mischief, self.variants.values())
        if kind == "InventoryItem":
            variants = indexed(self.mischief, self.variants.values())
            return [variant.item for variant in variants]
        return indexed(self.mischief, self.held[kind].values())

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
