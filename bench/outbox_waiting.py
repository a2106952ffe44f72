"""B6: whether a claim minds how many changes wait."""

from __future__ import annotations

import statistics

from bench import outbox_drain, outbox_ours
from bench.outbox_bars import Report
from bench.outbox_drain import Drained
from bench.outbox_ours import Ours
from bench.outbox_server import Lab

BATCH = 100
ROUNDS = 5
LIMIT_S = 10.0


async def measure(lab: Lab, report: Report, waiting: int, few: int) -> None:
    """Take turns between a database where `waiting` wait, one where `few` do."""
    rates: dict[str, list[float]] = {"many": [], "few": []}
    claims = {"many": Drained(), "few": Drained()}
    async with lab.ours("many") as many, lab.ours("few") as small:
        await outbox_ours.fill(many, waiting)
        lab.say(f"B6 {waiting:,} changes wait")
        for number in range(ROUNDS):
            await outbox_ours.fill(small, few)
            for name, ours in (("few", small), ("many", many)):
                rates[name].append(await drain(ours, few, claims[name]))
            shown = {name: f"{found[-1]:,.0f}" for name, found in rates.items()}
            lab.say(f"B6 round {number + 1} claim+settle/s: {shown}")
    many_s, few_s = (statistics.median(rates[name]) for name in ("many", "few"))
    report.note(
        b6_rate=many_s / few_s,
        b6_p50_ms=claims["many"].claim_ms(0.5),
        b6_p99_ms=claims["many"].claim_ms(0.99),
        b6_many_s=many_s,
        b6_few_s=few_s,
        b6_few_p50_ms=claims["few"].claim_ms(0.5),
        b6_few_p99_ms=claims["few"].claim_ms(0.99),
    )


async def drain(ours: Ours, count: int, all_claims: Drained) -> float:
    """Changes a second over `count` of them."""
    drained = await outbox_drain.drain(ours, BATCH, most_changes=count, limit_s=LIMIT_S)
    all_claims.claims_s += drained.claims_s
    return drained.changes_s
