"""The guide for shop owners names what the console shows."""

from __future__ import annotations

import re
from pathlib import Path

from syncd.phrases import catalogue

ROOT = Path(__file__).resolve().parents[1]


def test_the_guide_names_buttons_by_the_consoles_words() -> None:
    text = (ROOT / "docs" / "veileder.md").read_text(encoding="utf-8")
    named = {
        one.strip() for bold in re.findall(r"\*\*([^*]+)\*\*", text) for one in bold.split("→")
    }
    assert len(named) > 8
    assert named - set(catalogue("nb").values()) == set()


def test_each_page_that_the_documentation_links_to_is_there() -> None:
    pages = [*(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md"), ROOT / "sql" / "README.md"]
    missing = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert not missing
