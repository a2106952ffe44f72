"""No secret comes out: planted ones are looked for in all that syncd prints, logs and stores."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import re
import signal
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
import asyncpg
import pydantic
import pytest

import syncd
from syncd.catalogue.entries import Catalogue
from syncd.postgres import db, reference
from syncd.postgres.embedded import Server
from syncd.sandbox import server as sandbox
from tests import programs
from tests.flows.conftest import ACCOUNT, DOMAIN, OPTIONS

TOKEN = "shpat_planted0token0of0a0custom0app"
SECRET = "shpss_planted0client0secret"
WRONG = "shpss_planted0wrong0secret"
APP_SECRET = "shpss_planted0secret0of0webhooks"
PATIENCE_S = 60.0
ADD = ("shop", "add", DOMAIN, "--department", "nett", "--warehouse", "hoved", "--empty")
TABLES = """
select c.relname
from pg_class c
where c.relnamespace = 'syncd'::regnamespace and c.relkind in ('r', 'p', 'v')
"""


@pytest.fixture
def postgres(embedded: Server) -> Server:
    """What is looked at here does not hang on the server."""
    return embedded


@dataclass(slots=True)
class Watched:
    """Runs syncd, and keeps every word it says."""

    pool: asyncpg.Pool
    folder: Path
    settings: dict[str, str]
    words: str = ""

    async def run(
        self, *steps: tuple[tuple[str, ...], dict[str, str]], given: str = ""
    ) -> list[int]:
        """Commands with settings of their own; returns their exit codes."""
        codes, said = await anyio.to_thread.run_sync(
            lambda: programs.ran_all(steps, folder=self.folder, settings=self.settings, given=given)
        )
        self.words += said
        return codes

    async def serve(self, until: str, then: Callable[[], Awaitable[None]]) -> None:
        """The daemon, something that is done to it, and what it must log before it is ended."""
        log = self.folder / "daemon.log"
        environment = {**programs.bare_environment(), **self.settings, "SYNCD_LOG_LEVEL": "debug"}
        daemon = await programs.daemon(environment, log)
        try:
            await self._logged(log, "pump_started")
            self.words += await anyio.Path(f"/proc/{daemon.pid}/cmdline").read_text()
            await then()
            await self._logged(log, until)
        finally:
            if daemon.returncode is None:
                daemon.send_signal(signal.SIGTERM)
        await daemon.wait()
        self.words += await anyio.Path(log).read_text()

    async def _logged(self, log: Path, what: str) -> None:
        with anyio.fail_after(PATIENCE_S):
            while what not in await anyio.Path(log).read_text():
                await self.pool.execute("select pg_sleep(0.05)")


async def dump(pool: asyncpg.Pool) -> str:
    """What a copy of the database shows to whoever has no key."""
    shown = []
    for (name,) in await pool.fetch(TABLES):
        rows = await pool.fetch(f"select row_to_json(t)::text from syncd.{name} t")
        shown += [row[0] for row in rows]
        sealed = await pool.fetch(f"select encode(t::text::bytea, 'escape') from syncd.{name} t")
        shown += [row[0] for row in sealed]
    return "\n".join(shown)


async def test_an_operators_whole_way_shows_no_secret(
    pool: asyncpg.Pool, database_url: str, tmp_path: Path
) -> None:
    await reference.install(pool)
    await reference.load(pool, Catalogue("Fjord", ()), account_id=ACCOUNT)
    password = urlsplit(database_url).password or ""
    async with sandbox.running(replace(OPTIONS, token=TOKEN, api_secret=SECRET)) as running:
        settings = {
            "SYNCD_DATABASE_URL": database_url,
            "SYNCD_SHOPIFY_URL": running.url,
            "SYNCD_KEY_FILE": str(tmp_path / "key"),
        }
        watched = Watched(pool, tmp_path, settings)
        grant = {"SHOPIFY_CLIENT_ID": "sandbox-app", "SHOPIFY_CLIENT_SECRET": SECRET}
        codes = await watched.run(
            (ADD, grant),
            (("shop", "check", DOMAIN), {}),
            (("shop", "webhooks", DOMAIN, "--secret"), {}),
            (("shop", "token", DOMAIN), {**grant, "SHOPIFY_CLIENT_SECRET": WRONG}),
            (("shop", "token", DOMAIN), {}),
            given=f"{APP_SECRET}\n{APP_SECRET}\n",
        )
        assert codes == [0, 0, 78, 69, 78], watched.words

        async def break_it() -> None:
            await pool.execute("alter table syncd.link rename to away")
            await pool.execute("select syncd.enqueue($1, 'product', '{1}', '{}')", ACCOUNT)

        await watched.serve("Traceback", break_it)
        await pool.execute("update syncd.shop set paused_until = null, paused_reason = null")
        wrong = database_url.replace(password, f"x{password}")
        codes = await watched.run(
            (("show", "product", "1"), {}),
            (("status",), {"SYNCD_DATABASE_URL": wrong}),
            (("key", "rotate"), settings),
            (("key", "rotate", "--finish"), settings),
            (("shop", "check"), settings),
            (("shop", "token", DOMAIN), {**settings, "SHOPIFY_ACCESS_TOKEN": TOKEN}),
        )
        assert codes == [70, 78, 0, 0, 0, 0], watched.words
    told = watched.words + await dump(pool)
    assert "the client secret is not right" in told and "Traceback" in told
    for planted in (TOKEN, SECRET, WRONG, APP_SECRET, password):
        where = told.find(planted)
        assert where < 0, told[max(0, where - 300) : where + 100]
    tokens = [one.text for one in running.shop.held["Token"].values()]
    assert tokens and not any(token in told for token in tokens)


def models() -> Iterator[type]:
    """Every dataclass and every pydantic model of syncd, the sandbox's aside: it has no secrets."""
    for module in pkgutil.walk_packages(syncd.__path__, "syncd."):
        if module.name.startswith("syncd.sandbox") or module.name.endswith("__main__"):
            continue
        for one in vars(importlib.import_module(module.name)).values():
            if isinstance(one, type) and one.__module__ == module.name:
                yield one


SECRETIVE = re.compile(r"token|secret|password|credential|database_url|dsn|sealed|opened")
HARMLESS = {  # number of a claim, a time, a count
    "syncd.deliveries.Item.token",
    "syncd.records.Change.token",
    "syncd.postgres.webhooks.Wiring.secret_changed_at",
    "syncd.flows.keys.Rotation.sealed",
}


def test_no_repr_shows_a_field_that_may_hold_a_secret() -> None:
    shown = set()
    for model in models():
        fields: dict[str, bool] = {}
        if dataclasses.is_dataclass(model):
            fields = {one.name: one.repr for one in dataclasses.fields(model)}
        elif issubclass(model, pydantic.BaseModel):
            fields = {name: one.repr for name, one in model.model_fields.items()}
        named = f"{model.__module__}.{model.__qualname__}"
        shown |= {
            f"{named}.{name}" for name, is_in in fields.items() if is_in and SECRETIVE.search(name)
        }
    assert shown == HARMLESS


@pytest.mark.parametrize(
    ("url", "address", "password"),
    [
        ("postgresql://a:geheim@b:5/c?x=1", "postgresql://a@b:5/c?x=1", "geheim"),
        ("postgresql://a:g%40h@b/c", "postgresql://a@b/c", "g@h"),
        ("postgresql://a@b/c", "postgresql://a@b/c", ""),
        ("postgresql:///c", "postgresql:///c", ""),
    ],
)
def test_psql_is_given_the_password_apart(url: str, address: str, password: str) -> None:
    assert db.parted(url) == (address, password)
