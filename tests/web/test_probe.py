"""An address that does not lead to the receiver is told, with why."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from syncd.web import probe


@pytest.fixture
async def address() -> AsyncIterator[str]:
    """A server that answers with the status that its path names."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=int(request.match_info["status"]))

    app = web.Application()
    app.router.add_get("/{status}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_the_receivers_answer_is_no_trouble(address: str) -> None:
    assert await probe.trouble(f"{address}/204") == ""


@pytest.mark.parametrize(
    ("path", "why"),
    [("200", "something else"), ("404", "HTTP 404"), ("301", "leads elsewhere")],
)
async def test_another_answer_is_told(address: str, path: str, why: str) -> None:
    assert why in await probe.trouble(f"{address}/{path}")


async def test_nobody_there_is_told() -> None:
    assert "127.0.0.1" in await probe.trouble("http://127.0.0.1:1/webhooks")
