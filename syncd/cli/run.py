"""What the commands share: what they work on, how their errors end."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import anyio
import asyncpg
from rich.console import Console
from rich.markup import escape

from syncd import logs, settings, systemd
from syncd.demo import home
from syncd.errors import (
    ConfigError,
    ContractError,
    OutageError,
    ShopifyError,
    SyncdError,
    innermost,
)
from syncd.flows import signin
from syncd.phrases import phrase
from syncd.postgres import db, migrate, shops
from syncd.records import Shop
from syncd.rules.text import shortened
from syncd.settings import Settings
from syncd.shopify.client import DEADLINE_S, Client
from syncd.supervisor import (
    DATABASE_LOST,
    Alerting,
    Listening,
    Monitoring,
    Showing,
    alerting_of,
    monitoring_of,
)
from syncd.vault import Vault

FOUND_WRONG = 1
SHOWN = 80  # characters of what was typed
ALIVE_S = 15.0  # a daemon that was seen in this time is taken to run
console = Console(highlight=False)
complaints = Console(stderr=True, highlight=False)


@dataclass(frozen=True, slots=True)
class Target:
    """What a command works on: the configured database, or the running demo's."""

    database_url: str = field(repr=False)
    key_path: Path
    shopify_url: str | None
    receiver: Listening | None = None
    alerting: Alerting = field(default_factory=Alerting)
    console: Showing | None = None
    monitoring: Monitoring | None = None

    def vault(self, *, create: bool = False) -> Vault:
        return Vault.open(self.key_path, create=create)


def configured() -> Settings:
    """The settings, with the logs set up as they say."""
    found = settings.read(os.environ)
    logs.configure(form=found.log_format, level=found.log_level, is_journal=to_journal())
    return found


def to_journal() -> bool:
    """Whether journald itself reads what we write to stderr."""
    return systemd.is_journal(os.environ, sys.stderr.fileno())


def target() -> Target:
    """Raises ConfigError when no database is configured and no demo runs."""
    found = configured()
    receiver = found.receiver_port and Listening(found.receiver_host, found.receiver_port)
    faces = alerting_of(found), showing_of(found), monitoring_of(found)
    if found.database_url:
        return Target(
            found.database_url,
            found.key_path,
            found.shopify_url,
            receiver or None,
            *faces,
        )
    running = home.running(found.state_dir)
    if running is None:
        raise ConfigError(
            "no database is configured, and no demo runs here",
            hint="set SYNCD_DATABASE_URL, or start the demo with `make demo`",
        )
    return Target(
        running.database_url,
        Path(running.key_file),
        running.shopify_url,
        receiver or None,
        *faces,
    )


def showing_of(found: Settings) -> Showing | None:
    """Where the console is shown, as the settings say."""
    if not found.console_port:
        return None
    is_wanted = "console_port" in found.model_fields_set
    return Showing(found.console_host, found.console_port, found.console_address or "", is_wanted)


@asynccontextmanager
async def opened(
    found: Target, *, name: str = "syncd", size: int = 4
) -> AsyncIterator[asyncpg.Pool]:
    """A pool on the target's database, which must be migrated to this release."""
    async with db.connect(found.database_url, name=name, size=size) as pool:
        if missing := await migrate.missing(pool):
            raise ConfigError(
                f"the database lacks migrations of this syncd: {len(missing)}",
                hint="run `syncd migrate`",
            )
        yield pool


@asynccontextmanager
async def client_of(
    found: Target, pool: asyncpg.Pool, shop: Shop, *, deadline_s: float = DEADLINE_S
) -> AsyncIterator[Client]:
    """A client of the shop for a command that looks into it, or tries what it was given."""
    async with signin.client_of(
        pool, found.vault(), shop, url=found.shopify_url, deadline_s=deadline_s
    ) as client:
        yield client


async def shop_of(pool: asyncpg.Pool, text: str) -> Shop:
    """The shop of an address in any spelling; raises ConfigError when there is none."""
    shop = await shops.find(pool, text)
    if shop is None:
        raise ConfigError(
            phrase("there is no shop {shop}", shop=shortened(text, SHOWN)),
            hint=phrase("`syncd shop list` shows those there are"),
        )
    return shop


def run(work: Callable[[], Awaitable[int | None]], *, is_long: bool = False) -> None:
    """Run a command's work to its end; its number, if any, becomes the exit code.

    What works for days does so on uvloop where it is installed: `pip install 'syncd[fast]'`. It
    cannot start Postgres as another user, as the demo must.
    """
    spare_collector()
    is_fast = is_long and find_spec("uvloop") is not None
    code = anyio.run(work, backend_options={"use_uvloop": is_fast})
    sys.exit(code or 0)


def spare_collector() -> None:
    """Let Python's collector look seldom, and not at what is imported by now.

    It would go through all of that again and again: the loop stood still for 70 ms each time, and a
    sixth of what a compare worked was such looks.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 10)


@contextmanager
def guarded() -> Iterator[None]:
    """Turn what the block raises into one message on stderr and an exit code."""
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except BaseException as error:
        root = innermost(error)
        if isinstance(root, SystemExit | KeyboardInterrupt):
            raise root from None
        code = exit_code(root)
        if code == os.EX_SOFTWARE:
            complaints.print_exception()
        complain(root)
        sys.exit(code)


def exit_code(error: BaseException) -> int:
    """By whose fault it is; the numbers are sysexits.h's, so systemd shows their names."""
    match error:
        case ConfigError():
            return os.EX_CONFIG
        case ContractError():
            return os.EX_DATAERR
        case ShopifyError():
            return os.EX_UNAVAILABLE
        case asyncpg.InsufficientPrivilegeError():
            return os.EX_CONFIG
        case OSError(filename=str()):
            return os.EX_IOERR  # a file of the command line's, no broken connection
        case OutageError() | ConnectionError():
            return os.EX_TEMPFAIL
        case _ if isinstance(error, DATABASE_LOST):
            return os.EX_TEMPFAIL
        case OSError():
            return os.EX_IOERR
        case SyncdError():
            return FOUND_WRONG
        case _:
            return os.EX_SOFTWARE


def complain(error: BaseException) -> None:
    """One error in red with its next step."""
    match error:
        case SyncdError():
            message, hint = error.message, error.hint
        case OSError(filename=str() as name):
            message, hint = f"cannot use {name}: {error.strerror}", "check its rights and its disk"
        case asyncpg.InsufficientPrivilegeError():
            message = f"the database refuses: {error}"
            hint = "grant syncd's role what docs/backoffice.md names, or use another role"
        case _ if exit_code(error) == os.EX_TEMPFAIL:
            message, hint = f"the database was lost: {error}", "start again when it is back"
        case _:
            what = f"{type(error).__name__}: {error}"  # a repr may hold a request with its headers
            message, hint = f"syncd made a mistake: {what}", "report it with what stands above"
    told = f"[red]✗[/] {escape(message)}"
    if hint:
        told += f"\n  → {escape(hint)}"
    if to_journal():
        told = logs.prefixed(told, "error")
    complaints.print(told, soft_wrap=True)
    if isinstance(error, ShopifyError) and error.request_id:
        found = phrase("Shopify's support finds it by request {id}", id=error.request_id)
        complaints.print(f"  {escape(found)}", soft_wrap=True)
