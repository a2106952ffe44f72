"""How fast the lines of a bulk mutation are made from a real Postgres, beside ways by hand.

Ours reads the contract's views, holds each row against the contract, maps each product to its form,
and makes the line and the form's digest. The others read the Backoffice's own tables and write the
same lines; they check nothing, map nothing, and know no digest, so that they can never tell whether
a product has changed. `with our rules` is the fastest way by hand that can: its reading, our
mapping, our digests. The bar is a share of that one's speed.
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

import orjson

from bench import outbox_cpu, outbox_server, peer_process, whole, whole_goods
from syncd.postgres import db, embedded, reference
from syncd.postgres.migrate import migrate

LINES = int(os.environ.get("LINES", "5000"))
OURS, PEERS = "bench.lines", "bench.peer_lines"
WAYS: Mapping[str, tuple[str, str]] = {
    "ours": (OURS, "ours"),
    "by hand, with our rules": (OURS, "by_hand"),
    "(c2) msgspec, fetched ahead": (PEERS, "msgspec_ahead"),
    "(b) orjson, arrays": (PEERS, "orjson_arrays"),
    "(a) pydantic, row by row": (PEERS, "pydantic_rows"),
}


@dataclass(slots=True)
class Way:
    """What a way took, each round."""

    cpu_s: list[float] = field(default_factory=list)
    postgres_s: list[float] = field(default_factory=list)
    took_s: list[float] = field(default_factory=list)
    grown_mb: list[float] = field(default_factory=list)

    @property
    def speed(self) -> float:
        """Products a CPU second of the client's."""
        return LINES / statistics.median(self.cpu_s)


def run(module: str, function: str, url: str, path: Path) -> Mapping[str, float]:
    python = sys.executable if module == OURS else str(peer_process.HOME / "bin" / "python")
    done = subprocess.run(
        [python, "-m", "bench.writing", module, function, url, str(path)],
        cwd=peer_process.ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=300,
    )
    said: Mapping[str, float] = json.loads(done.stdout)
    if said["found"] != LINES:
        raise RuntimeError(f"{function} made {said['found']} lines of {LINES}")
    return said


def in_turns(url: str, postmaster: int, rounds: int) -> tuple[dict[str, Way], int]:
    """What each way took, and the bytes that all of them wrote."""
    ways, first = {name: Way() for name in WAYS}, b""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "lines.jsonl"
        for turn in range(rounds):
            for name, (module, function) in WAYS.items():
                before_s = outbox_cpu.family_s(postmaster)
                said = run(module, function, url, path)
                way = ways[name]
                way.postgres_s.append(outbox_cpu.family_s(postmaster) - before_s)
                way.cpu_s.append(said["cpu_s"])
                way.took_s.append(said["took_s"])
                way.grown_mb.append(said["grown_mb"])
                written = path.read_bytes()
                first = first or written
                if turn == 0 and not is_same(first, written):
                    raise RuntimeError(f"{name}: other lines than ours")
    return ways, len(first)


def is_same(one: bytes, two: bytes) -> bool:
    """Whether they say the same, in whatever order the fields stand."""
    pairs = zip(one.splitlines(), two.splitlines(), strict=True)
    return all(orjson.loads(left) == orjson.loads(right) for left, right in pairs)


def shown(ways: Mapping[str, Way], size_bytes: int, rounds: int) -> dict[str, float]:
    """Print a line for each way; returns ours as shares of the others' speed."""
    size_mb = size_bytes / 1e6
    print(f"lines of a mutation: {LINES:,} products, {size_mb:.0f} MB; medians of {rounds}")
    print(f"{'':28}{'rows/CPU s':>11}{'MB/CPU s':>10}{'Postgres':>10}{'rows/s':>9}{'+ MB':>7}")
    for name, way in ways.items():
        share = size_mb / LINES
        rows_s = LINES / statistics.median(way.took_s)
        more = f"{statistics.median(way.postgres_s):8.2f} s{rows_s:9,.0f}"
        grown = statistics.median(way.grown_mb)
        print(f"{name:28}{way.speed:11,.0f}{way.speed * share:10.0f}{more}{grown:7.0f}")
    ours, ruled, *bare = (way.speed for way in ways.values())
    return {
        "lines": round(ours / ruled, 2),
        "lines_beside_bare": round(ours / max(bare), 2),
        "lines_beside_slow": round(ours / bare[-1], 2),
    }


async def measured(rounds: int) -> dict[str, float]:
    """Ours as a share of the speed of the fastest way by hand with our rules, and of others'."""
    with outbox_server.folder() as place:
        async with embedded.server(place / "data", settings={"shared_buffers": "256MB"}) as server:
            url = await embedded.create_database(server, "lines")
            async with db.connect(url, name="bench", size=2) as pool:
                await migrate(pool)
                await reference.install(pool)
                await whole.load(pool, whole_goods.catalogue(LINES))
                await pool.execute("vacuum analyze")
                pid = outbox_cpu.parent(await pool.fetchval("select pg_backend_pid()"))
            return shown(*in_turns(url, pid, rounds), rounds)
