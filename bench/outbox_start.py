"""B13: how long a start of the embedded server takes."""

from __future__ import annotations

import statistics
import time

from bench import outbox_ours
from bench.outbox_bars import Report
from bench.outbox_server import TEMPLATE, Lab, folder
from syncd.postgres import embedded

COPIES = 3


async def measure(lab: Lab, report: Report, rounds: int) -> None:
    """A new folder, the same again, then databases copied from a migrated one."""
    times: dict[str, list[float]] = {"first": [], "restart": [], "template": []}
    for _ in range(rounds):
        with folder() as place:
            for kind in ("first", "restart"):
                began = time.perf_counter()
                async with embedded.server(place / "data") as server:
                    times[kind].append(time.perf_counter() - began)
                    if kind == "restart":
                        times["template"] += await copies(server)
        shown = {kind: f"{found[-1]:.2f}" for kind, found in times.items()}
        lab.say(f"B13 seconds: {shown}")
    report.note(**{f"b13_{kind}_s": statistics.median(found) for kind, found in times.items()})


async def copies(server: embedded.Server) -> list[float]:
    url = await embedded.create_database(server, TEMPLATE)
    await outbox_ours.make_template(url)
    times = []
    for number in range(COPIES):
        began = time.perf_counter()
        await embedded.create_database(server, f"copy{number}", template=TEMPLATE)
        times.append(time.perf_counter() - began)
    return times
