"""Find what somebody named among what there is."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from syncd.errors import ConfigError
from syncd.phrases import phrase

SHOWN = 12


def choose(what: str, named: str | None, offered: Mapping[str, str]) -> str:
    """The key of the one that was named, by its key or its name, whatever its case.

    `offered` is names by key. Without a name the only one there is, is meant. Raises ConfigError,
    listing what there is, when none or several fit.
    """
    listed = ", ".join(_shown(key, name) for key, name in list(offered.items())[:SHOWN])
    if not offered:
        raise ConfigError(
            phrase("there is no {what} to choose from", what=what),
            hint=phrase("make a {what} first", what=what),
        )
    if named is None:
        if len(offered) == 1:
            return next(iter(offered))
        raise ConfigError(
            phrase("there are several of the kind {what}: {listed}", what=what, listed=listed),
            hint=phrase("name the {what}", what=what),
        )
    folded = named.strip().casefold()
    found = [key for key, name in offered.items() if folded in (key.casefold(), name.casefold())]
    if named in offered:
        return named
    if len(found) == 1:
        return found[0]
    if found:
        raise ConfigError(
            phrase(
                "the {what} {named!r} could be several: {found}",
                what=what,
                named=named,
                found=", ".join(found),
            ),
            hint=phrase("use the key"),
        )
    near = difflib.get_close_matches(folded, [*offered, *offered.values()], n=1, cutoff=0.5)
    hint = phrase("there is: {listed}", listed=listed)
    if near:
        hint = phrase("did you mean {near!r}? there is: {listed}", near=near[0], listed=listed)
    raise ConfigError(phrase("there is no {what} {named!r}", what=what, named=named), hint=hint)


def _shown(key: str, name: str) -> str:
    return key if key.casefold() == name.casefold() else f"{key} ({name})"
