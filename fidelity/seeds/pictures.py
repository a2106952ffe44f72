"""Pictures."""

from __future__ import annotations

from fidelity.seeds.making import LONG_AGO, Seeding, made, things
from fidelity.world import Thing
from syncd.sandbox.records import Picture


def media_of(thing: Thing) -> list[Thing]:
    shown = things(thing.get("media"))
    if not shown and isinstance(thing.get("featuredMedia"), dict):
        shown = [thing["featuredMedia"]]
    return [one for one in shown if one.get("__typename") in (None, "MediaImage")]


def picture_id(seeding: Seeding, thing: Thing) -> int:
    shop = seeding.shop
    number = seeding.number("MediaImage", thing)
    image = thing.get("image") or (thing.get("preview") or {}).get("image") or {}
    url = image.get("url") or f"https://cdn.shopify.com/s/files/1/0001/files/{number}.png"
    created_at = thing.get("createdAt") or LONG_AGO
    record = made(
        Picture,
        id=number,
        source=(thing.get("originalSource") or {}).get("url") or url,
        filename=url.partition("?")[0].rpartition("/")[2],
        url=url,
        alt=thing.get("alt"),
        created_at=created_at,
        updated_at=thing.get("updatedAt") or created_at,
        status=thing.get("status") or thing.get("fileStatus"),
        width=image.get("width"),
        height=image.get("height"),
    )
    shop.put("MediaImage", record)
    return number


def picture(seeding: Seeding, thing: Thing) -> None:
    picture_id(seeding, thing)


SEEDERS = {"MediaImage": picture}
