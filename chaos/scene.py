"""Where it plays: Postgres, the shop, two nodes of syncd, with relays between them."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import aiohttp
import anyio
import asyncpg
from anyio.abc import TaskGroup

from chaos.processes import Program
from chaos.relay import HOST, Relay
from chaos.schedule import NODES
from syncd.catalogue.entries import Catalogue, PriceEntry, ProductEntry, VariantEntry
from syncd.flows import onboard
from syncd.flows.onboard import Wishes
from syncd.postgres import db, embedded, reference, webhooks
from syncd.postgres.embedded import Server
from syncd.postgres.migrate import migrate
from syncd.sandbox.options import ShopOptions
from syncd.shopify import client as shopify
from syncd.shopify import identity
from syncd.vault import Vault
from syncd.web import receiver

DOMAIN, TOKEN, ACCOUNT = "chaos.myshopify.com", "shpat_chaos_0123456789abcdef", "fjord"
PRODUCTS, COUNT = 40, 50
SIZES = ("S", "L")
LATER_S = 900  # what is put off is due by then, pulls too
READY_S = 90.0
FILLED = "select count(*) from syncd.link where kind = 'product' and accepted_at is not null"
SUBSCRIBED = "select count(*) > 5 from syncd.webhook where gid is not null"
AGREED = "select count(*) from syncd.agreed_count"
FAKETIME = "faketime/libfaketime.so.1"
UNGUARDED = """
update syncd.shop
set
  sync_orders = true,
  sync_customers = true,
  fulfil_orders = true,
  guard_price_falls_percent = 100,
  guard_inactive_percent = 100,
  guard_zero_percent = 100
"""  # nobody would answer


@dataclass(slots=True)
class Node:
    """A node of syncd: its program, its ways to Postgres, to the shop; its disk, its clock."""

    program: Program
    database: Relay
    shop: Relay
    disk: Path
    clock: Path
    is_frozen: bool = False


@dataclass(slots=True)
class Scene:
    """All that plays. `base` is the shop's own address, `url` the database's."""

    folder: Path
    group: TaskGroup
    server: Server
    url: str
    base: str
    sandbox: Program
    nodes: list[Node]
    secrets: tuple[str, ...]
    has_disks: bool
    has_clocks: bool
    postgres: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def kill_postgres(self) -> None:
        """SIGKILL to the postmaster; it is started again at the same port, and recovers."""
        pid = int((_cluster(self.server) / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        with suppress(Exception):  # it is dead already
            await self.postgres.aclose()
        self.postgres = AsyncExitStack()
        self.server = await self.postgres.enter_async_context(
            embedded.server(self.server.data, port=self.server.port)
        )

    @asynccontextmanager
    async def pool(self) -> AsyncIterator[asyncpg.Pool]:
        async with db.connect(self.url, name="chaos", size=2) as pool:
            yield pool

    async def ask(self, path: str, body: object) -> None:
        """Ask something of the sandbox itself."""
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(20)) as session,
            session.post(f"{self.base}/_sandbox/{path}", json=body) as answer,
        ):
            answer.raise_for_status()


def _cluster(server: Server) -> Path:
    found = subprocess.run(
        ["find", str(server.data), "/var", "/srv", "-name", "postmaster.pid"],
        capture_output=True,
        text=True,
    )
    for line in found.stdout.splitlines():
        if (Path(line)).read_text().splitlines()[3] == str(server.port):
            return Path(line).parent
    raise RuntimeError("no postmaster.pid of the server")


def goods() -> Catalogue:
    """So many products of two variants each."""
    return Catalogue(
        "Fjord",
        tuple(
            ProductEntry(
                row=number,
                handle=f"vare-{number}",
                title=f"Vare {number} v0",
                store="Fjell",
                option_names=("Str",),
                variants=tuple(
                    VariantEntry(
                        number,
                        (size,),
                        (PriceEntry("nett", Decimal(100 + number)),),
                        sku=f"V-{number}-{size}",
                        counts=(("hoved", COUNT),),
                    )
                    for size in SIZES
                ),
            )
            for number in range(1, PRODUCTS + 1)
        ),
    )


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Scene]:
    """Everything started; the shop is empty, the Backoffice full, both know of each other."""
    async with AsyncExitStack() as postgres, anyio.create_task_group() as group:
        server = await postgres.enter_async_context(embedded.server(folder / "postgres"))
        url = await embedded.create_database(server, "chaos")
        sandbox = Program("shop", _sandbox(port := _free()), _bare(), folder / "shop.log")
        sandbox.words = (*sandbox.words, "--file", str(folder / "shop.sqlite"))
        group.start_soon(sandbox.run)
        base = f"http://{HOST}:{port}"
        await answering(base)
        front = await Relay().listen(group)
        vault = Vault.open(folder / "key", create=True)
        await _prepare(url, base, vault, f"http://{HOST}:{front.port}{receiver.PATH}")
        nodes = [
            await _node(group, folder, "ab"[number], server, port, url) for number in range(NODES)
        ]
        front.targets += [int(node.program.environment["SYNCD_RECEIVER_PORT"]) for node in nodes]
        secrets = (TOKEN, server.password, ShopOptions().api_secret, *_key(folder / "key"))
        scene = Scene(
            folder,
            group,
            server,
            url,
            base,
            sandbox,
            nodes,
            secrets,
            all(_is_small(node.disk) for node in nodes),
            _faketime() is not None,
            postgres,
        )
        try:
            yield scene
        finally:
            with anyio.CancelScope(shield=True):
                for program in [*(node.program for node in nodes), sandbox]:
                    program.send(signal.SIGCONT)
                    await program.stop(for_good=True)
                for node in nodes:
                    _unmount(node.disk)
                await scene.postgres.aclose()
            group.cancel_scope.cancel()


async def _prepare(url: str, base: str, vault: Vault, address: str) -> None:
    options = ShopOptions()
    async with (
        db.connect(url, name="chaos: prepare", size=2) as pool,
        shopify.connect(DOMAIN, TOKEN, url=base) as client,
    ):
        await migrate(pool)
        await reference.install(pool)
        await reference.load(pool, goods(), account_id=ACCOUNT)
        await pool.execute("create sequence retail.version")
        wishes = Wishes(DOMAIN, ACCOUNT, "nett", "hoved", stock_direction="two_way", is_empty=True)
        shop = await onboard.add(pool, client, wishes, sealed=vault.seal(TOKEN))
        await identity.declare(client)
        await pool.execute(UNGUARDED)
        await webhooks.set_secret(pool, shop.shop_id, vault.seal(options.api_secret))
        await webhooks.set_address(pool, shop.shop_id, address)


async def _node(
    group: TaskGroup, folder: Path, name: str, server: Server, port: int, url: str
) -> Node:
    database = await Relay(server.port).listen(group)
    shop = await Relay(port).listen(group)
    disk, clock = folder / f"state-{name}", folder / f"clock-{name}"
    disk.mkdir()
    _mount(disk)
    clock.write_text("+0")
    environment = {
        **_bare(),
        "SYNCD_DATABASE_URL": url.replace(f":{server.port}/", f":{database.port}/"),
        "SYNCD_SHOPIFY_URL": f"http://{HOST}:{shop.port}",
        "SYNCD_KEY_FILE": str(folder / "key"),
        "SYNCD_STATE_DIR": str(disk),
        "TMPDIR": str(disk),
        "SYNCD_RECEIVER_PORT": str(_free()),
        "SYNCD_CONSOLE_PORT": "0",
        "SYNCD_LOG_FORMAT": "json",
    }
    if (library := _faketime()) is not None:
        environment |= {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(clock),
            "FAKETIME_CACHE_DURATION": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
    fine = frozenset({os.EX_TEMPFAIL})
    program = Program(f"node {name}", ("run",), environment, folder / f"node-{name}.log", fine)
    return Node(program, database, shop, disk, clock)


async def ready(pool: asyncpg.Pool) -> None:
    """Wait until all is in the shop, counts are agreed on, webhooks are asked for."""
    with anyio.fail_after(READY_S):
        while not (
            await pool.fetchval(FILLED) == PRODUCTS
            and await pool.fetchval(AGREED) == PRODUCTS * len(SIZES)
            and await pool.fetchval(SUBSCRIBED)
        ):
            await anyio.sleep(0.2)


async def answering(base: str, patience_s: float = 30.0) -> None:
    """Wait until the shop answers."""
    async with aiohttp.ClientSession() as session:
        with anyio.fail_after(patience_s):
            while True:
                with suppress(aiohttp.ClientError):
                    async with session.get(f"{base}/_sandbox/pulse") as answer:
                        if answer.status == 200:
                            return
                await anyio.sleep(0.1)


def _sandbox(port: int) -> tuple[str, ...]:
    words = ("sandbox", "--plan", "enterprise", "--domain", DOMAIN, "--token", TOKEN)
    return (*words, "--port", str(port))


def _bare() -> Mapping[str, str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith("SYNCD_")}
    return {**kept, "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}


def _free() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        port: int = free.getsockname()[1]
        return port


def _faketime() -> Path | None:
    """Debian's library that fakes the clock of a process."""
    return next(Path("/usr/lib").glob(f"*/{FAKETIME}"), None)


def _key(path: Path) -> list[str]:
    return [word for word in path.read_text().split() if len(word) > 20]


def _mount(folder: Path) -> None:
    """A small disk in memory, where this account may have one."""
    if os.geteuid() == 0 and shutil.which("mount"):
        options = ["-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
        subprocess.run(["mount", *options], check=False, capture_output=True)


def _is_small(folder: Path) -> bool:
    """Whether it is a disk of its own."""
    return os.path.ismount(folder)


def _unmount(folder: Path) -> None:
    if _is_small(folder):
        subprocess.run(["umount", "--lazy", str(folder)], check=False, capture_output=True)
