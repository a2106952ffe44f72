"""The example of docs/vendors.md: a till of another shape, connected, pushed, closed to a role."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import pytest

from syncd.flows import onboard
from syncd.flows.onboard import Wishes
from syncd.postgres import backoffice
from syncd.postgres.embedded import Server
from syncd.sandbox import server as sandbox
from syncd.shopify import client as shopify
from syncd.shopify import identity
from syncd.vault import Vault
from tests import programs
from tests.conftest import TEMPLATE
from tests.flows.conftest import DOMAIN, OPTIONS, TOKEN, Scene

DOCS = Path(__file__).resolve().parents[2] / "docs"
FILES = sorted((DOCS / "examples").glob("*.sql"))
GOODS = """
insert into kasse.artikkel (artnr, modell, navn, farge, storrelse, butikk, utpris_ore) values
  (101, 7, 'Fjelljakke', 'Blå', 'S', 1, 129900),
  (102, 7, 'Fjelljakke', 'Blå', 'M', 1, 129900),
  (201, 8, 'Kaffekopp', null, null, 1, 14950);
insert into kasse.beholdning values (101, 2, 4), (102, 2, 0), (201, 2, 12)
"""


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One server will do: the SQL is the vendor's."""
    return embedded


@pytest.fixture
def template() -> str:
    """Without the reference Backoffice, which fulfils the contract itself."""
    return TEMPLATE


@pytest.fixture
async def till(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Scene]:
    for file in FILES:
        await pool.execute(file.read_text(encoding="utf-8"))
    await pool.execute(GOODS)
    vault = Vault.open(tmp_path / "key", create=True)
    wishes = Wishes(DOMAIN, account="kasse", department="utsalg", warehouse="2", is_empty=True)
    async with (
        sandbox.running(OPTIONS) as running,
        shopify.connect(DOMAIN, TOKEN, url=running.url) as client,
    ):
        shop = await onboard.add(pool, client, wishes, sealed=vault.seal(TOKEN))
        await identity.declare(client)
        yield Scene(pool, client, running, shop, vault)


def prices(scene: Scene, title: str) -> Mapping[str, tuple[Any, Any]]:
    found = scene.variants(title).items()
    return {sku: (one["price"], one["compareAtPrice"]) for sku, one in found}


async def test_syncd_check_finds_the_contract_fulfilled(
    till: Scene, database_url: str, tmp_path: Path
) -> None:
    settings = {
        "SYNCD_DATABASE_URL": database_url,
        "SYNCD_STATE_DIR": str(tmp_path),
        "SYNCD_KEY_FILE": str(tmp_path / "key"),
        "SYNCD_SHOPIFY_URL": till.running.url,
    }
    code, said = programs.ran("check", folder=tmp_path, settings=settings)
    assert code == 0, said
    assert "contract" in said


async def test_what_the_till_changes_reaches_the_shop(till: Scene) -> None:
    await till.push()
    assert prices(till, "Fjelljakke") == {"101": ("1299.00", None), "102": ("1299.00", None)}
    assert prices(till, "Kaffekopp") == {"201": ("149.50", None)}
    changes = [
        "update kasse.artikkel set utpris_ore = 119900, endret = localtimestamp where modell = 7",
        "update kasse.artikkel set navn = 'Kopp' where artnr = 201",
        "insert into kasse.kampanje (artnr, pris_ore, fra, til)"
        " values (201, 9900, current_date - 2, current_date + 2)",
    ]
    for change in changes:
        await till.pool.execute(change)
    await till.push()
    assert prices(till, "Fjelljakke") == {"101": ("1199.00", None), "102": ("1199.00", None)}
    assert prices(till, "Kopp") == {"201": ("99.00", "149.50")}


EVENTS = "select kind, key from syncd.outbox where event_id > $1 order by 1, 2"


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        pytest.param("update kasse.artikkel set endret = localtimestamp", [], id="nothing shown"),
        pytest.param(
            "update kasse.artikkel set modell = 9 where artnr = 102",
            [("product", "7"), ("product", "9")],
            id="an article of another model",
        ),
        pytest.param(
            "update kasse.artikkel set slettet = true where artnr = 201",
            [("product", "8")],
            id="deleted, by its mark",
        ),
        pytest.param(
            "update kasse.beholdning set antall = antall - 1 where artnr = 101",
            [("stock", "101")],
            id="a sale",
        ),
        pytest.param("update kasse.butikk set navn = 'Topp'", [("product", "*")], id="a store"),
        pytest.param("truncate kasse.bilde", [("product", "*")], id="truncate"),
        pytest.param(
            "insert into kasse.bilde (modell, nr, adresse) values (8, 1, 'https://x.no/1.jpg')",
            [("product", "8")],
            id="a picture",
        ),
    ],
)
async def test_each_change_is_told_and_no_other(
    till: Scene, statement: str, told: list[tuple[str, str]]
) -> None:
    last = await till.pool.fetchval("select max(event_id) from syncd.outbox")
    await till.pool.execute(statement)
    assert [tuple(row) for row in await till.pool.fetch(EVENTS, last)] == told


async def test_counts_are_set_only_as_they_were_seen(till: Scene) -> None:
    receive = "select syncd_contract.receive_stock('kasse', '2', '101', $1, $2)"
    assert await till.pool.fetchval(receive, 3, 4) is True
    assert await till.pool.fetchval(receive, 9, 4) is False
    assert await till.pool.fetchval("select antall from kasse.beholdning where artnr = 101") == 3


KARI = {"id": "gid://shopify/Customer/1", "name": "Kari", "email": "kari@x.no", "phone": None}


async def test_people_come_once_older_news_change_nothing_and_are_forgotten(till: Scene) -> None:
    async def receive(call: str, news: dict[str, Any]) -> Any:
        asked = f"select syncd_contract.{call}('kasse', $1::text::jsonb)"
        return await till.pool.fetchval(asked, orjson.dumps(news).decode())

    old, new = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
    key = await receive("receive_customer", {**KARI, "updated_at": new})
    assert key == await receive("receive_customer", {**KARI, "name": "Gamle", "updated_at": old})
    order = {
        "id": "gid://shopify/Order/1",
        "updated_at": new,
        "customer": {**KARI, "updated_at": new},
        "email": "kari@x.no",
        "total": "10.00",
    }
    assert await receive("receive_order", order) == await receive("receive_order", order)
    assert await till.pool.fetchval("select navn from kasse.kunde") == "Kari"
    await receive("redact_customer", {"id": None, "email": "KARI@x.no", "phone": None})
    assert await till.pool.fetchval("select navn from kasse.kunde") == ""
    kept = await till.pool.fetchval("select innhold::text from kasse.nettordre")
    assert "10.00" in kept and "Kari" not in kept and "kari@" not in kept


async def test_a_role_with_the_contracts_grants_can_do_nothing_else_to_the_till(
    till: Scene,
) -> None:
    manual = (DOCS / "vendors.md").read_text(encoding="utf-8")
    (grants,) = re.findall(r"```sql\n(grant .*?)```", manual, re.DOTALL)
    role = "syncd_example"
    pool = till.pool
    if await pool.fetchval("select to_regrole($1) is not null", role):
        await pool.execute(f"drop owned by {role}; drop role {role}")
    await pool.execute(f"create role {role}")
    await pool.execute(re.sub(r"\bto syncd\b", f"to {role}", grants))
    tables = await pool.fetch(
        "select c.relname from pg_class c where c.relnamespace = 'kasse'::regnamespace"
        " and c.relkind in ('r', 'S') and (has_schema_privilege($1, 'kasse', 'usage')"
        " or has_table_privilege($1, c.oid, 'select, insert, update, delete, truncate'))",
        role,
    )
    assert tables == []
    writable = await pool.fetch(
        "select c.relname from pg_class c where c.relnamespace = 'syncd_contract'::regnamespace"
        " and has_table_privilege($1, c.oid, 'insert, update, delete, truncate')",
        role,
    )
    assert writable == []
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(f"set local role {role}")
        found = await backoffice.product_keys(connection, "kasse")
        assert {*found} == {"7", "8"}
        assert await connection.fetchval(
            "select syncd_contract.receive_stock('kasse', '2', '201', 11, 12)"
        )
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("update kasse.beholdning set antall = 0")
    await pool.execute(f"drop owned by {role}; drop role {role}")
