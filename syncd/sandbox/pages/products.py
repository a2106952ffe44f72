"""The shop as a web page: its products, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

from syncd.sandbox.pages.listing import PAGE_SIZE
from syncd.sandbox.pages.markup import Html, chip, files, prices, published, stock, whole
from syncd.sandbox.pages.seen import Seen
from syncd.sandbox.pages.sheet import sheet
from syncd.sandbox.records import Product
from syncd.sandbox.shop import Shop
from syncd.sandbox.versions import VERSIONS


@dataclass(frozen=True, slots=True)
class View:
    """Which products are wanted: those with these words in title or SKU; a page, from 1."""

    words: str = ""
    number: int = 1

    def address(self, number: int) -> str:
        asked = {"q": self.words, "page": number} if self.words else {"page": number}
        return escape(f"/?{urlencode(asked)}")


def products(seen: Seen, view: View) -> Html:
    """The page at `/`."""
    found = matching(seen.shop, view.words)
    if found:
        body = _table(seen.shop, found, view)
    elif view.words:
        body = _nothing(view.words)
    else:
        body = _empty(seen)
    return sheet(
        seen,
        "Products",
        f"""<div data-live="find">{_search(view) if seen.shop.products else ""}</div>
<main data-live="products">{body}</main>""",
    )


def matching(shop: Shop, words: str) -> list[Product]:
    """Products whose title, or one of whose SKUs, has the words in it; last changed first."""
    wanted = words.strip().lower()
    found = [one for one in shop.products.values() if not wanted or _has(one, wanted)]
    return sorted(found, key=lambda one: (one.updated_at, one.id), reverse=True)


def _has(product: Product, words: str) -> bool:
    return words in product.title.lower() or any(
        words in (variant.item.sku or "").lower() for variant in product.variants
    )


def _search(view: View) -> Html:
    return f"""<form class="find" action="/" role="search">
<input type="search" name="q" value="{escape(view.words)}" placeholder="Title or SKU"
 aria-label="Find by title or SKU">
<button>Find</button>
</form>"""


def _table(shop: Shop, found: Sequence[Product], view: View) -> Html:
    last = (len(found) - 1) // PAGE_SIZE + 1
    number = min(max(1, view.number), last)
    start = (number - 1) * PAGE_SIZE
    shown = found[start : start + PAGE_SIZE]
    rows = "\n".join(_row(shop, product) for product in shown)
    count = f"{whole(start + 1)} to {whole(start + len(shown))} of {whole(len(found))}"
    return f"""<div class="card"><table class="products">
<thead><tr><th>Product</th><th>Vendor</th><th>Status</th><th class="right">Variants</th>
<th class="right">Price, {escape(shop.options.currency)}</th><th class="right">Stock</th>
<th>Pictures</th><th>Published on</th><th class="right">Changed</th></tr></thead>
<tbody>
{rows}
</tbody></table></div>
<nav class="pages">{_links(view, number, last)}<span>{count}</span></nav>"""


def _row(shop: Shop, product: Product) -> Html:
    return f"""<tr>
<td><a class="title" href="/products/{product.id}">{escape(product.title)}</a>
<div class="soft small">{escape(product.handle)}</div></td>
<td class="tight">{escape(product.vendor)}</td>
<td>{chip(product.status)}</td>
<td class="right">{whole(len(product.variants))}</td>
<td class="right">{prices(product)}</td>
<td class="right">{stock(product.variants)}</td>
<td class="files">{files(shop.pictures(product))}</td>
<td class="tight">{published(shop, product)}</td>
<td class="right soft small">{escape(product.updated_at[11:19])}</td>
</tr>"""


def _links(view: View, number: int, last: int) -> Html:
    """The first page, the last, and those around the one that is shown."""
    if last == 1:
        return ""
    near = {1, last, *range(max(1, number - 2), min(last, number + 2) + 1)}
    parts, before = [], 0
    for one in sorted(near):
        if one > before + 1:
            parts.append("…")
        is_here = one == number
        parts.append(f"<b>{one}</b>" if is_here else f'<a href="{view.address(one)}">{one}</a>')
        before = one
    return "".join(parts)


def _nothing(words: str) -> Html:
    return f"""<div class="card empty"><h2>Nothing matches “{escape(words)}”</h2>
<p>The words are looked for in titles and SKUs.</p><a class="title" href="/">Show all products</a>
</div>"""


def _empty(seen: Seen) -> Html:
    document = 'mutation { productSet(input: {title: \\"Lue\\"}) { product { id } } }'
    order = f"""curl {seen.origin}/admin/api/{VERSIONS[-1]}/graphql.json \\
  -H 'Content-Type: application/json' \\
  -H 'X-Shopify-Access-Token: {seen.shop.options.token}' \\
  -d '{{"query": "{document}"}}'"""
    return f"""<div class="card empty"><h2>No products yet</h2>
<p>The shop is open and empty. Let syncd push to it, or send it a product yourself;
it appears here within a second.</p>
<pre><code>{escape(order)}</code></pre></div>"""
