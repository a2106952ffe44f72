"""How our outbox does beside pgqueuer, procrastinate, faststream-outbox: figures B1 to B13.

ONLY=B1,B6 chooses (B1 to B5 are one), EVENTS and ROUNDS scale. All on one durable Postgres, the
contenders in turn in each round; medians. Two noisy cores: trust the ratios. Those named cpu_
are of events per CPU second, client plus server: what others take of the machine is not in them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable, Mapping

import anyio

from bench import (
    outbox_hot,
    outbox_idle,
    outbox_long,
    outbox_rounds,
    outbox_start,
    outbox_waiting,
    outbox_wear,
    peer_process,
)
from bench.outbox_bars import Report
from bench.outbox_rounds import Sizes
from bench.outbox_server import Lab, lab

EVENTS = int(os.environ.get("EVENTS", "1000000"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
IS_SMALL = EVENTS < 100_000  # to see that it runs
ONLY = {name.strip().upper() for name in os.environ.get("ONLY", "").split(",") if name.strip()}

Measure = Callable[[Lab, Report], Awaitable[None]]


async def rounds(lab: Lab, report: Report) -> None:
    events = max(1_000, EVENTS // 20)  # seconds of work: less tells of the start
    sizes = Sizes(events, singles=max(200, EVENTS // 500), routed=max(2_000, EVENTS // 10))
    await outbox_rounds.measure(lab, report, sizes, ROUNDS)


async def waiting(lab: Lab, report: Report) -> None:
    await outbox_waiting.measure(lab, report, EVENTS, few=max(1_000, EVENTS // 100))


async def long(lab: Lab, report: Report) -> None:
    await outbox_long.measure(lab, report, max(2_000, EVENTS // 10))


async def wear(lab: Lab, report: Report) -> None:
    await outbox_wear.measure(lab, report, EVENTS)


async def delay(lab: Lab, report: Report) -> None:
    await outbox_idle.delay(lab, report, min(200, max(50, EVENTS // 2_000)))


async def idle(lab: Lab, report: Report) -> None:
    await outbox_idle.idle(lab, report, seconds=5.0 if IS_SMALL else 30.0)


async def hot(lab: Lab, report: Report) -> None:
    await outbox_hot.measure(lab, report, rounds=1 if IS_SMALL else 5)


async def start(lab: Lab, report: Report) -> None:
    await outbox_start.measure(lab, report, rounds=1 if IS_SMALL else 3)


MEASURES: Mapping[str, Measure] = {
    "B13": start,
    "B10": delay,
    "B12": idle,
    "B1 B2 B3 B4 B5": rounds,
    "B6": waiting,
    "B7": long,
    "B8": wear,
    "B9": hot,
}


async def main() -> int:
    report = Report()
    if not ONLY or ONLY & {"B1", "B2", "B3", "B4", "B5", "B7"}:
        peer_process.install()
    async with lab() as running:
        running.say(f"Postgres {running.server.version}, durable; {EVENTS:,} events at most")
        for names, measure in MEASURES.items():
            if not ONLY or ONLY & {*names.split()}:
                running.say(names)
                await measure(running, report)
    return 0 if report.print() else 1


if __name__ == "__main__":
    sys.exit(anyio.run(main))
