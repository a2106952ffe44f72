"""Photograph the console's pages, as a Norwegian shop owner sees them: `make screenshots`.

Sets the demo's stage in a folder of its own, sends the sample catalogue, makes some trouble, then
goes through the pages: light, dark, on a desk, on a phone. docs/pictures keeps light ones of the
desk and dark ones of the phone; all lie in build/screenshots.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

import anyio
import asyncpg
from playwright.async_api import Browser, Page, async_playwright
from rich.console import Console

from syncd.demo.home import Home
from syncd.demo.stage import Stage, Wanted, stage
from syncd.flows import resync
from syncd.supervisor import serve

ROOT = Path(__file__).resolve().parents[1]
EVERYTHING, KEPT = ROOT / "build" / "screenshots", ROOT / "docs" / "pictures"
SIZES = {"desk": (1280, 860), "phone": (390, 844)}
TALLEST = 1800
SHOWN = {("light", "desk"), ("dark", "phone")}
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
PATIENCE_S = 120.0
# A price list that was typed wrong, so that a run is held; a price that cannot be; a sale.
TROUBLE = (
    "update retail.price set list_price = round(list_price * 0.1, 2) where variant_id in"
    " (select variant_id from retail.variant where product_id between 40 and 75)",
    "update retail.product set title = repeat('Ullgenser ', 40) where product_id = 12",
    "update retail.product set title = title || ' (ny sesong)' where product_id between 2 and 9",
)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="syncd-pictures-") as folder:
        Path(folder).chmod(0o755)  # as root, Postgres runs as another account and works in here
        anyio.run(_play, Home(Path(folder) / "demo", "demo"), Console())


async def _play(home: Home, console: Console) -> None:
    async with (
        stage(home, Wanted(plan="plus", port=8690), console) as scene,
        anyio.create_task_group() as group,
    ):
        group.start_soon(serve, scene.house)
        try:
            await _live(scene)
            await _photograph(scene, console)
        finally:
            scene.house.stop.set()


async def _live(scene: Stage) -> None:
    """A shop that was sent to, with some trouble since."""
    with anyio.fail_after(PATIENCE_S):
        await anyio.sleep(2)
        await _settled(scene)
        for statement in TROUBLE:
            await scene.pool.execute(statement)
        await anyio.sleep(3)
        await _settled(scene)


async def _settled(scene: Stage) -> None:
    """Wait until only what waits for a person is left."""
    while await resync.waiting(scene.pool, scene.shop) > await _held(scene.pool):
        await scene.house.rest(0.5)


async def _held(pool: asyncpg.Pool) -> int:
    held: int = await pool.fetchval(
        "select count(*) from syncd.change where due_at > now() + interval '1 hour'"
    )
    return held


async def _photograph(scene: Stage, console: Console) -> None:
    shutil.rmtree(EVERYTHING, ignore_errors=True)
    EVERYTHING.mkdir(parents=True)
    KEPT.mkdir(parents=True, exist_ok=True)
    base, password = _door(scene.door)
    pages = await _pages(scene)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=SWITCHES
        )
        for scheme in ("light", "dark"):
            for size in SIZES:
                page = await _entered(browser, base, password, scheme=scheme, size=size)
                for name, path in pages.items():
                    await _shoot(page, base + path, f"{name}-{scheme}-{size}.png")
                    if (scheme, size) in SHOWN:
                        picture = f"{name}-{scheme}-{size}.png"
                        shutil.copy(EVERYTHING / picture, KEPT / picture)
                console.print(f"[green]✓[/] {len(pages)} pages, {scheme}, {size}")
        await browser.close()


def _door(text: str) -> tuple[str, str]:
    found = re.fullmatch(r"(\S+) \(user demo, password (\S+)\)", text)
    assert found is not None
    return found[1], found[2]


async def _pages(scene: Stage) -> dict[str, str]:
    """The pages by the name of their picture."""
    shop = f"/shops/{scene.shop.domain}"
    run_id = await scene.pool.fetchval("select max(run_id) from syncd.run where kind = 'guard'")
    run_id = run_id or await scene.pool.fetchval("select max(run_id) from syncd.run")
    return {
        "overview": "/",
        "products": "/products?q=ull",
        "product": f"{shop}/products/12",
        "runs": "/runs",
        "run": f"/runs/{run_id}",
        "attention": "/attention",
        "settings": f"{shop}/settings",
        "link": f"{shop}/link",
        "shops": "/shops",
        "setup": "/shops/new",
        "users": "/users",
    }


async def _entered(browser: Browser, base: str, password: str, *, scheme: str, size: str) -> Page:
    width, height = SIZES[size]
    context = await browser.new_context(
        locale="nb-NO",
        color_scheme=scheme,  # type: ignore[arg-type]
        viewport={"width": width, "height": height},
    )
    page = await context.new_page()
    await page.goto(f"{base}/signin")
    if scheme == "light":
        await page.screenshot(path=EVERYTHING / f"signin-{scheme}-{size}.png")
    await page.get_by_label("Brukernavn").fill("demo")
    await page.get_by_label("Passord").fill(password)
    await page.get_by_role("button", name="Logg inn").click()
    await page.wait_for_url(f"{base}/")
    return page


async def _shoot(page: Page, address: str, name: str) -> None:
    answer = await page.goto(address)
    if answer is None or answer.status >= 400:
        raise SystemExit(f"{address} answered {answer and answer.status}")
    await page.wait_for_timeout(1500)  # what comes by itself
    before = page.viewport_size
    assert before is not None
    # A tall window, not a whole page: what sticks to an edge is drawn where people see it.
    height = await page.evaluate("document.documentElement.scrollHeight")
    await page.set_viewport_size({**before, "height": max(before["height"], min(height, TALLEST))})
    await page.screenshot(path=EVERYTHING / name)
    await page.set_viewport_size(before)


if __name__ == "__main__":
    main()
