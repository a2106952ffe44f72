"""What a service says to systemd: it is ready, how it does, it lives, it stops.

Datagrams to the socket of NOTIFY_SOCKET, as sd_notify(3) has them; without that nothing is said.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass

import anyio
import structlog

from syncd.errors import ConfigError

PATIENCE_S = 2.0  # so long a full socket is waited for; systemd reads, or is gone
FED_EVERY = 3  # times within the watchdog's time: one that is lost does no harm
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Systemd:
    """Where it listens, empty without it; `watchdog_s`: so soon it wants to hear of us again."""

    address: str = ""
    watchdog_s: float | None = None

    @property
    def feed_s(self) -> float | None:
        """Seconds between two signs of life, None when nobody waits for them."""
        return self.watchdog_s / FED_EVERY if self.address and self.watchdog_s else None

    async def say(self, *words: str) -> None:
        """Say words such as READY=1 in one message; what cannot be said is logged, no more."""
        if not self.address:
            return
        try:
            await self._send("\n".join(words).encode())
        except OSError as error:
            log.warning("systemd_not_told", words=words, error=str(error) or repr(error))

    async def _send(self, message: bytes) -> None:
        """A socket a message: it may be another systemd that listens by now."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to:
            to.setblocking(False)
            to.connect(_path(self.address))
            with anyio.fail_after(PATIENCE_S):
                while True:
                    try:
                        to.send(message)
                        return
                    except BlockingIOError:
                        await anyio.wait_writable(to)


def of(environment: Mapping[str, str]) -> Systemd:
    """As systemd has put it into the environment of this process.

    Raises ConfigError for what cannot be read: somebody else wrote it.
    """
    address = environment.get("NOTIFY_SOCKET", "")
    if address and address[0] not in "/@":
        raise ConfigError(
            f"NOTIFY_SOCKET is neither a path nor an abstract socket: {address}",
            hint="leave it to systemd: it sets it for a unit with Type=notify",
        )
    return Systemd(address, _watchdog_s(environment))


def is_journal(environment: Mapping[str, str], descriptor: int) -> bool:
    """Whether what is written to this descriptor goes to journald itself, through no pipe."""
    try:
        found = os.fstat(descriptor)
    except OSError:
        return False
    return environment.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"


def _watchdog_s(environment: Mapping[str, str]) -> float | None:
    """None, too, where another process is meant: we may have inherited its environment."""
    given, pid = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    if not given or (pid and pid != str(os.getpid())):
        return None
    if not given.isdecimal() or not int(given):
        raise ConfigError(
            f"WATCHDOG_USEC is no number of microseconds: {given}",
            hint="leave it to systemd: it sets it for a unit with WatchdogSec=",
        )
    return int(given) / 1_000_000


def _path(address: str) -> str:
    """An abstract socket's name begins with a zero byte, which no environment can hold."""
    return f"\0{address[1:]}" if address.startswith("@") else address
