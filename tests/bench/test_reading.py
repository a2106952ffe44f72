"""The results of `make bench NAME=resync`, small ones, read our ways."""

from __future__ import annotations

from pathlib import Path

from bench import results


def test_all_that_was_made_is_found(tmp_path: Path) -> None:
    path = tmp_path / "result.jsonl"
    assert results.write(path, list(results.mutation_rows(200))) == 200
    assert results.rows(path, tmp_path) == 198 * 5 + 2
    lines = results.write(path, list(results.shop_nodes(50)))
    assert lines == 50 * (1 + 2 + 5 + 5)
    assert results.joined(path, tmp_path) == results.observed(path, tmp_path) == lines
