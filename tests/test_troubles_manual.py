"""The manual of troubles says what the program says."""

from __future__ import annotations

import re
from pathlib import Path

from syncd.cli import app
from tests.test_schema import load

ROOT = Path(__file__).resolve().parents[1]


def test_the_tables_are_as_the_words_are() -> None:
    make_troubles = load(ROOT / "scripts" / "make_troubles.py")
    manual = make_troubles.MANUAL.read_text(encoding="utf-8")
    assert make_troubles.written(manual) == manual, "run scripts/make_troubles.py"


def test_the_exit_codes_are_those_that_the_help_tells() -> None:
    text = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| (\d+) \|", text, re.MULTILINE)
    assert listed == re.findall(r"(?:: |· )(\d+) ", str(app.info.epilog))
