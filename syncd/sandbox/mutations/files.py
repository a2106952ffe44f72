"""fileCreate, fileDelete: files come into the shop, they leave it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.happenings.media import first_due
from syncd.sandbox.mutations.new_files import check_source, file_fault, kind_of, new_file
from syncd.sandbox.mutations.write import Write, begin
from syncd.sandbox.records import File, OtherFile, Picture
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.shop import Shop
from syncd.sandbox.words import Complaints

FILE_KINDS = ("MediaImage", "GenericFile", "ExternalVideo", "Video", "Model3d")

Given = Mapping[str, Any]


def kept_as(file: File) -> str:
    return "OtherFile" if isinstance(file, OtherFile) else "MediaImage"


def file_numbered(shop: Shop, number: int) -> File | None:
    """All kinds of files share one sequence of numbers."""
    return shop.held["MediaImage"].get(number) or shop.held["OtherFile"].get(number)


def missing(ids: Sequence[str]) -> str:
    """The end of a sentence: `id A does not exist.`, `ids A,B do not exist.`"""
    if len(ids) == 1:
        return f"id {ids[0]} does not exist."
    return f"ids {','.join(ids)} do not exist."


def file_create(_root: None, info: Info, files: Sequence[Given]) -> dict[str, Any]:
    """Those that are well are made, whatever the others are."""
    write = begin(shop_of(info), {})
    for entry in files:
        check_source(entry["originalSource"])
    made: list[File] = []
    for place, entry in enumerate(files):
        if fault := file_fault(write.shop, entry):
            write.complaints.add(("files", place, fault[0]), *fault[1:])
            continue
        file = _replaced(write, entry) or new_file(write, entry)
        write.shop.put(kept_as(file), file)
        made.append(file)
    return {"files": made, "userErrors": write.complaints.found}


def _replaced(write: Write, entry: Given) -> File | None:
    """The file of that name with another source, when that is asked for."""
    if entry.get("duplicateResolutionMode") != "REPLACE":
        return None
    shop, kind = write.shop, kind_of(entry)
    held = shop.held["MediaImage" if kind == "MediaImage" else "OtherFile"]
    for file in held.values():
        assert isinstance(file, Picture | OtherFile)
        if file.filename == entry["filename"] and getattr(file, "kind", kind) == kind:
            alt = entry.get("alt", file.alt)
            source, due = entry["originalSource"], first_due(shop)
            return replace(file, source=source, alt=alt, due_at=due, updated_at=write.at)
    return None


def file_delete(_root: None, info: Info, fileIds: Sequence[str]) -> dict[str, Any]:
    """All of them or none; they leave the products that showed them, too."""
    shop, complaints = shop_of(info), Complaints()
    found = {text: _named(shop, text) for text in fileIds}
    if absent := [text for text, file in found.items() if file is None]:
        complaints.add(["fileIds"], f"File {missing(absent)}", "FILE_DOES_NOT_EXIST")
        return {"deletedFileIds": None, "userErrors": complaints.found}
    gone = [file for file in found.values() if file is not None]
    detach(shop, {file.id for file in gone})
    for file in gone:
        shop.remove(kept_as(file), file)
    return {"deletedFileIds": [gid_of(file) for file in gone], "userErrors": []}


def _named(shop: Shop, text: str) -> File | None:
    """By the number alone: a gid of another kind of file names it as well, as recorded."""
    kind, number = gids.parted(text) or ("", 0)
    return file_numbered(shop, number) if kind in FILE_KINDS else None


def gid_of(file: File) -> str:
    return gids.gid(file.kind if isinstance(file, OtherFile) else "MediaImage", file.id)


def detach(shop: Shop, numbers: set[int]) -> None:
    """Take pictures off all products, so off their variants."""
    at = shop.now()
    for product in list(shop.products.values()):
        if numbers.isdisjoint(product.media_ids):
            continue
        variants = tuple(
            replace(one, media_id=None, updated_at=at) if one.media_id in numbers else one
            for one in product.variants
        )
        left = tuple(number for number in product.media_ids if number not in numbers)
        after = replace(product, media_ids=left, variants=variants, updated_at=at)
        shop.put("Product", after)
        shop.tell("PRODUCTS_UPDATE", after)


FIELDS: Fields = {"Mutation": {"fileCreate": file_create, "fileDelete": file_delete}}
