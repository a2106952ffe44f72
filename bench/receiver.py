"""How many signed webhooks a second are in the inbox before their 200; what a kill, what hostile
requests do.

The receiver is a process of its own (`syncd receive`) before a durable Postgres, on one core with
it; who sends is on the other. Killed mid-load, with signal 9, each delivery that got a 200 must be
in the inbox, and the rest when it is sent again. Of 10,000 requests that are forged, malformed,
oversized, truncated or no webhook at all none may be a 5xx or a row, and memory stays as it was.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

import anyio

from bench.outbox_server import folder
from bench.receiver_load import DOMAIN, SECRET, Load
from bench.served import CLIENTS, ROOT, SERVERS, on_core
from syncd.postgres import db, embedded, webhooks
from syncd.postgres.migrate import migrate
from syncd.vault import Vault

DELIVERIES = int(os.environ.get("DELIVERIES", "15000"))
HOSTILE = int(os.environ.get("HOSTILE", "10000"))
WARM_UP, KILLED = 1_000, 6_000
START_S, LIMIT_S = 20.0, 60.0
RATE_BAR, P99_BAR, GROWTH_BAR = 1500.0, 0.050, 1.05
SETTINGS = {"shared_buffers": "256MB", "max_wal_size": "2GB", "max_connections": "20"}
ADD = """
insert into syncd.shop (domain, account_id, credentials, price_department, currency)
values ($1, 'bench', 'x', 'nett', 'NOK') returning shop_id
"""
COUNT = "select count(*) from syncd.inbox"
THERE = "select delivery_id from syncd.inbox where delivery_id like 'delivery-%'"
Told = dict[str, float]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextmanager
def receiving(url: str, place: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """`syncd receive`, once it answers the probe."""
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "SYNCD_DATABASE_URL": url,
        "SYNCD_KEY_FILE": str(place / "key"),
        "SYNCD_RECEIVER_PORT": str(port),
        "SYNCD_LOG_LEVEL": "error",
    }
    command = [*on_core(SERVERS), sys.executable, "-m", "syncd.cli", "receive"]
    with subprocess.Popen(command, env=env) as process:
        try:
            until_s = time.monotonic() + START_S
            while time.monotonic() < until_s and process.poll() is None:
                with suppress(OSError):
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/webhooks", timeout=1).close()
                    break
                time.sleep(0.05)
            yield process
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(15)
            process.kill()


def loading(load: Load) -> subprocess.Popen[str]:
    command = [*on_core(CLIENTS), sys.executable, "-m", "bench.receiver_load"]
    words = [*command, json.dumps(asdict(load))]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def sent(load: Load) -> dict[str, float | dict[str, int]]:
    with loading(load) as process:
        said, _ = process.communicate(timeout=LIMIT_S)
    return dict(json.loads(said))


def rss_mb(process: subprocess.Popen[bytes]) -> float:
    """The receiver's own memory; `taskset` replaces itself by it."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


async def speed(url: str, place: Path) -> Told:
    port = free_port()
    with receiving(url, place, port):
        sent(Load(port, WARM_UP, first=10_000_000))
        seen = sent(Load(port, DELIVERIES))
    statuses = seen["statuses"]
    assert isinstance(statuses, dict)
    seconds = float(str(seen["seconds"]))
    return {
        "per_s": round(DELIVERIES / seconds, 0),
        "p50_s": round(float(str(seen["p50_s"])), 4),
        "p99_s": round(float(str(seen["p99_s"])), 4),
        "longest_s": round(float(str(seen["longest_s"])), 4),
        "answered_200": statuses.get("200", 0),
    }


async def killed(url: str, place: Path) -> Told:
    """Shot with a third on its way; what had its 200 must be there, the rest is sent again."""
    port, first = free_port(), 1_000_000
    kept_in = place / "kept.json"
    load = Load(port, KILLED, first=first, kept_in=str(kept_in))
    async with db.connect(url, name="bench", size=1) as pool:
        before = await pool.fetchval(COUNT)
        with receiving(url, place, port) as process:
            sender = loading(load)
            for _ in range(3_000):
                if await pool.fetchval(COUNT) >= before + KILLED // 3:
                    break
                await anyio.sleep(0.01)
            process.send_signal(signal.SIGKILL)
            sender.communicate(timeout=LIMIT_S)
        kept = json.loads(kept_in.read_text())
        there = {row[0] for row in await pool.fetch(THERE)}
        lost = [number for number in kept if f"delivery-{number}" not in there]
        with receiving(url, place, port):
            sent(Load(port, KILLED, first=first))  # as Shopify does with what got no 200
        after = await pool.fetchval(COUNT)
    return {"killed_after": len(kept), "lost": len(lost), "missing": before + KILLED - after}


async def hostile(url: str, place: Path) -> Told:
    port = free_port()
    async with db.connect(url, name="bench", size=1) as pool:
        with receiving(url, place, port) as process:
            sent(Load(port, WARM_UP, first=20_000_000))
            sent(Load(port, HOSTILE * 2, is_hostile=True))  # until the heap has its size
            rows, rss = await pool.fetchval(COUNT), rss_mb(process)
            seen = sent(Load(port, HOSTILE, is_hostile=True))
            rows_after, rss_after = await pool.fetchval(COUNT), rss_mb(process)
            good = sent(Load(port, 100, first=30_000_000))
    statuses, still = seen["statuses"], good["statuses"]
    assert isinstance(statuses, dict) and isinstance(still, dict)
    print(f"    hostile: {statuses}, {seen['hung_up']} hung up")
    return {
        "hostile_5xx": sum(n for status, n in statuses.items() if status >= "500"),
        "hostile_200": statuses.get("200", 0),
        "hostile_rows": rows_after - rows,
        "rss_before_mb": round(rss, 1),
        "rss_after_mb": round(rss_after, 1),
        "still_200": still.get("200", 0),
    }


async def measured() -> Told:
    with folder() as place:
        async with embedded.server(place / "data", settings=SETTINGS) as server:
            url = await embedded.create_database(server, "receiver")
            async with db.connect(url, name="bench", size=1) as pool:
                await migrate(pool)
                shop_id = await pool.fetchval(ADD, DOMAIN)
                sealed = Vault.open(place / "key", create=True).seal(SECRET)
                await webhooks.set_secret(pool, shop_id, sealed)
            found: Told = {}
            for phase in (speed, killed, hostile):
                told = await phase(url, place)
                print(f"    {phase.__name__}: {told}", flush=True)
                found |= told
            return found


def bars(found: Told) -> dict[str, bool]:
    return {
        "rate": found["per_s"] >= RATE_BAR and found["answered_200"] == DELIVERIES,
        "p99": found["p99_s"] <= P99_BAR,
        "none_lost": found["killed_after"] > 0 and found["lost"] == found["missing"] == 0,
        "hostile": found["hostile_5xx"] == found["hostile_200"] == found["hostile_rows"] == 0,
        "memory": found["rss_after_mb"] <= found["rss_before_mb"] * GROWTH_BAR,
        "alive": found["still_200"] == 100,
    }


def main() -> int:
    print(f"{DELIVERIES} signed deliveries, 32 in flight; {KILLED} with a kill; {HOSTILE} hostile")
    found = anyio.run(measured)
    held = bars(found)
    report = {"deliveries": DELIVERIES, "hostile": HOSTILE, **found, "holds": held}
    print(json.dumps({**report, "is_met": all(held.values())}))
    return 0 if all(held.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
