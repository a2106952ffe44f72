"""`make install`, `make deb`: placed in a clean root, used there, taken away without a trace.

The package also lives under a systemd that is process 1: started, hung, stopped, wrong.

Some 90 s, so only with PLACE=1; `make soak` and CI do.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import anyio
import asyncpg
import pytest

from syncd.postgres.embedded import Server
from tests.flows.conftest import LUE, playing
from tests.rooms import ROOT, Machine, booted
from tests.wheels import pack

CHECKOUT = Path(__file__).resolve().parents[1]
PATIENCE_S = 60.0
PYTHON = Path("/usr/bin/python3")  # Debian's, as the package is made for
pytestmark = [
    pytest.mark.skipif(not os.environ.get("PLACE"), reason="it takes 90 s: PLACE=1, make soak"),
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("placing"),
]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for program in ("unshare", "dpkg-deb", "systemd-sysusers", "make"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is missing")
    if os.geteuid() != 0 or not PYTHON.exists():
        pytest.skip("a clean root needs root's rights, and Debian's own Python")
    folder = tmp_path_factory.mktemp("wheels")
    pack(folder)
    return folder


@pytest.fixture
def room() -> Iterator[Path]:
    """Where the clean root is mounted, by a process of its own: nobody else sees it."""
    folder = Path("/run") / f"syncd-test-{os.getpid()}"
    folder.mkdir()
    yield folder
    folder.rmdir()


@pytest.fixture(scope="module")
def package(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Debian package."""
    folder = tmp_path_factory.mktemp("dist")
    make = ["make", "--no-print-directory", "deb", f"WHEELS={wheels}"]
    given = {**os.environ, "OUT": str(folder), "LEVEL": "1"}
    subprocess.run(make, cwd=CHECKOUT, env=given, check=True, timeout=200)
    (built,) = folder.glob("*.deb")
    return built


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """What is installed does not depend on the server."""
    return embedded


def done(script: str, **given: str | Path) -> str:
    """What the script prints inside a mount namespace of its own; fails the test if it fails."""
    ended = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", ROOT + script],
        cwd=CHECKOUT,
        env={**os.environ, **{name: str(value) for name, value in given.items()}},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=200,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
    return ended.stdout


INSTALL = """
make --no-print-directory install DESTDIR="$root" WHEELS="$WHEELS"
echo SYNCD_CONSOLE_PORT=9 >> "$root/etc/syncd/syncd.env"
echo k > "$root/etc/syncd/credentials/syncd-key"
list | grep -v /usr/local/lib/syncd/
inside /usr/local/bin/syncd --help | head -3
inside systemd-analyze verify /usr/local/lib/systemd/system/syncd.service
if grep -rlF "$root" "$root/usr/local/lib/syncd"; then exit 1; fi
make --no-print-directory install DESTDIR="$root" WHEELS="$WHEELS"
inside env SYNCD_STATE_DIR=/tmp /usr/local/bin/syncd run || echo "ended with $?"
make --no-print-directory uninstall DESTDIR="$root"
echo left
list
"""


def test_installed_it_works_and_uninstalled_only_what_is_the_users_is_left(
    wheels: Path, room: Path
) -> None:
    printed = done(INSTALL, ROOM=room, WHEELS=wheels).splitlines()
    placed = [line for line in printed[: printed.index("left")] if line.startswith("./")]
    assert placed == [
        "./etc/syncd/credentials/syncd-key",
        "./etc/syncd/syncd.env",
        "./usr/local/bin/syncd",
        "./usr/local/lib/systemd/system/syncd.service",
        "./usr/local/lib/sysusers.d/syncd.conf",
        "./usr/local/share/doc/syncd/CHANGELOG.md",
        "./usr/local/share/doc/syncd/LICENSE",
        "./usr/local/share/doc/syncd/operate.md",
    ]
    assert any("Usage: syncd" in line for line in printed)
    assert "ended with 78" in printed  # no database is configured
    assert any(line.startswith("kept: ") for line in printed)
    assert printed[printed.index("left") + 1 :] == placed[:2]


DEB = """
cp "$PACKAGE" "$root/syncd.deb"
inside dpkg --force-unsafe-io -i /syncd.deb
inside id -un syncd
inside setpriv --reuid=syncd --regid=syncd --clear-groups /usr/bin/syncd --help | head -3
inside systemd-analyze verify /usr/lib/systemd/system/syncd.service
inside dpkg --verify syncd && echo intact
[ ! -e "$root/etc/systemd/system/multi-user.target.wants/syncd.service" ] && echo not enabled
echo SYNCD_CONSOLE_PORT=9 >> "$root/etc/syncd/syncd.env"
echo k > "$root/etc/syncd/credentials/syncd-key"
inside dpkg --force-unsafe-io -i /syncd.deb
tail -1 "$root/etc/syncd/syncd.env"
inside dpkg -r syncd
echo removed
list | grep -E "syncd" | grep -v /var/lib/dpkg/ || true
inside dpkg -P syncd
echo purged
list | grep -E "syncd" | grep -v /var/lib/dpkg/ || true
"""


def test_the_package_is_installed_upgraded_removed_purged(package: Path, room: Path) -> None:
    printed = done(DEB, ROOM=room, PACKAGE=package).splitlines()
    for line in ("syncd", "intact", "not enabled", "SYNCD_CONSOLE_PORT=9"):
        assert line in printed, "\n".join(printed)
    assert any("Usage: syncd" in line for line in printed)
    removed, purged = printed.index("removed"), printed.index("purged")
    key, settings = "./etc/syncd/credentials/syncd-key", "./etc/syncd/syncd.env"
    left = [line for line in printed[removed:purged] if line.startswith("./")]
    assert left == [key, settings, "./syncd.deb"]
    assert [line for line in printed[purged:] if line.startswith("./")] == [key, "./syncd.deb"]
    assert "syncd: left /etc/syncd/credentials, delete it yourself" in printed


async def shown(machine: Machine, *names: str) -> dict[str, str]:
    printed = await machine.ask(f"systemctl show syncd --property={','.join(names)}")
    return dict(line.split("=", 1) for line in printed.splitlines())


async def test_it_lives_under_systemd(
    pool: asyncpg.Pool, database_url: str, tmp_path: Path, package: Path, room: Path
) -> None:
    async with playing(pool, tmp_path) as scene, booted(room, package) as machine:
        await machine.ask("dpkg --force-unsafe-io -i /syncd.deb")
        assert (await shown(machine, "ActiveState", "UnitFileState")) == {
            "ActiveState": "inactive",
            "UnitFileState": "disabled",
        }
        assert "Assertion failed" in await machine.ask("systemctl start syncd", fails=True)

        (key,) = (tmp_path / "key").read_text().split()
        await machine.ask(
            f"""
            umask 077
            cd /etc/syncd/credentials
            echo '{database_url}' > syncd-database-url
            echo '{key}' > syncd-key
            echo 'SYNCD_SHOPIFY_URL={scene.running.url}' >> ../syncd.env
            echo 'SYNCD_CONSOLE_PORT=0' >> ../syncd.env
            mkdir -p /etc/systemd/system/syncd.service.d
            printf '[Service]\\nWatchdogSec=2s\\n' > /etc/systemd/system/syncd.service.d/t.conf
            systemctl daemon-reload
            systemctl start syncd || {{ journalctl --unit syncd --lines 40 --no-pager; exit 1; }}
            """
        )
        await scene.load(LUE)
        with anyio.fail_after(PATIENCE_S):
            while not scene.state():
                await pool.fetchval("select 1")
        found = await shown(machine, "ActiveState", "StatusText", "NRestarts")
        assert found["ActiveState"] == "active"
        assert found["StatusText"].startswith("Serving ")
        assert await machine.ask("ps -o user= -C syncd") == "syncd\n"

        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("set local idle_in_transaction_session_timeout = 0")
            await connection.execute("lock table syncd.node in exclusive mode")
            with anyio.fail_after(PATIENCE_S):
                while "watchdog" not in (await shown(machine, "Result"))["Result"]:
                    pass
        with anyio.fail_after(PATIENCE_S):
            while (await shown(machine, "ActiveState"))["ActiveState"] != "active":
                pass
        lines = (await machine.ask("journalctl --unit syncd --output json")).splitlines()
        late = [one for one in map(json.loads, lines) if "loop_late" in one["MESSAGE"]]
        assert [(one["PRIORITY"], one["_COMM"]) for one in late] == [("3", "syncd")]

        began_s = time.monotonic()
        await machine.ask("systemctl stop syncd")
        assert time.monotonic() - began_s < 10
        assert (await shown(machine, "Result"))["Result"] == "success"

        await machine.ask("echo SYNCD_CONSOLE_PRT=1 >> /etc/syncd/syncd.env")
        await machine.ask("systemctl start syncd", fails=True)
        found = await shown(machine, "ActiveState", "ExecMainStatus", "NRestarts")
        assert found == {"ActiveState": "failed", "ExecMainStatus": "78", "NRestarts": "0"}
