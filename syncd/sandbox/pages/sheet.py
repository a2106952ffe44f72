"""The sheet around every page: the head with the gauges, the tabs, the foot."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from html import escape
from pathlib import Path

from syncd.sandbox.bucket import Bucket
from syncd.sandbox.mischief import Rule
from syncd.sandbox.pages.markup import Html, whole
from syncd.sandbox.pages.pulse import mark
from syncd.sandbox.pages.seen import Seen

TABS = {
    "/": "Products",
    "/stock": "Stock",
    "/orders": "Orders",
    "/customers": "Customers",
    "/bulk": "Bulk operations",
    "/webhooks": "Webhooks",
    "/requests": "Requests",
}
CALLS_SHOWN = 8


def sheet(seen: Seen, title: str, body: Html, *, tab: str = "/") -> Html:
    """A whole page. `tab` is the address of the one that is open."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} – {escape(seen.shop.options.name)}</title>
<link rel="icon" href="data:,">
<style>{_file("page.css")}</style>
</head>
<body data-mark="{escape(mark(seen))}">
<div class="sheet">
<div data-live="head">{_header(seen)}</div>
<nav class="tabs" data-live="tabs">{_tabs(seen, tab)}</nav>
{body}
<footer>A sandbox that answers as Shopify does; nothing here is for sale. Also as JSON:
<a href="/_sandbox/state">what the shop holds</a>, <a href="/_sandbox/stats">what was asked</a>.
</footer>
</div>
<script>{_file("page.js")}</script>
</body>
</html>
"""


@cache
def _file(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _header(seen: Seen) -> Html:
    """The shop's name, what it holds, what it was asked."""
    options, counters = seen.shop.options, seen.counters
    facts = {
        "Products": len(seen.shop.products),
        "Variants": len(seen.shop.variants),
        "Requests": counters.requests,
        "Points spent": counters.points,
        "Throttled": counters.throttled,
    }
    shown = "".join(f"<div><dt>{name}</dt><dd>{whole(n)}</dd></div>" for name, n in facts.items())
    gauges = "".join(
        _gauge(app, bucket, is_alone=len(seen.buckets) == 1) for app, bucket in seen.buckets.items()
    )
    return f"""<header>
<div class="name">
<h1><a href="/">{escape(options.name)}</a></h1>
<div class="soft">{escape(options.domain)}</div>
{_clock(seen)}
</div>
<dl class="facts">{shown}{gauges}</dl>
</header>
{_calls(seen)}{_faults(seen)}"""


def _gauge(app: str, bucket: Bucket, *, is_alone: bool) -> Html:
    status = bucket.status()
    left, size = status["currentlyAvailable"], status["maximumAvailable"]
    whose = "" if is_alone else f" of {escape(app)}"
    share = max(0, 100 * left // size)
    trace = '<svg class="trace" viewBox="0 0 90 24" preserveAspectRatio="none"><polyline/></svg>'
    return f"""<div class="gauge" data-app="{escape(app)}"><dt>Points left{whose}</dt>
<dd><b>{whole(left)}</b> of {whole(size)}, {whole(status["restoreRate"])} a second</dd>
<div class="bar"><i class="{"low" if share < 20 else ""}" style="width:{share}%"></i></div>
{trace if is_alone else ""}</div>"""


def _clock(seen: Seen) -> Html:
    now, hands = seen.shop.options.clock.now(), seen.hands
    is_stopped = hands.stopped_at is not None
    ahead = timedelta(seconds=round(hands.ahead_s))
    said = " · stopped" if is_stopped else f" · {ahead} ahead" if hands.ahead_s >= 1 else ""
    return f"""<div class="clock soft small" title="The shop's clock: /_sandbox/clock">
<time>{now:%Y-%m-%d %H:%M:%S}</time> UTC<b>{said}</b></div>"""


def _calls(seen: Seen) -> Html:
    calls = seen.counters.calls
    if not calls:
        return ""
    shown = [f"{escape(name)} <b>{whole(n)}</b>" for name, n in calls.most_common(CALLS_SHOWN)]
    more = [f"{whole(len(calls) - CALLS_SHOWN)} more"] if len(calls) > CALLS_SHOWN else []
    return f'<p class="calls">Called: {" · ".join([*shown, *more])}</p>'


def _faults(seen: Seen) -> Html:
    """The faults on demand that can strike, so that nobody wonders."""
    rules = seen.shop.mischief.rules
    if not rules:
        return ""
    return f'<p class="faults">Set to go wrong: {" ".join(map(_fault, rules))}</p>'


def _fault(rule: Rule) -> Html:
    times = "" if rule.times is None else f" of {whole(rule.times)}"
    chance = "" if rule.probability >= 1 else f", chance {rule.probability:g}"
    details = ", ".join(f"{name} {value}" for name, value in rule.details.items())
    where = f" on {rule.root}" if rule.root else ""
    is_over = rule.times is not None and rule.struck >= rule.times
    words = f"{rule.kind}{where}{f' ({details})' if details else ''}{chance}"
    return (
        f'<span class="fault{" over" if is_over else ""}">{escape(words)}'
        f" · struck {whole(rule.struck)}{times}</span>"
    )


def _tabs(seen: Seen, tab: str) -> Html:
    counts = _counts(seen)
    shown = []
    for address, name in TABS.items():
        count = f" <small>{whole(counts[address])}</small>" if counts.get(address) else ""
        here = ' aria-current="page"' if address == tab else ""
        shown.append(f'<a href="{address}"{here}>{name}{count}</a>')
    return "".join(shown)


def _counts(seen: Seen) -> dict[str, int]:
    held = seen.shop.held
    return {
        "/": len(seen.shop.products),
        "/stock": len(seen.shop.items),
        "/orders": len(held.get("Order", {})),
        "/customers": len(held.get("Customer", {})),
        "/bulk": len(held.get("BulkOperation", {})),
        "/webhooks": len(held.get("Delivery", {})),
        "/requests": seen.journal.count,
    }
