"""Servers that are processes of their own, on a core that no client is on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
from aiohttp import web
from aiohttp.typedefs import Handler

from bench.outbox_cpu import process_s

ROOT = Path(__file__).resolve().parents[1]
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]
SERVERS, CLIENTS = 0, -1  # where in CORES
LIMIT_S = 600.0


def on_core(place: int) -> list[str]:
    """Words before a command that keep it on one of the cores, where there are several."""
    if len(CORES) < 2 or not shutil.which("taskset"):
        return []
    return ["taskset", "-c", str(CORES[place])]


async def serve(path: str, answer: Handler) -> None:
    """Print the port, answer what is posted to the path until stdin ends."""
    app = web.Application()
    app.router.add_post(path, answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    await until_told(runner.addresses[0][1])
    await runner.cleanup()


async def until_told(port: int) -> None:
    print(port, flush=True)
    await anyio.to_thread.run_sync(sys.stdin.read)


@dataclass(frozen=True, slots=True)
class Server:
    """A program that serves."""

    port: int
    process: subprocess.Popen[str]

    def cpu_s(self) -> float:
        """What it has had of its core so far: what other processes take is not in it."""
        return process_s(self.process.pid)

    def end(self) -> str:
        """Tell it to end; what it printed then."""
        said, _ = self.process.communicate(timeout=10)
        return said


@contextmanager
def started(module: str, *words: str) -> Iterator[Server]:
    """A module that prints its port, then serves until its stdin ends; ended with the block."""
    command = [*on_core(SERVERS), sys.executable, "-m", module, *words]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT) as process:
        assert process.stdin and process.stdout
        guard = threading.Timer(LIMIT_S, process.kill)
        guard.start()
        try:
            yield Server(int(process.stdout.readline()), process)
        finally:
            guard.cancel()
            process.stdin.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
