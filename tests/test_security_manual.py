"""docs/security.md names tests: each must be there."""

from __future__ import annotations

import re
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]


def test_each_test_that_the_threat_model_names_is_there() -> None:
    manual = (CHECKOUT / "docs" / "security.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(test_\w+)`", manual))
    sources = [one.read_text(encoding="utf-8") for one in (CHECKOUT / "tests").rglob("test_*.py")]
    there = {name for source in sources for name in re.findall(r"def (test_\w+)\(", source)}
    assert len(named) > 25
    assert named <= there, named - there
