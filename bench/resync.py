"""How fast lines for bulk operations are made and results of them read, beside ways by hand.

Each way runs in a process of its own; the ways take turns, so that a noisy machine is noisy for
all; medians of CPU time are shown. The bar is a share of the fastest way's speed.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio

from bench import peer_process, production, results

ROUNDS = int(os.environ.get("ROUNDS", "5"))
PRODUCTS = int(os.environ.get("PRODUCTS", "20000"))
BAR = 0.7
OURS, PEERS = "bench.results", "bench.peer_results"
WAYS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "rows of a mutation": {
        "ours": (OURS, "rows"),
        "msgspec, typed": (PEERS, "msgspec_rows"),
        "orjson": (PEERS, "orjson_rows"),
        "json, pydantic": (PEERS, "pydantic_rows"),
    },
    "families of a read": {
        "ours": (OURS, "joined"),
        "ours, to records": (OURS, "observed"),
        "msgspec, typed, in parts": (PEERS, "msgspec_joined"),
        "orjson, all in memory": (PEERS, "orjson_joined"),
        "json, all in memory": (PEERS, "pydantic_joined"),
    },
}


@dataclass(slots=True)
class Way:
    """What a way found, and what that took, each round."""

    found: set[int] = field(default_factory=set)
    cpu_s: list[float] = field(default_factory=list)
    grown_mb: list[float] = field(default_factory=list)


def run(module: str, function: str, path: Path, way: Way) -> None:
    python = sys.executable if module == OURS else str(peer_process.HOME / "bin" / "python")
    command = [python, "-m", "bench.reading", module, function, str(path)]
    done = subprocess.run(
        command, cwd=peer_process.ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    said = json.loads(done.stdout)
    way.found.add(said["found"])
    way.cpu_s.append(said["cpu_s"])
    way.grown_mb.append(said["grown_mb"])


def measured(named: Mapping[str, tuple[str, str]], path: Path) -> dict[str, Way]:
    ways = {name: Way() for name in named}
    for _ in range(ROUNDS):
        for name, (module, function) in named.items():
            run(module, function, path, ways[name])
    if len(set.union(*(way.found for way in ways.values()))) != 1:
        raise RuntimeError(f"the ways differ in what they found: {ways}")
    return ways


def shown(title: str, ways: Mapping[str, Way], lines: int, size_bytes: int) -> float:
    """Print a line for each way; returns our share of the fastest one's speed."""
    print(f"{title}: {lines:,} lines, {size_bytes / 1e6:.0f} MB; medians of {ROUNDS}")
    print(f"{'':28}{'lines/CPU s':>14}{'MB/CPU s':>11}{'+ MB':>8}")
    for name, way in ways.items():
        cpu_s = statistics.median(way.cpu_s)
        speed = f"{lines / cpu_s:14,.0f}{size_bytes / 1e6 / cpu_s:11,.0f}"
        print(f"{name:28}{speed}{statistics.median(way.grown_mb):8.0f}")
    fastest_s = min(statistics.median(way.cpu_s) for way in ways.values())
    return fastest_s / statistics.median(ways["ours"].cpu_s)


def main() -> int:
    peer_process.install()
    report: dict[str, float] = {}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "result.jsonl"
        made = (results.mutation_rows(PRODUCTS * 5), results.shop_nodes(PRODUCTS))
        for (title, named), nodes in zip(WAYS.items(), made, strict=True):
            lines = results.write(path, list(nodes))
            share = shown(title, measured(named, path), lines, path.stat().st_size)
            report[title.partition(" ")[0]] = round(share, 2)
    made_from_postgres = anyio.run(production.measured, ROUNDS)
    shares = [*report.values(), made_from_postgres["lines"]]
    is_met = all(share >= BAR for share in shares)
    print(json.dumps({"products": PRODUCTS, **report, **made_from_postgres, "is_met": is_met}))
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
