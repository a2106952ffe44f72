"""Find what somebody named among what there is."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from syncd.errors import ConfigError
from syncd.phrases import phrase
from syncd.rules.text import quoted, shortened

SHOWN = 12
LONGEST = 80  # characters of a name
CUTOFF = 0.5  # so alike is what may have been meant


def choose(what: str, named: str | None, offered: Mapping[str, str]) -> str:
    """The key of the one that was named, by its key or its name, whatever its case.

    `what` says what is chosen, in a phrase. `offered` is names by key. Without a name the only one
    there is, is meant. Raises ConfigError, listing what there is, when none or several fit.
    """
    if not offered:
        raise ConfigError(
            phrase("there is no {what} to choose from", what=what),
            hint=phrase("make a {what} first", what=what),
        )
    if named is None:
        if len(offered) == 1:
            return next(iter(offered))
        listed = _listed(offered)
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
                "the {what} {named} could be several: {found}",
                what=what,
                named=quoted(named),
                found=", ".join(found),
            ),
            hint=phrase("use the key"),
        )
    raise _unknown(what, named, offered)


def _unknown(what: str, named: str, offered: Mapping[str, str]) -> ConfigError:
    folded = shortened(named.strip().casefold(), LONGEST)
    texts = {text.casefold(): text for text in (*offered.values(), *offered)}
    near = difflib.get_close_matches(folded, texts, n=1, cutoff=CUTOFF)
    listed = _listed(offered)
    hint = phrase("there is: {listed}", listed=listed)
    if near:
        meant = quoted(texts[near[0]])
        hint = phrase("did you mean {near}? there is: {listed}", near=meant, listed=listed)
    message = phrase("there is no {what} {named}", what=what, named=quoted(named))
    return ConfigError(message, hint=hint)


def _listed(offered: Mapping[str, str]) -> str:
    listed = ", ".join(_shown(key, name) for key, name in list(offered.items())[:SHOWN])
    return f"{listed} …" if len(offered) > SHOWN else listed


def _shown(key: str, name: str) -> str:
    name = shortened(name, LONGEST)
    return key if key.casefold() == name.casefold() else f"{key} ({name})"
