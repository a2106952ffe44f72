"""The bulk operations, as they go on."""

from __future__ import annotations

from html import escape

from syncd.sandbox.pages.asking import Json, ask
from syncd.sandbox.pages.listing import Wish, links
from syncd.sandbox.pages.markup import NONE, Html, chip, code, empty, moment, table, whole
from syncd.sandbox.pages.seen import Seen
from syncd.sandbox.pages.sheet import sheet

OPERATIONS = """
query Operations($first: Int!, $after: String) {
  bulkOperations(first: $first, after: $after, reverse: true, sortKey: CREATED_AT) {
    nodes {
      id type status errorCode createdAt completedAt objectCount rootObjectCount
      fileSize url partialDataUrl query
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""


def bulk(seen: Seen, wish: Wish) -> Html:
    """The page at `/bulk`."""
    variables = {"first": wish.variables["first"], "after": wish.after}
    found = ask(seen.shop, OPERATIONS, **variables).get("bulkOperations") or {}
    rows = [_row(one) for one in found.get("nodes") or ()]
    heads = ("Operation", "Status", ">Objects", ">Root objects", "Result", "Created", "Took")
    words = "bulkOperationRunQuery and bulkOperationRunMutation start them; here they are watched."
    body = table(heads, rows) if rows else empty("No bulk operations yet", words)
    return sheet(
        seen,
        "Bulk operations",
        f'<main data-live="main">{body}{links(wish, found.get("pageInfo") or {})}</main>',
        tab="/bulk",
    )


def _row(one: Json) -> list[Html]:
    query = " ".join(one["query"].split())
    error = f"<div>{chip(one['errorCode'])}</div>" if one.get("errorCode") else ""
    return [
        f"<b>{escape(one['type'].capitalize())}</b> {code(one['id'].rpartition('/')[2])}"
        f'<details class="small soft"><summary>{escape(query[:60])}…</summary>'
        f"<pre>{escape(one['query'].strip())}</pre></details>",
        f"{chip(one['status'])}{error}",
        whole(int(one["objectCount"])),
        whole(int(one["rootObjectCount"])),
        _result(one),
        f'<span class="soft small">{moment(str(one["createdAt"]))}</span>',
        escape(_took(one)),
    ]


def _result(one: Json) -> Html:
    size = f" {whole(int(one['fileSize']))} bytes" if one.get("fileSize") else ""
    if one.get("url"):
        return f'<a class="link" href="{escape(str(one["url"]))}">JSONL</a>{size}'
    if one.get("partialDataUrl"):
        return f'<a class="link" href="{escape(str(one["partialDataUrl"]))}">in part</a>'
    return NONE


def _took(one: Json) -> str:
    began, ended = str(one["createdAt"]), one.get("completedAt")
    if not ended:
        return "–"
    hours, minutes, seconds = (
        int(end) - int(start)
        for start, end in zip(began[11:19].split(":"), str(ended)[11:19].split(":"), strict=True)
    )
    return f"{(3600 * hours + 60 * minutes + seconds) % 86_400} s"
