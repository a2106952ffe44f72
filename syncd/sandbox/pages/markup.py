"""How small things are shown: numbers, amounts, times, states.

Whatever comes from the shop goes through `escape` before it is HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from html import escape

from syncd.sandbox.records import Picture, Product, Variant
from syncd.sandbox.shop import Shop

THIN_SPACE = "\u202f"
NONE = '<span class="none">–</span>'

Html = str


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
    """A state as Shopify names it, `PARTIALLY_FULFILLED`."""
    name = escape(status.lower())
    return f'<span class="chip {name}">{name.replace("_", " ").capitalize()}</span>'


def code(text: str | None) -> Html:
    return f'<span class="code">{escape(text)}</span>' if text else NONE


def pairs(facts: Mapping[str, Html | None]) -> Html:
    """Names with values, one below the other. The values are HTML."""
    shown = "".join(f"<dt>{escape(n)}</dt><dd>{value or NONE}</dd>" for n, value in facts.items())
    return f'<div class="card"><dl class="pairs">{shown}</dl></div>'


def table(heads: Sequence[str], rows: Sequence[Sequence[Html]], kind: str = "") -> Html:
    """Heads are text; one that begins with `>` stands over numbers. Cells are HTML."""
    sides = [' class="right"' if head.startswith(">") else "" for head in heads]
    top = "".join(
        f"<th{side}>{escape(head.removeprefix('>'))}</th>"
        for head, side in zip(heads, sides, strict=True)
    )
    body = "\n".join(
        f"<tr>{''.join(f'<td{s}>{one}</td>' for s, one in zip(sides, row, strict=True))}</tr>"
        for row in rows
    )
    return (
        f'<div class="card"><table class="{kind}"><thead><tr>{top}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def empty(title: str, words: str, example: str = "") -> Html:
    """Where there is nothing to show: why, what to do. Texts, not HTML."""
    shown = f"<pre><code>{escape(example)}</code></pre>" if example else ""
    return (
        f"""<div class="card empty"><h2>{escape(title)}</h2><p>{escape(words)}</p>{shown}</div>"""
    )


def prices(product: Product) -> Html:
    """The lowest and the highest; one when they are equal."""
    found = sorted({Decimal(variant.price) for variant in product.variants})
    return " – ".join(money(str(price)) for price in dict.fromkeys((found[0], found[-1])))


def stock(variants: Iterable[Variant]) -> Html:
    """What is available of the tracked ones."""
    tracked = [variant.item for variant in variants if variant.item.tracked]
    if not tracked:
        return '<span class="none">untracked</span>'
    total = sum(item.available for item in tracked)
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
