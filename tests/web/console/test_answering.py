"""What people answer in the console reaches the shop: a real run, held, approved, taken back."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from syncd.postgres import runs
from syncd.web.console import server
from syncd.web.console.visit import Desk
from tests.flows.conftest import Scene, scene
from tests.flows.running import carried, resync
from tests.flows.test_resync import forget_events
from tests.flows.test_window import fallen, goods
from tests.web.console.caller import Caller
from tests.web.console.rows import enter

__all__ = ["scene"]  # a fixture

SLIP = "update retail.price set list_price = list_price / 10"


@pytest.fixture
async def operator(scene: Scene) -> AsyncIterator[Caller]:
    """Somebody who may send and answer, in front of the console of this shop."""
    desk = Desk(scene.pool, scene.vault, scene.running.url)
    async with (
        server.listening(desk, host="127.0.0.1", port=0) as places,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session,
    ):
        caller = Caller("http://{}:{}".format(*places[0]), session, scene.pool)
        yield await enter(caller, "kari", "operator")


async def test_an_approved_run_is_sent_and_then_taken_back(scene: Scene, operator: Caller) -> None:
    await scene.load(*goods(6))
    await scene.push()
    await scene.pool.execute(SLIP)
    await forget_events(scene)
    held = await resync(scene)
    assert held.state == "held"
    page = await operator.get(f"/runs/{held.run_id}?of=harm")
    words = page.words.replace("\xa0", " ")
    assert "Vare 01 1 prisen faller kraftig pris for 1-S 100,00 10,00" in words
    await operator.post(f"/runs/{held.run_id}/approve")
    sent = await carried(scene, held.run_id)
    assert (sent.state, sent.ok, len(fallen(scene))) == ("done", 6, 6)
    await operator.get(f"/runs/{held.run_id}/revert")
    answer = await operator.post(f"/runs/{held.run_id}/revert", {"key": "1"})
    back = await carried(scene, int(answer.to.rpartition("/")[2]))
    assert (back.kind, back.ok, len(fallen(scene))) == ("revert", 1, 5)


async def test_what_is_held_of_ordinary_changes_is_approved(scene: Scene, operator: Caller) -> None:
    await scene.load(*goods(6))
    await scene.push()
    await scene.pool.execute(SLIP)
    await scene.push()
    (held,) = await runs.waiting(scene.pool)
    page = await operator.get("/attention")
    assert f"/runs/{held.run_id}?of=harm" in page.text and fallen(scene) == []
    await operator.post(f"/runs/{held.run_id}/approve")
    await scene.push()
    assert len(fallen(scene)) == 6
