"""Files of products, as far as they are pictures: variants show them, too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.mutations.new_files import (
    ALT_TOO_LONG,
    MAX_ALT,
    file_fault,
    is_address,
    kind_of,
    new_picture,
)
from syncd.sandbox.mutations.write import Path, Write, refuse
from syncd.sandbox.records import Picture
from syncd.sandbox.words import not_simulated, refusal

MAX_MEDIA = 250


@dataclass(frozen=True, slots=True)
class Album:
    """The pictures a product has after this write; variants may show these and no others."""

    ids: tuple[int, ...]
    sources: Mapping[str, int] = field(default_factory=dict)
    """Address as sent in this write -> picture."""

    def find(self, given: Mapping[str, Any]) -> int | None:
        """The picture that a file input means, by its id or by its address."""
        if given.get("id") is not None:
            number = gids.number(given["id"], "MediaImage")
            return number if number in self.ids else None
        return self.sources.get(given.get("originalSource") or "")


def file_set(write: Write, path: Path, given: Sequence[Mapping[str, Any]]) -> Album:
    """The complete list of files. An address makes a new picture each time, as with Shopify."""
    ids: dict[int, None] = {}
    sources: dict[str, int] = {}
    for place, entry in enumerate(given):
        picture = _filed(write, (*path, place), entry)
        if picture is not None:
            ids[picture.id] = None
            if entry.get("id") is None:
                sources.setdefault(picture.source, picture.id)
    return Album(tuple(ids), sources)


def appended(
    write: Write, path: Path, held: tuple[int, ...], given: Sequence[Mapping[str, Any]]
) -> Album:
    """The product's pictures with those of CreateMediaInputs after them."""
    made: list[Picture] = []
    for place, entry in enumerate(given):
        if entry["mediaContentType"] != "IMAGE":
            raise not_simulated("media that are no pictures")
        if not is_address(entry["originalSource"]):
            here = (*path, place, "originalSource")
            write.complain(here, "Image URL is invalid", "media")
        elif len(entry.get("alt") or "") > MAX_ALT:
            write.complain((*path, place, "alt"), ALT_TOO_LONG, "media")
        else:
            made.append(new_picture(write, entry))
    if len(held) + len(made) > MAX_MEDIA:
        message = f"Exceeded {MAX_MEDIA} maximum media per product limit"
        write.complain(path, message, "media")
    sources = {picture.source: picture.id for picture in reversed(made)}
    return Album((*held, *(picture.id for picture in made)), sources)


def _filed(write: Write, path: Path, entry: Mapping[str, Any]) -> Picture | None:
    id_, source = entry.get("id"), entry.get("originalSource")
    if id_ is None and source is None:
        message = "FileSetInput requires at least one of id, originalSource"
        raise refusal(message, "INVALID_FIELD_ARGUMENTS")
    if id_ is not None:
        return _known(write, path, entry)
    if fault := file_fault(write.shop, entry):
        write.complain((*path, fault[0]), fault[1], "media")
        return None
    if entry.get("duplicateResolutionMode") == "REPLACE":
        raise not_simulated("duplicateResolutionMode REPLACE of a product's file")
    # Without a content type an address that names no other kind of file is a picture's: products
    # show no documents.
    if kind_of(entry) not in ("MediaImage", "GenericFile") or entry.get("contentType") == "FILE":
        raise not_simulated("files of products that are no pictures")
    return new_picture(write, entry)


def _known(write: Write, path: Path, entry: Mapping[str, Any]) -> Picture | None:
    refuse(entry, ["filename", "originalSource"])
    number = gids.number(entry["id"], "MediaImage") or 0
    picture = write.pictures.get(number) or write.shop.media.get(number)
    if picture is None:
        write.complain((*path, "id"), f"File id {entry['id']} does not exist.", "media")
        return None
    if "alt" in entry and entry["alt"] != picture.alt:
        alt: str | None = entry["alt"]
        if alt is not None and len(alt) > MAX_ALT:
            write.complain((*path, "alt"), ALT_TOO_LONG, "media")
        picture = replace(picture, alt=alt, updated_at=write.at)
        write.pictures[picture.id] = picture
    return picture
