"""A real Chromium before the console of a daemon at work: real Postgres, the sandbox over HTTP."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import asyncpg
import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from syncd.flows import entering
from syncd.postgres.embedded import Server
from syncd.supervisor import House, Showing, serve
from syncd.supervisor.showing import show
from tests.conftest import FURNISHED
from tests.flows.conftest import Scene, playing

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or ""
PASSWORD = "korrekt hest batteri"
WAIT_MS = 30_000  # a slow machine; nothing waits so long that is well
SWITCHES = [
    "--no-sandbox",  # tests may run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
expect.set_options(timeout=WAIT_MS)


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """The pages' statements are held on both servers by tests/postgres."""
    return embedded


@pytest.fixture
def template() -> str:
    """With the reference Backoffice in it, which is installed once and copied."""
    return FURNISHED


@pytest.fixture(autouse=True, scope="session")
def chromium() -> None:
    if not CHROMIUM:
        pytest.skip("Chromium is not installed (apt install chromium)")


@dataclass(slots=True)
class Sight:
    """Somebody before a browser; the scene behind it."""

    page: Page
    browser: Browser
    scene: Scene
    house: House
    base: str

    async def open(self, path: str) -> None:
        answer = await self.page.goto(self.base + path)
        assert answer is not None and answer.status < 400, (path, answer and answer.status)

    async def sign_in(self, name: str = "kari") -> None:
        await self.open("/signin")
        await self.page.get_by_label("Brukernavn").fill(name)
        await self.page.get_by_label("Passord").fill(PASSWORD)
        await self.page.get_by_role("button", name="Logg inn").click()
        await expect(self.page.get_by_role("heading", level=1)).to_have_text("Oversikt")


@asynccontextmanager
async def shown(scene: Scene, *, is_at_work: bool = True) -> AsyncIterator[tuple[House, str]]:
    """A daemon at work with a console, or only its console; gives its address."""
    house = House(scene.pool, scene.vault, scene.running.url, console=Showing("127.0.0.1", 0))
    loops = serve if is_at_work else show
    async with anyio.create_task_group() as group:
        group.start_soon(loops, house)
        try:
            yield house, await _address(house)
        finally:
            house.stop.set()


async def _address(house: House) -> str:
    with anyio.fail_after(20):
        await house.shown.wait()
    return house.shown_at


See = Callable[[], AbstractAsyncContextManager[Sight]]


@pytest.fixture
def see(pool: asyncpg.Pool, tmp_path: Path) -> See:
    """Opens a Norwegian browser for Kari, an administrator who is signed in; a shop is linked.

    A block in the test, no fixture of its own: what it starts must end in the task it began in.
    """

    @asynccontextmanager
    async def seeing() -> AsyncIterator[Sight]:
        async with (
            async_playwright() as playwright,
            playing(pool, tmp_path) as scene,
            shown(scene) as (house, base),
        ):
            await entering.add(pool, "kari", PASSWORD, "admin")
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
            context = await browser.new_context(locale="nb-NO")
            context.set_default_timeout(WAIT_MS)
            sight = Sight(await context.new_page(), browser, scene, house, base)
            await sight.sign_in()
            yield sight
            await browser.close()

    return seeing
