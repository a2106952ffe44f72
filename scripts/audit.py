"""Ask PyPI's advisories for known vulnerabilities of the versions that requirements.lock names.

Exit code 1 when there is one. Where the advisories cannot be read this says that it skipped, and
ends with 0: a network that is away says nothing of our dependencies. pip-audit alone would call
packages clean of which the index told it nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

LOCK = Path(__file__).resolve().parents[1] / "requirements.lock"
PATIENCE_S = 180


def judged(report: Mapping[str, Any]) -> tuple[int, list[str]]:
    """The exit code for a report of pip-audit's, and what to say."""
    packages = report["dependencies"]
    unseen = [one["name"] for one in packages if "skip_reason" in one]
    said = []
    for one in packages:
        for flaw in one.get("vulns", ()):
            mended = ", ".join(flaw["fix_versions"]) or "nowhere yet"
            said.append(f"{one['name']} {one['version']}: {flaw['id']}, mended in {mended}")
    if said:
        return 1, [*said, "→ raise it in pyproject.toml if need be, then `make lock`"]
    if len(unseen) == len(packages):
        return 0, ["audit SKIPPED: the index here tells no advisories of any package"]
    seen = f"audit: no known vulnerability in {len(packages) - len(unseen)} packages"
    return 0, [f"{seen}; SKIPPED, nothing is told of: {', '.join(unseen)}" if unseen else seen]


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes"]
        command += ["--progress-spinner", "off", "--timeout", "15"]
        command += ["--requirement", str(LOCK), "--format", "json", "--output", str(report)]
        try:
            ended = subprocess.run(
                command, capture_output=True, text=True, timeout=PATIENCE_S, check=False
            )
            why = (ended.stderr.strip().splitlines() or ["no report"])[-1]
        except subprocess.TimeoutExpired:
            why = f"no answer within {PATIENCE_S} s"
        if not report.exists() or not report.read_text().strip():
            print(f"audit SKIPPED: the advisories could not be read ({why})")
            return 0
        code, said = judged(json.loads(report.read_text()))
    print("\n".join(said))
    return code


if __name__ == "__main__":
    sys.exit(main())
