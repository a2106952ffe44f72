"""The manual of metrics, the alert rules, the runbook, the dashboard say what there is."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syncd import metrics
from tests.test_schema import load

ROOT = Path(__file__).resolve().parents[1]
RULES = ROOT / "deploy" / "prometheus" / "syncd.rules.yml"
TRIED = ROOT / "deploy" / "prometheus" / "syncd.test.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "syncd.json"
RUNBOOK = ROOT / "docs" / "runbook.md"
NAME = re.compile(r"\bsyncd_[a-z_]+")


def names() -> set[str]:
    """All series that a page may hold."""
    found = {f"{metrics.PREFIX}{one}" for one in metrics.GAUGES}
    for one in metrics.COUNTED:
        (family,) = one.describe()
        match family.type:
            case "counter":
                found.add(f"{family.name}_total")
            case "histogram":
                found |= {f"{family.name}_{end}" for end in ("bucket", "sum", "count")}
    return found


def test_the_tables_are_as_the_metrics_are() -> None:
    make_metrics = load(ROOT / "scripts" / "make_metrics.py")
    manual = make_metrics.MANUAL.read_text(encoding="utf-8")
    assert make_metrics.written(manual) == manual, "run scripts/make_metrics.py"


@pytest.mark.parametrize("path", [RULES, TRIED, DASHBOARD, RUNBOOK], ids=lambda path: path.name)
def test_every_metric_that_is_named_is_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert set(NAME.findall(text)) - names() == set()


def expressions(thing: Any) -> Iterator[str]:
    """Every expression of a dashboard, wherever it stands."""
    if isinstance(thing, dict):
        if isinstance(thing.get("expr"), str):
            yield thing["expr"]
        for value in thing.values():
            yield from expressions(value)
    elif isinstance(thing, list):
        for value in thing:
            yield from expressions(value)


def test_every_expression_of_the_dashboard_asks_for_a_metric() -> None:
    found = [*expressions(json.loads(DASHBOARD.read_text(encoding="utf-8")))]
    assert len(found) > 10
    for one in found:
        asked = set(re.findall(r"\b(?:syncd|process)_[a-z_]+", one))
        assert asked, one
        assert {name for name in asked if name.startswith("syncd_")} <= names(), one


def test_the_databases_figures_are_never_added_up() -> None:
    """Each node tells them; a sum would grow with the nodes. Of each instance apart it may be."""
    gauges = "|".join(f"{metrics.PREFIX}{one.name}" for one in metrics.DATABASE)
    added = re.compile(rf"\bsum\b(?: by \((?!instance)[^)]*\))? ?\((?:{gauges})\b")
    texts = [RULES.read_text("utf-8"), *expressions(json.loads(DASHBOARD.read_text("utf-8")))]
    assert not [text for text in texts if added.search(text)]


def test_each_alert_has_its_section_in_the_runbook() -> None:
    rules = RULES.read_text(encoding="utf-8")
    alerts = re.findall(r"- alert: (\w+)", rules)
    links = re.findall(r"runbook_url: docs/runbook\.md#(\w+)", rules)
    sections = re.findall(r"^## (Syncd\w+)$", RUNBOOK.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(alerts) == len(set(alerts)) > 10
    assert links == [one.lower() for one in alerts]
    assert sections == alerts
    for part in RUNBOOK.read_text(encoding="utf-8").split("\n## ")[1:]:
        for said in ("**Means.**", "**Look.**", "**Do.**"):
            assert said in part, part.splitlines()[0]


def promtool(*words: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed (apt install prometheus)")
    return subprocess.run(
        [program, *words], cwd=RULES.parent, capture_output=True, text=True, timeout=60
    )


def test_prometheus_takes_the_rules() -> None:
    result = promtool("check", "rules", RULES.name)
    assert result.returncode == 0, result.stdout + result.stderr


def test_prometheus_understands_the_dashboard(tmp_path: Path) -> None:
    found = expressions(json.loads(DASHBOARD.read_text(encoding="utf-8")))
    rules = [
        {"record": f"panel{n}", "expr": one.replace("$shop", ".*")} for n, one in enumerate(found)
    ]
    file = tmp_path / "dashboard.yml"  # JSON is YAML
    file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    result = promtool("check", "rules", str(file))
    assert result.returncode == 0, result.stdout + result.stderr


def test_each_rule_fires_when_it_should_and_only_then() -> None:
    result = promtool("test", "rules", TRIED.name)
    assert result.returncode == 0, result.stdout + result.stderr
    alerts = set(re.findall(r"- alert: (\w+)", RULES.read_text(encoding="utf-8")))
    tried = set(re.findall(r"alertname: (\w+)", TRIED.read_text(encoding="utf-8")))
    assert alerts == tried
