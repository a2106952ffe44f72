"""The recordings themselves: which are stories, which are evidence, how close the sandbox is."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from fidelity.__main__ import replayed
from fidelity.recordings import OURS, stories
from fidelity.report import totals

# Reached on 2026-11-25. Raise them when more is reached; never lower them for a change of ours.
REPLAYED, EQUAL, COST_EQUAL, UNSUPPORTED = 740, 0.93, 0.99, 15


def row(file: str, path: list[str], cost: int | None = None) -> dict[str, object]:
    response: dict[str, object] = {"data": {"shop": {"name": "x"}}}
    if cost is not None:
        response["extensions"] = {"cost": {"requestedQueryCost": cost, "actualQueryCost": cost}}
    return {
        "file": file,
        "path": path,
        "apiVersion": "2026-04",
        "query": "{ shop { name } }",
        "variables": None,
        "status": 200,
        "response": response,
    }


def written(folder: Path, *rows: dict[str, object]) -> Path:
    path = folder / "recordings.jsonl"
    path.write_bytes(b"\n".join(map(orjson.dumps, rows)) + b"\n")
    return path


def test_a_file_is_a_story_its_upstream_calls_another(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        row("b", ["first"]),
        row("a", ["upstreamCalls", "0"]),
        row("a", ["one"]),
        row("a", ["two"]),
    )
    found = [[(one.file, *one.path) for one in story] for story in stories(path)]
    assert found == [
        [("a", "one"), ("a", "two")],
        [("a", "upstreamCalls", "0")],
        [("b", "first")],
    ]


def test_recordings_named_in_the_cost_sheet_are_no_evidence(tmp_path: Path) -> None:
    edited = "s/2025-01/products/products-search-grammar.json"
    path = written(tmp_path, row("a", ["x"], cost=7), row(edited, ["x"], cost=7))
    assert [story[0].cost is None for story in stories(path)] == [False, True]
    sums = totals(replayed(path))
    assert (sums["cost_compared"], sums["cost_equal"]) == (1, 0)


def test_a_pattern_chooses_files(tmp_path: Path) -> None:
    path = written(tmp_path, row("apples.json", ["x"]), row("pears.json", ["x"]))
    assert [one.exchange.file for one in replayed(path, "app.es")] == ["apples.json"]


def test_the_sandbox_answers_as_the_real_one() -> None:
    if not OURS.is_file():
        pytest.skip(f"the recordings are not at {OURS}")
    sums = totals(replayed(OURS))
    assert sums["replayed"] >= REPLAYED, sums
    assert sums["equal"] >= EQUAL * sums["replayed"], sums
    assert sums["cost_equal"] >= COST_EQUAL * sums["cost_compared"], sums
    assert sums["unsupported"] <= UNSUPPORTED, sums
