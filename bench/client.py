"""What a call costs the client's processor: ours beside bare aiohttp, and beside gql.

Each way calls the same canned server, 50 calls at a time, from a process on the other core; the
ways take turns, so that a noisy machine is noisy for all; medians of CPU time are shown. The bars
are medians of each round's ratios.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.served import CLIENTS, ROOT, on_core, started

ROUNDS = int(os.environ.get("ROUNDS", "5"))
CALLS = int(os.environ.get("CALLS", "4000"))
LIMIT_S = 90.0
WAYS = {  # what it is, how many of the calls it makes
    "bare": ("aiohttp, orjson", 1.0),
    "syncd": ("syncd", 1.0),
    "gql_parsed": ("gql, parsed once", 0.5),
    "gql_text": ("gql, text each call", 0.2),
}
BARS = {"bare": 1.5, "gql_parsed": 1 / 3}
"""Ours may take so many times what that way takes."""


@dataclass(slots=True)
class Way:
    """CPU microseconds a call, calls a second, each round."""

    cpu_us: list[float] = field(default_factory=list)
    calls_s: list[float] = field(default_factory=list)


def run(name: str, calls: int, port: int, way: Way) -> None:
    words = [name, str(calls), f"http://127.0.0.1:{port}"]
    done = subprocess.run(
        [*on_core(CLIENTS), sys.executable, "-m", "bench.client_calls", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        timeout=LIMIT_S,
        check=True,
    )
    said = json.loads(done.stdout)
    way.cpu_us.append(1e6 * said["cpu_s"] / calls)
    way.calls_s.append(calls / said["s"])


def measured(rounds: int, calls: int) -> dict[str, Way]:
    ways = {name: Way() for name in WAYS}
    with started("bench.client_shop") as server:
        for _ in range(rounds):
            for name, (_, share) in WAYS.items():
                run(name, max(1, int(calls * share)), server.port, ways[name])
    return ways


def ratio(ways: Mapping[str, Way], other: str) -> float:
    """What ours takes of the other's CPU time."""
    pairs = zip(ways["syncd"].cpu_us, ways[other].cpu_us, strict=True)
    return statistics.median(ours / others for ours, others in pairs)


def main() -> int:
    ways = measured(ROUNDS, CALLS)
    print(f"productSet with 5 variants, 50 in flight, {ROUNDS} rounds of {CALLS} calls; medians")
    print(f"{'':24}{'CPU us/call':>13}{'calls/s':>10}{'ours to it':>12}{'at most':>9}")
    report: dict[str, float] = {}
    for name, (title, _) in WAYS.items():
        cpu_us, calls_s = (
            statistics.median(ways[name].cpu_us),
            statistics.median(ways[name].calls_s),
        )
        bar = f"{BARS[name]:9.2f}" if name in BARS else ""
        print(f"{title:24}{cpu_us:13.0f}{calls_s:10.0f}{ratio(ways, name):12.2f}{bar}")
        report[f"{name}_us"] = round(cpu_us, 1)
        if name in BARS:
            report[f"to_{name}"] = round(ratio(ways, name), 3)
    is_met = all(ratio(ways, name) <= most for name, most in BARS.items())
    print(json.dumps({"rounds": ROUNDS, "calls": CALLS, **report, "is_met": is_met}))
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
