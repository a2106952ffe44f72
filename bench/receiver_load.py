"""Sends webhooks to a receiver as fast as it answers, over many connections: a process of its own.

Sockets without a library: the sender must not be what is measured. Prints what it saw as JSON.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import selectors
import socket
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

SECRET = "shpss_bench"
DOMAIN = "bench.myshopify.com"
TOO_LARGE_BYTES = 2 * 1024 * 1024
ANSWER_S = 15.0
SORTS = ("forged", "malformed", "oversized", "truncated", "headless", "elsewhere", "garbage")
CUT = ("truncated", "garbage")  # their sender hangs up


@dataclass(frozen=True, slots=True)
class Load:
    """What is to be sent: deliveries `first` up to `first + count`; `hostile` is what must fail."""

    port: int
    count: int
    first: int = 0
    connections: int = 32
    is_hostile: bool = False
    kept_in: str = ""  # a file for the numbers that were answered 200


@dataclass(slots=True)
class Seen:
    """How it went; latencies in seconds, `hung_up` requests got no answer."""

    seconds: float = 0.0
    statuses: dict[str, int] = field(default_factory=dict)
    hung_up: int = 0
    p50_s: float = 0.0
    p99_s: float = 0.0
    longest_s: float = 0.0


def body(number: int) -> bytes:
    level = {
        "inventory_item_id": 40_000_000_000_000 + number,
        "location_id": 24826418,
        "available": number % 50,
        "updated_at": "2026-11-23T08:00:00-05:00",
        "admin_graphql_api_id": f"gid://shopify/InventoryLevel/1?inventory_item_id={number}",
    }
    return json.dumps(level).encode()


def signature(raw: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest()).decode()


def request(raw: bytes, signed: str, name: str, path: str = "/webhooks", length: int = -1) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: sync.example.no\r\nContent-Type: application/json\r\n"
        f"User-Agent: Shopify-Captain-Hook\r\nX-Shopify-Topic: inventory_levels/update\r\n"
        f"X-Shopify-Hmac-Sha256: {signed}\r\nX-Shopify-Shop-Domain: {DOMAIN}\r\n"
        f"X-Shopify-API-Version: 2026-10\r\nX-Shopify-Webhook-Id: {name}\r\n"
        f"X-Shopify-Event-Id: event-{name}\r\nX-Shopify-Triggered-At: 2026-11-23T08:00:00.5Z\r\n"
        f"Content-Length: {len(raw) if length < 0 else length}\r\n\r\n"
    )
    return head.encode() + raw


def signed_request(number: int) -> bytes:
    raw = body(number)
    return request(raw, signature(raw), f"delivery-{number}")


def hostile_request(number: int) -> bytes:
    """One that must leave no row; seven sorts in turn."""
    raw, name = body(number), f"hostile-{number}"
    match SORTS[number % len(SORTS)]:
        case "forged":
            return request(raw, signature(raw, "guessed"), name)
        case "malformed":
            cut = raw[: len(raw) // 2]
            return request(cut, signature(cut), name)
        case "oversized":
            part = b"{" + b" " * 65_536
            return request(part, signature(part), name, length=TOO_LARGE_BYTES)
        case "truncated":
            return request(raw[:40], signature(raw), name, length=len(raw))
        case "headless":
            return b"POST /webhooks HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
        case "elsewhere":
            return request(raw, signature(raw), name, path="/wp-login.php")
        case _:
            return b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(40))


@dataclass(slots=True)
class Line:
    """One connection with the request that is on its way."""

    link: socket.socket
    number: int = -1
    began_s: float = 0.0
    got: bytes = b""


class Loader:
    def __init__(self, load: Load) -> None:
        self.load = load
        self.seen = Seen()
        self.latencies_s: list[float] = []
        self.kept: list[int] = []
        self.left = iter(range(load.first, load.first + load.count))
        self.selector = selectors.DefaultSelector()
        self.open = 0

    def run(self) -> Seen:
        began_s = time.perf_counter()
        for _ in range(self.load.connections):
            self._begin(None)
        while self.open:
            ready = self.selector.select(ANSWER_S)
            if not ready:
                raise TimeoutError(f"{self.open} requests got no answer in {ANSWER_S:.0f} s")
            for key, _ in ready:
                self._read(key.data)
        seen = self.seen
        seen.seconds = time.perf_counter() - began_s
        latencies_s = sorted(self.latencies_s)
        if latencies_s:
            seen.p50_s = latencies_s[len(latencies_s) // 2]
            seen.p99_s = latencies_s[int(len(latencies_s) * 0.99)]
            seen.longest_s = latencies_s[-1]
        return seen

    def _begin(self, line: Line | None) -> None:
        """The next request, on this connection or on a new one."""
        number = next(self.left, None)
        if number is None:
            if line is not None:
                line.link.close()
            return
        if line is None:
            try:
                line = Line(socket.create_connection(("127.0.0.1", self.load.port), timeout=5))
            except OSError:
                self.seen.hung_up += 1  # nobody there: killed
                self.left = iter(())
                return
            line.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.number, line.got = number, b""
        made = hostile_request(number) if self.load.is_hostile else signed_request(number)
        line.began_s = time.perf_counter()
        self.selector.register(line.link, selectors.EVENT_READ, line)
        self.open += 1
        try:
            line.link.sendall(made)
            if self.load.is_hostile and SORTS[number % len(SORTS)] in CUT:
                line.link.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it is told when the answer is read

    def _read(self, line: Line) -> None:
        try:
            part = line.link.recv(65_536)
        except OSError:
            part = b""
        line.got += part
        if part and b"\r\n\r\n" not in line.got:
            return
        self.selector.unregister(line.link)
        self.open -= 1
        if line.got:
            self._note(line)
        else:
            self.seen.hung_up += 1
        if part and not self.load.is_hostile:
            self._begin(line)
        else:
            line.link.close()
            self._begin(None)

    def _note(self, line: Line) -> None:
        status = line.got.split()[1].decode()
        self.seen.statuses[status] = self.seen.statuses.get(status, 0) + 1
        self.latencies_s.append(time.perf_counter() - line.began_s)
        if status == "200":
            self.kept.append(line.number)


def main() -> None:
    load = Load(**json.loads(sys.argv[1]))
    loader = Loader(load)
    seen = loader.run()
    if load.kept_in:
        Path(load.kept_in).write_text(json.dumps(loader.kept))
    print(json.dumps(asdict(seen)))


if __name__ == "__main__":
    main()
