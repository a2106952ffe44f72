"""The page of what needs a person: each cause with what mends it, the count in the navigation."""

from __future__ import annotations

import re

import asyncpg
import pytest

from syncd.postgres import attention
from syncd.web.console import attention as page_of
from tests.web.console.caller import Caller
from tests.web.console.rows import (
    EVIL,
    X,
    add_run,
    add_shop,
    calm,
    deeds,
    die,
    end,
    enter,
    hold,
    link,
)

BADGE = re.compile(r'class="badge">([^<]*)<')


@pytest.fixture
async def admin(caller: Caller) -> Caller:
    return await enter(caller, "kari", "admin")


async def dead(pool: asyncpg.Pool) -> list[str]:
    rows = await pool.fetch("select key from syncd.change where cause is not null order by key")
    return [row["key"] for row in rows]


def badge(text: str) -> str:
    found = BADGE.search(text)
    return found[1] if found else ""


async def test_when_all_is_well_the_page_says_so(admin: Caller) -> None:
    await add_shop(admin.pool)
    await calm(admin.pool)
    page = await admin.get("/attention")
    assert "Ingenting trenger deg nå" in page.words and badge(page.text) == ""
    admin.language = "en"
    assert "Nothing needs you now" in (await admin.get("/attention")).words


async def test_dead_changes_are_grouped_by_cause_in_plain_words(admin: Caller) -> None:
    shop_id = await add_shop(admin.pool)
    await link(admin.pool, shop_id, "1", "Ullgenser", {"7": "UG-1"})
    await die(admin.pool, shop_id, "1", "2", "3", "4", error="zzz\n  → do it")
    await die(admin.pool, shop_id, "5", cause="BLANK+TOO_LONG", error="zzy\n  → fill it")
    await die(admin.pool, shop_id, "7", cause="never_heard_of", kind="stock")
    words = (await admin.get("/attention")).words
    assert "En variant mangler pris 4" in words
    assert "Ullgenser UG-1 zzz → do it" in words
    assert "Shopify tar ikke imot disse (never_heard_of) 1" in words
    assert "zzy → fill it" in words and "Hopp over alle" in words


async def test_a_change_of_a_count_is_shown_with_its_product(admin: Caller) -> None:
    shop_id = await add_shop(admin.pool)
    await link(admin.pool, shop_id, "1", "Ullgenser", {"7": "UG-1", "8": "UG-2"})
    await admin.pool.execute(
        "insert into syncd.variant_link (shop_id, product_key, variant_key, gid, inventory_item)"
        " values ($1, '1', '8', 'gid://shopify/ProductVariant/8', 'gid://shopify/InventoryItem/8')",
        shop_id,
    )
    await die(admin.pool, shop_id, "8", cause="not_stocked", kind="stock")
    page = await admin.get("/attention")
    assert "Ullgenser UG-2" in page.words and "UG-1" not in page.words
    assert f'href="/shops/{X}/products/1"' in page.text


async def test_a_whole_cause_is_tried_again_or_skipped(admin: Caller) -> None:
    shop_id = await add_shop(admin.pool)
    await die(admin.pool, shop_id, "1", "2")
    await die(admin.pool, shop_id, "3", cause="no_name")
    given = {"shop": X, "all": "1"}
    assert (
        await admin.post("/attention/changes", {**given, "cause": "no_price", "deed": "retry"})
    ).to == "/attention"
    assert "Prøves på nytt nå: 2" in (await admin.get("/attention")).words
    assert await dead(admin.pool) == ["3"]
    await admin.post("/attention/changes", {**given, "cause": "no_name", "deed": "skip"})
    assert await dead(admin.pool) == []
    assert [(who, what, with_["cause"]) for who, what, with_ in await deeds(admin.pool)] == [
        ("console:kari", "retry", "no_price"),
        ("console:kari", "skip", "no_name"),
    ]


async def test_those_that_are_ticked_are_tried_again_and_twice_does_no_harm(admin: Caller) -> None:
    shop_id = await add_shop(admin.pool)
    other = await add_shop(admin.pool, "y.myshopify.com")
    await die(admin.pool, shop_id, "1", "2", "a:b")
    await die(admin.pool, other, "1")
    ticks = [("change", "product:1"), ("change", "product:a:b"), ("change", "stock:2")]
    form = [("shop", X), ("cause", "no_price"), ("deed", "retry"), *ticks]
    assert (await admin.post("/attention/changes", form)).status == 303
    assert await dead(admin.pool) == ["1", "2"]  # the other shop's, and one that was not ticked
    await admin.post("/attention/changes", form)
    assert "venter lenger" in (await admin.get("/attention")).words
    assert await dead(admin.pool) == ["1", "2"]


async def test_nothing_is_done_when_nothing_is_ticked(admin: Caller) -> None:
    shop_id = await add_shop(admin.pool)
    await die(admin.pool, shop_id, "1")
    to = f"/attention/dead?shop={X}&cause=no_price"
    form = {"shop": X, "cause": "no_price", "deed": "skip", "to": to}
    assert (await admin.post("/attention/changes", form)).to == to
    assert "Velg minst én" in (await admin.get(to)).words
    assert (
        await admin.post("/attention/changes", {**form, "all": "1", "to": "//evil.example"})
    ).to == "/attention"
    assert await dead(admin.pool) == []


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"deed": "drop"}, id="an unknown deed"),
        pytest.param({"cause": ""}, id="no cause: nobody touches everything"),
        pytest.param({"shop": "nowhere"}, id="an unknown shop"),
    ],
)
async def test_a_form_that_is_none_of_ours_does_nothing(
    admin: Caller, fields: dict[str, str]
) -> None:
    shop_id = await add_shop(admin.pool)
    await die(admin.pool, shop_id, "1")
    form = {"shop": X, "cause": "no_price", "deed": "skip", "all": "1", **fields}
    assert (await admin.post("/attention/changes", form)).status in (400, 404)
    assert await dead(admin.pool) == ["1"] and await deeds(admin.pool) == []


async def test_a_cause_is_listed_fifty_at_a_time(admin: Caller) -> None:
    shop_id = await add_shop(admin.pool)
    await die(admin.pool, shop_id, *(f"k{number:03}" for number in range(60)))
    first = await admin.get(f"/attention/dead?shop={X}&cause=no_price")
    assert first.text.count('name="change"') == page_of.PAGE and "k049" in first.text
    assert "after=product%3Ak049" in first.text
    rest = await admin.get(f"/attention/dead?shop={X}&cause=no_price&after=product:k049")
    assert rest.text.count('name="change"') == 10 and "k059" in rest.text
    assert (
        "Ingenting av dette venter"
        in (await admin.get(f"/attention/dead?shop={X}&cause=none")).words
    )


async def test_a_paused_shop_is_resumed(admin: Caller) -> None:
    await add_shop(admin.pool)
    await admin.pool.execute(
        "update syncd.shop set paused_until = 'infinity', paused_reason = 'varetelling'"
    )
    page = await admin.get("/attention")
    assert "varetelling" in page.words and "Fortsett nå" in page.words
    await admin.post("/attention/resume", {"shop": X})
    assert await admin.pool.fetchval("select paused_until from syncd.shop") is None
    assert await deeds(admin.pool) == [("console:kari", "resume", {})]


async def test_a_held_run_and_a_held_link_lead_to_where_they_are_answered(admin: Caller) -> None:
    shop_id = await add_shop(admin.pool)
    guard = await hold(admin.pool, shop_id, "all would fall", kind="guard")
    run_id = await hold(admin.pool, shop_id, kind="link")
    await admin.pool.execute(
        "insert into syncd.link_finding (run_id, number, shop_id, bucket, group_number, key,"
        " proposal, reason) select $1, n, $2, 'ambiguous', n, n::text, 'ask', 'which?'"
        " from generate_series(1, 3) as n",
        run_id,
        shop_id,
    )
    page = await admin.get("/attention")
    assert "all would fall" in page.words and f"/runs/{guard}?of=harm" in page.text
    assert "Produkter du må avgjøre: 3" in page.words and f"/shops/{X}/link" in page.text


async def test_the_question_of_first_counts_is_answered_for_the_shop(admin: Caller) -> None:
    shop_id = await add_shop(admin.pool)
    await die(admin.pool, shop_id, "7", cause="first_count", kind="stock")
    assert "Lageret har rett" in (await admin.get("/attention")).words
    answer = await admin.post("/attention/first-counts", {"shop": X, "side": "backoffice"})
    assert answer.to == "/attention", answer.words
    assert await admin.pool.fetchval("select first_counts from syncd.shop") == "backoffice"
    assert (await deeds(admin.pool))[-1][1:] == ("set", {"first_counts": "backoffice"})
    assert (await admin.post("/attention/first-counts", {"shop": X, "side": "x"})).status == 400


async def test_counts_that_would_go_to_nothing_are_let_go(admin: Caller) -> None:
    shop_id = await add_shop(admin.pool)
    await die(admin.pool, shop_id, "7", cause="stock_to_zero", kind="stock")
    assert "slipp dem gjennom" in (await admin.get("/attention")).words
    await admin.post("/attention/zeros", {"shop": X})
    assert await dead(admin.pool) == []
    assert [what for _, what, _ in await deeds(admin.pool)] == ["let_zeros"]


async def test_a_picture_that_failed_is_shown_while_its_product_shows_it(admin: Caller) -> None:
    shop_id = await add_shop(admin.pool)
    await link(admin.pool, shop_id, "1", "Ullgenser", {})
    await admin.pool.execute(
        "insert into syncd.file (shop_id, gid, ref, key, state, error) values"
        " ($1, 'gid://shopify/MediaImage/1', 'https://x.no/1.jpg', '1', 'failed', 'not found'),"
        " ($1, 'gid://shopify/MediaImage/2', 'https://x.no/old.jpg', '1', 'failed', 'long ago')",
        shop_id,
    )
    words = (await admin.get("/attention")).words
    assert "Ullgenser not found" in words and "long ago" not in words


async def test_other_alarms_are_told_with_a_way_to_what_mends_them(admin: Caller) -> None:
    shop_id = await add_shop(admin.pool)
    await end(admin.pool, await add_run(admin.pool, shop_id), "no room")
    page = await admin.get("/attention")
    assert "syncd kjører ikke" in page.words and "noe står stille" in page.words
    assert "no room" in page.words and 'href="/runs/1"' in page.text


async def test_no_text_of_what_waits_becomes_html(admin: Caller) -> None:
    shop_id = await add_shop(admin.pool)
    await link(admin.pool, shop_id, EVIL, EVIL, {"7": EVIL})
    await die(admin.pool, shop_id, EVIL, cause=EVIL, error=EVIL)
    await admin.pool.execute(
        "update syncd.shop set paused_until = 'infinity', paused_reason = $1", EVIL
    )
    evil = re.sub(r"[<>\"= /]", lambda found: f"%{ord(found[0]):02X}", EVIL)
    for path in ("/attention", f"/attention/dead?shop={X}&cause={evil}"):
        text = (await admin.get(path)).text
        assert "<script>" not in text and "<img src=x" not in text, path
        assert "&lt;script&gt;" in text, path


async def test_who_only_looks_sees_what_waits_and_touches_nothing(caller: Caller) -> None:
    await enter(caller, "ola", "viewer")
    shop_id = await add_shop(caller.pool)
    await die(caller.pool, shop_id, "1")
    page = await caller.get("/attention")
    assert "En variant mangler pris" in page.words and 'name="deed"' not in page.text
    for name in ("changes", "resume", "inbox", "zeros", "first-counts"):
        form = {"shop": X, "cause": "no_price", "deed": "skip", "all": "1", "side": "shopify"}
        assert (await caller.post(f"/attention/{name}", form)).status == 403, name
    assert await dead(caller.pool) == ["1"] and await deeds(caller.pool) == []


async def test_who_sends_changes_no_setting_by_an_answer(caller: Caller) -> None:
    await enter(caller, "ola", "operator")
    await die(caller.pool, await add_shop(caller.pool), "7", cause="first_count", kind="stock")
    assert "first-counts" not in (await caller.get("/attention")).text
    form = {"shop": X, "side": "shopify"}
    assert (await caller.post("/attention/first-counts", form)).status == 403


async def test_each_page_counts_what_waits_as_many_as_the_page_shows(admin: Caller) -> None:
    pool, shop_id = admin.pool, await add_shop(admin.pool)
    await calm(pool)
    await die(pool, shop_id, "1", "2")
    await die(pool, shop_id, "3", cause="no_name")
    await hold(pool, shop_id, kind="guard")
    await pool.execute("update syncd.shop set paused_until = 'infinity', paused_reason = 'x'")
    await link(pool, shop_id, "1", "Ullgenser", {})
    await pool.execute(
        "insert into syncd.file (shop_id, gid, ref, key, state, error) values"
        " ($1, 'gid://shopify/MediaImage/1', 'https://x.no/1.jpg', '1', 'failed', 'not found')",
        shop_id,
    )
    await pool.execute(
        "insert into syncd.alert (alarm, shop_id, domain, key, severity, given)"
        " values ('inbox_dead', $1, $2, 'order', 'warning', $3)",
        shop_id,
        X,
        {"count": 3, "kind": "order"},
    )
    assert await attention.count(pool) == 6
    form = {"shop": X, "cause": "no_name", "deed": "skip", "all": "1"}
    await admin.post("/attention/changes", form)  # so that nothing older is shown
    page = await admin.get("/attention")
    assert badge(page.text) == "5" == str(page.text.count('class="card matter"'))
    assert "Prøv igjen" in page.words
    assert badge((await admin.get("/users")).text) == "5"


async def test_news_that_could_not_be_worked_off_are_tried_again(admin: Caller) -> None:
    await add_shop(admin.pool)
    await admin.post("/attention/inbox", {"shop": X, "kind": "order"})
    assert [what for _, what, _ in await deeds(admin.pool)] == ["retry_inbox"]


async def test_products_of_dead_changes_are_found_by_index(admin: Caller) -> None:
    shop_id = await add_shop(admin.pool)
    await admin.pool.execute(
        "insert into syncd.link (shop_id, kind, key, gid, known, digest, accepted_at)"
        " select $1, 'product', n::text, 'gid://shopify/Product/' || n, '{}', repeat('a', 64),"
        " syncd.clock() from generate_series(1, 3000) as n",
        shop_id,
    )
    await die(admin.pool, shop_id, *map(str, range(500)))
    await admin.pool.execute("analyze syncd.link, syncd.change")
    text = "explain " + attention.sql.dead.text
    rows = await admin.pool.fetch(text, shop_id, "no_price", "product", "1", 51)
    assert "Seq Scan on link" not in "\n".join(row[0] for row in rows)


async def test_what_a_run_under_way_does_waits_for_nobody(admin: Caller) -> None:
    await add_run(admin.pool, await add_shop(admin.pool))
    assert await attention.count(admin.pool) == 0
