"""What monitoring is told, over HTTP; real Postgres and the sandbox behind it."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import anyio
import asyncpg
import pytest
from anyio.abc import SocketStream
from prometheus_client.parser import text_string_to_metric_families

from syncd.errors import ConfigError
from syncd.postgres import db, shops
from syncd.postgres.embedded import Server
from syncd.rules.readiness import REFUSED
from syncd.shopify.statuses import RefusedStatus, of_status
from syncd.supervisor import House, Monitoring, serve
from syncd.web import monitor
from tests import leasing
from tests.conftest import FURNISHED
from tests.flows.conftest import DOMAIN, JAKKE, LUE, Scene, playing
from tests.flows.conftest import settings as change_settings

PATIENCE_S = 20.0
LATE = """
update syncd.change
set due_at = now() - interval '20 minutes', first_event_at = now() - interval '1 hour'
"""
Values = Mapping[tuple[str, ...], float]


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """The statement itself is held on both servers by tests/postgres/test_measures.py."""
    return embedded


@pytest.fixture
def template() -> str:
    return FURNISHED


@pytest.fixture
async def scene(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Scene]:
    async with playing(pool, tmp_path) as scene:
        yield scene


@dataclass(slots=True)
class Watcher:
    """Somebody who asks the pages, as Prometheus and a load balancer would."""

    session: aiohttp.ClientSession
    base: str

    async def get(self, path: str, **headers: str) -> tuple[int, str, Mapping[str, str]]:
        async with self.session.get(self.base + path, headers=headers) as answer:
            return answer.status, await answer.text(), answer.headers

    async def metrics(self) -> Values:
        status, text, _ = await self.get("/metrics")
        assert status == 200
        return {
            (one.name, *(value for _, value in sorted(one.labels.items()))): one.value
            for family in text_string_to_metric_families(text)
            for one in family.samples
        }

    async def ready(self) -> tuple[int, Any]:
        status, text, _ = await self.get("/readyz")
        return status, json.loads(text)

    async def until(self, holds: Callable[[Values], bool]) -> Values:
        with anyio.fail_after(PATIENCE_S):
            while not holds(found := await self.metrics()):
                pass
        return found


@asynccontextmanager
async def watched(pool: asyncpg.Pool, late_after_s: float = 900.0) -> AsyncIterator[Watcher]:
    """The pages alone, without a daemon: nothing moves but what the test moves."""
    async with (
        monitor.listening(
            pool, host="127.0.0.1", port=0, node="a", late_after_s=late_after_s
        ) as places,
        aiohttp.ClientSession() as session,
    ):
        yield Watcher(session, "http://{}:{}".format(*places[0]))


@asynccontextmanager
async def daemon(scene: Scene) -> AsyncIterator[Watcher]:
    house = House(scene.pool, scene.vault, scene.running.url)
    house.monitoring = Monitoring("127.0.0.1", 0)
    async with anyio.create_task_group() as group, aiohttp.ClientSession() as session:
        group.start_soon(serve, house)
        try:
            with anyio.fail_after(PATIENCE_S):
                await house.watched.wait()
            yield Watcher(session, house.watched_at)
        finally:
            house.stop.set()


# ------------------------------------------------------------------------------------- the figures


async def test_a_change_that_waits_raises_backlog_and_age(scene: Scene) -> None:
    async with watched(scene.pool) as watcher:
        before = await watcher.metrics()
    assert before["syncd_backlog_changes", "product", DOMAIN, "due"] == 0
    assert before["syncd_oldest_due_seconds", "product", DOMAIN] == 0
    await scene.load(JAKKE, LUE)
    await scene.pool.execute("select syncd.enqueue('fjord', 'product', '{1,2}', '{title}')")
    lane = await _moved(scene)
    await scene.pool.execute(LATE)
    async with watched(scene.pool) as watcher:
        after = await watcher.metrics()
    assert after["syncd_backlog_changes", "product", DOMAIN, "due"] == 2
    assert after["syncd_oldest_due_seconds", lane, DOMAIN] == pytest.approx(1200, abs=60)
    assert after["syncd_oldest_change_seconds", "product", DOMAIN] == pytest.approx(3600, abs=60)
    assert after["syncd_database_up",] == 1


async def _moved(scene: Scene) -> str:
    while (await leasing.route_once(scene.pool)).events:
        pass
    await leasing.leave_all(scene.pool)
    await scene.pool.execute("delete from syncd.change where kind <> 'product'")
    lanes = await scene.pool.fetch("select distinct lane::text from syncd.change")
    return str(lanes[0]["lane"])


async def test_a_push_lands_in_the_histogram_and_in_what_was_spent(scene: Scene) -> None:
    delay = ("syncd_commit_to_accepted_seconds_count", "product", DOMAIN)
    done = ("syncd_pushes_total", "product", "done", DOMAIN)
    async with daemon(scene) as watcher:
        before = await watcher.metrics()
        await scene.load(JAKKE, LUE)
        after = await watcher.until(lambda now: now.get(delay, 0) >= before.get(delay, 0) + 2)
    assert after[done] >= before.get(done, 0) + 2
    calls = sum(value for name, value in after.items() if name[0] == "syncd_calls_total")
    points = sum(value for name, value in after.items() if name[0] == "syncd_points_spent_total")
    assert calls > 0 and points > 0
    assert any(name[0] == "syncd_writes_accepted_total" for name in after)
    assert after["syncd_node_leases", "shop"] == 1
    assert after["syncd_node_leases", "router"] == 1
    assert after["syncd_api_version_left_seconds",] > 0
    assert after["process_open_fds",] > 0


async def test_no_page_holds_a_secret_or_a_product(scene: Scene) -> None:
    async with daemon(scene) as watcher:
        await scene.load(JAKKE)
        delay = ("syncd_commit_to_accepted_seconds_count", "product", DOMAIN)
        await watcher.until(lambda now: now.get(delay, 0) > 0)
        said = [(await watcher.get(path))[1] for path in ("/metrics", "/readyz", "/healthz")]
    for secret in ("shpat_", "Jakke", "J-S", "postgresql://"):
        assert not any(secret in text for text in said), secret


async def test_a_scraper_gets_the_format_it_asks_for(pool: asyncpg.Pool) -> None:
    async with watched(pool) as watcher:
        _, plain, plainly = await watcher.get("/metrics")
        _, opened, openly = await watcher.get(
            "/metrics", Accept="application/openmetrics-text; version=1.0.0"
        )
    assert plainly["Content-Type"].startswith("text/plain")
    assert openly["Content-Type"].startswith("application/openmetrics-text")
    assert "# EOF" in opened and "# EOF" not in plain


# --------------------------------------------------------------------------------------- readiness


async def test_who_does_its_work_is_ready(scene: Scene) -> None:
    async with watched(scene.pool) as watcher:
        assert await watcher.ready() == (200, {"ready": True, "node": "a", "reasons": []})


async def test_a_change_that_is_due_too_long_is_named_with_its_shop(scene: Scene) -> None:
    await scene.load(JAKKE)
    await _moved(scene)
    await scene.pool.execute(LATE)
    async with watched(scene.pool, late_after_s=1800) as watcher:
        assert (await watcher.ready())[0] == 200
    async with watched(scene.pool) as watcher:
        status, told = await watcher.ready()
    assert status == 503
    (reason,) = told["reasons"]
    assert (reason["reason"], reason["shop"]) == ("change_late", DOMAIN)
    assert "for 20 minutes" in reason["message"]
    assert "syncd status" in reason["next"]


async def test_changes_of_a_shop_that_is_switched_off_may_wait(scene: Scene) -> None:
    await scene.load(JAKKE)
    await _moved(scene)
    await scene.pool.execute(LATE)
    await change_settings(scene, enabled=False)
    async with watched(scene.pool) as watcher:
        assert (await watcher.ready())[0] == 200


async def test_a_dead_token_names_the_shop_and_the_next_step(scene: Scene) -> None:
    """As the daemon meets it: Shopify answers 401, the shop is paused for that."""
    await scene.pool.execute(
        "update syncd.shop set credentials = $1", scene.vault.seal("shpat_revoked")
    )
    async with daemon(scene) as watcher:
        await watcher.until(lambda now: now.get(("syncd_token_valid", DOMAIN)) == 0)
        status, told = await watcher.ready()
        assert (await watcher.get("/healthz"))[0] == 200
    assert status == 503
    (reason,) = told["reasons"]
    assert (reason["reason"], reason["shop"]) == ("token_dead", DOMAIN)
    assert f"syncd shop token {DOMAIN}" in reason["next"]
    assert "shpat_" not in json.dumps(told)


@pytest.mark.parametrize(
    "reason",
    [
        pytest.param(str(of_status(RefusedStatus(401, "x", None), "Shop")), id="refused"),
        pytest.param("x.no does not let the app sign in: why (HTTP 400)", id="no sign-in"),
        pytest.param("the app was removed from the shop; install it", id="removed"),
    ],
)
async def test_each_way_to_lose_a_token_is_known(pool: asyncpg.Pool, reason: str) -> None:
    assert await pool.fetchval("select $1 like any ($2::text[])", reason, list(REFUSED))


async def test_another_pause_is_no_dead_token(scene: Scene) -> None:
    other = str(of_status(RefusedStatus(402, "x", None), "Shop"))
    await shops.pause(scene.pool, scene.shop.shop_id, seconds=60, reason=other)
    async with watched(scene.pool) as watcher:
        assert (await watcher.ready())[0] == 200
        found = await watcher.metrics()
    assert found["syncd_shop_paused", DOMAIN] == 1
    assert found["syncd_token_valid", DOMAIN] == 1


# -------------------------------------------------------------------------- a database that is away


@dataclass(slots=True)
class Cable:
    """A way to Postgres that can be cut off, or hang: bytes then wait for ever."""

    port: int
    is_cut: bool = False
    is_stuck: bool = False
    ends: list[SocketStream] | None = None

    async def cut(self) -> None:
        self.is_cut = True
        for one in self.ends or ():
            await one.aclose()


@asynccontextmanager
async def cable(server: Server) -> AsyncIterator[Cable]:
    async def pass_on(one: SocketStream, other: SocketStream, cord: Cable) -> None:
        try:
            async for part in one:
                while cord.is_stuck:
                    await anyio.lowlevel.checkpoint()
                await other.send(part)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError, OSError):
            pass
        await other.aclose()

    async def join(here: SocketStream) -> None:
        if cord.is_cut:
            await here.aclose()
            return
        there = await anyio.connect_tcp("127.0.0.1", server.port)
        assert cord.ends is not None
        cord.ends += [here, there]
        group.start_soon(pass_on, here, there, cord)
        group.start_soon(pass_on, there, here, cord)

    async with (
        await anyio.create_tcp_listener(local_host="127.0.0.1") as listener,
        anyio.create_task_group() as group,
    ):
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        cord = Cable(port, ends=[])
        group.start_soon(listener.serve, join)
        yield cord
        group.cancel_scope.cancel()


@pytest.mark.parametrize("how", ["cut", "stuck"])
async def test_a_database_that_is_away_is_named_while_the_process_lives(
    postgres: Server, database_url: str, how: str
) -> None:
    async with cable(postgres) as cord:
        url = database_url.replace(f":{postgres.port}/", f":{cord.port}/")
        async with db.connect(url, name="tests: cable", size=2) as pool, watched(pool) as watcher:
            assert (await watcher.ready())[0] == 200
            if how == "cut":
                await cord.cut()
            else:
                cord.is_stuck = True
            with anyio.fail_after(PATIENCE_S):
                while (await watcher.ready())[0] == 200:
                    pass  # what was told a second ago still counts
            status, told = await watcher.ready()
            assert (await watcher.get("/healthz"))[0] == 200
            found = await watcher.metrics()
            cord.is_stuck = False
    assert status == 503
    (reason,) = told["reasons"]
    assert reason["reason"] == "database_away"
    assert "check that Postgres runs" in reason["next"]
    assert found["syncd_database_up",] == 0
    assert ("syncd_router_lag_seconds",) not in found, "what is not known is not shown"


async def test_many_scrapes_are_one_question(pool: asyncpg.Pool) -> None:
    took: set[float] = set()

    async def scrape(watcher: Watcher) -> None:
        took.add((await watcher.metrics())["syncd_database_read_seconds",])

    async with watched(pool) as watcher, anyio.create_task_group() as group:
        for _ in range(50):
            group.start_soon(scrape, watcher)
    assert len(took) == 1


async def test_nothing_but_the_pages_is_answered(pool: asyncpg.Pool) -> None:
    async with watched(pool) as watcher:
        for path in ("/", "/metrics/x", "/readyz?x=1", "/%00"):
            status, text, headers = await watcher.get(path)
            assert status in (200, 404), path
            assert "Traceback" not in text
            assert headers["Cache-Control"] == "no-store"


async def test_a_port_that_is_taken_is_named(pool: asyncpg.Pool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError) as raised:
            async with monitor.listening(pool, host="127.0.0.1", port=port, late_after_s=1):
                pass
    assert "SYNCD_METRICS_PORT" in raised.value.hint
