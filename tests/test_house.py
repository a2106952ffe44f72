"""The rules of the house (CONTRIBUTING.md) that a machine can hold. Messages name the offenders."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import asyncpg
import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, parse, validate

import syncd

ROOT = Path(__file__).resolve().parents[1]
OFFICIAL = ROOT.parent / "shared" / "shopify" / "schema"

MAX_LINES = 250
LONG_FILES: Mapping[str, str] = {}  # file: why it has more than MAX_LINES, though never over 400
MAX_FUNCTION_LINES = 40


def python_files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def listed(offenders: list[str]) -> str:
    return "\n".join(["", *offenders])


# ------------------------------------------------------------------------------------------ files


def test_a_file_has_at_most_250_lines() -> None:
    lengths = {name(path): path.read_bytes().count(b"\n") for path in python_files("syncd")}
    long = [
        f"{path}: {lines} lines"
        for path, lines in lengths.items()
        if lines > (400 if path in LONG_FILES else MAX_LINES)
    ]
    assert not long, listed(long)
    assert all(lengths.get(path, 0) > MAX_LINES for path in LONG_FILES), "an excuse too many"


def test_a_function_has_at_most_40_lines() -> None:
    long = [
        f"{name(path)}:{node.lineno} {node.name}: {lines} lines"
        for path in python_files("syncd")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (lines := (node.end_lineno or 0) - node.lineno + 1) > MAX_FUNCTION_LINES
    ]
    assert not long, listed(long)


def test_a_modules_job_is_said_in_one_line_without_and() -> None:
    faults = []
    for path in python_files("syncd"):
        first = (ast.get_docstring(tree(path)) or "").partition("\n")[0]
        if not first or not re.search(r"[.:]$", first) or " and " in first:
            faults.append(f"{name(path)}: {first or 'no docstring'}")
    assert not faults, listed(faults)


def test_the_table_of_contents_lists_each_module_once() -> None:
    lines = re.findall(r"^ {4}(\w+) {2,}\S", syncd.__doc__ or "", re.MULTILINE)
    there = {path.stem for path in (ROOT / "syncd").glob("*.py")} - {"__init__"}
    there |= {path.parent.name for path in (ROOT / "syncd").glob("*/__init__.py")}
    assert sorted(lines) == sorted(set(lines))
    missing = [f"{module} is not in syncd/__init__.py" for module in sorted(there - {*lines})]
    stale = [f"{module} is listed, but not there" for module in sorted({*lines} - there)]
    assert not missing + stale, listed(missing + stale)


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""


def test_tasks_belong_to_anyio() -> None:
    users = [
        name(path)
        for path in python_files("syncd")
        if any(module.split(".")[0] == "asyncio" for module in imported(path))
    ]
    assert not users, listed(users)


def test_no_test_sleeps() -> None:
    call = re.compile(r"(?<!pg_)sleep" + r"\s*\(")  # pg_sleep: a statement that lasts
    sleepers = [
        f"{name(path)}:{at}: {line.strip()}"
        for path in python_files("tests")
        for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if call.search(line)
    ]
    assert not sleepers, listed(sleepers)


def test_tests_start_syncd_in_one_place() -> None:
    """Where it is seen whether Shopify asked more for a call than was predicted."""
    start = re.compile(r'"-m", "syncd["\.]')
    starting = [name(path) for path in python_files("tests") if start.search(path.read_text())]
    assert starting == ["tests/programs.py"], listed(starting)


# ---------------------------------------------------------------------------------------- imports


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
    )


def test_the_import_contracts_are_kept() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        pytest.param(
            "shopify/budget.py",
            "from syncd.postgres import db",
            "Each row knows only the rows below it",
            id="the worlds never meet",
        ),
        pytest.param(
            "records.py",
            "from syncd.rules import retry",
            "Each row knows only the rows below it",
            id="never upwards",
        ),
        pytest.param(
            "utils.py", "", "Each row knows only the rows below it", id="a module without a row"
        ),
        pytest.param(
            "flows/__init__.py",
            "from syncd import settings",
            "Only cli, demo, supervisor read the settings",
            id="settings are handed down",
        ),
        pytest.param(
            "flows/__init__.py",
            "from syncd import sandbox",
            "Only cli, demo start the sandbox",
            id="no sandbox in the service",
        ),
        pytest.param(
            "rules/retry.py",
            "import anyio",
            "What decides or computes touches neither network nor database",
            id="the rules are pure",
        ),
    ],
)
def test_each_contract_can_break(tmp_path: Path, module: str, line: str, contract: str) -> None:
    shutil.copytree(
        ROOT / "syncd", tmp_path / "syncd", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "syncd" / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    result = lint_imports(tmp_path)
    assert result.returncode == 1
    assert f"{contract} BROKEN" in result.stdout, result.stdout + result.stderr


# -------------------------------------------------------------------------------------- documents

DOCUMENTS = [path for path in sorted((ROOT / "graphql").glob("*.graphql")) if path.stem != "schema"]


def test_no_python_in_the_folder_of_documents() -> None:
    """Python would take it for the package graphql-core."""
    strangers = [name(path) for path in (ROOT / "graphql").rglob("*") if path.suffix != ".graphql"]
    assert not strangers, listed(strangers)


def test_a_document_is_one_named_operation_in_a_file_of_its_name() -> None:
    faults = []
    for path in DOCUMENTS:
        definitions = parse(path.read_text(encoding="utf-8")).definitions
        names = [
            definition.name.value if definition.name else "no name"
            for definition in definitions
            if isinstance(definition, OperationDefinitionNode)
        ]
        snakes = [re.sub(r"(?<!^)(?=[A-Z])", "_", each).lower() for each in names]
        if len(definitions) != 1 or snakes != [path.stem]:
            faults.append(f"{name(path)}: {', '.join(names) or 'no operation'}")
    assert not faults, listed(faults)


def test_a_document_begins_with_what_it_is_for() -> None:
    silent = [name(path) for path in DOCUMENTS if not path.read_text("utf-8").startswith("# ")]
    assert not silent, listed(silent)


def unfit(schema: GraphQLSchema) -> list[str]:
    return [
        f"{name(path)}: {error.message}"
        for path in DOCUMENTS
        for error in validate(schema, parse(path.read_text(encoding="utf-8")))
    ]


def test_the_documents_are_valid() -> None:
    schema = build_schema((ROOT / "graphql" / "schema.graphql").read_text(encoding="utf-8"))
    faults = unfit(schema)
    assert not faults, listed(faults)


@pytest.mark.parametrize("version", ["2026-04", "2026-07", "2026-10"])
def test_the_documents_are_valid_in_each_version(version: str) -> None:
    path = OFFICIAL / f"admin-{version}.graphql"
    if not path.is_file():
        pytest.skip(f"the official schema is not at {path}")
    faults = unfit(build_schema(path.read_text(encoding="utf-8"), assume_valid=True))
    assert not faults, listed(faults)


# ------------------------------------------------------------------------------ what people read


def test_each_setting_is_in_the_manual() -> None:
    settings = pytest.importorskip("syncd.settings", reason="syncd/settings.py is not written yet")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    if len(readme.splitlines()) < 10:
        pytest.skip("README.md is not written yet")
    manual = readme + "".join(path.read_text("utf-8") for path in (ROOT / "docs").rglob("*.md"))
    names = [f"{settings.PREFIX}{field.upper()}" for field in settings.Settings.model_fields]
    missing = [each for each in names if not re.search(rf"\b{each}\b", manual)]
    assert not missing, listed(missing)


UNCOMMENTED = """
with relations as (
  select c.oid, c.relname
  from pg_class c
  where c.relnamespace = 'syncd'::regnamespace
    and c.relkind in ('r', 'p', 'v', 'm', 'f')
    and not c.relispartition
)
select r.relname as name
from relations r
where obj_description(r.oid, 'pg_class') is null
union all
select format('%s.%s', r.relname, a.attname)
from relations r
join pg_attribute a on a.attrelid = r.oid
where a.attnum > 0
  and not a.attisdropped
  and col_description(r.oid, a.attnum) is null
union all
select format('%s(%s)', p.proname, pg_get_function_identity_arguments(p.oid))
from pg_proc p
where p.pronamespace = 'syncd'::regnamespace
  and obj_description(p.oid, 'pg_proc') is null
order by name
"""


async def test_the_dba_finds_a_comment_on_everything(pool: asyncpg.Pool) -> None:
    names = [str(row["name"]) for row in await pool.fetch(UNCOMMENTED)]
    assert not names, listed(names)
