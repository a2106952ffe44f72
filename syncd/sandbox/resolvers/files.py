"""The shop's files as a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from syncd.sandbox.connections import Key, by_id, page
from syncd.sandbox.records import File, OtherFile
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.search import SearchFields, choice, exact, filtered, number, of_shop, time, words
from syncd.sandbox.shop import Shop
from syncd.sandbox.words import not_simulated

MEDIA_TYPES = {
    "GenericFile": "GENERIC_FILE",
    "ExternalVideo": "EXTERNAL_VIDEO",
    "Model3d": "MODEL3D",
    "Video": "VIDEO",
}
STATUSES = ("UPLOADED", "PROCESSING", "READY", "FAILED")


def media_type(file: File) -> str:
    return MEDIA_TYPES[file.kind] if isinstance(file, OtherFile) else "IMAGE"


def _product_ids(file: File, shop: Shop) -> tuple[int, ...]:
    return tuple(one.id for one in shop.products.values() if file.id in one.media_ids)


SEARCHED: SearchFields = {
    "default": words(lambda file: (file.filename, file.alt)),
    "created_at": time(lambda file: file.created_at),
    "filename": exact(lambda file: file.filename),
    "id": number(lambda file: file.id),
    "ids": number(lambda file: file.id),
    "media_type": choice(media_type, ("IMAGE", *MEDIA_TYPES.values())),
    "original_source": exact(lambda file: file.source),
    "product_id": of_shop(number(_product_ids)),
    "status": choice(lambda file: file.status, STATUSES),
    "updated_at": time(lambda file: file.updated_at),
}
ORDERS: Mapping[str, Callable[[Any], Key]] = {
    "ID": by_id,
    "RELEVANCE": by_id,
    "CREATED_AT": lambda file: (file.created_at, file.id),
    "UPDATED_AT": lambda file: (file.updated_at, file.id),
    "FILENAME": lambda file: (file.filename, file.id),
}


def all_files(shop: Shop) -> Iterable[File]:
    yield from shop.searchable("MediaImage")
    yield from shop.searchable("OtherFile")


def files(_root: None, info: Info, **arguments: Any) -> Any:
    if arguments.get("savedSearchId"):
        raise not_simulated("saved searches")
    if (key := ORDERS.get(arguments["sortKey"])) is None:
        raise not_simulated(f"files sorted by {arguments['sortKey']}")
    found = filtered(all_files(shop_of(info)), arguments.get("query"), SEARCHED, info)
    return page(sorted(found, key=key), key, arguments)


FIELDS: Fields = {"QueryRoot": {"files": files}}
