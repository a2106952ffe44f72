"""The secret of an app, told from what people paste instead of it."""

from __future__ import annotations

import re

from syncd.errors import ConfigError
from syncd.phrases import phrase

PLAIN = re.compile(r"[!-~]{1,255}")  # what a header of HTTP can carry
WHERE = "Settings → Apps → Develop apps → API credentials"


def checked_secret(text: str) -> str:
    """The app's secret without outer space; raises ConfigError for what is none."""
    given = text.strip()
    hint = phrase("copy the app's API secret key; Shopify shows it under {where}", where=WHERE)
    if not given:
        raise ConfigError(phrase("no secret was given"), hint=hint)
    if given.lower().startswith("shpat_"):
        raise ConfigError(phrase("this is the app's access token, not its API secret"), hint=hint)
    if not PLAIN.fullmatch(given):
        raise ConfigError(phrase("this cannot be the app's secret"), hint=hint)
    return given
