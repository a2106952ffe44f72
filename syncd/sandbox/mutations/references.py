"""Documents that a change of stock refers to: references, ledgers."""

from __future__ import annotations

import re

URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
GID = re.compile(r"gid://[^/\s]+/[^/\s]+/\S+")


def is_uri(text: str) -> bool:
    """Anything with a scheme and something behind it; a gid has three parts."""
    return bool((GID if text.startswith("gid:") else URI).fullmatch(text))


def ledger_fault(name: str, uri: str | None) -> tuple[str, str] | None:
    """What is wrong, with its code. What is not available is on somebody's books, not Shopify's."""
    if name == "available":
        words = "A ledger document URI is not allowed when adjusting available."
        return None if uri is None else (words, "INVALID_AVAILABLE_DOCUMENT")
    if uri is None:
        words = "A ledger document URI is required except when adjusting available."
        return words, "INVALID_QUANTITY_DOCUMENT"
    if uri.startswith("gid://shopify/"):
        words = "Internal (gid://shopify/) ledger documents are not allowed to be adjusted via API."
        return words, "INTERNAL_LEDGER_DOCUMENT"
    if not is_uri(uri):
        return "The specified ledger document is invalid.", "INVALID_LEDGER_DOCUMENT"
    return None
