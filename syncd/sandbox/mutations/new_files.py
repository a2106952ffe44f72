"""Files as they come into the shop: their names, their addresses, what they are."""

from __future__ import annotations

import mimetypes
import re
import uuid
import zlib
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from syncd.sandbox import gids
from syncd.sandbox.happenings.media import first_due
from syncd.sandbox.mutations.write import Write
from syncd.sandbox.records import File, OtherFile, Picture
from syncd.sandbox.shop import Shop
from syncd.sandbox.words import refusal

ADDRESS = re.compile(r"https?://[\w.-]+(?::\d+)?(?:[/?#]\S*)?", re.IGNORECASE)
MAX_ALT = 512
MAX_SOURCE = 2_048
ALT_TOO_LONG = f"The alt value exceeds the maximum limit of {MAX_ALT} characters."
OTHER_NAME = "Provided filename extension must match original source."
NO_REPLACE = "Duplicate resolution mode 'REPLACE' is not supported for '{}' media type."
NO_NAME = "Missing filename argument when attempting to use REPLACE duplicate mode."
NAME_TAKEN = "Filename already exists."

KINDS: Mapping[str, str] = {
    "IMAGE": "MediaImage",
    "FILE": "GenericFile",
    "VIDEO": "Video",
    "EXTERNAL_VIDEO": "ExternalVideo",
    "MODEL_3D": "Model3d",
}
REPLACEABLE = ("IMAGE", "FILE")
SIZE = re.compile(r"(?<!\d)(?P<width>\d{2,4})x(?P<height>\d{2,4})(?!\d)")

Given = Mapping[str, Any]
Fault = tuple[str, str, str]
"""The field of the input, the message, the code of fileCreate."""


def is_address(source: str) -> bool:
    """Whether Shopify would try to fetch it. What it would find there is seen later."""
    return ADDRESS.fullmatch(source) is not None


def check_source(source: str) -> None:
    """Raises INVALID_FIELD_ARGUMENTS for an address that is too short or too long."""
    if not source:
        raise refusal("originalSource is too short (minimum is 1)", "INVALID_FIELD_ARGUMENTS")
    if len(source) > MAX_SOURCE:
        message = f"originalSource is too long (maximum is {MAX_SOURCE})"
        raise refusal(message, "INVALID_FIELD_ARGUMENTS")


def file_fault(shop: Shop, given: Given) -> Fault | None:
    """The first thing that is wrong with a new file: Shopify names one a file."""
    source, filename = given["originalSource"], given.get("filename")
    mode, content = given.get("duplicateResolutionMode"), given.get("contentType")
    if not is_address(source):
        return "originalSource", "File URL is invalid", "INVALID_IMAGE_SOURCE_URL"
    if filename and ending(source_name(source)) not in ("", ending(filename)):
        return "filename", OTHER_NAME, "MISMATCHED_FILENAME_AND_ORIGINAL_SOURCE"
    if mode == "REPLACE" and content not in REPLACEABLE:
        message = NO_REPLACE.format(content or "MISSING")
        return "duplicateResolutionMode", message, "INVALID_DUPLICATE_MODE_FOR_TYPE"
    if mode == "REPLACE" and not filename:
        return "filename", NO_NAME, "MISSING_FILENAME_FOR_DUPLICATE_MODE_REPLACE"
    if mode == "RAISE_ERROR" and (filename or source_name(source)) in shop.filenames:
        return "filename", NAME_TAKEN, "FILENAME_ALREADY_EXISTS"
    if len(given.get("alt") or "") > MAX_ALT:
        return "alt", ALT_TOO_LONG, "ALT_VALUE_LIMIT_EXCEEDED"
    return None


def new_picture(write: Write, given: Given) -> Picture:
    """Not to be seen before it is fetched."""
    shop, source = write.shop, given["originalSource"]
    id_ = shop.new_id("MediaImage")
    name = _free_name(write, given.get("filename") or source_name(source) or "image.jpg", id_)
    width, height = size_of(source)
    picture = Picture(
        id_,
        source,
        name,
        url_of(shop, name),
        given.get("alt"),
        created_at=write.at,
        updated_at=write.at,
        status="UPLOADED",
        due_at=first_due(shop),
        width=width,
        height=height,
    )
    write.pictures[id_] = picture
    return picture


def new_file(write: Write, given: Given) -> File:
    """Of any kind: the one that is given, else the one its ending tells."""
    shop, source = write.shop, given["originalSource"]
    kind = kind_of(given)
    if kind == "MediaImage":
        return new_picture(write, given)
    id_ = shop.new_id("MediaImage")  # all kinds of files share one sequence
    name = _free_name(write, given.get("filename") or source_name(source) or "file", id_)
    return OtherFile(
        id_,
        kind,
        source,
        name,
        url_of(shop, name),
        given.get("alt"),
        created_at=write.at,
        updated_at=write.at,
        status="UPLOADED",
        due_at=first_due(shop),
    )


def kind_of(given: Given) -> str:
    if given.get("contentType") is not None:
        return KINDS[given["contentType"]]
    name = source_name(given["originalSource"])
    mime = mimetypes.guess_type(name)[0] or ""
    if name.lower().endswith((".glb", ".usdz")):
        return "Model3d"
    return {"image": "MediaImage", "video": "Video"}.get(mime.partition("/")[0], "GenericFile")


def source_name(source: str) -> str:
    return PurePosixPath(unquote(urlsplit(source).path)).name


def ending(name: str) -> str:
    return PurePosixPath(name).suffix


def size_of(source: str) -> tuple[int, int]:
    """The sandbox fetches nothing, so the address has to tell: `https://placehold.co/600x400`."""
    found = SIZE.search(urlsplit(source).path)
    return (int(found["width"]), int(found["height"])) if found else (1_000, 1_000)


def url_of(shop: Shop, name: str) -> str:
    """The shop's own address of a file of that name, made now."""
    number = zlib.crc32(shop.options.domain.encode())
    folder = f"{number // 10_000 % 10_000:04}/{number % 10_000:04}"
    made_at = int(shop.options.clock.now().timestamp())
    return f"https://cdn.shopify.com/s/files/1/{folder}/files/{name}?v={made_at}"


def _free_name(write: Write, name: str, id_: int) -> str:
    """The name, with a UUID before its ending when another file has it."""
    taken = {picture.filename for picture in write.pictures.values()}
    if name not in taken and name not in write.shop.filenames:
        return name
    stem, dot, last = name.rpartition(".")
    # Made of the id, so that the same calls always make the same shop.
    suffix = uuid.uuid5(uuid.NAMESPACE_URL, gids.gid("MediaImage", id_))
    return f"{stem}_{suffix}.{last}" if dot else f"{name}_{suffix}"
