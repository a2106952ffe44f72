"""Which pictures of a product in Shopify are ours, where they stand, how they are sent."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from syncd.records import ObservedFile, Picture
from syncd.rules.text import fold

MAX_PICTURES = 250  # media of a product, all third-party notes agree, read 2026-11
UUID = re.compile(r"_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
ODD = re.compile(r"[^a-z0-9]+")

Files = Mapping[str, str]
"""GIDs of files by the ref of their picture."""


@dataclass(frozen=True, slots=True)
class Album:
    """A product's pictures in Shopify by their GIDs, in order; those it could not fetch left out.

    `theirs` are the merchant's, `unclear` those of them that have no name yet to be known by.
    """

    order: tuple[str, ...] = ()
    theirs: frozenset[str] = frozenset()
    unclear: frozenset[str] = frozenset()


EMPTY = Album()


def sorted_out(
    wanted: Sequence[Picture],
    files: Files,
    shown: Sequence[ObservedFile],
    may_be_there: Collection[str] | None = None,
) -> tuple[dict[str, str], Album]:
    """The files of ours that are there, by ref, and the album with the merchant's.

    A file whose id we never learned (the answer was lost, the database restored) is known by its
    name, which Shopify takes from the address. A name does not tell which version of a picture it
    is: such a file is nobody's, and will be replaced. Names count only for pictures whose addresses
    `may_be_there`, since we may have sent them (None: all): the merchant's may be called the same.
    """
    there = [file for file in shown if file.state != "failed"]
    gids = {file.gid for file in there}
    ours = {ref: gid for ref, gid in files.items() if gid in gids}
    strange = [file for file in there if file.gid not in ours.values()]
    stale = set()
    for picture in wanted:
        if picture.ref in ours or not (may_be_there is None or picture.address in may_be_there):
            continue
        name = _stem(picture.address)
        found = next((file for file in strange if file.name and _stem(file.name) == name), None)
        if found is not None and name:
            strange.remove(found)
            if picture.version is None:
                ours[picture.ref] = found.gid
            else:
                stale.add(found.gid)
    theirs = frozenset(file.gid for file in strange)
    unclear = frozenset(file.gid for file in strange if file.state == "pending")
    order = tuple(file.gid for file in there if file.gid not in stale)
    return ours, Album(order, theirs, unclear)


def namesakes(sent: Sequence[Picture], shown: Sequence[ObservedFile]) -> dict[str, str]:
    """Files by ref of pictures that were sent without learning their ids, by their names.

    Those alone of which there is one of the name on either side; those without a name, since
    Shopify could not fetch them, in their order if nothing else is left.
    """
    ours = _once([(_stem(picture.address), picture.ref) for picture in sent])
    theirs = _once([(_stem(file.name), file.gid) for file in shown if file.name])
    found = {ours[name]: theirs[name] for name in ours.keys() & theirs.keys() if name}
    left = [picture.ref for picture in sent if picture.ref not in found]
    nameless = [file.gid for file in shown if not file.name]
    if len(left) == len(nameless) == len(shown) - len(found):
        found |= zip(left, nameless, strict=True)
    return found


def _once(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    names = [name for name, _ in pairs]
    return {name: one for name, one in pairs if names.count(name) == 1}


def arranged(wanted: Sequence[Picture], files: Files, album: Album) -> list[Picture | str]:
    """The complete list: ours in their order, with the merchant's (GIDs) where they stand now.

    What we have more goes to the end, up to MAX_PICTURES with theirs.
    """
    ours = list(wanted[: max(0, MAX_PICTURES - len(album.theirs))])
    entries: list[Picture | str] = []
    for gid in album.order:
        if gid in album.theirs:
            entries.append(gid)
        elif ours:
            entries.append(ours.pop(0))
    return entries + list(ours)


def file_input(picture: Picture, files: Files) -> dict[str, Any]:
    """A known picture by its file id: its address would make Shopify fetch a second copy."""
    if picture.ref in files:
        return {"id": files[picture.ref], "alt": picture.alt}
    return {"originalSource": picture.address, "alt": picture.alt, "contentType": "IMAGE"}


def list_input(entries: Sequence[Picture | str], files: Files) -> list[dict[str, Any]]:
    """The list as productSet takes it; the merchant's pictures keep their words."""
    return [
        {"id": entry} if isinstance(entry, str) else file_input(entry, files) for entry in entries
    ]


def accepted(entries: Sequence[Picture | str], gids: Sequence[str]) -> dict[str, str]:
    """File ids by ref, from the ids of an answer: they stand in the order that was sent."""
    if len(gids) != len(entries):
        return {}
    pairs = zip(entries, gids, strict=True)
    return {entry.ref: gid for entry, gid in pairs if isinstance(entry, Picture)}


def usable(
    wanted: Sequence[Picture], files: Files, known: Collection[Picture], borrowed: Collection[str]
) -> dict[str, str]:
    """Our files without those that belong to another product, where the words shall be others.

    A file has one text for all products that show it; with other words a product gets its own.
    """
    alts = {picture.ref: picture.alt for picture in known}
    changed = {one.ref for one in wanted if alts.get(one.ref, one.alt) != one.alt}
    return {ref: gid for ref, gid in files.items() if not (ref in changed and gid in borrowed)}


def _stem(address: str) -> str:
    """What two names of one file have in common, whatever Shopify did to the signs in it."""
    stem = PurePosixPath(unquote(urlsplit(address).path)).stem
    plain = fold(UUID.sub("", stem))
    return ODD.sub("", plain) or plain
