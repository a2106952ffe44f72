"""The last requests: what was asked, what it cost, how it ended."""

from __future__ import annotations

from html import escape
from typing import Any

import orjson

from syncd.sandbox.journal import KEPT, Exchange
from syncd.sandbox.pages.digest import Digest, digest
from syncd.sandbox.pages.markup import NONE, Html, code, empty, pairs, table, whole
from syncd.sandbox.pages.seen import Seen
from syncd.sandbox.pages.sheet import sheet

BAD = ("HTTP 5", "no answer", "INTERNAL")


def requests(seen: Seen, *, is_only_bad: bool) -> Html:
    """The page at `/requests`, newest first."""
    newest = list(reversed(seen.journal.exchanges))
    shown = [one for one in newest if not is_only_bad or not digest(one).is_fine]
    heads = (">#", "When", "Asked", "Ended", ">Requested", ">Actual", ">Left", ">ms", "Version")
    if shown:
        body = table(heads, [_row(one) for one in shown], "requests")
    elif newest:
        body = empty("All went well", f"None of the last {whole(len(newest))} requests failed.")
    else:
        body = empty("Nothing asked yet", "The last 200 requests of apps are shown here.")
    other = (
        '<a href="/requests">all</a> · <b>only what went wrong</b>'
        if is_only_bad
        else '<b>all</b> · <a href="/requests?only=bad">only what went wrong</a>'
    )
    count = f"the last {whole(min(KEPT, len(newest)))} of {whole(seen.journal.count)}"
    return sheet(
        seen,
        "Requests",
        f"""<p class="calls choose">Show {other}</p>
<main data-live="main">{body}<p class="soft small">{count}</p></main>""",
        tab="/requests",
    )


def _row(one: Exchange) -> list[Html]:
    found = digest(one)
    fields = escape(", ".join(found.root_fields[:4]) or one.path)
    more = f" +{len(found.root_fields) - 4}" if len(found.root_fields) > 4 else ""
    return [
        f'<span class="soft">{one.number}</span>',
        f'<span class="soft small">{one.at:%H:%M:%S}</span>',
        f'<a class="title" href="/requests/{one.number}">{fields}{more}</a>'
        f'<div class="soft small">{escape(found.operation)}</div>',
        f'{_ending(found)} {_faults(one)}<div class="soft small said">{escape(found.words)}</div>',
        _points(found.asked_points),
        _points(found.spent_points),
        _points(found.left_points),
        f"{one.took_ms:.1f}",
        escape(_version(one)),
    ]


def _ending(found: Digest) -> Html:
    outcome = found.outcome
    kind = "fine" if found.is_fine else "broken" if outcome.startswith(BAD) else "refused"
    return f'<span class="chip {kind}">{escape(outcome)}</span>'


def _faults(one: Exchange) -> Html:
    return "".join(f'<span class="chip fault">{escape(kind)}</span>' for kind in one.faults)


def _points(points: Any) -> Html:
    return NONE if points is None else whole(round(points))


def _version(one: Exchange) -> str:
    parts = one.path.split("/")
    return parts[3] if one.path.startswith("/admin/api/") and len(parts) > 3 else "–"


def request(seen: Seen, number: int) -> Html | None:
    """The page at `/requests/{number}`; None when it is forgotten."""
    one = seen.journal.find(number)
    if one is None:
        return None
    found = digest(one)
    title = ", ".join(found.root_fields) or one.path
    return sheet(
        seen,
        title,
        f"""<main><a class="back" href="/requests">← All requests</a>
<h1>{escape(title)} {_ending(found)} {_faults(one)}</h1>
<p class="soft">{escape(found.words)}</p>
<h2>Facts</h2>{pairs(_facts(one, found))}
<h2>Query</h2>{_text(found.query or one.asked.decode(errors="replace"))}
<h2>Variables</h2>{_text(_pretty(found.variables))}
<h2>Answer</h2>{_text(_pretty(found.answer) or one.answered.decode(errors="replace"))}</main>""",
        tab="/requests",
    )


def _facts(one: Exchange, found: Digest) -> dict[str, Html]:
    return {
        "Request": code(f"{one.method} {one.path}"),
        "Token": code(f"…{one.token[-4:]}" if one.token else ""),
        "Operation": escape(found.operation),
        "When": f"{one.at:%Y-%m-%d %H:%M:%S} UTC",
        "Status": str(one.status or "no answer"),
        "Took": f"{one.took_ms:.1f} ms",
        "Requested cost": _points(found.asked_points),
        "Actual cost": _points(found.spent_points),
        "Points left then": _points(found.left_points),
    }


def _pretty(value: Any) -> str:
    return "" if value is None else orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def _text(text: str) -> Html:
    words = text.strip() or "none"
    return f'<pre class="card story">{escape(words)}</pre>'


def missing(seen: Seen, what: str, tab: str) -> Html:
    """For a thing of which the sandbox no longer knows."""
    words = "The sandbox keeps the last ones only, and none after a reset."
    return sheet(seen, f"No such {what}", empty(f"No such {what}", words), tab=tab)
