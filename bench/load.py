"""A load generator: blocking sockets that are kept open, a thread each.

Made to cost little, so that it does not compete with the server for what is measured.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Load:
    """What came of some calls: how fast, how long each took, how many were not as expected."""

    calls: int
    failed: int
    seconds: float
    waits_s: Sequence[float]

    @property
    def calls_s(self) -> float:
        return self.calls / self.seconds


def rendered(path: str, body: bytes, port: int) -> bytes:
    """An HTTP request, ready to be sent."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Shopify-Access-Token: shpat_sandbox"
        f"\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def drive(
    port: int,
    requests: Sequence[bytes],
    is_good: Callable[[bytes], bool],
    *,
    connections: int = 6,
    limit_s: float = 20.0,
) -> Load:
    """Send the requests once, over several connections; stop at the limit, whatever is left."""
    began_s = time.perf_counter()
    ends_s = began_s + limit_s
    with ThreadPoolExecutor(connections) as pool:
        found = pool.map(
            lambda share: list(_converse(port, share, is_good, ends_s)),
            [requests[start::connections] for start in range(connections)],
        )
        calls = list(chain.from_iterable(found))
    seconds = time.perf_counter() - began_s
    failed = sum(not good for good, _ in calls)
    return Load(len(calls), failed, seconds, [wait_s for _, wait_s in calls])


def _converse(
    port: int, requests: Sequence[bytes], is_good: Callable[[bytes], bool], ends_s: float
) -> Iterator[tuple[bool, float]]:
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for request in requests:
            began_s = time.perf_counter()
            if began_s > ends_s:
                return
            line.sendall(request)
            good = is_good(_answer(line))
            yield good, time.perf_counter() - began_s


def _answer(line: socket.socket) -> bytes:
    """The body of one answer."""
    received = line.recv(65_536)
    while b"\r\n\r\n" not in received:
        received += _more(line)
    head, _, body = received.partition(b"\r\n\r\n")
    length = LENGTH.search(head)
    if length is None:
        raise ConnectionError(f"no Content-Length in {head!r}")
    while len(body) < int(length[1]):
        body += _more(line)
    return body


def _more(line: socket.socket) -> bytes:
    received = line.recv(65_536)
    if not received:
        raise ConnectionError("the server hung up")
    return received
