"""A clean root to install into, seen by nobody else, where systemd may be started."""

from __future__ import annotations

import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

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
# Units that would speak to the machine itself stay away.
BOOT = (
    ROOT
    + """
mount --rbind /sys "$root/sys"
mount -t cgroup2 none "$root/sys/fs/cgroup"
umount "$root/proc"
mount -t proc proc "$root/proc"
for each in run tmp; do mount -t tmpfs none "$root/$each"; done
: > "$root/etc/fstab"
units=$root/etc/systemd/system
for each in systemd-udevd.service systemd-udev-trigger.service systemd-udevd-control.socket \\
    systemd-udevd-kernel.socket systemd-networkd.service systemd-timesyncd.service \\
    systemd-modules-load.service systemd-sysctl.service systemd-remount-fs.service \\
    systemd-random-seed.service systemd-fsck-root.service systemd-tmpfiles-setup-dev.service; do
  ln -sf /dev/null "$units/$each"
done
printf '[Unit]\\nRequires=basic.target\\n' > "$units/test.target"
cp "$DEB" "$root/syncd.deb"
# In a mere chroot no service may have a namespace of its own.
mkdir "$root/before"
cd "$root"
pivot_root . before
umount --lazy before
mount --make-rshared / # as credentials are mounted for a service: by a process of its own
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin \\
  /lib/systemd/systemd --system --unit=test.target --show-status=0
"""
)
SPACES = ("--mount", "--pid", "--uts", "--ipc", "--cgroup")


class Machine:
    """A root with systemd in it, which shares this machine's network alone."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    async def ask(self, script: str, *, fails: bool = False) -> str:
        """What a shell prints in there; `fails`: it may end with any code."""
        entering = ["nsenter", f"--target={self.pid}", *SPACES, "--root", "--wd"]
        ended = await anyio.run_process(
            [*entering, "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "sh", "-ec", script],
            stderr=subprocess.STDOUT,
            check=False,
        )
        printed = ended.stdout.decode()
        assert fails or ended.returncode == 0, printed
        return printed


@asynccontextmanager
async def booted(room: Path, package: Path) -> AsyncIterator[Machine]:
    """systemd at work for as long as the block lasts, the package at /syncd.deb, not installed."""
    group = Path(_groups()) / room.name
    group.mkdir()
    command = ["unshare", "--propagation", "private", "--fork", "--kill-child", *SPACES]
    process = await anyio.open_process(
        ["sh", "-c", 'echo $$ > "$GROUP/cgroup.procs"; exec "$@"', "", *command, "sh", "-c", BOOT],
        env={**os.environ, "ROOM": str(room), "DEB": str(package), "GROUP": str(group)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with anyio.fail_after(30):
            while (first := _first(process.pid)) is None:
                assert process.returncode is None, "systemd did not start"
                await anyio.lowlevel.checkpoint()
        machine = Machine(first)
        await machine.ask("systemctl is-system-running --wait", fails=True)
        yield machine
    finally:
        process.kill()
        await process.wait()
        while any((folder / "cgroup.procs").read_text() for folder in group.rglob("*/")):
            await anyio.lowlevel.checkpoint()
        for folder in sorted(group.rglob("*/"), reverse=True):
            folder.rmdir()
        group.rmdir()


def _groups() -> str:
    """Where the control groups of version 2 are mounted."""
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, place, kind, *_ = line.split()
        if kind == "cgroup2":
            return place
    pytest.skip("no cgroup2 is mounted")


def _first(pid: int) -> int | None:
    """The pid of systemd below this process, once it is that and answers."""
    for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        name = Path(f"/proc/{word}/comm").read_text().strip()
        if name == "systemd" and Path(f"/proc/{word}/root/run/systemd/private").exists():
            return int(word)
    return None
