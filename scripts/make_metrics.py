"""Write the tables of all metrics into docs/metrics.md, from syncd/metrics.py.

tests/test_metrics_manual.py holds that it was run.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from syncd import metrics
from syncd.metrics import Gauge

MANUAL = Path(__file__).resolve().parents[1] / "docs" / "metrics.md"
BEGIN, END = "<!-- metrics: made by scripts/make_metrics.py -->", "<!-- end of metrics -->"
HEAD = ["| Metric | Labels | Type | Meaning |", "|---|---|---|---|"]


def row(name: str, labels: Iterable[str], kind: str, meaning: str) -> str:
    shown = ", ".join(f"`{label}`" for label in labels) or "–"
    return f"| `{name}` | {shown} | {kind} | {meaning} |"


def counted() -> list[str]:
    found = []
    for one in metrics.COUNTED:
        (family,) = one.describe()
        name = family.name + ("_total" if family.type == "counter" else "")
        found.append(row(name, one._labelnames, family.type, family.documentation))
    return found


def looked_up(gauges: Iterable[Gauge]) -> list[str]:
    return [row(metrics.PREFIX + one.name, one.labels, "gauge", one.meaning) for one in gauges]


def tables() -> str:
    parts = {
        "Counted by each node": counted(),
        "Of each node": looked_up(metrics.NODE),
        "Of the database": looked_up(metrics.DATABASE),
    }
    return "\n\n".join(
        "\n".join([f"### {title}", "", *HEAD, *rows]) for title, rows in parts.items()
    )


def written(manual: str) -> str:
    """The manual with the tables of now."""
    before, _, rest = manual.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{tables()}\n\n{END}{after}"


if __name__ == "__main__":
    MANUAL.write_text(written(MANUAL.read_text(encoding="utf-8")), encoding="utf-8")
