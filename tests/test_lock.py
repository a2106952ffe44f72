"""requirements.lock: what is installed for a daemon, each file known by its hash."""

from __future__ import annotations

import re
import runpy
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CHECKOUT = Path(__file__).resolve().parents[1]
LOCK = (CHECKOUT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WANTED = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["fast"]]
PINNED = {
    canonicalize_name(name): (version, block.count("--hash=sha256:"))
    for name, version, block in re.findall(
        r"^([\w.-]+)==(\S+)([^\n]*(?:\n    [^\n]*)*)", LOCK, flags=re.MULTILINE
    )
}


@pytest.mark.parametrize("line", WANTED)
def test_each_dependency_is_locked_to_a_version_that_the_project_takes(line: str) -> None:
    wanted = Requirement(line)
    version, hashes = PINNED[canonicalize_name(wanted.name)]
    assert wanted.specifier.contains(version)
    assert hashes


def test_nothing_is_locked_without_a_hash_or_without_a_version() -> None:
    named = [line for line in LOCK.splitlines() if line and line[0] not in " #"]
    assert len(named) == len(PINNED) > len(PROJECT["dependencies"])
    assert all(hashes for _, hashes in PINNED.values())


JUDGED = runpy.run_path(str(CHECKOUT / "scripts/audit.py"))["judged"]
CLEAN = {"name": "a", "version": "1", "vulns": []}
UNSEEN = {"name": "b", "skip_reason": "Dependency not found on PyPI"}
FLAW = {"name": "c", "version": "3", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1"]}]}


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        pytest.param([CLEAN], 0, "no known vulnerability in 1 packages", id="clean"),
        pytest.param([UNSEEN, UNSEEN], 0, "SKIPPED: the index here tells no", id="unseen"),
        pytest.param([CLEAN, UNSEEN], 0, "SKIPPED, nothing is told of: b", id="half seen"),
        pytest.param([FLAW, UNSEEN], 1, "c 3: PYSEC-1, mended in 3.1", id="a flaw"),
    ],
)
def test_a_vulnerability_fails_and_what_was_not_looked_at_is_never_called_clean(
    packages: list[dict[str, Any]], code: int, said: str
) -> None:
    found, lines = JUDGED({"dependencies": packages})
    assert found == code
    assert said in lines[0]
