from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession

from tests.sandbox.callers import open_shop, product
from tests.sandbox.till import SIZES


async def page(session: ClientSession, path: str = "/", *, status: int = 200) -> str:
    async with session.get(path) as response:
        assert response.status == status
        assert response.content_type == "text/html"
        return await response.text()


@asynccontextmanager
async def shop_with(*titles: str, **more: Any) -> AsyncIterator[ClientSession]:
    async with open_shop() as (session, _):
        for title in titles:
            await product(session, title, **more)
        yield session


def words(html: str) -> str:
    """What is to be read on a page."""
    body = re.sub(r"<(style|script)>.*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body))


async def test_an_empty_shop_says_what_to_do() -> None:
    async with open_shop() as (session, shop):
        html = await page(session)
    assert "No products yet" in html
    assert "X-Shopify-Access-Token: shpat_sandbox" in html
    assert f"curl {shop.url}/admin/api/2026-10/graphql.json" in html


async def test_a_product_is_shown_in_a_row() -> None:
    picture = {"originalSource": "https://example.com/lue.jpg"}
    async with shop_with("Lue", vendor="Devold", files=[picture], **SIZES) as session:
        shown = words(await page(session))
    assert "Lue lue Devold Active 2 199.00 – 249.50 0 lue.jpg – 08:00:00" in shown


async def test_the_head_tells_what_the_shop_holds_and_was_asked() -> None:
    async with shop_with("Lue", "Votter", **SIZES) as session:
        shown = words(await page(session))
    assert "Products 2 Variants 4 Requests 2 Points spent 20 Throttled 0" in shown
    assert "Points left 1 980 of 2 000, 100 a second" in shown
    assert "Called: productSet 2" in shown


async def test_what_the_shop_holds_is_never_html() -> None:
    evil = "<script>alert('x')</script>"
    async with shop_with(evil, vendor=evil, descriptionHtml=evil) as session:
        for path in ("/", "/products/10241000013842", f"/?q={evil}"):
            html = await page(session, path)
            assert evil not in html
            assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;" in html


async def test_products_are_found_by_title_or_sku() -> None:
    async with shop_with("Ullgenser", "Lue", "Votter") as session:
        await product(session, "Skjerf", **SIZES)
        assert titles(await page(session, "/?q=LU")) == ["Lue"]
        assert titles(await page(session, "/?q=a-m")) == ["Skjerf"]
        nothing = await page(session, "/?q=sko")
    assert titles(nothing) == []
    assert "Nothing matches “sko”" in nothing


async def test_fifty_products_are_shown_on_a_page() -> None:
    async with shop_with(*(f"Lue {number:03}" for number in range(120))) as session:
        pages = [await page(session, f"/?page={number}") for number in (1, 2, 3)]
        beyond = await page(session, "/?page=99")
        odd = await page(session, "/?page=x")
        found = await page(session, "/?q=lue+1&page=1")
    assert [len(titles(one)) for one in pages] == [50, 50, 20]
    assert len({title for one in pages for title in titles(one)}) == 120
    assert "51 to 100 of 120" in pages[1]
    assert titles(beyond) == titles(pages[2])
    assert titles(odd) == titles(pages[0])
    assert '<a href="/?q=lue+1&amp;page=' not in found  # 20 of them: one page


def titles(html: str) -> list[str]:
    return re.findall(r'<a class="title" href="/products/\d+">([^<]*)</a>', html)


async def test_a_product_has_a_page_of_its_own() -> None:
    metafield = {
        "namespace": "custom",
        "key": "made",
        "type": "single_line_text_field",
        "value": "Norge",
    }
    picture = {"originalSource": "https://example.com/lue.jpg", "alt": "En lue"}
    async with shop_with("Lue", files=[picture], metafields=[metafield], **SIZES) as session:
        (address,) = re.findall(r'href="(/products/\d+)"', await page(session))
        shown = words(await page(session, address))
    assert "Lue Active" in shown
    assert "custom.made Norge" in shown
    assert "S A-S – 199.00 – 0 –" in shown
    assert "1 lue.jpg En lue https://example.com/lue.jpg" in shown


async def test_a_product_that_is_not_there_has_a_page_that_says_so() -> None:
    async with shop_with() as session:
        assert "No such product" in await page(session, "/products/1", status=404)
