"""The console in a real browser: coming in, languages, keyboard, what a screen reader is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.async_api import ConsoleMessage, expect

from tests.browser.conftest import PASSWORD, See
from tests.browser.pages import PAGES

AXE = Path(os.environ.get("AXE_CORE", "") or "/nowhere") / "axe.min.js"
SEEN = """
() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']})
  .then(found => found.violations
    .filter(one => ['serious', 'critical'].includes(one.impact))
    .map(one => one.id + ': ' + one.nodes.map(node => node.html).slice(0, 3).join(' | ')))
"""


async def test_signing_in_by_keyboard_alone(see: See) -> None:
    async with see() as sight:
        await sight.page.get_by_role("button", name="Logg ut").click()
        await expect(sight.page.get_by_label("Brukernavn")).to_be_focused()
        await sight.page.keyboard.type("kari")
        await sight.page.keyboard.press("Tab")
        await sight.page.keyboard.type(PASSWORD)
        await sight.page.keyboard.press("Enter")
        await expect(sight.page.get_by_role("heading", level=1)).to_have_text("Oversikt")
        await sight.page.keyboard.press("Tab")
        await expect(sight.page.get_by_role("link", name="Til innholdet")).to_be_focused()


async def test_the_language_is_switched_and_stays(see: See) -> None:
    async with see() as sight:
        await sight.page.get_by_role("button", name="English").click()
        await expect(sight.page.get_by_role("heading", level=1)).to_have_text("Overview")
        await sight.open("/users")
        await expect(sight.page.get_by_role("heading", level=1)).to_have_text("Users")
        assert await sight.page.evaluate("document.documentElement.lang") == "en"


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not there (AXE_CORE names its folder)")
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_page_hinders_who_cannot_see_well(see: See, scheme: str) -> None:
    async with see() as sight:
        await sight.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        faults = []
        for path in PAGES:
            await sight.open(path)
            await sight.page.evaluate(AXE.read_text(encoding="utf-8"))
            faults += [f"{path}: {one}" for one in await sight.page.evaluate(SEEN)]
        assert not faults, "\n".join(["", *faults])


@pytest.mark.parametrize("width", [360, 1280])
async def test_no_page_is_wider_than_the_window(see: See, width: int) -> None:
    async with see() as sight:
        await sight.page.set_viewport_size({"width": width, "height": 800})
        for path in PAGES:
            await sight.open(path)
            wide = await sight.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, path


async def test_no_page_breaks_its_own_policy(see: See) -> None:
    async with see() as sight:
        said: list[str] = []

        def hear(one: ConsoleMessage) -> None:
            is_picture = one.text.startswith("Failed to load resource: net::")  # of the catalogue's
            if one.type == "error" and not is_picture:
                said.append(f"{sight.page.url}: {one.text}")

        sight.page.on("console", hear)
        sight.page.on("pageerror", lambda one: said.append(f"{sight.page.url}: {one}"))
        for path in PAGES:
            await sight.open(path)
        assert said == []
