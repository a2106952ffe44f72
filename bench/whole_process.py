"""The sandbox and syncd as processes of their own, with what each phase of a run took of each."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import anyio.to_thread
import asyncpg

from bench import outbox_cpu
from bench.peer_process import ROOT

LIMIT_S = 600.0
LOOK_S = 0.05
ADDRESS = re.compile(r"SYNCD_SHOPIFY_URL=(\S+)")
PEAK = re.compile(r"VmHWM:\s+(\d+) kB")
PHASE = """
select
  r.run_id,
  r.state,
  array(
    select distinct o.phase
    from syncd.bulk_operation o
    where o.run_id = r.run_id
      and o.ended_at is null
  ) as bulk
from syncd.run r
order by r.run_id desc
limit 1
"""
BULK = ("write", "fetch", "start", "wait")  # of several at once the one that is named
STARTING, ENDING = "starting", "ending"


@dataclass(slots=True)
class Spent:
    """Seconds of the clock, CPU seconds of syncd, of Postgres, of the sandbox."""

    wall_s: float = 0.0
    syncd_s: float = 0.0
    postgres_s: float = 0.0
    sandbox_s: float = 0.0

    def add(self, other: Spent) -> None:
        self.wall_s += other.wall_s
        self.syncd_s += other.syncd_s
        self.postgres_s += other.postgres_s
        self.sandbox_s += other.sandbox_s

    def since(self, before: Spent) -> Spent:
        return Spent(
            self.wall_s - before.wall_s,
            self.syncd_s - before.syncd_s,
            self.postgres_s - before.postgres_s,
            self.sandbox_s - before.sandbox_s,
        )


@dataclass(slots=True)
class Ended:
    """A command that has ended: what it printed, its peak of memory, what each phase took."""

    code: int
    said: str
    peak_mb: float
    phases: dict[str, Spent]

    @property
    def whole(self) -> Spent:
        total = Spent()
        for one in self.phases.values():
            total.add(one)
        return total


@dataclass(frozen=True, slots=True)
class Stage:
    """The sandbox and the database; `settings` are those of the environment of syncd."""

    pool: asyncpg.Pool
    sandbox: int
    postmaster: int
    shop_url: str
    settings: Mapping[str, str]

    def spent(self, pid: int) -> Spent:
        """So far."""
        return Spent(
            time.monotonic(),
            outbox_cpu.process_s(pid),
            outbox_cpu.family_s(self.postmaster),
            outbox_cpu.process_s(self.sandbox),
        )

    async def run(self, *words: str) -> Ended:
        """A command of syncd's, to its end; killed when it takes too long."""
        last_run = await self._run_id()
        with tempfile.TemporaryFile("w+") as said:
            process = started(words, self.settings, said)
            try:
                with anyio.fail_after(LIMIT_S):
                    peak_mb, phases = await self._watch(process, last_run)
            finally:
                process.kill()
                process.wait()
            said.seek(0)
            return Ended(process.returncode, said.read(), peak_mb, phases)

    async def _watch(
        self, process: subprocess.Popen[str], last_run: int
    ) -> tuple[float, dict[str, Spent]]:
        """Look at it until it ends; the share that is lost is that since the last look."""
        phases: dict[str, Spent] = defaultdict(Spent)
        peak_mb, before = 0.0, self.spent(process.pid)
        while process.poll() is None:
            phase = await self._phase(last_run)
            peak_mb = peak(process.pid) or peak_mb
            now = self.spent(process.pid)
            if now.syncd_s:  # it is still there
                phases[phase].add(now.since(before))
                before = now
            await anyio.sleep(LOOK_S)
        return peak_mb, dict(phases)

    async def _phase(self, last_run: int) -> str:
        row = await self.pool.fetchrow(PHASE)
        if row is None or row["run_id"] <= last_run:
            return STARTING
        if row["state"] in ("done", "failed", "held", "rejected"):
            return ENDING
        bulk = next((phase for phase in BULK if phase in row["bulk"]), None)
        return f"{row['state']}: {bulk}" if bulk else str(row["state"])

    async def _run_id(self) -> int:
        return await self.pool.fetchval("select coalesce(max(run_id), 0) from syncd.run") or 0


def started(
    words: Sequence[str], settings: Mapping[str, str], stdout: IO[str] | int
) -> subprocess.Popen[str]:
    """A command of syncd's with these settings and no others, imported from this very checkout."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("SYNCD_")}
    return subprocess.Popen(
        [sys.executable, "-m", "syncd.cli", *words],
        cwd=ROOT,
        env={**kept, "PYTHONPATH": str(ROOT), "COLUMNS": "100", **settings},
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.STDOUT,
        text=True,
    )


def peak(pid: int) -> float:
    """The most memory a process has had so far, in MB; 0 when it has ended."""
    try:
        found = PEAK.search(Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


@asynccontextmanager
async def sandbox(domain: str, token: str) -> AsyncIterator[tuple[int, str]]:
    """A sandbox shop that is not throttled, while the block lasts: its pid, its address."""
    words = ("sandbox", "--plan", "enterprise", "--domain", domain, "--token", token)
    process = started(words, {}, subprocess.PIPE)
    try:
        yield process.pid, await anyio.to_thread.run_sync(_address, process)
    finally:
        process.terminate()
        process.wait(20)
        assert process.stdout is not None
        process.stdout.close()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if found := ADDRESS.search(line):
            return found[1]
    raise RuntimeError("the sandbox did not start")
