"""The wheel: built from this checkout, installed away from it, used against a database."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
from anyio.from_thread import BlockingPortal

from syncd.postgres import db, reference

CHECKOUT = Path(__file__).resolve().parents[1]
MIGRATE = """
import sys
import anyio
import syncd
from syncd.postgres import db
from syncd.postgres.migrate import migrate, migrations, missing

async def main():
    async with db.connect(sys.argv[1], name="tests: wheel", size=1) as pool:
        assert await migrate(pool) == len(migrations()) > 0
        assert await missing(pool) == []
    print(syncd.__file__)

anyio.run(main)
"""


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """What the command prints, error output included; fails the test if it fails."""
    ended = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": "", **environment},  # it could name the checkout
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=100,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
    return ended.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling")  # without it the build would need the network
    folder = tmp_path_factory.mktemp("wheel")
    build = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    run(sys.executable, *build, cwd=CHECKOUT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a fresh environment with the wheel in it.

    Its dependencies are those already installed here, reached by a path, so no network is needed;
    an editable syncd among them stays out of sight.
    """
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    python = folder / "bin" / "python"
    pip = ["-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", "--quiet"]
    run(sys.executable, *pip, wheel, cwd=folder)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return folder / "bin"


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_carries_every_sql_and_graphql_file(wheel: Path) -> None:
    files = [path for part in ("sql", "graphql") for path in (CHECKOUT / part).rglob("*.*")]
    ours = {f"syncd/_assets/{path.relative_to(CHECKOUT)}" for path in files if path.is_file()}
    assert len(ours) > 1
    assert ours <= names_in(wheel)


def test_the_wheel_puts_nothing_beside_syncd(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in names_in(wheel)}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"syncd"}


def test_an_installed_wheel_migrates_a_database(
    programs: Path, empty_database_url: str, tmp_path: Path
) -> None:
    printed = run(programs / "python", "-c", MIGRATE, empty_database_url, cwd=tmp_path)
    assert printed.strip().startswith(str(programs.parent))


def test_an_installed_wheel_checks_a_backoffice(
    programs: Path, database_url: str, tmp_path: Path, portal: BlockingPortal
) -> None:
    async def install() -> None:
        async with db.connect(database_url, name="tests: wheel", size=1) as pool:
            await reference.install(pool)

    portal.call(install)
    printed = run(programs / "syncd", "check", cwd=tmp_path, SYNCD_DATABASE_URL=database_url)
    assert "the Backoffice keeps the contract" in printed
    assert "add one with `syncd shop add`" in printed
