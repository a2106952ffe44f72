"""The servers that are measured side by side, each a process of its own on a core of its own.

`python -m bench.contenders NAME` prints the port it took, then serves until its stdin ends.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
from aiohttp import web
from graphql import ExecutionResult, execute_sync, parse, validate

from syncd.sandbox.archive import Archive
from syncd.sandbox.options import Clock, ShopOptions
from syncd.sandbox.schema import executable
from syncd.sandbox.server import opened
from syncd.sandbox.shop import Shop
from syncd.sandbox.versions import NEWEST
from syncd.sandbox.visit import visit

PATH = f"/admin/api/{NEWEST}/graphql.json"
OPTIONS = ShopOptions(plan="enterprise", clock=Clock(lambda: 1_000 * time.monotonic()))
"""A bucket that fills a thousand times as fast, so that nobody is throttled."""

CANNED = json.dumps({"data": {"productSet": {"product": {"id": "1"}, "userErrors": []}}}).encode()


async def sandbox() -> None:
    """What we offer, with its file on disk."""
    with tempfile.TemporaryDirectory() as folder:
        async with opened(OPTIONS, Path(folder) / "shop.sqlite", None) as running:
            await _served(running.port)


async def graphql_core() -> None:
    """What one writes in an evening: each request parsed, validated, executed; the same shop."""
    shop, schema = Shop(OPTIONS, Archive(None)), executable(NEWEST)

    async def answer(request: web.Request) -> web.Response:
        asked = await request.json()
        document = parse(asked["query"])
        if errors := validate(schema, document):
            return web.json_response({"errors": [error.formatted for error in errors]})
        result: ExecutionResult = execute_sync(
            schema, document, context_value=visit(shop), variable_values=asked["variables"]
        )
        shop.save()
        return web.json_response(result.formatted)

    await _serve(answer)


async def canned() -> None:
    """The floor: aiohttp reads the request and answers the same bytes each time."""

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=CANNED, content_type="application/json")

    await _serve(answer)


CONTENDERS = {"sandbox": sandbox, "graphql_core": graphql_core, "canned": canned}


async def _serve(answer: web.Handler) -> None:  # type: ignore[name-defined]
    app = web.Application()
    app.router.add_post(PATH, answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    await _served(runner.addresses[0][1])
    await runner.cleanup()


async def _served(port: int) -> None:
    print(port, flush=True)
    await anyio.to_thread.run_sync(sys.stdin.read)


def pinned(core: int) -> list[str]:
    """Words before a command that keep it on a core, where there are several."""
    return ["taskset", "-c", str(core)] if shutil.which("taskset") else []


@dataclass(frozen=True, slots=True)
class Server:
    """A contender that serves."""

    port: int
    pid: int

    def cpu_s(self) -> float:
        """What it has had of its core so far: what other processes take is not in it."""
        try:
            stat = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii")
        except OSError:
            return 0.0
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def started(name: str) -> Iterator[Server]:
    """A contender, while it serves."""
    command = [*pinned(0), sys.executable, "-m", "bench.contenders", name]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin and process.stdout
        guard = threading.Timer(600, process.kill)
        guard.start()
        try:
            yield Server(int(process.stdout.readline()), process.pid)
        finally:
            process.stdin.close()
            process.wait(10)
            guard.cancel()


if __name__ == "__main__":
    anyio.run(CONTENDERS[sys.argv[1]])
