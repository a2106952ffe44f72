"""The overview: one sentence a shop, its figures, what changes comes by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import aiohttp
import anyio
import asyncpg
import pytest

from syncd.rules.delays import Quarter
from syncd.web.console.chart import drawn
from tests.postgres.claims import add_shop
from tests.web.console.caller import Caller

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
async def shop_id(pool: asyncpg.Pool) -> int:
    return await add_shop(pool)


async def test_without_a_shop_the_page_leads_to_adding_one(admin: Caller) -> None:
    answer = await admin.get("/")
    assert "Ingen butikk ennå" in answer.words and 'href="/shops/new"' in answer.text


async def test_who_only_looks_is_told_whom_to_ask(caller: Caller) -> None:
    await caller.add("ola", "viewer")
    await caller.sign_in("ola")
    answer = await caller.get("/")
    assert "En administrator kan legge til en" in answer.words
    assert 'href="/shops/new"' not in answer.text


async def test_a_single_shop_is_shown_whole(admin: Caller, shop_id: int) -> None:
    answer = await admin.get("/")
    for words in ("Endringer som venter", "Poengbudsjett", "Synkroniser nå"):
        assert words in answer.words


async def test_several_shops_have_a_card_each(admin: Caller, shop_id: int) -> None:
    await admin.pool.execute(
        "insert into syncd.shop (domain, account_id, credentials, price_department, currency)"
        " values ('y.myshopify.com', 'a', 'x', 'nett', 'NOK')"
    )
    answer = await admin.get("/")
    assert 'href="/shops/x.myshopify.com"' in answer.text
    assert 'href="/shops/y.myshopify.com"' in answer.text
    assert (await admin.get("/shops/y.myshopify.com")).status == 200


async def test_a_pause_is_told_and_ended_by_who_may(admin: Caller, shop_id: int) -> None:
    await admin.get("/")
    answer = await admin.post("/shops/x.myshopify.com/pause")
    assert answer.to == "/shops/x.myshopify.com"
    assert "Avslutt pausen" in (await admin.get("/")).words
    await admin.post("/shops/x.myshopify.com/resume")
    assert await admin.pool.fetchval("select paused_until from syncd.shop") is None
    actions = await admin.pool.fetch("select action, actor from syncd.audit order by audit_id")
    assert [tuple(row) for row in actions] == [
        ("pause", "console:kari"),
        ("resume", "console:kari"),
    ]


async def test_what_changes_comes_by_itself(admin: Caller, shop_id: int) -> None:
    url = f"{admin.base}/live/overview?shop=x.myshopify.com"
    async with admin.session.get(url, headers={"Accept-Language": "nb"}) as stream:
        assert stream.content_type == "text/event-stream"
        await _until(stream.content, "ingenting venter")
        await admin.pool.execute(
            "select syncd.arm(array[row($1, 'product', '1', '{}', 'product', false, 1, now(),"
            " now())::syncd.news])",
            shop_id,
        )
        await _until(stream.content, "den eldste i")


async def test_there_is_no_stream_of_a_shop_that_is_not_there(admin: Caller) -> None:
    assert (await admin.get("/live/overview?shop=nobody.myshopify.com")).status == 404


async def test_who_only_looks_cannot_pause(caller: Caller, shop_id: int) -> None:
    await caller.add("ola", "viewer")
    await caller.sign_in("ola")
    assert (await caller.post("/shops/x.myshopify.com/pause")).status == 403
    assert await caller.pool.fetchval("select paused_until from syncd.shop") is None


async def test_a_hostile_error_is_text(admin: Caller, shop_id: int) -> None:
    await admin.pool.execute(
        "select syncd.pause('x.myshopify.com', '<script>alert(1)</script>', 60)"
    )
    text = (await admin.get("/")).text
    assert "<script>alert" not in text and "&lt;script&gt;" in text


async def test_a_stream_ends_with_its_session(admin: Caller, shop_id: int) -> None:
    await admin.pool.execute("delete from syncd.session")
    answer = await admin.get("/live/overview")
    assert answer.status == 303


async def _until(lines: aiohttp.StreamReader, words: str) -> None:
    with anyio.fail_after(30):
        while words not in (await lines.readline()).decode():
            pass


def quarter(hours: float, median_s: float | None, p99_s: float | None = None) -> Quarter:
    return Quarter(NOW - timedelta(hours=hours), 1, median_s, p99_s or median_s)


def test_a_day_without_a_delay_has_no_chart() -> None:
    assert drawn([quarter(1, None)], NOW) is None


def test_a_gap_in_the_day_is_a_gap_in_the_line() -> None:
    chart = drawn([quarter(3, 1.0), quarter(2.75, 2.0), quarter(2, None), quarter(1, 1.0)], NOW)
    assert chart is not None
    assert len(chart.medians) == 2


def test_what_is_slower_stands_higher() -> None:
    chart = drawn([quarter(2, 0.5), quarter(1.75, 5.0)], NOW)
    assert chart is not None
    fast, slow = (float(point.split(",")[1]) for point in chart.medians[0].split(" "))
    assert slow < fast
