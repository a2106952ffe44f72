"""The pages of runs: what was found, how far it is, the answers of people."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from syncd.postgres import runs
from syncd.web.console.run import PAGE
from syncd.web.console.runs import PAGE as OF_RUNS
from tests.web.console.caller import Caller
from tests.web.console.rows import (
    EVIL,
    X,
    add_run,
    add_shop,
    deeds,
    end,
    enter,
    field,
    hold,
    link,
    note,
)

TITLE: dict[str, Any] = {"fields": [field("title", "Jakke", "Varm jakke")], "who": "backoffice"}


@pytest.fixture
async def admin(caller: Caller) -> Caller:
    return await enter(caller, "kari", "admin")


async def test_without_a_run_the_page_tells_what_a_run_is(admin: Caller) -> None:
    page = await admin.get("/runs")
    assert page.status == 200 and "Ingen kjøring ennå" in page.words
    assert "Synkroniser nå" not in page.words  # there is no shop to compare


async def test_a_run_is_shown_with_what_it_found_and_sent(admin: Caller) -> None:
    shop_id = await add_shop(admin.pool)
    await add_run(admin.pool, shop_id, differs=1234, conflict=2, points=77, asked_by="guard")
    words = (await admin.get("/runs")).words
    assert "Sammenligning 1" in words and "sammenligner" in words and "vernene" in words
    assert "Ulike: 1 234" in words.replace("\xa0", " ") and "Må avgjøres: 2" in words
    admin.language = "en"
    assert "Differ: 1,234" in (await admin.get("/runs")).words


async def test_runs_of_one_shop_are_shown_alone(admin: Caller) -> None:
    for domain in (X, "y.myshopify.com"):
        await hold(admin.pool, await add_shop(admin.pool, domain))
    page = await admin.get("/runs?shop=y.myshopify.com")
    assert 'href="/runs/2"' in page.text and 'href="/runs/1"' not in page.text
    assert (await admin.get("/runs?shop=nowhere")).status == 404


async def test_older_runs_are_on_further_pages(admin: Caller) -> None:
    shop_id = await add_shop(admin.pool)
    await admin.pool.execute(
        "insert into syncd.run (shop_id, state, ended_at) select $1, 'done', syncd.clock()"
        " from generate_series(1, $2)",
        shop_id,
        OF_RUNS + 1,
    )
    first = await admin.get("/runs")
    assert 'href="/runs/1"' not in first.text and "before=2" in first.text
    assert 'href="/runs/1"' in (await admin.get("/runs?before=2")).text
    assert (await admin.get("/runs?before=" + "9" * 40)).status == 200


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        pytest.param({}, (False, False, False), id="sent"),
        pytest.param({"is_dry": "1"}, (True, False, False), id="only looked at"),
        pytest.param(
            {"is_forced": "1", "with_prices": "1"}, (False, True, True), id="with choices"
        ),
    ],
)
async def test_a_run_is_asked_for_once(
    admin: Caller, choices: dict[str, str], expected: tuple[bool, ...]
) -> None:
    await add_shop(admin.pool)
    first = await admin.post("/runs", {"shop": X, **choices})
    again = await admin.post("/runs", {"shop": X, **choices})
    assert (first.status, first.to, again.to) == (303, "/runs/1", "/runs/1")
    (run,) = await runs.newest(admin.pool)
    assert (run.is_dry, run.is_forced, run.with_prices) == expected
    assert run.asked_by == "console:kari"
    ((actor, action, given),) = await deeds(admin.pool)
    assert (actor, action, given["run"]) == ("console:kari", "resync", 1)
    assert "er i gang" in (await admin.get("/runs/1")).words  # said once, to the second


@pytest.mark.parametrize(
    ("change", "says"),
    [("state = 'unlinked'", "ikke koblet"), ("enabled = false", "slått av")],
)
async def test_a_shop_that_takes_nothing_is_not_compared(
    admin: Caller, change: str, says: str
) -> None:
    await add_shop(admin.pool)
    await admin.pool.execute(f"update syncd.shop set {change}")
    answer = await admin.post("/runs", {"shop": X})
    assert answer.status == 422 and says in answer.words
    assert await runs.newest(admin.pool) == []


async def test_differences_are_shown_old_and_new_with_their_product(admin: Caller) -> None:
    shop_id = await add_shop(admin.pool)
    run_id = await hold(admin.pool, shop_id, differs=2)
    await link(admin.pool, shop_id, "2", "Lue", {"9": "L-1", "10": "L-2"})
    price = field("variant 9: price", "199.00", "1299.00", "shopify")
    rows = [TITLE, {"fields": [price], "who": "shopify", "harms": ["price_fall"]}]
    await note(admin.pool, run_id, shop_id, rows)
    page = await admin.get(f"/runs/{run_id}")
    words = page.words.replace("\xa0", " ")
    assert "navn Jakke Varm jakke endret i Backoffice" in words
    assert "pris for L-1 199,00 1 299,00 endret i Shopify" in words
    assert "1 endret i Backoffice, 1 endret i Shopify" in words
    assert f'href="/shops/{X}/products/1"' in page.text
    only = (await admin.get(f"/runs/{run_id}?of=harm")).words
    assert "Vare 2 2 prisen faller kraftig" in only and "Vare 1" not in only


async def test_differences_are_paged_and_filtered_by_verdict(admin: Caller) -> None:
    shop_id = await add_shop(admin.pool)
    run_id = await add_run(admin.pool, shop_id, differs=PAGE, conflict=1)
    conflict = {"verdict": "conflict", "reason": "decide", "title": "Uviss"}
    await note(admin.pool, run_id, shop_id, [TITLE] * PAGE + [conflict])
    assert "Uviss" not in (await admin.get(f"/runs/{run_id}")).words
    behind = await admin.get(f"/runs/{run_id}?after={PAGE}")
    assert "Uviss" in behind.words and "Vare 1 " not in behind.words
    only = await admin.get(f"/runs/{run_id}?of=conflict")
    assert "Uviss" in only.words and "Vare 1 " not in only.words
    assert (await admin.get(f"/runs/{run_id}?of=nonsense&after=x")).status == 200


async def test_a_run_that_is_not_there_is_none(admin: Caller) -> None:
    for path in ("/runs/7", "/runs/" + "9" * 30, "/runs/7/differences.csv", "/runs/x"):
        assert (await admin.get(path)).status == 404, path


async def test_a_live_part_is_drawn_without_the_page(admin: Caller) -> None:
    run_id = await add_run(admin.pool, await add_shop(admin.pool), total=200, done=50)
    for path in (f"/live/run?run={run_id}", "/live/runs", "/live/attention"):
        async with admin.session.get(admin.base + path) as answer:
            assert answer.status == 200
            first = (await answer.content.readuntil(b"\n\n")).decode()
            assert "data-part=" in first and "<html" not in first, path
        if "/run" in path:
            assert 'value="50"' in first and 'max="200"' in first, path


async def test_a_speed_is_told_when_a_run_has_moved_under_somebodys_eyes(admin: Caller) -> None:
    run_id = await add_run(admin.pool, await add_shop(admin.pool), total=1000)
    async with admin.session.get(f"{admin.base}/live/run?run={run_id}") as answer:
        assert b"i sekundet" not in await answer.content.readuntil(b"\n\n")
        await admin.pool.execute("update syncd.run set done = 100")
        text = (await answer.content.readuntil(b"\n\n")).decode()
    assert "produkter i sekundet" in text and "igjen" in text


async def test_no_text_of_a_run_becomes_html(admin: Caller) -> None:
    shop_id = await add_shop(admin.pool)
    run_id = await hold(admin.pool, shop_id, EVIL, asked_by=EVIL, conflict=1, differs=1)
    rows: list[dict[str, Any]] = [
        {"title": EVIL, "key": EVIL, "fields": [field(EVIL, EVIL, EVIL)], "error": EVIL},
        {"verdict": "conflict", "reason": EVIL, "title": EVIL},
        {"verdict": "only_there", "title": EVIL, "gid": '"/><script>', "key": None},
    ]
    await note(admin.pool, run_id, shop_id, rows)
    failed = await add_run(admin.pool, await add_shop(admin.pool, "y.myshopify.com"))
    await end(admin.pool, failed, EVIL)
    for path in (f"/runs/{run_id}", f"/runs/{failed}", "/runs", "/attention"):
        text = (await admin.get(path)).text
        assert "<script>" not in text and "<img src=x" not in text, path


async def test_a_held_run_says_why_and_is_approved_once(admin: Caller) -> None:
    shop_id = await add_shop(admin.pool)
    run_id = await hold(admin.pool, shop_id, "all prices would fall", kind="guard")
    page = await admin.get(f"/runs/{run_id}")
    assert "all prices would fall" in page.words and "Godkjenn" in page.words
    assert (await admin.post(f"/runs/{run_id}/approve")).to == f"/runs/{run_id}"
    assert "Godkjent" in (await admin.get(f"/runs/{run_id}")).words
    again = await admin.post(f"/runs/{run_id}/reject")
    assert again.status == 303
    assert "venter ikke på svar" in (await admin.get(f"/runs/{run_id}")).words
    run = await runs.find(admin.pool, run_id)
    assert run is not None and run.state == "sending"
    assert await deeds(admin.pool) == [("console:kari", "approve", {"run": run_id})]
    run = await runs.find(admin.pool, run_id)
    assert run is not None and run.decided_by == "console:kari"


async def test_nobody_approves_what_was_held_after_they_looked(admin: Caller) -> None:
    run_id = await hold(admin.pool, await add_shop(admin.pool), kind="guard", differs=5)
    assert 'name="seen" value="5"' in (await admin.get(f"/runs/{run_id}")).text
    await admin.pool.execute("update syncd.run set differs = 6")
    await admin.post(f"/runs/{run_id}/approve", {"seen": "5"})
    assert "se på nytt" in (await admin.get(f"/runs/{run_id}")).words
    assert await deeds(admin.pool) == []
    await admin.post(f"/runs/{run_id}/approve", {"seen": "6"})
    assert [what for _, what, _ in await deeds(admin.pool)] == ["approve"]


async def test_a_rejected_hold_can_be_let_go_after_all(admin: Caller) -> None:
    shop_id = await add_shop(admin.pool)
    run_id = await hold(admin.pool, shop_id, kind="guard")
    await admin.post(f"/runs/{run_id}/reject")
    page = await admin.get(f"/runs/{run_id}")
    assert "holdes fortsatt tilbake" in page.words and "Godkjenn" in page.words
    await admin.post(f"/runs/{run_id}/approve")
    assert [action for _, action, _ in await deeds(admin.pool)] == ["reject", "approve"]


async def test_who_only_looks_sees_runs_and_answers_none(caller: Caller) -> None:
    await enter(caller, "ola", "viewer")
    shop_id = await add_shop(caller.pool)
    run_id = await hold(caller.pool, shop_id)
    page = await caller.get(f"/runs/{run_id}")
    assert page.status == 200 and "/approve" not in page.text
    for path in (f"/runs/{run_id}/approve", f"/runs/{run_id}/reject", f"/runs/{run_id}/revert"):
        assert (await caller.post(path)).status == 403
    assert (await caller.post("/runs", {"shop": X})).status == 403
    assert (await caller.get(f"/runs/{run_id}/revert")).status == 403
    assert await deeds(caller.pool) == []


@pytest.mark.parametrize("seal", ["", "0" * 64])
async def test_a_forged_answer_is_none(admin: Caller, seal: str) -> None:
    run_id = await hold(admin.pool, await add_shop(admin.pool))
    assert (await admin.post(f"/runs/{run_id}/approve", {"seal": seal})).status == 403
    assert await deeds(admin.pool) == []


async def test_all_differences_come_as_a_file_without_formulas(admin: Caller) -> None:
    shop_id = await add_shop(admin.pool)
    run_id = await add_run(admin.pool, shop_id, differs=1)
    fields = [field("title", "a", "=1+1"), field("vendor", "æ;ø", "@b", "shopify")]
    await note(admin.pool, run_id, shop_id, [{"fields": fields, "title": "=cmd()"}])
    answer = await admin.get(f"/runs/{run_id}/differences.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="syncd-x-{run_id}.csv"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=";"))
    assert [(row["field"], row["observed"], row["wanted"], row["who"]) for row in rows] == [
        ("title", "a", "'=1+1", "backoffice"),
        ("vendor", "æ;ø", "'@b", "shopify"),
    ]
    assert {row["title"] for row in rows} == {"'=cmd()"}


async def test_what_a_run_sent_is_taken_back_once_after_a_look(admin: Caller) -> None:
    shop_id = await add_shop(admin.pool)
    run_id = await add_run(admin.pool, shop_id, only_here=1)
    await end(admin.pool, run_id, ok=1)
    await note(
        admin.pool,
        run_id,
        shop_id,
        [{"verdict": "only_here", "outcome": "accepted", "title": "Ny jakke"}],
    )
    assert f"/runs/{run_id}/revert" in (await admin.get(f"/runs/{run_id}")).text
    page = await admin.get(f"/runs/{run_id}/revert")
    assert "Ny jakke" in page.words and "var nytt" in page.words
    first = await admin.post(f"/runs/{run_id}/revert")
    again = await admin.post(f"/runs/{run_id}/revert")
    assert first.to == again.to == f"/runs/{run_id + 1}"
    back = await runs.find(admin.pool, run_id + 1)
    assert back is not None and (back.kind, back.of_run) == ("revert", run_id)
    given = {"run": run_id + 1, "of_run": run_id}
    assert await deeds(admin.pool) == [("console:kari", "revert", given)]
