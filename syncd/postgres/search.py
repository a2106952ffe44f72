"""Linked products by the words that people remember of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from syncd.postgres.db import Executor, Statements

sql = Statements("search")

State = Literal["in step", "waits", "dead", "held", "archived", "gone"]
MOST_WORDS, LONGEST_WORD = 12, 60
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
PLAIN = str.maketrans("áàâäãéèêëíìîïóòôöõúùûüçñ", "aaaaaeeeeiiiiooooouuuucn")


@dataclass(frozen=True, slots=True)
class Result:
    """A product of a shop; `skus` are the first ones of its `variants`, `picture` an address."""

    shop_id: int
    key: str
    state: State
    gid: str
    title: str
    skus: tuple[str, ...]
    variants: int
    picture: str | None
    changed_at: datetime


async def linked(
    db: Executor,
    text: str,
    *,
    gids: Sequence[str] = (),
    shop_id: int | None = None,
    state: State | None = None,
    most: int = 50,
    after: tuple[int, str] = (0, ""),
) -> list[Result]:
    """Those with all the words, of one shop or all, in order of shop and key; `after` the last
    one of the page before."""
    rows = await sql.linked.fetch(
        db,
        shop_id=shop_id,
        query=query(text),
        word=CONTROL.sub(" ", text).strip()[:255],
        gids=list(gids),
        state=state,
        most=most,
        after_shop=after[0],
        after_key=after[1],
    )
    return [Result(**{**row, "skus": tuple(row["skus"])}) for row in rows]


def query(text: str) -> str:
    """The words as Postgres's text search takes them: quoted, each the beginning of one."""
    plain = CONTROL.sub(" ", unicodedata.normalize("NFC", text).lower()).translate(PLAIN)
    words = [word[:LONGEST_WORD] for word in plain.split()[:MOST_WORDS]]
    known = [word for word in words if any(map(str.isalnum, word))]
    return " & ".join("'" + word.replace("\\", " ").replace("'", "''") + "':*" for word in known)
