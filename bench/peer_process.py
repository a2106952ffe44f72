"""Starts the peers, our Backoffice too: processes of their own, from their own environment."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import anyio

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / ".venv-peers"
READY = HOME / ".ready"
NEEDED = (
    "pgqueuer[asyncpg]==1.6.0",
    "procrastinate==3.10.0",
    "psycopg[binary,pool]>=3.2",
    "faststream-outbox==0.19.0",
    "sqlalchemy[asyncio]>=2",
    "asyncpg>=0.30",
    "msgspec==0.20.0",
    "orjson>=3.10",
    "pydantic>=2.11",
)
PEERS = ("pgqueuer", "procrastinate", "faststream")
ANSWER_S = 90.0  # longer than any order may take


def install() -> None:
    """Make the environment, once; raises SystemExit when PyPI cannot be reached."""
    if READY.exists() and READY.read_text() == "\n".join(NEEDED):
        return
    print(f"Installing the peers into {HOME.name}, once (half a minute) ", end="", flush=True)
    venv.create(HOME, with_pip=True, clear=True, symlinks=True)
    command = [str(HOME / "bin" / "pip"), "install", "--disable-pip-version-check", *NEEDED]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if line.startswith(("Collecting", "Downloading", "Installing")):
                print(".", end="", flush=True)
    print()
    if process.returncode:
        sys.exit("".join(said[-5:]) + "could not install the peers: is PyPI reachable?")
    READY.write_text("\n".join(NEEDED))


@dataclass(slots=True)
class Process:
    """A peer that takes orders."""

    name: str
    process: subprocess.Popen[str]
    said: IO[str]

    async def order(self, do: str, **what: Any) -> Any:
        """Send an order and wait for its answer; a peer that does not answer is killed."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps({"do": do, **what}) + "\n")
        self.process.stdin.flush()
        with anyio.move_on_after(ANSWER_S):
            line = await anyio.to_thread.run_sync(
                self.process.stdout.readline, abandon_on_cancel=True
            )
            if line:
                return json.loads(line)
        self.process.kill()
        self.said.seek(0)
        raise SystemExit(f"{self.name} did not answer the order {do}: {self.said.read()[-2000:]}")


@contextmanager
def started(name: str, url: str) -> Iterator[Process]:
    """A peer on its database, ended with the block."""
    command = [str(HOME / "bin" / "python"), "-m", f"bench.peer_{name}", url]
    pipe = subprocess.PIPE
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=said, text=True, cwd=ROOT
        ) as process,
    ):
        try:
            yield Process(name, process, said)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
