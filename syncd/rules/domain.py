"""The address of a shop, from what people write."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from syncd.errors import ConfigError

EXAMPLE = "my-shop.myshopify.com"
HINT = f"give the shop's own address, such as {EXAMPLE}; Shopify shows it under Settings → Domains"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
SUFFIX = ".myshopify.com"
ADMIN = "admin.shopify.com"  # …/store/<name>: what the browser shows a merchant


def normal(text: str) -> str:
    """`x.myshopify.com` from that, from `x`, and from any address of the shop's admin.

    Raises ConfigError, with an example, for another host: a token must not go there.
    """
    given = text.strip()
    try:
        parts = urlsplit(given if "://" in given else f"//{given}")
        host = (parts.hostname or "").removesuffix(".")
    except ValueError as error:
        raise ConfigError(f"{given!r} is no address", hint=HINT) from error
    is_bare = given.lower() == host and "." not in host
    name = host if is_bare else _name(host, parts.path)
    if not NAME.fullmatch(name):
        raise ConfigError(f"{given!r} is not a Shopify shop", hint=HINT)
    return name + SUFFIX


def _name(host: str, path: str) -> str:
    """The shop's name, or something that is none."""
    if host == ADMIN:
        _, _, rest = path.partition("/store/")
        return rest.partition("/")[0].lower()
    return host.removesuffix(SUFFIX) if host.endswith(SUFFIX) else ""
