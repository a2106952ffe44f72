"""Pictures of products."""

from __future__ import annotations

import mimetypes
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.records import Picture
from syncd.sandbox.resolvers.fields import Fields, Info, always, attribute, gid_of, shop_of


def is_ready(picture: Picture, info: Info) -> bool:
    """Shopify fetches a picture after the answer that made it."""
    return picture.id not in shop_of(info).fresh_media


def status(picture: Picture, info: Info) -> str:
    return "READY" if is_ready(picture, info) else "UPLOADED"


def image(picture: Picture, info: Info) -> dict[str, Any] | None:
    """Null until the picture is ready."""
    if not is_ready(picture, info):
        return None
    return {"id": gids.gid("ImageSource", picture.id), "url": picture.url, "altText": picture.alt}


def preview(picture: Picture, info: Info) -> dict[str, Any]:
    return {"status": status(picture, info), "image": image(picture, info)}


def original_source(picture: Picture, info: Info) -> dict[str, Any] | None:
    return {"url": picture.url} if is_ready(picture, info) else None


FIELDS: Fields = {
    "MediaImage": {
        "id": gid_of("MediaImage"),
        "alt": attribute("alt"),
        "mediaContentType": always("IMAGE"),
        "status": status,
        "mediaErrors": always(()),
        "mediaWarnings": always(()),
        "fileStatus": status,
        "fileErrors": always(()),
        "mimeType": lambda picture, _info: mimetypes.guess_type(picture.filename)[0],
        "image": image,
        "preview": preview,
        "originalSource": original_source,
        "createdAt": attribute("created_at"),
        "updatedAt": attribute("updated_at"),
    },
}
