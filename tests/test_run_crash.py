"""The daemon is killed all along a resync; nothing is sent twice, nothing is lost.

`make soak` does it with KILLS=200, each twenty in a run of their own, at other moments.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import asyncpg
import pytest

from syncd.catalogue.entries import ImageEntry, ProductEntry
from syncd.postgres import runs
from syncd.postgres.bulk import CREATE, PUBLISH
from syncd.postgres.embedded import Server
from tests import leasing
from tests.flows.conftest import LUE, Scene, playing, settings, variant
from tests.flows.merchant import Deed, do
from tests.flows.running import counts, resync
from tests.flows.test_resync import forget_events
from tests.lives import Lives
from tests.moments import drawn
from tests.proxies import Call
from tests.test_crash import environment

KILLS = 20  # in a run
SEEDS = max(1, int(os.environ.get("KILLS", "20")) // KILLS)
LINKED = 24
NEW = 260
EDITED = {"title": "ProductUpdate", "sku": "ProductVariantsBulkUpdate"}
FIRST, LEFT = 5, 3  # pieces in the shop of a new product; of a sold one
SOLD = range(LINKED + 1, LINKED + NEW, 20)
OPERATIONS = """
select document, phase, lines, ok, failed, unknown, operation_id
from syncd.bulk_operation
order by operation_id
"""
IS_OVER = """
select ended_at is not null
  and not exists (select from syncd.change)
from syncd.run
where run_id = $1
"""  # what was sold meanwhile is written to the Backoffice, and comes back as changes of stock
MADE = """
select count(*), count(distinct key)
from syncd.history
where $1 = any(writes)
"""


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One server is enough here: tests/postgres asks each for every statement."""
    return embedded


@pytest.fixture
async def scene(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Scene]:
    async with playing(pool, tmp_path) as scene:
        yield scene


def goods(number: int) -> ProductEntry:
    pictures = (ImageEntry(f"https://x.no/{number}.jpg"),) if number % 10 == 0 else ()
    return replace(
        LUE,
        row=number,
        handle=f"v{number}",
        title=f"Vare {number}",
        variants=(replace(variant(sku=f"V-{number}", count=FIRST), barcodes=()),),
        images=pictures,
    )


async def prepared(scene: Scene) -> list[str]:
    """Some products are there, changed by the merchant since; many are not, and no event tells.

    Returns the ids of those that are there.
    """
    await scene.load(*(goods(number) for number in range(1, LINKED + 1)))
    await scene.push()
    linked = [product["id"] for product in scene.state()]
    for gid in linked:
        for name in EDITED:  # no one call puts both right, so these go by no bulk operation
            await do(scene.call, gid, Deed(name))
    await scene.load(*(goods(number) for number in range(LINKED + 1, LINKED + NEW + 1)))
    await forget_events(scene)
    await leasing.leave_all(scene.pool)
    return linked


async def sell(scene: Scene) -> None:
    edits = [{"do": "set_stock", "variant": f"V-{number}", "available": LEFT} for number in SOLD]
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{scene.running.url}/_sandbox/edit", json=edits) as response,
    ):
        assert response.status == 200, await response.text()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(SEEDS))
async def test_kill_9_at_twenty_moments_of_a_run(
    scene: Scene, database_url: str, tmp_path: Path, seed: int
) -> None:
    await settings(scene, runs_by="bulk")
    linked = await prepared(scene)
    run_id = await runs.ask(scene.pool, scene.shop.shop_id)
    assert run_id is not None
    chance, is_sold = random.Random(seed), False
    database = database_url.rsplit("/", 1)[1]
    given = environment(scene, database_url, tmp_path)
    async with aiohttp.ClientSession() as session:
        lives = Lives(scene, given, database, tmp_path, session, chance)
        for moment in drawn(chance, KILLS):
            await lives.die(moment.come, str(moment))
            if not is_sold and len(scene.running.shop.products) == LINKED + NEW:
                await sell(scene)
                is_sold = True
        await lives.live(IS_OVER, run_id)
    assert is_sold

    run = await runs.find(scene.pool, run_id)
    assert run is not None
    assert run.state == "done", run.error
    assert run.reads == 1
    expected = {"differs": LINKED, "only_here": NEW, "sent": LINKED + NEW, "ok": LINKED + NEW}
    assert counts(run) == expected
    rows = await scene.pool.fetch(OPERATIONS)
    assert [tuple(row)[:-1] for row in rows] == [
        (document, "done", NEW, NEW, 0, 0) for document in (CREATE, PUBLISH)
    ]
    starts = Counter(call.subject for call in lives.book if "BulkOperationRun" in call.document)
    assert starts == {
        f"SyncdRun{run_id}Read1": 1,
        **{f"SyncdOperation{row['operation_id']}": 1 for row in rows},
    }
    assert written(lives.book) == {(name, gid): 1 for gid in linked for name in EDITED.values()}
    assert [tuple(row) for row in await scene.pool.fetch(MADE, CREATE)] == [(NEW, NEW)]

    assert await scene.differences() == []
    assert len(scene.state()) == LINKED + NEW
    assert stock(scene) == {
        f"V-{number}": LEFT if number in SOLD else FIRST for number in range(1, LINKED + NEW + 1)
    }
    assert counts(await resync(scene)) == {"same": LINKED + NEW}


def written(book: list[Call]) -> Counter[tuple[str, str]]:
    """How often each product was written by itself, by document."""
    writing = ("ProductUpdate", "ProductSet", "PublishablePublish", "ProductVariantsBulkUpdate")
    return Counter((one.document, one.subject) for one in book if one.document in writing)


def stock(scene: Scene) -> dict[str, int]:
    return {
        one["sku"]: sum(one["quantities"].values())
        for product in scene.state()
        for one in product["variants"]
    }
