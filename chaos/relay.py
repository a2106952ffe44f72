"""A TCP relay between two programs, whose connections can be cut or held up."""

from __future__ import annotations

from contextlib import suppress

import anyio
from anyio.abc import (
    ByteReceiveStream,
    ByteSendStream,
    Listener,
    SocketAttribute,
    SocketStream,
    TaskGroup,
)

HOST = "127.0.0.1"
CHUNK = 65536
GONE = (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError, OSError)


class Relay:
    """Passes bytes to the first of `targets` (ports) that takes a connection.

    While it is held up, nothing passes, as on a network that loses every packet; when that is over
    the connections of before are gone, with what was in them.
    """

    def __init__(self, *targets: int) -> None:
        self.targets = list(targets)
        self.port = 0
        self._open: set[SocketStream] = set()
        self._passes = anyio.Event()
        self._passes.set()

    def hold(self) -> None:
        self._passes = anyio.Event()

    async def release(self) -> None:
        await self.cut()
        self._passes.set()

    async def cut(self) -> None:
        """Every connection ends."""
        for stream in [*self._open]:
            await _abort(stream)

    async def listen(self, group: TaskGroup) -> Relay:
        """Take connections as long as the group lasts."""
        listener = await anyio.create_tcp_listener(local_host=HOST)
        self.port = listener.extra(SocketAttribute.local_port)
        group.start_soon(self._take, listener)
        return self

    async def _take(self, listener: Listener[SocketStream]) -> None:
        async with listener:
            await listener.serve(self._serve)

    async def _serve(self, near: SocketStream) -> None:
        async with near:
            await self._passes.wait()
            far = await self._connected()
            if far is None:
                return
            async with far:
                pair = {near, far}
                self._open |= pair
                try:
                    async with anyio.create_task_group() as group:
                        group.start_soon(self._pass, near, far)
                        group.start_soon(self._pass, far, near)
                finally:
                    self._open -= pair

    async def _connected(self) -> SocketStream | None:
        for port in self.targets:
            with suppress(OSError):
                return await anyio.connect_tcp(HOST, port)
        return None

    async def _pass(self, source: ByteReceiveStream, sink: ByteSendStream) -> None:
        with suppress(*GONE):
            while True:
                chunk = await source.receive(CHUNK)
                await self._passes.wait()
                await sink.send(chunk)
        with suppress(*GONE):
            await sink.aclose()


async def _abort(stream: SocketStream) -> None:
    with suppress(*GONE), anyio.move_on_after(0.1, shield=True):
        await anyio.aclose_forcefully(stream)
