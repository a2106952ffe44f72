"""Programs that are started, watched, started again when they die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import anyio
from anyio.abc import Process

ROOT = Path(__file__).resolve().parents[1]
AGAIN_S = 0.5  # as RestartSec
STOP_S = 10.0


@dataclass(slots=True)
class Program:
    """A command that runs until it is stopped; `fine` are exit codes after which it starts again.

    `ends` notes each end that is not fine, each stop that took longer than it may.
    """

    name: str
    words: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    fine: frozenset[int] = frozenset()
    ends: list[str] = field(default_factory=list)
    starts: int = 0
    process: Process | None = None
    _is_wanted: bool = True

    async def run(self) -> None:
        """Start it again and again."""
        while self._is_wanted:
            self.starts += 1
            with self.log.open("ab") as file:
                self.process = await anyio.open_process(
                    [sys.executable, "-m", "syncd.cli", *self.words],
                    cwd=ROOT,
                    env=dict(self.environment),
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                )
            try:
                code = await self.process.wait()
            finally:
                if self.process.returncode is None:
                    self.process.kill()
            if code not in self.fine | {0, -signal.SIGKILL, -signal.SIGTERM}:
                self.ends.append(f"{self.name} ended by itself with {code}")
            await anyio.sleep(AGAIN_S)

    def send(self, number: signal.Signals) -> None:
        """A signal, if it runs."""
        with suppress(ProcessLookupError):
            if self.process is not None and self.process.returncode is None:
                os.kill(self.process.pid, number)

    async def stop(self, *, for_good: bool = False) -> None:
        """SIGTERM; it must end well within ten seconds."""
        self._is_wanted = self._is_wanted and not for_good
        process = self.process
        if process is None or process.returncode is not None:
            return
        self.send(signal.SIGTERM)
        with anyio.move_on_after(STOP_S):
            code = await process.wait()
            if code not in self.fine | {0, -signal.SIGTERM, -signal.SIGKILL}:
                self.ends.append(f"{self.name} was asked to end, and did with {code}")
            return
        self.ends.append(f"{self.name} did not end within {STOP_S:.0f} s of SIGTERM")
        self.send(signal.SIGKILL)

    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""
