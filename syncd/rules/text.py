"""Text the way Shopify stores it."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, urldefrag

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
NOT_WORD = re.compile(r"[\W_]+")
DELIMITER = re.compile(r"\s+/\s+")
ADDRESS = re.compile(r"https?://[\w.:@\[\]-]+(?:[/?]\S*)?", re.IGNORECASE | re.ASCII)
PLAIN_ADDRESS = re.compile(r"https?://[\w.:-]+/[\w.~%/?=&+,-]*", re.ASCII)  # nothing to escape
ADDRESS_LENGTH = 2048  # of originalSource; recorded 2026-04
UNQUOTED = "%/:?#[]@!$&'()*+,;=~"  # what an address may hold as it is, RFC 3986


def line(text: str) -> str:
    """One line without outer white space or control characters; Shopify trims what it stores."""
    if text.isprintable():  # so it has none, and most have none: an eighth of the time
        return text.strip()
    return CONTROL.sub(" ", text).strip()


def option_name(name: str) -> str:
    """Shopify refuses " / " in an option's name: it joins values in titles (recorded 2025-01)."""
    plain = line(name)
    return DELIMITER.sub("/", plain) if "/" in plain else plain


def fold(text: str) -> str:
    """What names, values and SKUs are compared by: case makes no difference to Shopify."""
    if text.isascii():
        return text.strip().lower()
    return unicodedata.normalize("NFC", text.strip()).casefold()


def handle(title: str) -> str:
    """The words that Shopify makes of a title for the product's address in the shop.

    It numbers those that are taken: `ski`, `ski-1`.
    """
    return NOT_WORD.sub("-", title.lower()).strip("-") or "product"


def shortened(text: str, length: int) -> str:
    """At most `length` characters; what is cut off ends in an ellipsis."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def address(text: str) -> str | None:
    """A picture's address as it travels, or None when no shop could fetch it.

    Letters beyond ASCII and spaces are escaped, as browsers do; Shopify refuses the whole product
    for one address that is none.
    """
    if PLAIN_ADDRESS.fullmatch(text) and len(text) <= ADDRESS_LENGTH:
        return text
    if CONTROL.search(text.strip()):
        return None
    escaped = urldefrag(quote(text.strip(), safe=UNQUOTED)).url
    return escaped if ADDRESS.fullmatch(escaped) and len(escaped) <= ADDRESS_LENGTH else None


def quoted(text: str, length: int = 80) -> str:
    """What somebody gave, as it can be shown anywhere: short, control characters as escapes."""
    return repr(shortened(text, length))
