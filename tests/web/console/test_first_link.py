"""The first link in the console: read, decided, approved; nothing is written before."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
import asyncpg
import pytest

from syncd.flows import carry_run
from syncd.postgres import runs
from syncd.postgres.runs import Run
from tests import leasing
from tests.flows.conftest import DOMAIN, JAKKE, LUE, Scene, playing, settings
from tests.web.console.caller import Answer, Caller
from tests.web.console.desks import become, deeds, visited

HERE = f"/shops/{DOMAIN}/link"
SET = """mutation ($input: ProductSetInput!) { productSet(synchronous: true, input: $input) {
  product { id } userErrors { message } } }"""
NASTY = "<img src=x onerror=alert(1)>"
WRITES = "ProductSet MetafieldsSet ProductVariantsBulkUpdate"


@dataclass(slots=True)
class Place:
    """A shop that is unlinked, with products of the merchant's; a console before it."""

    caller: Caller
    scene: Scene

    async def carry(self) -> Run:
        """The run, as far as it goes by itself."""
        for _ in range(500):
            lease = await leasing.shop_lease(self.scene.pool, self.scene.shop.shop_id)
            await carry_run.advance_once(self.scene.pool, self.scene.client, self.scene.shop, lease)
            run = (await runs.newest(self.scene.pool, most=1))[0]
            waits = run.state == "held" and run.decided_at is None
            if run.kind == "resync" or run.ended_at is not None or waits:
                return run
        raise AssertionError("the run goes on and on")

    async def reported(self) -> Run:
        """The link, started from the page and read to its report."""
        await self.caller.get(HERE)
        assert (await self.caller.post(HERE + "/start")).status == 303
        run = await self.carry()
        assert run.state == "held"
        return run

    async def rows(self, bucket: str) -> Answer:
        return await self.caller.get(f"{HERE}/rows?bucket={bucket}")

    async def decided(self) -> dict[str, str | None]:
        """Decisions by what stands in the row."""
        found = await self.caller.pool.fetch(
            "select coalesce(title_here, title_there) as title, decision from syncd.link_finding"
        )
        return {row["title"]: row["decision"] for row in found}

    async def send(self, file: bytes) -> Answer:
        form = aiohttp.FormData()
        form.add_field("seal", self.caller.seal)
        form.add_field("file", io.BytesIO(file), filename="link.csv", content_type="text/csv")
        async with self.caller.session.post(
            f"{self.caller.base}{HERE}/decisions", data=form, allow_redirects=False,
            headers={"Accept-Language": "nb"},
        ) as answer:  # fmt: skip
            return Answer(answer.status, await answer.text(), answer.headers)


def product(title: str, *skus: str) -> dict[str, object]:
    sizes = {sku: sku.rpartition("-")[2] for sku in skus}
    values = [{"name": size} for size in sizes.values()]
    return {
        "title": title,
        "productOptions": [{"name": "Størrelse", "values": values}],
        "variants": [
            {
                "optionValues": [{"optionName": "Størrelse", "name": size}],
                "inventoryItem": {"sku": sku},
                "price": "99.00",
            }
            for sku, size in sizes.items()
        ],
    }


@pytest.fixture
async def place(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Place]:
    async with (
        playing(pool, tmp_path) as scene,
        visited(pool, scene.vault, scene.running.url) as caller,
    ):
        await settings(scene, state="unlinked", sync_stock=False)
        await scene.load(JAKKE, replace(LUE, title=NASTY))
        for one in (product("Jakke i butikken", "J-S", "J-M"), product(NASTY, "ANNET")):
            answer = await scene.call(SET, {"input": one})
            assert answer["productSet"]["userErrors"] == []
        yield Place(caller, scene)


async def test_the_report_is_told_in_plain_words_and_nothing_is_written_before(
    place: Place,
) -> None:
    before = await place.caller.get(HERE)
    assert "Les butikken" in before.words
    await place.reported()
    page = await place.caller.get(HERE)
    assert "2 produkter ble funnet i butikken" in page.words
    assert "1 Samme SKU-er kobles" in page.words
    assert "1 Bare i Backoffice opprettes i Shopify" in page.words
    assert await place.caller.pool.fetchval("select count(*) from syncd.link") == 0
    assert not {*WRITES.split()} & set(place.scene.client.tally.calls)
    assert await deeds(place.caller) == ["link"]


async def test_approved_it_is_written_and_the_page_tells_what_became(place: Place) -> None:
    run = await place.reported()
    await place.caller.get(HERE)
    answer = await place.caller.post(HERE + "/approve", {"run": str(run.run_id)})
    assert (answer.status, answer.to) == (303, HERE)
    assert "Koblingene skrives nå" in (await place.caller.get(HERE)).words
    await place.carry()
    page = await place.caller.get(HERE)
    assert "Butikken er koblet" in page.words and "koblet 1" in page.words
    assert await place.caller.pool.fetchval("select count(*) from syncd.link") == 1
    assert await deeds(place.caller) == ["link", "approve"]


async def test_rows_are_decided_one_by_one(place: Place) -> None:
    run = await place.reported()
    page = await place.rows("exact")
    number = re.search(r'name="d\.(\d+)"', page.text)
    assert number is not None and "Jakke i butikken" in page.words
    fields = {"run": str(run.run_id), "bucket": "exact", "after": "0", "do": "rows"}
    touched = {f"d.was.{number[1]}": "", f"d.{number[1]}": "leave"}
    answer = await place.caller.post(HERE + "/rows", {**fields, **touched})
    assert answer.status == 303
    assert (await place.decided())["Jakke"] == "leave"
    page = await place.rows("exact")
    assert 'value="leave" selected' in page.text
    who = "select decided_by from syncd.link_finding where decision is not null"
    assert await place.caller.pool.fetchval(who) == "console:kari"
    assert await deeds(place.caller) == ["link", "decide_link"]


async def test_a_decision_that_cannot_be_is_told_and_decides_nothing(place: Place) -> None:
    run = await place.reported()
    page = await place.rows("only_here")
    number = re.search(r'name="d\.(\d+)"', page.text)
    assert number is not None
    fields = {"run": str(run.run_id), "bucket": "only_here", "after": "0", "do": "rows"}
    touched = {f"d.was.{number[1]}": "", f"d.{number[1]}": "import"}
    answer = await place.caller.post(HERE + "/rows", {**fields, **touched})
    assert answer.status == 422 and "ingenting ble lagret" in answer.words
    assert set((await place.decided()).values()) == {None}


@pytest.mark.parametrize("do", ["ticked", "bucket"])
async def test_many_are_decided_at_once(place: Place, do: str) -> None:
    run = await place.reported()
    page = await place.rows("only_there")
    number = re.search(r'name="row" value="(\d+)"', page.text)
    assert number is not None
    fields = {"run": str(run.run_id), "bucket": "only_there", "after": "0", "all": "import"}
    answer = await place.caller.post(HERE + "/rows", {**fields, "do": do, "row": number[1]})
    assert answer.status == 303, answer.words
    rows = "select bucket, decision from syncd.link_finding where decision is not null"
    assert [tuple(row) for row in await place.caller.pool.fetch(rows)] == [("only_there", "import")]


async def test_the_report_goes_to_a_spreadsheet_and_comes_back_decided(place: Place) -> None:
    await place.reported()
    sheet = await place.caller.get(HERE + "/report.csv")
    assert sheet.headers["Content-Type"].startswith("text/csv")
    assert "attachment" in sheet.headers["Content-Disposition"]
    head, *lines = sheet.text.lstrip("\ufeff").strip().split("\r\n")
    at = head.split(";").index("decision")
    edited = [head]
    for line in lines:
        cells = line.split(";")
        if "Jakke" in line:
            cells[at] = "leave"
        edited.append(";".join(cells))
    await place.caller.get(HERE)
    answer = await place.send("\r\n".join(edited).encode())
    assert answer.status == 303, answer.words
    assert (await place.decided())["Jakke"] == "leave"


async def test_a_file_of_megabytes_is_read_and_one_beyond_is_refused(place: Place) -> None:
    run = await place.reported()
    number = re.search(r'name="d\.(\d+)"', (await place.rows("exact")).text)
    assert number is not None
    line = f"id;decision\r\nR{run.run_id}N{number[1]};leave\r\n".encode()
    assert (await place.send(line + b" ;\r\n" * 1_000_000)).status == 303
    assert (await place.decided())["Jakke"] == "leave"
    assert (await place.send(b"x" * 6_000_000)).status == 413
    await become(place.caller, "operator")
    assert (await place.send(b"x" * 1_000_000)).status == 413


async def test_a_file_that_is_none_decides_nothing_and_says_why(place: Place) -> None:
    await place.reported()
    await place.caller.get(HERE)
    answer = await place.send(b"\x00\x01\x02")
    assert answer.status == 422 and "kolonne" in answer.words
    for broken in (b"", b"\xff\xfe\x00", b'id;decision\r\n"' + b"x" * 200_000):
        answer = await place.send(broken)
        assert answer.status == 422 and "Noe gikk galt" not in answer.words


async def test_a_link_is_ended_without_linking(place: Place) -> None:
    run = await place.reported()
    await place.caller.get(HERE)
    await place.caller.post(HERE + "/cancel", {"run": str(run.run_id)})
    assert "avsluttet uten å koble" in (await place.caller.get(HERE)).words
    assert await place.caller.pool.fetchval("select count(*) from syncd.link") == 0
    assert await deeds(place.caller) == ["link", "cancel_link"]


async def test_a_page_of_an_older_report_answers_nothing(place: Place) -> None:
    run = await place.reported()
    await place.caller.get(HERE)
    for path in ("/approve", "/cancel", "/rows"):
        fields = {"run": str(run.run_id - 1), "bucket": "exact", "do": "bucket", "all": "leave"}
        answer = await place.caller.post(HERE + path, fields)
        assert answer.status == 422 and "startet på nytt" in answer.words, path
    assert (await runs.newest(place.scene.pool, most=1))[0].decided_at is None


@pytest.mark.parametrize("role", ["viewer", "operator"])
async def test_others_look_at_the_report_and_answer_nothing(place: Place, role: str) -> None:
    run = await place.reported()
    await become(place.caller, role)
    page = await place.caller.get(HERE)
    assert "Samme SKU-er" in page.words and "/approve" not in page.text
    assert 'name="d.' not in (await place.rows("exact")).text
    for path in ("/start", "/approve", "/cancel", "/rows"):
        fields = {"run": str(run.run_id), "bucket": "exact", "do": "bucket", "all": "leave"}
        assert (await place.caller.post(HERE + path, fields)).status == 403, path


async def test_no_name_of_either_side_is_html(place: Place) -> None:
    await place.reported()
    for bucket in ("only_here", "only_there"):
        page = await place.rows(bucket)
        assert page.status == 200 and "&lt;img src=x" in page.text
        assert "<img src=x" not in page.text


async def test_a_part_of_the_report_that_is_none_is_a_page_that_says_so(place: Place) -> None:
    assert (await place.rows("exact")).status == 404
    await place.reported()
    assert (await place.rows("<script>")).status == 404
    page = await place.rows("split")
    assert page.status == 200 and "Ingen rader her" in page.words
    for after in ("-1", "x", "9" * 40):
        path = f"{HERE}/rows?bucket=exact&after={after}"
        assert (await place.caller.get(path)).status == 200


async def test_it_reads_in_english(place: Place) -> None:
    place.caller.language = "en"
    await place.reported()
    page = await place.caller.get(HERE)
    assert "Same SKUs" in page.words and "Approve, and link" in page.words
    assert "2 variants have the same SKU" in (await place.rows("exact")).words
