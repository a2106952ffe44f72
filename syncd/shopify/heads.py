"""Which customers or orders changed, when: newest first by pages, or all by a bulk query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson

from syncd.errors import ResultGoneError
from syncd.phrases import phrase
from syncd.sales import Head, Kind
from syncd.shopify.client import Client
from syncd.shopify.documents import documents

PAGES: Mapping[Kind, str] = {"customer": "CustomerHeads", "order": "OrderHeads"}
LISTS: Mapping[Kind, str] = {"customer": "CustomerList", "order": "OrderList"}


@dataclass(frozen=True, slots=True)
class Page:
    """Heads, the newest first; `after` leads on to the next page, None at the end."""

    heads: tuple[Head, ...]
    after: str | None


async def page(client: Client, kind: Kind, *, first: int, after: str | None) -> Page:
    """A page of what changed last. Raises what `Client.execute` raises.

    Sorted, not searched: a search by `updated_at` knows whole days only for customers.
    """
    asked = {"first": first, "after": after}
    found = (await client.execute(PAGES[kind], asked))["heads"]
    heads = tuple(
        Head(node["id"], datetime.fromisoformat(node["updatedAt"])) for node in found["nodes"]
    )
    ahead = found["pageInfo"]
    return Page(heads, ahead["endCursor"] if ahead["hasNextPage"] else None)


def listing(kind: Kind, name: str) -> str:
    """The text of the bulk query that lists all; `name` becomes that of its operation."""
    text = documents()[LISTS[kind]].text
    return text.replace(f"query {LISTS[kind]} ", f"query {name} ")


def listed(path: Path, count: int) -> Iterator[Head]:
    """The lines of its result. Raises ResultGoneError when these are not `count` whole ones."""
    with path.open("rb") as file:
        number = 0
        for number, line in enumerate(file, 1):
            try:
                node = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                raise _cut(number, count) from error
            yield Head(node["id"], datetime.fromisoformat(node["updatedAt"]))
        if number != count:
            raise _cut(number, count)


def _cut(number: int, count: int) -> ResultGoneError:
    return ResultGoneError(
        phrase("the list has {number} lines of {count}", number=number, count=count),
        hint=phrase("it is asked for again by itself"),
    )
