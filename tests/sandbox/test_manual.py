"""docs/sandbox.md keeps its word."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sandbox.callers import open_shop

ROOT = Path(__file__).resolve().parents[2]
MANUAL = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", MANUAL, re.DOTALL)


def test_the_example_passes_as_it_stands(tmp_path: Path) -> None:
    """In a folder of its own, with pytest's defaults, warnings being errors."""
    example = next(one for one in EXAMPLES if "def test_" in one)
    (tmp_path / "test_example.py").write_text(example, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:asyncio"]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "1 passed" in found.stdout


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_each_example_runs(example: str) -> None:
    exec(compile(example, "manual", "exec"), {"__name__": "manual"})


async def test_each_page_that_is_named_is_there() -> None:
    (named,) = re.findall(r"^\| (`/`, .*?) \|", MANUAL, re.MULTILINE)
    async with open_shop() as (session, _):
        for path in re.findall(r"`([^`]+)`", named):
            async with session.get(path) as response:
                assert (path, response.status) == (path, 200)


async def test_each_route_that_is_named_is_there() -> None:
    async with open_shop() as (session, _):
        for path in sorted(set(re.findall(r"^\| .*?`(/_sandbox/[a-z]+)`", MANUAL, re.MULTILINE))):
            async with session.options(path) as response:
                assert response.status == 405, path
