"""How many productSet calls a second the sandbox answers, how fast it works off a bulk mutation.

Contenders take turns in short rounds, so that a noisy machine is noisy for all; medians are shown.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field

from bench.bulk import bulk_seconds
from bench.contenders import CONTENDERS, PATH, started
from bench.load import Load, drive, rendered

ROUNDS = int(os.environ.get("ROUNDS", "5"))
CALLS = int(os.environ.get("CALLS", "300"))
LINES = int(os.environ.get("LINES", "20000"))
VARIANTS = 5
AIM_CALLS_S, AIM_BULK_S = 400, 30

DOCUMENT = """
mutation Push($input: ProductSetInput!) {
  productSet(synchronous: true, input: $input) {
    product {
      id handle updatedAt
      variants(first: 250) { nodes { id sku inventoryItem { id } } }
    }
    userErrors { code field message }
  }
}
"""


def product(number: int) -> dict[str, object]:
    """A jumper in five sizes, as a shop would push it."""
    sizes = ["XS", "S", "M", "L", "XL"]
    return {
        "title": f"Ullgenser {number}",
        "vendor": "Devold",
        "productType": "Genser",
        "tags": ["ull", "vinter"],
        "productOptions": [{"name": "Str", "values": [{"name": size} for size in sizes]}],
        "variants": [
            {
                "optionValues": [{"optionName": "Str", "name": size}],
                "price": "1299.00",
                "barcode": f"70{number:09}{place}",
                "inventoryItem": {"sku": f"ULL-{number}-{size}", "tracked": True},
            }
            for place, size in enumerate(sizes[:VARIANTS])
        ],
    }


def request(port: int, number: int) -> bytes:
    body = {"query": DOCUMENT, "variables": {"input": product(number)}}
    return rendered(PATH, json.dumps(body).encode(), port)


def is_good(body: bytes) -> bool:
    plain = body.replace(b" ", b"")
    return b'"userErrors":[]' in plain and b'"errors"' not in plain


@dataclass(slots=True)
class Rounds:
    """A contender's loads, and what its server's core worked for them."""

    loads: list[Load] = field(default_factory=list)
    cpu_s: float = 0.0

    @property
    def calls_s(self) -> float:
        return statistics.median(load.calls_s for load in self.loads)

    @property
    def calls(self) -> int:
        return sum(load.calls for load in self.loads)

    @property
    def failed(self) -> int:
        return sum(load.failed for load in self.loads)

    def wait_ms(self, share: float) -> float:
        waits_s = sorted(wait_s for load in self.loads for wait_s in load.waits_s)
        return 1_000 * waits_s[int(len(waits_s) * share)]


def rounds() -> dict[str, Rounds]:
    """Each contender's; the first round warms them up."""
    found = {name: Rounds() for name in CONTENDERS}
    with ExitStack() as stack:
        servers = {name: stack.enter_context(started(name)) for name in CONTENDERS}
        for turn in range(ROUNDS + 1):
            for name, server in servers.items():
                numbers = range(turn * CALLS, (turn + 1) * CALLS)
                cpu_s = server.cpu_s()
                load = drive(server.port, [request(server.port, one) for one in numbers], is_good)
                if turn:
                    found[name].loads.append(load)
                    found[name].cpu_s += server.cpu_s() - cpu_s
    return found


def shown(found: Mapping[str, Rounds]) -> dict[str, float]:
    """Print a line for each contender; what of it goes into the report."""
    print(f"productSet with {VARIANTS} variants, {ROUNDS} rounds of {CALLS} calls; medians")
    print(f"{'':14}{'calls/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms':>9}{'failed':>8}")
    report: dict[str, float] = {"failed": sum(one.failed for one in found.values())}
    for name, one in found.items():
        cpu_ms = 1_000 * one.cpu_s / one.calls
        waits = f"{one.wait_ms(0.5):9.1f}{one.wait_ms(0.99):9.1f}"
        print(f"{name:14}{one.calls_s:9.0f}{waits}{cpu_ms:9.2f}{one.failed:8}")
        report[f"{name}_calls_s"] = round(one.calls_s, 1)
        report[f"{name}_cpu_ms"] = round(cpu_ms, 3)
    return report


def main() -> int:
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {1})
    found = shown(rounds())
    lines = [product(number) for number in range(LINES)]
    bulk = bulk_seconds(DOCUMENT, lines) if LINES else None
    is_met = found["sandbox_calls_s"] >= AIM_CALLS_S and not found["failed"]
    report = {"calls_a_round": CALLS, "rounds": ROUNDS, **found, "bulk_lines": LINES}
    if bulk is None:
        print("bulk: skipped")
    else:
        print(f"bulk: {LINES} lines in {bulk[0]:.1f} s, of which CPU {bulk[1]:.1f} s")
        report |= {"bulk_s": round(bulk[0], 1), "bulk_cpu_s": round(bulk[1], 1)}
        is_met = is_met and bulk[0] < AIM_BULK_S
    print(json.dumps({**report, "is_met": is_met}))
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
