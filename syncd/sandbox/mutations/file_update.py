"""fileUpdate: changes files that are ready."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.happenings.media import first_due
from syncd.sandbox.mutations.files import file_numbered, gid_of, kept_as
from syncd.sandbox.mutations.new_files import ALT_TOO_LONG, MAX_ALT, ending, is_address, url_of
from syncd.sandbox.records import File, OtherFile, Picture, Product
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.shop import Shop
from syncd.sandbox.words import Complaints

ONE_AND_THE_SAME = (
    "Cannot update the preview image and image at the same time because they are one and the same."
)
NO_SOURCE = "Updating the original source is not supported for this media type."
NO_FILENAME = "Updating the filename is only supported on images and generic files"
OTHER_ENDING = "The filename extension provided must match the original filename."
NO_REFERENCE = "The reference target does not exist"
REFERENCES = ("referencesToAdd", "referencesToRemove")

Given = Mapping[str, Any]
Row = tuple[Given, File]


def file_update(_root: None, info: Info, files: Sequence[Given]) -> dict[str, Any]:
    """Faults of the list refuse all of it; faults of one file's fields only that file."""
    shop, complaints = shop_of(info), Complaints()
    rows = _rows(shop, files, complaints)
    if fault := None if complaints else _fault_of_all(shop, rows):
        complaints.add(["files"], *fault)
    if complaints:
        return {"files": [], "userErrors": complaints.found}
    changed = []
    for place, (entry, file) in enumerate(rows):
        told = len(complaints.found)
        _check(complaints, place, entry, file)
        if told == len(complaints.found):
            after = _changed(shop, entry, file)
            shop.put(kept_as(after), after)
            _refer(shop, entry, after)
            changed.append(after)
    return {"files": changed, "userErrors": complaints.found}


def _rows(shop: Shop, given: Sequence[Given], complaints: Complaints) -> list[Row]:
    rows, absent = [], []
    for entry in given:
        number = (gids.parted(entry["id"]) or ("", 0))[1]
        file = file_numbered(shop, number)
        if file is None or gid_of(file) != entry["id"]:
            absent.append(f'"{entry["id"]}"')
        else:
            rows.append((entry, file))
    if absent:
        noun, verb = ("id", "does") if len(absent) == 1 else ("ids", "do")
        message = f"File {noun} [{', '.join(absent)}] {verb} not exist."
        complaints.add(["files"], message, "FILE_DOES_NOT_EXIST")
    return rows


def _fault_of_all(shop: Shop, rows: Sequence[Row]) -> tuple[str, str] | None:
    if any(file.status != "READY" for _, file in rows):
        return "Non-ready files cannot be updated.", "NON_READY_STATE"
    if any(
        _product(shop, text) is None
        for entry, _ in rows
        for name in REFERENCES
        for text in entry.get(name) or ()
    ):
        return NO_REFERENCE, "REFERENCE_TARGET_DOES_NOT_EXIST"
    renamed = [(entry["filename"], file) for entry, file in rows if entry.get("filename")]
    if any(_is_video(file) for _, file in renamed):
        return NO_FILENAME, "UNSUPPORTED_MEDIA_TYPE_FOR_FILENAME_UPDATE"
    if any(ending(name) != ending(file.filename) for name, file in renamed):
        return OTHER_ENDING, "INVALID_FILENAME_EXTENSION"
    return None


def _is_video(file: File) -> bool:
    return isinstance(file, OtherFile) and file.kind != "GenericFile"


def _product(shop: Shop, text: str) -> Product | None:
    return shop.products.get(gids.number(text, "Product") or 0)


def _check(complaints: Complaints, place: int, entry: Given, file: File) -> None:
    def tell(name: str, message: str, code: str = "INVALID") -> None:
        complaints.add(("files", place, name), message, code)

    source, preview = entry.get("originalSource"), entry.get("previewImageSource")
    if source is not None and preview is not None and isinstance(file, Picture):
        tell("previewImageSource", ONE_AND_THE_SAME)
        tell("originalSource", ONE_AND_THE_SAME)
    elif source is not None and _is_video(file):
        tell("originalSource", NO_SOURCE)
    elif source is not None and not is_address(source):
        tell("originalSource", "File URL is invalid", "INVALID_IMAGE_SOURCE_URL")
    if len(entry.get("alt") or "") > MAX_ALT:
        tell("alt", ALT_TOO_LONG, "ALT_VALUE_LIMIT_EXCEEDED")


def _changed(shop: Shop, entry: Given, file: File) -> File:
    """A new source is fetched later; meanwhile the file is READY, without its picture."""
    changes: dict[str, Any] = {"alt": entry["alt"]} if "alt" in entry else {}
    if entry.get("filename"):
        changes |= {"filename": entry["filename"], "url": url_of(shop, entry["filename"])}
    source = entry.get("originalSource") or entry.get("previewImageSource")
    if source is not None:
        changes |= {"source": source, "due_at": first_due(shop)}
    return replace(file, **changes, updated_at=shop.now()) if changes else file


def _refer(shop: Shop, entry: Given, file: File) -> None:
    """Products show the picture, or no longer."""
    for text in entry.get("referencesToAdd") or ():
        product = _product(shop, text)
        if product and file.id not in product.media_ids:
            _put(shop, replace(product, media_ids=(*product.media_ids, file.id)))
    for text in entry.get("referencesToRemove") or ():
        if product := _product(shop, text):
            _put(shop, without_pictures(product, {file.id}))


def without_pictures(product: Product, numbers: set[int]) -> Product:
    variants = tuple(
        replace(one, media_id=None) if one.media_id in numbers else one for one in product.variants
    )
    left = tuple(number for number in product.media_ids if number not in numbers)
    return replace(product, media_ids=left, variants=variants)


def _put(shop: Shop, product: Product) -> None:
    after = replace(product, updated_at=shop.now())
    shop.put("Product", after)
    shop.tell("PRODUCTS_UPDATE", after)


FIELDS: Fields = {"Mutation": {"fileUpdate": file_update}}
