"""What dead changes died of, in plain words."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from syncd.phrases import Phrase, said
from syncd.rules import cause_words

SYNCD = Path(__file__).resolve().parents[2] / "syncd"


def causes() -> set[str]:
    """Each cause that syncd gives by a literal."""
    return {
        word.value.value
        for path in SYNCD.rglob("*.py")
        if "cause=" in (text := path.read_text(encoding="utf-8"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        for word in node.keywords
        if word.arg == "cause"
        and isinstance(word.value, ast.Constant)
        and isinstance(word.value.value, str)
    }


def test_every_cause_of_ours_has_words() -> None:
    found = causes()
    assert sorted(found - {*cause_words.ours()}) == []
    assert len(found) > 20


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        pytest.param("no_price", "En variant mangler pris", id="ours"),
        pytest.param("x<y", "Shopify tar ikke imot disse (x<y)", id="unknown"),
        pytest.param("", "Shopify tar ikke imot disse ()", id="none"),
    ],
)
def test_a_cause_is_told_in_the_readers_language(cause: str, words: str) -> None:
    assert said(cause_words.headline(cause), "nb") == words


def test_several_codes_are_several_parts() -> None:
    both = cause_words.headline("BLANK+no_price")
    assert isinstance(both, Phrase)
    assert both.endswith(f"{cause_words.BETWEEN}A variant has no price")


def test_counts_have_the_words_of_shopifys_code() -> None:
    assert cause_words.headline("blank") == cause_words.headline("BLANK")
