"""Set the stage: a Postgres with a filled Backoffice, a sandbox shop, the house between them."""

from __future__ import annotations

import hashlib
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from rich.console import Console

from syncd import passwords
from syncd.catalogue import sample, shopify_csv
from syncd.catalogue.entries import Catalogue
from syncd.demo import home as homes
from syncd.demo import report
from syncd.demo.home import Home
from syncd.errors import ConfigError
from syncd.flows import onboard
from syncd.flows.onboard import Wishes
from syncd.postgres import db, embedded, people, reference, shops, webhooks
from syncd.postgres.embedded import Server
from syncd.postgres.migrate import migrate
from syncd.records import Shop
from syncd.sandbox import server as sandbox
from syncd.sandbox.options import ShopOptions
from syncd.shopify import client as shopify
from syncd.supervisor import House
from syncd.supervisor.house import Listening, Showing
from syncd.vault import Vault

ACCOUNT = "fjord"
VISITOR = "demo"
TOKEN = "shpat_sandbox"  # nosec B105  # of the sandbox, on loopback
DEPARTMENT, WAREHOUSE = "nett", "hoved"
SANDBOX_PORT = 8600
CONSOLE_PORT = 8480
DATABASE_MISSING = "select not exists (select from pg_database where datname = $1)"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the visitor asked for: a catalogue of their own, a shop's plan, a port."""

    csv: Path | None = None
    plan: str = "plus"
    port: int = SANDBOX_PORT


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything is there. `is_new`: the catalogue was loaded just now; `door`: the console."""

    house: House
    shop: Shop
    address: str
    database_url: str = field(repr=False)
    is_new: bool
    door: str = field(repr=False)

    @property
    def pool(self) -> asyncpg.Pool:
        return self.house.pool


@asynccontextmanager
async def stage(home: Home, wanted: Wanted, console: Console) -> AsyncIterator[Stage]:
    """Set the stage, and clear it at the end of the block; what it holds stays for the next time.

    Raises ConfigError for a file that is no catalogue, or a folder that is in use.
    """
    catalogue, digest = read(wanted.csv, console)
    home.folder.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        with report.step(console, "Starting Postgres") as step:
            server = await stack.enter_async_context(
                embedded.server(home.postgres, progress=step.progress)
            )
            step.say(f"Postgres {server.version} listens on port {server.port}")
        with report.step(console, "Preparing the database") as step:
            url = await _database(server, home.name)
            pool = await stack.enter_async_context(db.connect(url, name="syncd demo", size=12))
            await migrate(pool)
            await reference.install(pool)
            step.say(f"Database {home.name} with a reference Backoffice")
        is_new = await _fill(pool, home, catalogue, digest=digest, console=console)
        with report.step(console, "Opening the shop") as step:
            options = ShopOptions(
                domain=home.domain, name=catalogue.name, plan=wanted.plan, token=TOKEN
            )
            running = await stack.enter_async_context(
                sandbox.running(options, file=home.shop_file, port=wanted.port)
            )
            vault = Vault.open(home.key, create=True)
            shop = await _shop(pool, vault, home, running.url)
            step.say(f"A sandbox Shopify, plan {wanted.plan}, is open at {running.url}")
        port = await _hear(pool, vault, shop)
        homes.announce(home, homes.Running(url, str(home.key), running.url, home.domain))
        stack.callback(homes.withdraw, home)
        house = House(pool, vault, running.url)
        house.receiver = Listening("127.0.0.1", port)
        house.console = at = Showing("127.0.0.1", _free(CONSOLE_PORT))
        door = f"http://{at.host}:{at.port} (user {VISITOR}, password {await _let_in(pool)})"
        report.console_at(console, door)
        yield Stage(house, shop, running.url, url, is_new, door)


def read(csv: Path | None, console: Console) -> tuple[Catalogue, str]:
    """The catalogue with a digest of it; says what of a file cannot be loaded."""
    if csv is None:
        catalogue = sample.catalogue()
        return catalogue, hashlib.sha256(repr(catalogue).encode()).hexdigest()
    content = shopify_csv.content(csv)
    reading = shopify_csv.read(content, name=csv.name)
    if not reading.catalogue.products:
        report.problems(console, reading.problems, "things in the file cannot be loaded")
        raise ConfigError(
            f"{csv.name} has no product that can be loaded", hint="the rows above tell why"
        )
    report.problems(console, reading.problems, "things in the file cannot be loaded")
    return reading.catalogue, hashlib.sha256(content).hexdigest()


async def _database(server: Server, name: str) -> str:
    async with db.connect(server.url(), name="syncd demo", size=1) as pool:
        if await pool.fetchval(DATABASE_MISSING, name):
            await embedded.create_database(server, name)
    return server.url(name)


async def _fill(
    pool: asyncpg.Pool, home: Home, catalogue: Catalogue, *, digest: str, console: Console
) -> bool:
    """Load the catalogue, unless this very one was loaded before; returns whether it was.

    What a visitor changed since the last time stays.
    """
    if home.loaded.is_file() and home.loaded.read_text() == digest:
        console.print(
            "[green]✓[/] The catalogue is there since the last time, with all its changes"
        )
        return False
    with report.bar(console) as progress:
        task = progress.add_task("Filling the Backoffice", total=len(catalogue.products), note="")
        loaded = await reference.load(
            pool,
            catalogue,
            account_id=ACCOUNT,
            progress=lambda done, _total: progress.update(task, completed=done),
        )
    report.problems(console, loaded.problems, "things were not loaded")
    home.loaded.write_text(digest)
    console.print(
        f"[green]✓[/] Backoffice of {catalogue.name}: {len(catalogue.products)} products, "
        f"{catalogue.variant_count} variants"
    )
    return True


async def _shop(pool: asyncpg.Pool, vault: Vault, home: Home, url: str) -> Shop:
    """The demo's shop, added and declared empty at the first time."""
    if found := await shops.find(pool, home.domain):
        await shops.resume(pool, found.shop_id)
        return found
    wishes = Wishes(
        domain=home.domain,
        account=ACCOUNT,
        department=DEPARTMENT,
        warehouse=WAREHOUSE,
        stock_direction="two_way",
        is_empty=True,
    )
    async with shopify.connect(home.domain, TOKEN, url=url) as client:
        return await onboard.add(pool, client, wishes, sealed=vault.seal(TOKEN))


def _free(port: int) -> int:
    """This port, or where somebody listens there any other one."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return _free(0)
        found: int = tried.getsockname()[1]
        return found


async def _let_in(pool: asyncpg.Pool) -> str:
    """The password of the demo's visitor to its console, another one at each start."""
    password = f"{ACCOUNT}-{secrets.randbelow(1_000_000):06}"
    hashed = await passwords.hashed(password)
    if not await people.set_password(pool, VISITOR, hashed):
        await people.add(pool, VISITOR, password_hash=hashed, role="admin")
    return password


async def _hear(pool: asyncpg.Pool, vault: Vault, shop: Shop) -> int:
    """The port on which the shop's webhooks are received; the shop is asked for them there."""
    port = _free(0)
    if (await webhooks.wiring(pool, shop.shop_id)).secret is None:
        await webhooks.set_secret(pool, shop.shop_id, vault.seal(ShopOptions().api_secret))
    await webhooks.set_address(pool, shop.shop_id, f"http://127.0.0.1:{port}/webhooks")
    return port
