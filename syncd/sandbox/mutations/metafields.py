"""metafieldsSet: up to 25 metafields, of whatever owners, all or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.metafield_types import resolved_namespace
from syncd.sandbox.mutations.metafield_values import Bearer, made_metafield, together
from syncd.sandbox.mutations.write import Codes, Path, Write, begin
from syncd.sandbox.records import Metafield, Owner, Product, Variant
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.resolvers.metafields import Held, digest, owner_type
from syncd.sandbox.shop import Shop
from syncd.sandbox.words import Complaints, not_simulated

MAX_METAFIELDS = 25

CODES: Codes = {
    "blank": "BLANK",
    "foreign": "APP_NOT_AUTHORIZED",
    "metafield": "INVALID_VALUE",
    "type": "INVALID_TYPE",
    "type name": "INCLUSION",
    "unique": "TAKEN",
}
STALE = (
    "The resource has been updated since it was loaded."
    " Try again with an updated `compareDigest` value."
)

Entry = Mapping[str, Any]


def metafields_set(_root: None, info: Info, metafields: Sequence[Entry]) -> dict[str, Any]:
    """All of them or none."""
    write = begin(shop_of(info), CODES)
    if len(metafields) > MAX_METAFIELDS:
        message = f"Exceeded the maximum metafields input limit of {MAX_METAFIELDS}."
        write.complaints.add(["metafields"], message, "LESS_THAN_OR_EQUAL_TO")
        return {"metafields": None, "userErrors": _indexed(write.complaints)}
    products: dict[int, Product] = {}
    made = [
        _set(write, products, ("metafields", place), entry)
        for place, entry in enumerate(metafields)
    ]
    if write.complaints:
        return {"metafields": [], "userErrors": _indexed(write.complaints)}
    write.keep(*products.values())
    return {"metafields": _shown(write.shop, metafields, made), "userErrors": []}


def _indexed(complaints: Complaints) -> list[dict[str, Any]]:
    """`elementIndex` is null in every recording."""
    return [{**one, "elementIndex": None} for one in complaints.found]


def _set(write: Write, products: dict[int, Product], path: Path, entry: Entry) -> Metafield | None:
    """Put the metafield on its owner, in `products`."""
    owner = _owner(write.shop, products, entry["ownerId"])
    if owner is None:
        write.complaints.add((*path, "ownerId"), "Owner does not exist.", "INVALID_VALUE")
        return None
    product = _product(write.shop, products, owner)
    bearer = Bearer(owner_type(owner), product.id, owner.metafields)
    made = made_metafield(write, path, bearer, entry)
    if made is None or not _is_fresh(write, path, bearer, entry):
        return None
    changed = replace(owner, metafields=together(owner.metafields, [made]), updated_at=write.at)
    products[product.id] = _with_owner(product, changed)
    return made


def _is_fresh(write: Write, path: Path, bearer: Bearer, entry: Entry) -> bool:
    """Whether the metafield still is what the caller thinks, if it says what it thinks."""
    if "compareDigest" not in entry:
        return True
    held = bearer.metafield(resolved_namespace(entry.get("namespace")), entry["key"])
    asked = entry["compareDigest"]
    if held is None and asked is not None:
        write.complaints.add(path, "Invalid `compareDigest` value.", "INVALID_COMPARE_DIGEST")
        return False
    if held is not None and asked != digest(held.value):
        write.complaints.add(path, STALE, "STALE_OBJECT")
        return False
    return True


def _owner(shop: Shop, products: Mapping[int, Product], text: str) -> Owner | None:
    """The owner as this call has left it. Raises NOT_SIMULATED for other kinds of owners."""
    match gids.parted(text):
        case ("Product", number):
            return products.get(number) or shop.products.get(number)
        case ("ProductVariant", number):
            held = shop.variants.get(number)
            if held is None or held.product_id not in products:
                return held
            variants = products[held.product_id].variants
            return next((one for one in variants if one.id == number), None)
        case (kind, _):
            raise not_simulated(f"metafields of a {kind}")
    return None


def _product(shop: Shop, products: Mapping[int, Product], owner: Owner) -> Product:
    if isinstance(owner, Product):
        return owner
    return products.get(owner.product_id) or shop.product_of(owner)


def _with_owner(product: Product, owner: Owner) -> Product:
    if isinstance(owner, Product):
        return owner
    variants = tuple(owner if one.id == owner.id else one for one in product.variants)
    return replace(product, variants=variants)


def _shown(shop: Shop, given: Sequence[Entry], made: Sequence[Metafield | None]) -> list[Held]:
    """Of two with the same name the last, since the first is gone."""
    shown = {}
    for entry, metafield in zip(given, made, strict=True):
        owner: Product | Variant = shop.find(entry["ownerId"])
        if metafield is not None:
            shown[owner.id, metafield.namespace, metafield.key] = Held(owner, metafield)
    return list(shown.values())


FIELDS: Fields = {"Mutation": {"metafieldsSet": metafields_set}}
