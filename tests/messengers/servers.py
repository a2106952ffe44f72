"""A mail server and a chat, on this machine, that tests deliver to."""

from __future__ import annotations

import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import anyio
from aiohttp import web
from anyio.abc import AnyByteStream, SocketAttribute
from anyio.streams.buffered import BufferedByteReceiveStream
from anyio.streams.tls import TLSStream

from tests.messengers import certificates

MOST = 1 << 20
ENDED = (anyio.EndOfStream, anyio.BrokenResourceError, anyio.IncompleteRead, ssl.SSLError)


@dataclass
class Letter:
    """What was taken."""

    sender: str
    recipients: list[str]
    raw: bytes
    is_sealed: bool
    login: str

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)


@dataclass
class MailServer:
    """SMTP as servers speak it; `refuses` answers a command so, `is_mute` takes and never says."""

    folder: Path | None = None  # of its certificate; None: no STARTTLS
    is_sealed: bool = False  # from the first byte
    refuses: dict[str, str] = field(default_factory=dict)
    is_mute: bool = False
    letters: list[Letter] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    port: int = 0

    def context(self) -> ssl.SSLContext:
        assert self.folder is not None
        return certificates.context(self.folder)

    async def talk(self, stream: AnyByteStream) -> None:
        async with stream:
            with suppress(*ENDED):
                inner: AnyByteStream = await self._seal(stream) if self.is_sealed else stream
                await inner.send(b"220 127.0.0.1 ESMTP\r\n")
                await self._converse(inner, is_sealed=self.is_sealed)

    async def _seal(self, stream: AnyByteStream) -> AnyByteStream:
        return await TLSStream.wrap(
            stream, server_side=True, ssl_context=self.context(), standard_compatible=False
        )

    async def _converse(self, stream: AnyByteStream, *, is_sealed: bool) -> None:
        buffered = BufferedByteReceiveStream(stream)
        letter = Letter("", [], b"", is_sealed, "")
        while True:
            line = (await buffered.receive_until(b"\r\n", 4096)).decode()
            word, _, rest = line.partition(" ")
            self.said.append(line)
            answer = self.refuses.get(word.upper(), "250 well")
            match word.upper():
                case "EHLO" if answer == "250 well":
                    offers = ["127.0.0.1", "8BITMIME", "AUTH PLAIN LOGIN"]
                    offers += ["STARTTLS"] if self.folder and not is_sealed else []
                    answer = "\r\n".join(f"250-{one}" for one in offers) + "\r\n250 SIZE"
                case "STARTTLS":
                    await stream.send(b"220 go on\r\n")
                    await self._converse(await self._seal(stream), is_sealed=True)
                    return
                case "AUTH" if answer == "250 well":
                    letter.login = base64.b64decode(rest.split()[1]).decode()
                    answer = "235 welcome"
                case "MAIL" if answer == "250 well":
                    letter.sender = rest
                case "RCPT" if answer == "250 well":
                    letter.recipients.append(rest.partition("<")[2].partition(">")[0])
                case "DATA" if answer == "250 well":
                    await stream.send(b"354 speak\r\n")
                    letter.raw = await buffered.receive_until(b"\r\n.\r\n", MOST) + b"\r\n"
                    self.letters.append(letter)
                    if self.is_mute:
                        return
                case "QUIT":
                    await stream.send(b"221 bye\r\n")
                    return
            await stream.send(f"{answer}\r\n".encode())


@asynccontextmanager
async def mail_server(server: MailServer) -> AsyncIterator[MailServer]:
    async with (
        await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=0) as listener,
        anyio.create_task_group() as group,
    ):
        server.port = listener.extra(SocketAttribute.local_port)
        group.start_soon(listener.serve, server.talk)
        yield server
        group.cancel_scope.cancel()


@dataclass
class ChatServer:
    """A chat's webhook: notes each body, answers as it is told to."""

    status: int = 200
    answer: str = "ok"
    headers: dict[str, str] = field(default_factory=dict)
    is_mute: bool = False
    bodies: list[Any] = field(default_factory=list)
    url: str = ""

    async def post(self, request: web.Request) -> web.StreamResponse:
        self.bodies.append(await request.json())
        if self.is_mute:
            assert request.transport is not None
            request.transport.close()
        return web.Response(status=self.status, text=self.answer, headers=self.headers)


@asynccontextmanager
async def chat_server(server: ChatServer) -> AsyncIterator[ChatServer]:
    app = web.Application()
    app.router.add_post("/services/T1/secret", server.post)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}/services/T1/secret"
    yield server
    await runner.cleanup()
