"""What the two bulk calls for variants have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from syncd.sandbox.mutations.menu import Menu
from syncd.sandbox.mutations.metafield_values import Bearer, metafields_added
from syncd.sandbox.mutations.pictures import Album, appended
from syncd.sandbox.mutations.variant_fields import changed_variant
from syncd.sandbox.mutations.write import Path, Write
from syncd.sandbox.records import Product, Variant
from syncd.sandbox.words import not_simulated

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Bulk:
    """What a row needs to know. Variants may bring option values, and show the album's pictures."""

    write: Write
    product: Product
    menu: Menu
    album: Album


def begin_bulk(write: Write, product: Product, media: Sequence[Entry] | None) -> Bulk:
    menu = Menu(write, list(product.options), is_open=True)
    album = appended(write, ("media",), product.media_ids, media or ())
    return Bulk(write, product, menu, album)


def changed_row(bulk: Bulk, path: Path, variant: Variant, entry: Entry) -> Variant:
    """The variant with the row's fields, pictures and metafields."""
    variant = changed_variant(bulk.write, path, variant, entry)
    variant = replace(variant, media_id=_picture(bulk, path, variant, entry))
    if entry.get("metafields") is not None:
        bearer = Bearer("PRODUCTVARIANT", variant.product_id, variant.metafields)
        held = metafields_added(bulk.write, (*path, "metafields"), bearer, entry["metafields"])
        variant = replace(variant, metafields=held)
    return variant


def _picture(bulk: Bulk, path: Path, variant: Variant, entry: Entry) -> int | None:
    sources = entry.get("mediaSrc") or []
    if len(sources) > 1:
        raise not_simulated("several pictures of a variant")
    if entry.get("mediaId") is not None:
        name, found = "mediaId", bulk.album.find({"id": entry["mediaId"]})
    elif sources:
        name, found = "mediaSrc", bulk.album.find({"originalSource": sources[0]})
    else:
        return variant.media_id
    if found is None:
        bulk.write.complain((*path, name), "Image must be for this product", "media")
    return found


def finished(bulk: Bulk, variants: Sequence[Variant]) -> Product:
    """The product with these variants, without option values that were brought in vain."""
    product = bulk.product
    known = {value.id for option in product.options for value in option.values}
    used = {value for variant in variants for value in variant.values}
    bulk.menu.drop(set(bulk.menu.names) - known - used)
    changed = replace(
        product,
        options=tuple(bulk.menu.options),
        variants=tuple(variants),
        media_ids=bulk.album.ids,
    )
    return product if changed == product else replace(changed, updated_at=bulk.write.at)
