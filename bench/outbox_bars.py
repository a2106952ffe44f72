"""What the outbox bench holds its figures against: bars that decide, aims beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure must be at least (or, `is_most`, at most) `limit`; `aim` decides nothing."""

    limit: float
    words: str
    aim: float | None = None
    is_most: bool = False

    def holds(self, value: float) -> bool:
        return value <= self.limit if self.is_most else value >= self.limit

    def shown(self, value: float) -> str:
        sign = "≤" if self.is_most else "≥"
        aim = "" if self.aim is None else f", aim {sign} {self.aim:g}"
        return f"{value:12.4g}  {sign} {self.limit:g}{aim}"


def least(limit: float, words: str, aim: float | None = None) -> Bar:
    return Bar(limit, words, aim)


def most(limit: float, words: str) -> Bar:
    return Bar(limit, words, is_most=True)


BARS: Mapping[str, Bar] = {
    "b1_copy": least(2.5, "enqueue 100 a transaction by COPY / best peer", 3.0),
    "b2_single": least(2.5, "enqueue one a transaction / best peer"),
    "b3_settle": least(4.0, "claim+settle of 100, a task each / best peer", 6.0),
    "b3_bare": least(0.6, "claim+settle / our own bare SQL"),
    "b4_distinct": least(2.0, "end to end, distinct keys / best peer", 2.5),
    "b4_10k": least(3.0, "end to end, 10,000 keys / best peer", 4.0),
    "b5_events_s": least(100_000, "router, events/s in steps of 5,000"),
    "b5_peer": least(8.0, "router's events/s / best peer's claims/s"),
    "b5_poll_ms": most(0.5, "an empty poll, ms"),
    "b6_rate": least(0.85, "claim+settle with a million waiting / with few"),
    "b6_p50_ms": most(1.5, "a claim then, p50 ms"),
    "b6_p99_ms": most(10.0, "a claim then, p99 ms"),
    "b7_rate": least(0.7, "one long transaction open: last chunk / first"),
    "b7_without": least(0.7, "with the long transaction / without", 0.8),
    "b7_p50": most(2.0, "claim p50, last chunk / first"),
    "b7_p50_ms": most(2.0, "claim p50 of the last chunk, ms"),
    "b7_delay_s": most(1.0, "longest commit-to-route of others' events, s"),
    "b8_mb": most(100.0, "changes with cursors after all events, MB"),
    "b8_dead": most(3.0, "dead tuples a key cycle"),
    "b8_log_dead": most(0.0, "dead tuples of the log"),
    "b8_rate": least(0.85, "last chunk / first"),
    "b9_rate": least(0.9, "8 writers on 50 hot keys / the same without capture"),
    "b9_deadlocks": most(0.0, "deadlocks"),
    "b10_p50_ms": most(25.0, "commit to claim at 20 events/s, p50 ms"),
    "b10_p99_ms": most(60.0, "commit to claim, p99 ms"),
    "b12_cpu": most(1.0, "idle: % of a core, client plus server"),
    "b12_statements_s": most(20.0, "idle: statements/s"),
    "b12_wal": most(0.0, "idle: WAL bytes by our statements"),
    "b13_first_s": most(2.0, "embedded server, first start, s"),
    "b13_restart_s": most(0.5, "restart, s"),
    "b13_template_s": most(0.4, "database from a template, s"),
}


@dataclass(slots=True)
class Report:
    """The figures that have bars, with others worth a look."""

    figures: dict[str, float] = field(default_factory=dict)
    others: dict[str, float] = field(default_factory=dict)

    def note(self, **figures: float) -> None:
        for name, value in figures.items():
            into = self.figures if name in BARS else self.others
            into[name] = value

    def missed(self) -> list[str]:
        return [name for name, value in self.figures.items() if not BARS[name].holds(value)]

    def print(self) -> bool:
        """The table, then one line of JSON; whether every bar that was measured holds."""
        missed = self.missed()
        print()
        for name, bar in BARS.items():
            if name in self.figures:
                sign = "MISSED" if name in missed else "ok"
                print(f"{name:17}{bar.shown(self.figures[name]):40}{sign:8}{bar.words}")
        print("b11 is chaos, kill -9 among it: not measured here, tests/ and `make soak` do that")
        skipped = [name for name in BARS if name not in self.figures]
        is_ok = bool(self.figures) and not missed
        shown = {name: float(f"{value:.4g}") for name, value in self.figures.items()}
        others = {name: float(f"{value:.4g}") for name, value in self.others.items()}
        limits = {name: BARS[name].limit for name in self.figures}
        aims = {name: bar.aim for name, bar in BARS.items() if bar.aim and name in self.figures}
        line = {**shown, "others": others, "bars": limits, "aims": aims}
        print(json.dumps({**line, "missed": missed, "skipped": skipped, "ok": is_ok}))
        return is_ok
