"""stagedUploadsCreate: where files are to be uploaded before they can be named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.resolvers.shop import shop as shop_itself
from syncd.sandbox.uploads import Place, post_target, put_target
from syncd.sandbox.words import Complaints, not_simulated

NOWHERE: dict[str, Any] = {"url": None, "resourceUrl": None, "parameters": []}
SIZED = {"VIDEO": "video", "MODEL_3D": "3D model"}
IMAGES = ("COLLECTION_IMAGE", "IMAGE", "PRODUCT_IMAGE", "SHOP_IMAGE")
# help.shopify.com/manual/products/product-media/product-media-types, read 2026-11.
IMAGE_TYPES = frozenset(
    f"image/{kind}" for kind in "png jpeg jpg gif webp heic heif avif bmp tiff svg+xml".split()
)


def staged_uploads_create(
    _root: None, info: Info, input: list[Mapping[str, Any]]
) -> dict[str, Any]:
    """A target for each input, in order; one that leads nowhere for an input that is refused."""
    complaints, targets = Complaints(), []
    for index, given in enumerate(input):
        before = len(complaints.found)
        _check(complaints, index, given)
        targets.append(NOWHERE if len(complaints.found) > before else _target(info, given))
    return {"stagedTargets": targets, "userErrors": complaints.found}


def _check(complaints: Complaints, index: int, given: Mapping[str, Any]) -> None:
    resource, mime = given["resource"], given["mimeType"]
    if resource in SIZED and given.get("fileSize") is None:
        message = f"file size is required for {SIZED[resource]} resources"
        complaints.add(["input", index, "fileSize"], message)
    elif not _is_recognized(resource, mime):
        message = f"{given['filename']}: ({mime}) is not a recognized format"
        complaints.add(["input", index, "mimeType"], message)


def _is_recognized(resource: str, mime: str) -> bool:
    if resource == "BULK_MUTATION_VARIABLES":
        return mime == "text/jsonl"
    return resource not in IMAGES or mime in IMAGE_TYPES


def _target(info: Info, given: Mapping[str, Any]) -> dict[str, Any]:
    if given["resource"] in SIZED:
        raise not_simulated(f"uploads of the kind {given['resource']}")
    shop = shop_of(info)
    number = gids.number(shop_itself(None, info)["id"], "Shop") or 0
    place = Place(shop.options, info.context.origin, number, shop.options.clock.now())
    return (post_target if given.get("httpMethod") == "POST" else put_target)(place, given)


FIELDS: Fields = {"Mutation": {"stagedUploadsCreate": staged_uploads_create}}
