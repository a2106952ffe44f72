"""Files of the shop: pictures, documents, videos."""

from __future__ import annotations

import mimetypes
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.records import File, OtherFile, Picture
from syncd.sandbox.resolvers.fields import Fields, Info, always, attribute, gid_of

# Their messages are in no recording; these are the schema's words for the codes.
FAILURES = {
    "MediaImage": (
        "IMAGE_DOWNLOAD_FAILURE",
        "Media could not be processed because the image could not be downloaded.",
    ),
    "GenericFile": (
        "GENERIC_FILE_DOWNLOAD_FAILURE",
        "File could not be created because the file could not be downloaded.",
    ),
}
UNKNOWN_FAILURE = ("UNKNOWN", "File error has occurred for an unknown reason.")


def is_ready(file: File) -> bool:
    return file.status == "READY"


def errors(file: File, _info: Info) -> list[dict[str, Any]]:
    """Only of files that were looked at: an address that cannot be fetched is accepted at first."""
    if file.status != "FAILED":
        return []
    kind = file.kind if isinstance(file, OtherFile) else "MediaImage"
    code, message = FAILURES.get(kind, UNKNOWN_FAILURE)
    return [{"code": code, "message": message, "details": None}]


def mime_type(file: File, _info: Info) -> str | None:
    return mimetypes.guess_type(file.filename)[0] if is_ready(file) else None


def image(picture: Picture, _info: Info) -> dict[str, Any] | None:
    """Null until the picture is ready, and while a new source of it is fetched."""
    return _image(picture) if is_ready(picture) and picture.due_at is None else None


def _image(picture: Picture) -> dict[str, Any]:
    return {
        "id": gids.gid("ImageSource", picture.id),
        "url": picture.url,
        "src": picture.url,
        "originalSrc": picture.url,
        "transformedSrc": picture.url,
        "altText": picture.alt,
        "width": picture.width,
        "height": picture.height,
    }


def preview(file: File, _info: Info) -> dict[str, Any]:
    is_shown = isinstance(file, Picture) and is_ready(file)
    return {"status": file.status, "image": _image(file) if is_shown else None}  # type: ignore[arg-type]


def original_source(file: File, _info: Info) -> dict[str, Any] | None:
    return {"url": file.url} if is_ready(file) else None


def url(file: File, _info: Info) -> str | None:
    return file.url if is_ready(file) else None


COMMON = {
    "alt": attribute("alt"),
    "fileStatus": attribute("status"),
    "fileErrors": errors,
    "preview": preview,
    "createdAt": attribute("created_at"),
    "updatedAt": attribute("updated_at"),
}
MEDIA = {
    **COMMON,
    "status": attribute("status"),
    "mediaErrors": errors,
    "mediaWarnings": always(()),
}

FIELDS: Fields = {
    "MediaImage": {
        **MEDIA,
        "id": gid_of("MediaImage"),
        "mediaContentType": always("IMAGE"),
        "mimeType": mime_type,
        "image": image,
        "originalSource": original_source,
    },
    "GenericFile": {
        **COMMON,
        "id": gid_of("GenericFile"),
        "mimeType": mime_type,
        "url": url,
    },
    "ExternalVideo": {
        **MEDIA,
        "id": gid_of("ExternalVideo"),
        "mediaContentType": always("EXTERNAL_VIDEO"),
        "host": lambda file, _info: "VIMEO" if "vimeo" in file.source else "YOUTUBE",
        "originUrl": attribute("source"),
        "embedUrl": attribute("source"),
        "embeddedUrl": attribute("source"),
    },
    "Video": {
        **MEDIA,
        "id": gid_of("Video"),
        "mediaContentType": always("VIDEO"),
        "filename": attribute("filename"),
        "originalSource": always(None),
        "sources": always(()),
    },
    "Model3d": {
        **MEDIA,
        "id": gid_of("Model3d"),
        "mediaContentType": always("MODEL_3D"),
        "filename": attribute("filename"),
        "originalSource": always(None),
        "sources": always(()),
    },
}
