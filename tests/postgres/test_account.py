"""Who runs the embedded server: another account for root, ourselves for everybody else."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest

from syncd.errors import ConfigError
from syncd.postgres import account, binaries, embedded
from syncd.postgres.embedded import Server

CHECKOUT = Path(__file__).resolve().parents[2]
ONCE = """
import sys
from pathlib import Path
import anyio, asyncpg
from syncd.postgres import embedded

async def main():
    async with embedded.server(Path(sys.argv[1]), is_durable=False) as server:
        connection = await asyncpg.connect(server.url())
        print(await connection.fetchval("select 'hello'"))
        await connection.close()

anyio.run(main)
"""
pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account"),
    pytest.mark.skipif(not binaries.wheel(), reason="pip install 'syncd[demo]'"),
]


async def run(server: Server, text: str) -> object:
    connection = await asyncpg.connect(server.url(), timeout=10)
    try:
        return await connection.fetchval(text)
    finally:
        await connection.close(timeout=5)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("root", "never runs as root", id="root"),
        pytest.param("no-such-account", "no account no-such-account", id="a name nobody has"),
    ],
)
async def test_accounts_that_cannot_run_postgres(
    open_folder: Path, name: str, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        async with embedded.server(open_folder / "data", account=name):
            pass


async def test_root_below_a_closed_folder(open_folder: Path) -> None:
    closed = open_folder / "home"
    closed.mkdir(mode=0o700)
    programs, data, shared = installed_in(closed), closed / "data", open_folder / "shared"

    async with embedded.server(data, binaries=programs, shared=shared, is_durable=False) as server:
        await run(server, "create table kept as select 7 as number")
        pid = await run(server, "select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)")
        assert os.stat(f"/proc/{pid}").st_uid != 0
    copies = {path.name: path.stat().st_mtime_ns for path in shared.glob("postgres-*")}
    async with embedded.server(data, binaries=programs, shared=shared, is_durable=False) as server:
        assert await run(server, "select number from kept") == 7

    assert len(copies) == 1
    assert copies == {path.name: path.stat().st_mtime_ns for path in shared.glob("postgres-*")}
    assert closed.stat().st_mode & 0o777 == 0o700
    embedded.remove(data)
    assert [path.name for path in shared.glob("data-*")] == []


async def test_a_closed_folder_deleted_by_hand_begins_anew(open_folder: Path) -> None:
    (open_folder / "home").mkdir(mode=0o700)
    data, shared = open_folder / "home" / "data", open_folder / "shared"
    async with embedded.server(data, shared=shared, is_durable=False) as server:
        await run(server, "create table gone ()")
    shutil.rmtree(data)
    async with embedded.server(data, shared=shared, is_durable=False) as server:
        assert await run(server, "select to_regclass('gone')") is None
    embedded.remove(data)


def test_an_ordinary_user_needs_no_other_account(open_folder: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    shutil.copytree(CHECKOUT / "syncd", open_folder / "src" / "syncd")
    account.switched(nobody).own(open_folder / "src")
    packages = Path(asyncpg.__file__).parents[1]
    environment = {
        "PYTHONPATH": f"{open_folder}/src:{packages}",
        "HOME": "/",
        "PATH": os.environ["PATH"],
    }
    python = readable_python(nobody, environment)
    data = open_folder / "src" / "data"
    ended = subprocess.run(
        [python, "-c", ONCE, data],
        capture_output=True,
        text=True,
        timeout=60,
        cwd="/",
        env=environment,
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[nobody.pw_gid],
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "hello\n"
    assert (data / "cluster" / "PG_VERSION").stat().st_uid == nobody.pw_uid
    assert not (data / "elsewhere").exists()
    embedded.remove(data)


def installed_in(folder: Path) -> Path:
    """The wheel's programs, installed once more below `folder`; returns their bin folder."""
    installed = binaries.wheel()[0].parent
    packages = installed.parent.parent
    for name in (installed.parent.name, f"{installed.parent.name}.libs"):
        if (packages / name).is_dir():
            shutil.copytree(packages / name, folder / name)
    return folder / installed.relative_to(packages) / "bin"


def readable_python(user: pwd.struct_passwd, environment: dict[str, str]) -> str:
    """A Python of our version that this account can run with our packages; else skip the test."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        with suppress(OSError):
            tried = subprocess.run(
                [python, "-c", "import anyio, asyncpg"],
                capture_output=True,
                cwd="/",
                env=environment,
                user=user.pw_uid,
                group=user.pw_gid,
                extra_groups=[user.pw_gid],
            )
            if tried.returncode == 0:
                return python
    pytest.skip(f"no {version} here that the account {user.pw_name} can run")
