"""Lists by pages: the field to search with, the links to the next page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlencode

from syncd.sandbox.pages.markup import Html

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Wish:
    """What of a list is wanted: what matches the words, what follows the cursor."""

    address: str
    words: str = ""
    after: str | None = None

    @property
    def variables(self) -> dict[str, Any]:
        """For a document with `$query` and `$after`."""
        return {"query": self.words or None, "after": self.after, "first": PAGE_SIZE}


def search(wish: Wish, hint: str) -> Html:
    return f"""<form class="find" action="{wish.address}" role="search">
<input type="search" name="q" value="{escape(wish.words)}" placeholder="{escape(hint)}"
 aria-label="{escape(hint)}">
<button>Find</button>
</form>"""


def links(wish: Wish, page_info: Mapping[str, Any]) -> Html:
    """To the first page, to the next one; nothing when all is shown."""
    parts = []
    if wish.after:
        first = f"?{urlencode({'q': wish.words})}" if wish.words else ""
        parts.append(f'<a href="{wish.address}{escape(first)}">First page</a>')
    if page_info.get("hasNextPage"):
        asked = {"after": page_info["endCursor"], **({"q": wish.words} if wish.words else {})}
        parts.append(f'<a href="{wish.address}?{escape(urlencode(asked))}">Next page</a>')
    return f'<nav class="pages">{"".join(parts)}</nav>' if parts else ""
