"""An access token or a secret, told from what people paste instead of one."""

from __future__ import annotations

import re

from syncd.errors import ConfigError
from syncd.phrases import phrase

SECRET = re.compile(r"shpss_\w*|[0-9a-f]{32}", re.IGNORECASE | re.ASCII)
PLAIN = re.compile(r"[!-~]{1,255}")  # what a header of HTTP can carry
WHERE = "Settings → Apps → Develop apps → API credentials"


def checked(text: str) -> str:
    """The token without outer space; raises ConfigError, which never shows it, for what is none."""
    given = text.strip()
    hint = phrase(
        "copy the Admin API access token, shpat_…; Shopify shows it once, under {where}",
        where=WHERE,
    )
    if not given:
        raise ConfigError(phrase("no access token was given"), hint=hint)
    if SECRET.fullmatch(given):
        raise ConfigError(phrase("this is the app's API secret, not its access token"), hint=hint)
    if not PLAIN.fullmatch(given):
        raise ConfigError(phrase("this cannot be an access token"), hint=hint)
    return given


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
