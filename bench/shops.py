"""What idle shops cost a node: processor time, memory, statements, connections.

    make bench NAME=shops [SHOPS=100]

A node of the service in a process of its own, on Postgres 18 with so many shops, all at one
sandbox; nothing changes in any of them. First with one shop, then with all of them. Measured for
20 seconds after the last shop was taken: processor time of the node and of Postgres, memory of the
node, transactions, connections. The bar: 200 such shops take less than one core of each.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import asyncpg

from bench import outbox_cpu, outbox_server
from syncd.postgres import db, embedded, reference, shops
from syncd.postgres.migrate import migrate
from syncd.postgres.shops import NewShop
from syncd.sandbox import server as sandbox
from syncd.sandbox.options import ShopOptions
from syncd.vault import Vault

SHOPS = int(os.environ.get("SHOPS") or 100)
SECONDS, AIM_SHOPS = 20.0, 200
TOKEN = "shpat_test"
SETTINGS = {"shared_buffers": "256MB", "synchronous_commit": "on"}
TAKEN = "select count(*) from syncd.leases where is_held and shop_id is not null"
DONE = "select xact_commit from pg_stat_database where datname = current_database()"
OPEN = "select count(*) from pg_stat_activity where application_name = 'syncd run'"


def memory_mb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) // 1024


@asynccontextmanager
async def node(url: str, key: Path, shopify_url: str) -> AsyncIterator[int]:
    """The service as it is started; its process's number."""
    given = {
        **{name: text for name, text in os.environ.items() if not name.startswith("SYNCD_")},
        "SYNCD_DATABASE_URL": url,
        "SYNCD_KEY_FILE": str(key),
        "SYNCD_SHOPIFY_URL": shopify_url,
        "SYNCD_CONSOLE_PORT": "0",
        "SYNCD_LOG_LEVEL": "error",
    }
    command = [sys.executable, "-m", "syncd.cli", "run"]
    async with await anyio.open_process(command, env=given, stdin=None, stdout=None) as process:
        yield process.pid
        process.terminate()


async def add(pool: asyncpg.Pool, vault: Vault, count: int) -> None:
    for number in range(count):
        new = NewShop(
            f"shop-{number}-{count}.myshopify.com",
            "fjord",
            vault.seal(TOKEN),
            "nett",
            "NOK",
            is_empty=True,
        )
        await shops.add(pool, new)
    await pool.execute("update syncd.shop set compare_every = null, webhooks = false")


async def measure(pool: asyncpg.Pool, pid: int, postmaster: int) -> dict[str, float]:
    """Once each shop is taken and its start is over."""
    wanted = await pool.fetchval("select count(*) from syncd.shop")
    with anyio.fail_after(300):
        while await pool.fetchval(TAKEN) < wanted:
            await pool.execute("select pg_sleep(0.5)")
    await anyio.sleep(SECONDS)
    cpu = outbox_cpu.process_s(pid), outbox_cpu.family_s(postmaster)
    done = await pool.fetchval(DONE)
    await anyio.sleep(SECONDS)
    own, servers = outbox_cpu.process_s(pid) - cpu[0], outbox_cpu.family_s(postmaster) - cpu[1]
    return {
        "shops": wanted,
        "node_core_percent": round(100 * own / SECONDS, 1),
        "postgres_core_percent": round(100 * servers / SECONDS, 1),
        "memory_mb": memory_mb(pid),
        "transactions_s": round((await pool.fetchval(DONE) - done) / SECONDS, 1),
        "connections": await pool.fetchval(OPEN),
    }


async def main() -> int:
    found = []
    with outbox_server.folder() as place, tempfile.TemporaryDirectory() as keys:
        key = Path(keys) / "key"
        vault = Vault.open(key, create=True)
        options = ShopOptions(domain="shop.myshopify.com", token=TOKEN, plan="enterprise")
        async with (
            embedded.server(place / "data", settings=SETTINGS) as server,
            sandbox.running(options) as running,
            db.connect(server.url(), name="bench: shops", size=1) as pool,
        ):
            await migrate(pool)
            await reference.install(pool)
            pid = await pool.fetchval("select pg_backend_pid()")
            postmaster = outbox_cpu.parent(pid)
            async with node(server.url(), key, running.url) as own:
                for count in (1, SHOPS - 1):
                    await add(pool, vault, count)
                    found.append(await measure(pool, own, postmaster))
                    print(found[-1], flush=True)
    print(json.dumps({"idle": found}))
    each = [found[1][name] / SHOPS for name in ("node_core_percent", "postgres_core_percent")]
    return int(max(each) * AIM_SHOPS > 100)


if __name__ == "__main__":
    sys.exit(anyio.run(main))
