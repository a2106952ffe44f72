"""One product as a web page: its facts, its variants, its pictures."""

from __future__ import annotations

from html import escape

from syncd.sandbox.pages.markup import NONE, Html, chip, moment, money, pairs, published, stock
from syncd.sandbox.pages.seen import Seen
from syncd.sandbox.pages.sheet import sheet
from syncd.sandbox.records import Picture, Product, Variant
from syncd.sandbox.shop import Shop
from syncd.sandbox.state import option_values, quantities


def product(seen: Seen, product: Product) -> Html:
    """The page at `/products/{number}`."""
    shop = seen.shop
    return sheet(
        seen,
        product.title,
        f"""<a class="back" href="/">← All products of {escape(shop.options.name)}</a>
<div data-live="product">
<h1>{escape(product.title)} {chip(product.status)}</h1>
<h2>Facts</h2>{pairs(_facts(shop, product))}
<h2>Variants</h2><div class="card">{_variants(shop, product)}</div>
<h2>Pictures</h2>{_pictures(shop.pictures(product))}
{_description(product)}
</div>""",
    )


def missing(seen: Seen) -> Html:
    return sheet(
        seen,
        "No such product",
        """<main class="card empty"><h2>No such product</h2>
<p>It may have been deleted, or the shop was emptied.</p>
<a class="title" href="/">Show all products</a></main>""",
    )


def _facts(shop: Shop, product: Product) -> dict[str, Html]:
    facts = {
        "Vendor": escape(product.vendor),
        "Type": escape(product.product_type),
        "Tags": escape(", ".join(product.tags)),
        "Handle": escape(product.handle),
        "Published on": published(shop, product),
        "Id": f'<span class="code">gid://shopify/Product/{product.id}</span>',
        "Created": moment(product.created_at),
        "Changed": moment(product.updated_at),
    }
    for one in product.metafields:
        facts[f"{one.namespace}.{one.key}"] = f'<span class="code">{escape(one.value)}</span>'
    return facts


def _variants(shop: Shop, product: Product) -> Html:
    options = "".join(f"<th>{escape(option.name)}</th>" for option in product.options)
    places = "".join(f'<th class="right">{escape(name)}</th>' for name in _places(shop))
    rows = "\n".join(_variant(shop, product, variant) for variant in product.variants)
    return f"""<table><thead><tr>{options}<th>SKU</th><th>Barcode</th><th class="right">Price</th>
<th class="right">Compare at</th><th class="right">Stock</th>{places}<th>Picture</th></tr>
</thead><tbody>{rows}</tbody></table>"""


def _places(shop: Shop) -> list[str]:
    """The locations, if there is more than one to tell apart."""
    names = [place.name for place in shop.locations.values()]
    return names if len(names) > 1 else []


def _variant(shop: Shop, product: Product, variant: Variant) -> Html:
    values = option_values(product, variant).values()
    picture = shop.media[variant.media_id].filename if variant.media_id else ""
    held = quantities(shop, variant)
    places = "".join(f'<td class="right">{held.get(name, NONE)}</td>' for name in _places(shop))
    before = variant.compare_at_price
    return f"""<tr>{"".join(f'<td class="title">{escape(value)}</td>' for value in values)}
<td class="code tight">{escape(variant.item.sku or "") or NONE}</td>
<td class="code tight">{escape(variant.barcode or "") or NONE}</td>
<td class="right">{money(variant.price)}</td>
<td class="right">{money(before) if before else NONE}</td>
<td class="right">{stock([variant])}</td>{places}
<td class="code tight">{escape(picture) or NONE}</td></tr>"""


def _pictures(pictures: list[Picture]) -> Html:
    if not pictures:
        return '<p class="soft">None.</p>'
    rows = "\n".join(_picture(place, one) for place, one in enumerate(pictures, start=1))
    return f"""<div class="card"><table><thead><tr><th>#</th><th>File</th><th>Alt text</th>
<th>Fetched from</th></tr></thead><tbody>{rows}</tbody></table></div>"""


def _picture(place: int, picture: Picture) -> Html:
    return f"""<tr><td class="soft">{place}</td>
<td class="code title tight">{escape(picture.filename)}</td>
<td>{escape(picture.alt or "") or NONE}</td>
<td class="code soft">{escape(picture.source)}</td></tr>"""


def _description(product: Product) -> Html:
    """Its HTML as text: the page shows a stranger's markup to nobody's browser."""
    if not product.description_html:
        return ""
    return f"""<h2>Description</h2><div class="card story">
<p class="code">{escape(product.description_html)}</p></div>"""
