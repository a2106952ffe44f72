"""Files of products, as far as they are pictures: variants show them, too."""

from __future__ import annotations

import re
import uuid
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from syncd.sandbox import gids
from syncd.sandbox.mutations.write import Path, Write, refuse
from syncd.sandbox.records import Picture
from syncd.sandbox.words import not_simulated, refusal

ADDRESS = re.compile(r"https?://[\w.-]+(?::\d+)?(?:[/?#]\S*)?", re.IGNORECASE)
MAX_ALT = 512
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
        here = (*path, place, "originalSource")
        if _is_address(write, here, entry["originalSource"], "Image URL is invalid"):
            made.append(_new(write, (*path, place), entry))
    if len(held) + len(made) > MAX_MEDIA:
        message = f"Exceeded {MAX_MEDIA} maximum media per product limit"
        write.complain(path, message, "media")
    sources = {picture.source: picture.id for picture in reversed(made)}
    return Album((*held, *(picture.id for picture in made)), sources)


def _filed(write: Write, path: Path, entry: Mapping[str, Any]) -> Picture | None:
    if entry.get("contentType") not in (None, "IMAGE"):
        raise not_simulated("files that are no pictures")
    if entry.get("duplicateResolutionMode") not in (None, "APPEND_UUID"):
        raise not_simulated(f"duplicateResolutionMode {entry['duplicateResolutionMode']}")
    id_, source = entry.get("id"), entry.get("originalSource")
    if id_ is None and source is None:
        message = "FileSetInput requires at least one of id, originalSource"
        raise refusal(message, "INVALID_FIELD_ARGUMENTS")
    if id_ is not None:
        return _known(write, path, entry)
    is_good = _is_address(write, (*path, "originalSource"), source or "", "File URL is invalid")
    return _new(write, path, entry) if is_good else None


def _known(write: Write, path: Path, entry: Mapping[str, Any]) -> Picture | None:
    refuse(entry, ["filename", "originalSource"])
    number = gids.number(entry["id"], "MediaImage") or 0
    picture = write.pictures.get(number) or write.shop.media.get(number)
    if picture is None:
        write.complain((*path, "id"), f"File id {entry['id']} does not exist.", "media")
        return None
    if "alt" in entry and entry["alt"] != picture.alt:
        alt = _alt(write, path, entry)
        picture = replace(picture, alt=alt, updated_at=write.at)
        write.pictures[picture.id] = picture
    return picture


def _is_address(write: Write, path: Path, source: str, message: str) -> bool:
    """Whether Shopify would try to fetch it. What it would find there is seen later, if at all."""
    if ADDRESS.fullmatch(source):
        return True
    write.complain(path, message, "media")
    return False


def _new(write: Write, path: Path, entry: Mapping[str, Any]) -> Picture:
    shop, source = write.shop, entry["originalSource"]
    id_ = shop.new_id("MediaImage")
    name = _free_name(write, entry.get("filename") or _name(source), id_)
    alt = _alt(write, path, entry)
    url = _url(write, name)
    picture = Picture(id_, source, name, url, alt, created_at=write.at, updated_at=write.at)
    write.pictures[id_] = picture
    return picture


def _alt(write: Write, path: Path, entry: Mapping[str, Any]) -> str | None:
    alt: str | None = entry.get("alt")
    if alt is not None and len(alt) > MAX_ALT:
        message = f"The alt value exceeds the maximum limit of {MAX_ALT} characters."
        write.complain((*path, "alt"), message, "media")
    return alt


def _name(source: str) -> str:
    return PurePosixPath(unquote(urlsplit(source).path)).name or "image.jpg"


def _free_name(write: Write, name: str, id_: int) -> str:
    """The name, with a UUID before its ending when another file has it."""
    taken = {picture.filename for picture in write.pictures.values()}
    if name not in taken and name not in write.shop.filenames:
        return name
    stem, dot, ending = name.rpartition(".")
    # Made of the id, so that the same calls always make the same shop.
    suffix = uuid.uuid5(uuid.NAMESPACE_URL, gids.gid("MediaImage", id_))
    return f"{stem}_{suffix}.{ending}" if dot else f"{name}_{suffix}"


def _url(write: Write, name: str) -> str:
    options = write.shop.options
    number = zlib.crc32(options.domain.encode())
    folder = f"{number // 10_000 % 10_000:04}/{number % 10_000:04}"
    made_at = int(options.clock.now().timestamp())
    return f"https://cdn.shopify.com/s/files/1/{folder}/files/{name}?v={made_at}"
