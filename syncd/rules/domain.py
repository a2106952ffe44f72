"""The address of a shop, from what people write."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from syncd.errors import ConfigError
from syncd.phrases import phrase
from syncd.rules.text import quoted

EXAMPLE = "my-shop.myshopify.com"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
SUFFIX = ".myshopify.com"
ADMIN = "admin.shopify.com"  # …/store/<name>: what the browser shows a merchant


def normal(text: str) -> str:
    """`x.myshopify.com` from that, from `x`, and from any address of the shop's admin.

    Raises ConfigError, with an example, for another host: a token must not go there.
    """
    given = text.strip()
    if not given.isprintable():  # urlsplit would drop line breaks, and find a host nobody wrote
        raise _refused(given)
    try:
        parts = urlsplit(given if "://" in given else f"//{given}")
        host = (parts.hostname or "").removesuffix(".")
    except ValueError as error:
        raise _refused(given) from error
    is_bare = given.lower() == host and "." not in host
    name = host if is_bare else _name(host, parts.path)
    if not NAME.fullmatch(name):
        raise _refused(given)
    return name + SUFFIX


def _refused(given: str) -> ConfigError:
    return ConfigError(
        phrase("{given} is not a Shopify shop", given=quoted(given)),
        hint=phrase(
            "give the shop's own address, such as {example}; Shopify shows it under Settings → "
            "Domains",
            example=EXAMPLE,
        ),
    )


def _name(host: str, path: str) -> str:
    """The shop's name, or something that is none."""
    if host == ADMIN:
        _, _, rest = path.partition("/store/")
        return rest.partition("/")[0].lower()
    return host.removesuffix(SUFFIX) if host.endswith(SUFFIX) else ""
