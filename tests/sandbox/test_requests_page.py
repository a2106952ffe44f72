"""What was asked, as the page shows it: the last requests, the gauge, faults, the clock."""

from __future__ import annotations

import pytest
from aiohttp import ClientError, ClientSession

from syncd.sandbox.journal import KEPT
from tests.sandbox.callers import LATEST, SHOP, answer, open_shop, product, read
from tests.sandbox.test_page import page, words

DEAR = {
    "query": "mutation { "
    + " ".join(
        f'a{number}: productUpdate(product: {{id: "gid://shopify/Product/1"}}) {{ userErrors '
        "{ message } }"
        for number in range(95)
    )
    + " }"
}


async def last(session: ClientSession) -> str:
    """The row of the request that came last."""
    shown = words(await page(session, "/requests"))
    return shown.partition("Version ")[2][:300]


async def test_a_request_is_shown_with_its_fields_and_its_cost() -> None:
    async with open_shop() as (session, _):
        assert "Nothing asked yet" in await page(session, "/requests")
        await product(session, "Lue")
        row = await last(session)
    assert row.startswith("1 08:00:00 productSet mutation Make ok")
    assert "10 10 1 990" in row


@pytest.mark.parametrize(
    ("body", "headers", "shown"),
    [
        pytest.param({"query": "{ shop { nme } }"}, {}, "undefinedField", id="a wrong document"),
        pytest.param(SHOP, {"X-Shopify-Access-Token": "x"}, "HTTP 401", id="a wrong token"),
        pytest.param({"query": ""}, {}, "HTTP 400", id="no query"),
        pytest.param(DEAR, {}, "user errors 95: Product does not exist", id="errors of the input"),
    ],
)
async def test_what_went_wrong_is_told(
    body: dict[str, str], headers: dict[str, str], shown: str
) -> None:
    async with open_shop() as (session, _):
        await answer(session, SHOP)
        await answer(session, body, headers=headers)
        assert shown in await last(session)
        bad = words(await page(session, "/requests?only=bad"))
    assert shown in bad
    assert "shop query ok" not in bad


async def test_a_throttled_request_is_marked() -> None:
    async with open_shop() as (session, _):
        for _turn in range(3):
            await answer(session, DEAR)
        row = await last(session)
        shown = words(await page(session))
    assert "THROTTLED 950 – 100" in row
    assert "Throttled 1 Points left 100 of 2 000" in shown


async def test_a_fault_is_announced_before_and_marked_after() -> None:
    async with open_shop() as (session, _):
        fault = {"kind": "http", "status": 502, "root": "productSet"}
        async with session.post("/_sandbox/faults", json=fault) as response:
            assert response.status < 300
        assert "Set to go wrong: http on productSet" in words(await page(session))
        async with session.post(LATEST, json=PUSH) as response:
            assert response.status == 502
        row = await last(session)
        assert "struck 1 of 1" in words(await page(session))
    assert "HTTP 502 http" in row


PUSH = {"query": 'mutation { productSet(input: {title: "Lue"}) { product { id } } }'}


async def test_a_cut_connection_is_told_from_an_answer() -> None:
    async with open_shop() as (session, _):
        async with session.post("/_sandbox/faults", json={"kind": "drop"}) as response:
            assert response.status < 300
        with pytest.raises(ClientError):
            await answer(session, SHOP)
        assert "no answer drop the connection was cut" in await last(session)


async def test_a_click_shows_query_variables_and_answer() -> None:
    async with open_shop() as (session, _):
        await product(session, "<b>Lue</b>")
        html = await page(session, "/requests/1")
    shown = words(html)
    assert "mutation Make($input: ProductSetInput!)" in shown
    assert "&quot;title&quot;: &quot;&lt;b&gt;Lue&lt;/b&gt;&quot;" in shown
    assert "&quot;userErrors&quot;: []" in shown
    assert "<b>Lue</b>" not in html
    assert "…dbox" in shown, "of a token only its end is shown"


async def test_the_last_two_hundred_are_kept_until_a_reset() -> None:
    async with open_shop() as (session, _):
        for _turn in range(KEPT + 5):
            await answer(session, SHOP)
        shown = words(await page(session, "/requests"))
        assert f"the last {KEPT} of {KEPT + 5}" in shown
        assert "No such request" in await page(session, "/requests/5", status=404)
        await page(session, "/requests/6")
        await session.post("/_sandbox/reset")
        assert "Nothing asked yet" in await page(session, "/requests")


async def test_the_pulse_tells_the_bucket_and_that_something_happened() -> None:
    async with open_shop() as (session, _):
        before = await read(session, "/_sandbox/pulse")
        assert await read(session, "/_sandbox/pulse") == before
        await product(session, "Lue")
        after = await read(session, "/_sandbox/pulse")
    (bucket,) = after["buckets"]
    assert (bucket["left"], bucket["size"], bucket["rate"]) == (1990, 2000, 100)
    assert after["mark"] != before["mark"]
    assert after["now"] == "2026-11-25 08:00:00"


async def test_the_clock_says_when_it_was_turned() -> None:
    async with open_shop() as (session, _):
        assert "08:00:00 UTC ·" not in words(await page(session))
        await session.post("/_sandbox/clock", json={"advance_s": 90_000})
        assert "2026-11-26 09:00:00 UTC · 1 day, 1:00:00 ahead" in words(await page(session))
