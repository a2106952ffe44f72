"""How fast products are pushed through a cost bucket, beside peers; how long urgent calls wait.

A shop of 1,000 points a second gets CALLS products at 50 in flight, five urgent calls a second
beside them. However good a client, that takes (charged points - bucket) / restore rate. Contenders
take turns, each in a process on one core with a fresh shop on the other; medians of ROUNDS. The
urgent calls alone, by bare aiohttp, show what a call takes that waits for nothing.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio

from bench import push_work
from bench.push_client import Told
from bench.push_shop import Options
from bench.push_work import Work
from bench.served import CLIENTS, ROOT, on_core, started
from clients import run as clients

ROUNDS = int(os.environ.get("ROUNDS", "3"))
CALLS = int(os.environ.get("CALLS", "1600"))
LIMIT_S = 120.0
ALONE_EVERY_S = 0.05  # the bucket holds that easily
OURS, NODE, ALONE = "syncd", "shopify-api-node", "urgent calls alone"
PROGRAMS = {OURS: "syncd", "gql": "gql", ALONE: "bare"}
NAMES = (OURS, "gql", NODE, "@shopify/admin-api-client")
TIME_BAR, URGENT_BAR, CPU_BAR = 1.04, 1.1, 0.25


Figures = dict[str, float | None]
WORST = ("failed", "throttled")  # of these the worst round counts, of others the median


@dataclass(frozen=True, slots=True)
class Round:
    """What a contender told, and what its shop counted."""

    told: Told
    points: int
    answered: int
    throttled: int
    options: Options

    @property
    def bound_s(self) -> float:
        """No client can be faster: what the bucket held is there at once, the rest flows in."""
        options = self.options
        return max(0.0, self.points - options.bucket_points) / options.restore_points_s

    def urgent_s(self, share: float) -> float | None:
        """Of the urgent calls that were answered well."""
        waits_s = sorted(self.told.urgent_s)
        return waits_s[int(len(waits_s) * share)] if waits_s else None

    @property
    def figures(self) -> Figures:
        return {
            "s": self.told.seconds or None,
            "bound_s": self.bound_s or None,
            "ratio": self.told.seconds / self.bound_s if self.bound_s else None,
            "failed": self.told.failed,
            "throttled": self.throttled,
            "urgent_p50_s": self.urgent_s(0.5),
            "urgent_p99_s": self.urgent_s(0.99),
            "cpu_s": self.told.cpu_s,
            "peak_mb": self.told.peak_mb,
        }


@dataclass(slots=True)
class Contender:
    """A client: how it is started, and where; its rounds."""

    name: str
    command: Sequence[str]
    folder: Path = ROOT
    rounds: list[Round] = field(default_factory=list)

    @property
    def figures(self) -> Figures:
        rounds = [one.figures for one in self.rounds]
        found: Figures = {}
        for name in rounds[0]:
            values = [value for one in rounds if (value := one[name]) is not None]
            pick = max if name in WORST else statistics.median
            found[name] = round(pick(values), 3) if values else None
        return found


def contender(name: str) -> Contender:
    """One by its name. Installs what comes from npm, once; raises SystemExit when it cannot."""
    if name in PROGRAMS:
        return Contender(name, [sys.executable, "-m", "bench.push_client", PROGRAMS[name]])
    client = next(one for one in clients.CLIENTS if one.name == name)
    if hindrance := anyio.run(clients.install, client):
        sys.exit(f"{name}: {hindrance}; this bench needs node and the npm registry")
    return Contender(name, ["node", str(ROOT / "bench" / "push_peer.mjs"), name], client.home)


def play(one: Contender, work: Work, options: Options) -> Round:
    """One contender does the work in a fresh shop."""
    with (
        TemporaryDirectory() as folder,
        started("bench.push_shop", json.dumps(asdict(options))) as shop,
    ):
        path = Path(folder) / "work.json"
        work.write(path)
        done = subprocess.run(
            [*on_core(CLIENTS), *one.command, str(path), f"http://127.0.0.1:{shop.port}"],
            cwd=one.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
            timeout=LIMIT_S,
            check=True,
        )
        tally = json.loads(shop.end())
    return Round(
        told=Told(**json.loads(done.stdout)),
        points=tally["points"],
        answered=sum(tally["answered"].values()),
        throttled=sum(tally["throttled"].values()),
        options=options,
    )


def measured(rounds: int, calls: int, options: Options) -> list[Contender]:
    """The contenders in turns; the last is the urgent calls alone, as many as ours were."""
    found, alone = [contender(name) for name in NAMES], contender(ALONE)
    for turn in range(rounds):
        seeded = replace(options, seed=options.seed + turn)
        for one in found:
            one.rounds.append(play(one, push_work.work(calls), seeded))
            print(".", end="", flush=True)
        urgent = len(found[0].rounds[-1].told.urgent_s)
        alone.rounds.append(play(alone, push_work.alone(urgent, ALONE_EVERY_S), seeded))
    print()
    return [*found, alone]


def shown(found: Sequence[Contender]) -> None:
    heads = ("s", "bound s", "ratio", "failed", "THROTTLED", "urgent p50", "p99 s", "CPU s", "MB")
    print(f"{'':26}" + "".join(f"{head:>11}" for head in heads))
    for one in found:
        cells = ["-" if value is None else f"{value:.6g}" for value in one.figures.values()]
        print(f"{one.name:26}" + "".join(f"{cell:>11}" for cell in cells))
        if faults := one.rounds[-1].told.faults:
            print(f"    {faults[0][:120]}")


def bars(figures: Mapping[str, Figures]) -> dict[str, tuple[float, float]]:
    """What must hold of ours: a figure, and how large it may be; inf where there is none."""
    ours, node, alone = figures[OURS], figures[NODE], figures[ALONE]
    return {
        "time_to_bound": (ours["ratio"] or inf, TIME_BAR),
        "throttled": (ours["throttled"] or 0, 0),
        "failed": (ours["failed"] or 0, 0),
        "urgent_to_alone": (_share(ours["urgent_p99_s"], alone["urgent_p99_s"]), URGENT_BAR),
        "cpu_to_node": (_share(ours["cpu_s"], node["cpu_s"]), CPU_BAR),
    }


def _share(one: float | None, other: float | None) -> float:
    return one / other if one and other else inf


def main() -> int:
    print(f"{CALLS} products, {push_work.IN_FLIGHT} in flight, 5 urgent calls a second")
    found = measured(ROUNDS, CALLS, Options())
    shown(found)
    figures = {one.name: one.figures for one in found}
    held = {name: value <= most for name, (value, most) in bars(figures).items()}
    for name, (value, most) in bars(figures).items():
        print(f"{name:20}{value:8.3f}  at most {most:<6}{'' if held[name] else 'MISSED'}")
    report = {"rounds": ROUNDS, "calls": CALLS, **figures, "holds": held}
    print(json.dumps({**report, "is_met": all(held.values())}))
    return 0 if all(held.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
