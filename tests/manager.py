"""A service manager that listens to services as systemd does: datagrams with the sender's pid."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import anyio

CREDENTIALS = struct.Struct("3i")  # pid, uid, gid: unix(7)
PATIENCE_S = 40.0


@dataclass(slots=True)
class Manager:
    """`heard` is all that was said, a line each, with who said it."""

    address: str
    socket: socket.socket
    heard: list[tuple[int, str]] = field(default_factory=list)

    async def hear(self) -> list[str]:
        """The lines of the next message."""
        await anyio.wait_readable(self.socket)
        message, ancillary, _, _ = self.socket.recvmsg(4096, socket.CMSG_SPACE(CREDENTIALS.size))
        ((_, _, sent),) = ancillary
        lines = message.decode().split("\n")
        self.heard += [(CREDENTIALS.unpack(sent)[0], line) for line in lines]
        return lines

    async def until(self, *beginnings: str) -> list[str]:
        """Lines up to the message with one that begins so; each beginning comes at some time."""
        lines: list[str] = []
        with anyio.fail_after(PATIENCE_S):
            while not all(any(one.startswith(each) for one in lines) for each in beginnings):
                lines += await self.hear()
        return lines


@contextmanager
def listening(address: str) -> Iterator[Manager]:
    """At a path, or at an abstract socket's name with @ before it."""
    path = f"\0{address[1:]}" if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as at:
        at.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        at.bind(path)
        at.setblocking(False)
        try:
            yield Manager(address, at)
        finally:
            if not address.startswith("@"):
                os.unlink(address)
