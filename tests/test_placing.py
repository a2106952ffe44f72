"""`make install`, `make deb`: placed in a clean root, used there, taken away without a trace.

Some 45 s, so only with PLACE=1; `make soak` and CI do.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wheels import pack

CHECKOUT = Path(__file__).resolve().parents[1]
PYTHON = Path("/usr/bin/python3")  # Debian's, as the package is made for
# The clean root is this machine's, with all that is written to it kept apart, in `upper`.
ROOT = """
set -eu
mount -t tmpfs -o mode=755 none "$ROOM"
mkdir "$ROOM/upper" "$ROOM/work" "$ROOM/root"
mount -t overlay -o "lowerdir=/,upperdir=$ROOM/upper,workdir=$ROOM/work" none "$ROOM/root"
root=$ROOM/root
for each in proc dev; do mount --rbind /$each "$root/$each"; done
inside() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 chroot "$root" "$@"; }
list() {
  (cd "$ROOM/upper" && find . -path ./run -prune -o ! -type d -print) | LC_ALL=C sort
}
"""
pytestmark = [
    pytest.mark.skipif(not os.environ.get("PLACE"), reason="it takes 45 s: PLACE=1, make soak"),
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
make --no-print-directory deb WHEELS="$WHEELS" OUT="$ROOM/dist" LEVEL=1
cp "$ROOM"/dist/*.deb "$root/syncd.deb"
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


def test_the_package_is_installed_upgraded_removed_purged(wheels: Path, room: Path) -> None:
    printed = done(DEB, ROOM=room, WHEELS=wheels).splitlines()
    for line in ("syncd", "intact", "not enabled", "SYNCD_CONSOLE_PORT=9"):
        assert line in printed, "\n".join(printed)
    assert any("Usage: syncd" in line for line in printed)
    removed, purged = printed.index("removed"), printed.index("purged")
    key, settings = "./etc/syncd/credentials/syncd-key", "./etc/syncd/syncd.env"
    left = [line for line in printed[removed:purged] if line.startswith("./")]
    assert left == [key, settings, "./syncd.deb"]
    assert [line for line in printed[purged:] if line.startswith("./")] == [key, "./syncd.deb"]
    assert "syncd: left /etc/syncd/credentials, delete it yourself" in printed
