"""Sentences for people: English text that can be said in Norwegian, wherever it went."""

from __future__ import annotations

import ast
import pickle
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from string import Formatter

import pytest
from jinja2.ext import babel_extract

from syncd.errors import ConfigError
from syncd.phrases import catalogue, phrase, said
from syncd.rules.choice import choose

ROOT = Path(__file__).resolve().parents[1]


def templates() -> Iterator[tuple[str, str]]:
    """Where each stands; an empty one for what is no literal."""
    for path in sorted((ROOT / "syncd").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "phrase":
                place = f"{path.relative_to(ROOT).as_posix()}:{node.lineno}"
                first = node.args[0] if node.args else None
                is_text = isinstance(first, ast.Constant) and isinstance(first.value, str)
                yield place, first.value if is_text else ""  # type: ignore[union-attr]
    for path in sorted((ROOT / "syncd").rglob("templates/*.html")):
        for line, _, found, _ in babel_extract(BytesIO(path.read_bytes()), ["_"], [], {}):
            yield f"{path.relative_to(ROOT).as_posix()}:{line}", _text(found)


def _text(found: object) -> str:
    """The sentence of a call, which stands before its values."""
    first = found[0] if isinstance(found, tuple) else found
    return first if isinstance(first, str) else ""


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def test_every_phrase_has_its_norwegian_with_the_same_values() -> None:
    known = catalogue("nb")
    faults = []
    for place, template in templates():
        if not template:
            faults.append(f"{place}: a phrase must be a literal")
        elif template not in known:
            faults.append(f"{place}: no Norwegian (make words): {template}")
        elif fields(template) != fields(known[template]):
            faults.append(f"{place}: other values in Norwegian: {template}")
    assert not faults, "\n".join(["", *faults])


def test_nothing_is_translated_that_nobody_says() -> None:
    used = {template for _, template in templates()}
    assert sorted(set(catalogue("nb")) - used) == []


def test_an_error_says_it_in_either_language() -> None:
    with pytest.raises(ConfigError) as caught:
        choose("warehouse", "hovd", {"hoved": "Hovedlager"})
    error = caught.value
    assert said(error.message, "en") == error.message == "there is no warehouse 'hovd'"
    assert said(error.message, "nb") == "'hovd' finnes ikke (warehouse)"
    assert said(error.hint, "nb") == "mente du 'hoved'? Dette finnes: hoved (Hovedlager)"


def test_values_that_are_phrases_are_translated_too() -> None:
    inner = phrase("use the key")
    assert said(phrase("there is: {listed}", listed=inner), "nb") == "dette finnes: bruk nøkkelen"


def test_text_that_is_no_phrase_stays_as_it_is() -> None:
    assert said("Jakke {x}", "nb") == "Jakke {x}"


def test_a_phrase_survives_a_journey_between_processes() -> None:
    sent = pickle.loads(pickle.dumps(phrase("there is: {listed}", listed="x")))
    assert said(sent, "nb") == "dette finnes: x"
