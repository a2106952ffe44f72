"""What the web pages share: the sheet around them, how small things are shown.

Whatever comes from the shop goes through `escape` before it is HTML.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from html import escape
from pathlib import Path

from syncd.sandbox.bucket import Bucket
from syncd.sandbox.counters import Counters
from syncd.sandbox.records import Picture, Product, Variant
from syncd.sandbox.shop import Shop

THIN_SPACE = "\u202f"
NONE = '<span class="none">–</span>'

# What is marked live is fetched again every few seconds, so that one can watch a shop being filled.
REFRESH = """
setInterval(async () => {
  if (document.hidden) return;
  const answer = await fetch(location.href).catch(() => null);
  if (!answer || !answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const news = fresh.querySelector(`[data-live=${part.dataset.live}]`);
    if (news && news.innerHTML !== part.innerHTML) part.innerHTML = news.innerHTML;
  }
}, 3000);
"""

Html = str


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page shows something of."""

    shop: Shop
    bucket: Bucket
    counters: Counters
    origin: str
    """The address of the sandbox, as the browser knows it."""


def sheet(seen: Seen, title: str, body: Html) -> Html:
    """A whole page."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} – {escape(seen.shop.options.name)}</title>
<link rel="icon" href="data:,">
<style>{style()}</style>
</head>
<body>
<div class="sheet">
{body}
<footer>A sandbox that answers as Shopify does; nothing here is for sale. Also as JSON:
<a href="/_sandbox/state">what the shop holds</a>, <a href="/_sandbox/stats">what was asked</a>.
</footer>
</div>
<script>{REFRESH}</script>
</body>
</html>
"""


@cache
def style() -> str:
    return Path(__file__).with_name("page.css").read_text(encoding="utf-8")


def header(seen: Seen) -> Html:
    """The shop's name, and what it holds and was asked."""
    options, counters = seen.shop.options, seen.counters
    facts = {
        "Products": len(seen.shop.products),
        "Variants": len(seen.shop.variants),
        "Requests": counters.requests,
        "Points spent": counters.points,
        "Throttled": counters.throttled,
    }
    shown = "".join(f"<div><dt>{name}</dt><dd>{whole(n)}</dd></div>" for name, n in facts.items())
    return f"""<header>
<div class="name">
<h1><a href="/">{escape(options.name)}</a></h1>
<div class="soft">{escape(options.domain)}</div>
</div>
<dl class="facts">{shown}{_bucket(seen.bucket)}</dl>
</header>
{_calls(counters)}"""


def _bucket(bucket: Bucket) -> Html:
    status = bucket.status()
    left, size = status["currentlyAvailable"], status["maximumAvailable"]
    return f"""<div class="bucket"><dt>Points left</dt>
<dd><b>{whole(left)}</b> of {whole(size)}, {whole(status["restoreRate"])} a second</dd>
<div class="bar"><i style="width:{max(0, 100 * left // size)}%"></i></div></div>"""


def _calls(counters: Counters) -> Html:
    if not counters.calls:
        return ""
    shown = " · ".join(
        f"{escape(name)} <b>{whole(n)}</b>" for name, n in counters.calls.most_common()
    )
    return f'<p class="calls">Called: {shown}</p>'


def whole(number: int) -> str:
    """`1 234 567`"""
    return f"{number:,}".replace(",", THIN_SPACE)


def money(amount: str) -> str:
    """`1 299.00`"""
    return f"{Decimal(amount):,.2f}".replace(",", THIN_SPACE)


def moment(at: str) -> str:
    """`2026-11-25 07:26:22 UTC`"""
    return f"{at[:10]} {at[11:19]} UTC"


def chip(status: str) -> Html:
    name = escape(status.lower())
    return f'<span class="chip {name}">{name.capitalize()}</span>'


def prices(product: Product) -> Html:
    """The lowest and the highest; one when they are equal."""
    found = sorted({Decimal(variant.price) for variant in product.variants})
    return " – ".join(money(str(price)) for price in dict.fromkeys((found[0], found[-1])))


def stock(variants: Iterable[Variant]) -> Html:
    """What is available of the tracked ones."""
    tracked = [variant.item for variant in variants if variant.item.tracked]
    if not tracked:
        return '<span class="none">untracked</span>'
    total = sum(level.available for item in tracked for level in item.levels)
    return whole(total) if total > 0 else f'<span class="zero">{whole(total)}</span>'


def published(shop: Shop, product: Product) -> Html:
    names = [shop.publications[one.publication_id].name for one in product.published]
    return escape(", ".join(names)) or NONE


def files(pictures: list[Picture]) -> Html:
    """The name of the first picture, and how many more there are."""
    if not pictures:
        return NONE
    more = f"<b>+{len(pictures) - 1}</b>" if len(pictures) > 1 else ""
    return f'<span class="code"><i>{escape(pictures[0].filename)}</i>{more}</span>'
