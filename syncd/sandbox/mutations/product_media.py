"""productCreateMedia, productUpdateMedia, productDeleteMedia, productReorderMedia."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

from syncd.sandbox import gids
from syncd.sandbox.customids import product_number
from syncd.sandbox.mutations.file_update import without_pictures
from syncd.sandbox.mutations.files import missing
from syncd.sandbox.mutations.new_files import ALT_TOO_LONG, MAX_ALT, is_address, new_picture
from syncd.sandbox.mutations.pictures import MAX_MEDIA
from syncd.sandbox.mutations.write import Write, begin
from syncd.sandbox.records import Picture, Product
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.words import not_simulated

Given = Mapping[str, Any]


def _begun(info: Info, id_: str, name: str = "productId") -> tuple[Write, Product | None]:
    write = begin(shop_of(info), {})
    product = write.shop.products.get(product_number(id_))
    if product is None:
        write.complaints.add([name], "Product does not exist", "PRODUCT_DOES_NOT_EXIST")
    return write, product


def _payload(write: Write, **more: Any) -> dict[str, Any]:
    """`userErrors` are those of `mediaUserErrors` without a code: both are told."""
    found = write.complaints.found
    return {**more, "mediaUserErrors": found, "userErrors": found}


def create_media(_root: None, info: Info, productId: str, media: Sequence[Given]) -> dict[str, Any]:
    """Those that are well are added, whatever the others are."""
    write, product = _begun(info, productId)
    if product is None:
        return _payload(write, media=None, product=None)
    made = [one for place, entry in enumerate(media) if (one := _made(write, place, entry))]
    if len(product.media_ids) + len(made) > MAX_MEDIA:
        message = f"Exceeded {MAX_MEDIA} maximum media per product limit"
        write.complaints.add(["media"], message, "PRODUCT_MEDIA_LIMIT_EXCEEDED")
        return _payload(write, media=[], product=product)
    if made:
        ids = (*product.media_ids, *(one.id for one in made))
        product = replace(product, media_ids=ids, updated_at=write.at)
        write.keep(product)
    return _payload(write, media=made, product=product)


def _made(write: Write, place: int, entry: Given) -> Picture | None:
    if entry["mediaContentType"] != "IMAGE":
        raise not_simulated("media that are no pictures")
    if not is_address(entry["originalSource"]):
        here = ("media", place, "originalSource")
        write.complaints.add(here, "Image URL is invalid", "INVALID")
        return None
    if len(entry.get("alt") or "") > MAX_ALT:
        write.complaints.add(("media", place, "alt"), ALT_TOO_LONG, "INVALID")
        return None
    return new_picture(write, entry)


def update_media(_root: None, info: Info, productId: str, media: Sequence[Given]) -> dict[str, Any]:
    """All of them or none."""
    write, product = _begun(info, productId)
    if product is None:
        return _payload(write, media=None, product=None)
    found = _held(write, product, [entry["id"] for entry in media], "media")
    if any(picture.status != "READY" for picture in found):
        write.complaints.add(["media"], "Non-ready media cannot be updated.", "NON_READY_MEDIA")
    if write.complaints:
        return _payload(write, media=None, product=product)
    changed = [
        replace(picture, alt=entry["alt"], updated_at=write.at) if "alt" in entry else picture
        for entry, picture in zip(media, found, strict=True)
    ]
    write.pictures.update({picture.id: picture for picture in changed})
    if changed:
        product = replace(product, updated_at=write.at)
        write.keep(product)
    return _payload(write, media=changed, product=product)


def _held(write: Write, product: Product, ids: Sequence[str], name: str) -> list[Picture]:
    """The pictures of the product that the ids name; one complaint for all it does not have."""
    numbers = {text: gids.number(text, "MediaImage") for text in ids}
    if absent := [text for text, number in numbers.items() if number not in product.media_ids]:
        message = f"Media {missing(absent).removesuffix('.')}"
        write.complaints.add([name], message, "MEDIA_DOES_NOT_EXIST")
        return []
    return [write.shop.media[number] for text in ids if (number := numbers[text])]


def delete_media(
    _root: None, info: Info, productId: str, mediaIds: Sequence[str]
) -> dict[str, Any]:
    """All of them or none. The files stay in the shop."""
    write, product = _begun(info, productId)
    nothing = {"deletedMediaIds": None, "deletedProductImageIds": None, "product": product}
    if product is None:
        return _payload(write, **nothing)
    gone = _held(write, product, mediaIds, "mediaIds")
    if write.complaints:
        return _payload(write, **nothing)
    if gone:
        left = without_pictures(product, {picture.id for picture in gone})
        product = replace(left, updated_at=write.at)
        write.keep(product)
    images = [gids.gid("ProductImage", picture.id) for picture in gone]
    return _payload(
        write, deletedMediaIds=list(mediaIds), deletedProductImageIds=images, product=product
    )


def reorder_media(_root: None, info: Info, id: str, moves: Sequence[Given]) -> dict[str, Any]:
    """One after the other; a move of what the product does not have is passed over, as recorded."""
    write, product = _begun(info, id, "id")
    if product is None:
        return _payload(write, job=None)
    ids = list(product.media_ids)
    for move in moves:
        number = gids.number(move["id"], "MediaImage")
        if number in ids:
            ids.remove(number)
            ids.insert(int(move["newPosition"]), number)
    if tuple(ids) != product.media_ids:
        write.keep(replace(product, media_ids=tuple(ids), updated_at=write.at))
    return _payload(write, job={"id": f"gid://shopify/Job/{uuid4()}", "done": False})


FIELDS: Fields = {
    "Mutation": {
        "productCreateMedia": create_media,
        "productUpdateMedia": update_media,
        "productDeleteMedia": delete_media,
        "productReorderMedia": reorder_media,
    }
}
