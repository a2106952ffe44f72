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
from playwright.async_api import Page, async_playwright, expect

from syncd.flows import entering
from syncd.postgres.embedded import Server
from syncd.supervisor import House, Showing, serve
from syncd.vault import Vault
from tests.conftest import FURNISHED
from tests.flows.conftest import JAKKE, Scene, playing

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
    base: str
    scene: Scene

    async def open(self, path: str) -> None:
        answer = await self.page.goto(self.base + path)
        assert answer is not None and answer.status < 400, (path, answer and answer.status)


@asynccontextmanager
async def shown(pool: asyncpg.Pool, vault: Vault, shopify_url: str) -> AsyncIterator[str]:
    """A daemon at work with a console; gives its address."""
    house = House(pool, vault, shopify_url, console=Showing("127.0.0.1", 0))
    async with anyio.create_task_group() as group:
        group.start_soon(serve, house)
        try:
            yield await _address(house)
        finally:
            house.stop.set()


async def _address(house: House) -> str:
    with anyio.fail_after(20):
        await house.shown.wait()
    return house.shown_at


See = Callable[[], AbstractAsyncContextManager[Sight]]


@asynccontextmanager
async def browsing(base: str) -> AsyncIterator[Page]:
    """A window of a Norwegian browser."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        context = await browser.new_context(locale="nb-NO", base_url=base)
        context.set_default_timeout(WAIT_MS)
        yield await context.new_page()
        await browser.close()


async def sign_in(page: Page) -> None:
    await page.goto("/signin")
    await page.get_by_label("Brukernavn").fill("kari")
    await page.get_by_label("Passord").fill(PASSWORD)
    await page.get_by_role("button", name="Logg inn").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Oversikt")


@pytest.fixture
def see(pool: asyncpg.Pool, tmp_path: Path) -> See:
    """Opens a browser for Kari, an administrator who is signed in; a shop is linked, has a product.

    A block in the test, no fixture of its own: what it starts must end in the task it began in.
    """

    @asynccontextmanager
    async def seeing() -> AsyncIterator[Sight]:
        async with (
            playing(pool, tmp_path) as scene,
            shown(pool, scene.vault, scene.running.url) as base,
            browsing(base) as page,
        ):
            await scene.load(JAKKE)
            await entering.add(pool, "kari", PASSWORD, "admin")
            await sign_in(page)
            yield Sight(page, base, scene)

    return seeing
