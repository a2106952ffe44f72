"""What the law asks for is done: nothing of a person is left, a receipt names nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import asyncpg
import orjson
import pytest

from syncd.flows import obey
from syncd.postgres import db, inbox, outbox, reference, webhooks
from syncd.postgres import obey as asked
from syncd.postgres.embedded import Server
from syncd.postgres.inbox import Ended
from syncd.postgres.outbox import Settled
from syncd.postgres.webhooks import Subscription
from syncd.rules import webhooks as rules
from syncd.rules.retry import MAX_FAILURES, Dead
from tests import leasing
from tests.postgres.claims import LEASE_S, add_shop, route

KARI = {"id": 207119551, "email": "Kari.Nordmann@example.no", "phone": "+47 900 12 345"}
NEEDLES = ("kari", "nordmann", "90012345", "900 12 345", "90 01 23 45")
TEXTS = """
select c.relname, a.attname
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relnamespace = 'syncd'::regnamespace
  and c.relkind in ('r', 'p')
  and not c.relispartition
  and a.atttypid in ('text'::regtype, 'jsonb'::regtype, 'text[]'::regtype, 'varchar'::regtype)
"""
HELD = {"inbox": 2, "received": 0, "change": 1, "audit": 2, "shop": 1, "alert": 1}
AGAIN = "update syncd.inbox set due_at = syncd.clock()"


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """Both servers are held by tests/postgres, by pushes, stock, resyncs."""
    return embedded


@pytest.fixture
async def shop_id(pool: asyncpg.Pool) -> int:
    await reference.install(pool)
    return await add_shop(pool)


async def told(
    pool: asyncpg.Pool, topic: str, body: Mapping[str, Any], name: str = "privacy-1"
) -> None:
    """As the receiver takes it."""
    headers = {rules.TOPIC: topic, rules.DELIVERY: name}
    assert await inbox.add(pool, [rules.read(1, headers, orjson.dumps(body))]) == 1


async def obeyed(pool: asyncpg.Pool) -> int:
    count = 0
    while await obey.obey_once(pool):
        count += 1
    return count


async def left(pool: asyncpg.Pool) -> list[str]:
    """Where in the schema something of Kari still stands, in whatever column of text."""
    found = []
    for table, column in await pool.fetch(TEXTS):
        rows = await pool.fetch(
            f"select {column}::text from syncd.{table} where {column} is not null"
        )
        texts = [str(row[0]).lower() for row in rows]
        found += [f"{table}.{column}: {one}" for one in texts if any(n in one for n in NEEDLES)]
    return found


async def sown(pool: asyncpg.Pool, shop_id: int) -> None:
    """Kari stands wherever a name may get to: errors of deliveries, of changes, words of people."""
    for number, words in enumerate(("order #1001 of Kari Nordmann", "phone 90012345 is none")):
        headers = {rules.TOPIC: "orders/updated", rules.DELIVERY: f"order-{number}"}
        await inbox.add(pool, [rules.read(shop_id, headers, b'{"id": %d}' % (299938 + number))])
        lease = await leasing.shop_lease(pool, shop_id)
        items = await inbox.claim(pool, lease, most=9, lease_s=LEASE_S, kinds=["order"])
        async with db.transaction(pool) as connection:
            await inbox.settle(connection, [Ended(one, Dead(), error=words) for one in items])
    await route(pool, "7")
    lease = await leasing.shop_lease(pool, shop_id)
    changes = await outbox.claim(pool, lease, lease_s=LEASE_S, most=9)
    words = "kari.nordmann@example.no is taken"
    async with db.transaction(pool) as connection:
        await outbox.settle(connection, [Settled(one, Dead(), words) for one in changes])
    await pool.execute("select syncd.retry(key => 'kari.nordmann@example.no')")
    await pool.execute("select syncd.pause('x.myshopify.com', 'calls from +47 90 01 23 45')")
    await pool.execute(
        "insert into syncd.alert (alarm, shop_id, domain, key, severity, given)"
        " select 'shop_paused', shop_id, domain, '', 'error',"
        " jsonb_build_object('count', 7, 'why', paused_reason) from syncd.shop"
    )
    customer = {"id": "gid://shopify/Customer/207119551", "name": "Kari Nordmann"}
    customer |= {"email": "kari.nordmann@example.no", "updated_at": "2026-11-01T08:00:00Z"}
    await pool.execute("insert into retail.account (account_id, name) values ('a', 'A')")
    await pool.execute("select syncd_contract.receive_customer('a', $1)", customer)


async def test_nothing_of_a_person_is_left_in_any_table(pool: asyncpg.Pool, shop_id: int) -> None:
    await sown(pool, shop_id)
    assert len(await left(pool)) >= 6
    await told(pool, "customers/redact", {"customer": KARI, "orders_to_redact": [299938, 299939]})
    assert await obeyed(pool) == 1
    assert await left(pool) == []
    person = await pool.fetchrow("select name, email, phone from retail.customer")
    assert person is not None
    assert tuple(person) == ("", None, None)
    (receipt,) = await asked.receipts(pool)
    assert (receipt.topic, receipt.told_backoffice) == ("customers/redact", True)
    assert receipt.held == {
        "inbox": 2,
        "received": 0,
        "change": 1,
        "audit": 2,
        "shop": 1,
        "alert": 1,
    }


@pytest.mark.parametrize(
    "named",
    [
        pytest.param({"email": KARI["email"]}, id="by e-mail alone"),
        pytest.param({"phone": KARI["phone"], "email": KARI["email"]}, id="without an id"),
    ],
)
async def test_who_is_named_by_less_is_found_too(
    pool: asyncpg.Pool, shop_id: int, named: dict[str, Any]
) -> None:
    await sown(pool, shop_id)
    await told(pool, "customers/redact", {"customer": named, "orders_to_redact": [299938]})
    await obeyed(pool)
    mails = [one for one in await left(pool) if "example.no" in one]
    assert mails == []
    assert await pool.fetchval("select email from retail.customer") is None


async def test_others_keep_what_is_theirs(pool: asyncpg.Pool, shop_id: int) -> None:
    await sown(pool, shop_id)
    await told(pool, "customers/redact", {"customer": {"id": 1, "email": "ola@example.no"}})
    before = await left(pool)
    await obeyed(pool)
    assert await left(pool) == before
    assert await pool.fetchval("select name from retail.customer") == "Kari Nordmann"


async def test_a_request_that_names_nobody_touches_nothing(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    await sown(pool, shop_id)
    before = await left(pool)
    await told(pool, "customers/redact", {"customer": {"email": "", "phone": ""}})
    await obeyed(pool)
    assert await left(pool) == before


async def test_what_is_held_is_counted_and_stays_when_it_is_only_asked_for(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    await sown(pool, shop_id)
    before = await left(pool)
    body = {"customer": KARI, "orders_requested": [299938, 299939], "data_request": {"id": 9999}}
    await told(pool, "customers/data_request", body)
    await obeyed(pool)
    assert await left(pool) == before
    (receipt,) = await asked.receipts(pool, shop_id=shop_id)
    assert receipt.request_id == "9999"
    assert receipt.held == {
        "inbox": 2,
        "received": 0,
        "change": 1,
        "audit": 2,
        "shop": 1,
        "alert": 1,
    }


async def test_a_shop_that_is_gone_keeps_nothing_of_its_customers(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    await sown(pool, shop_id)
    await pool.execute("select syncd.resume('x.myshopify.com')")
    await pool.execute("delete from syncd.audit")  # it is kept, and belongs to no customer
    await told(pool, "shop/redact", {"shop_id": 1, "shop_domain": "x.myshopify.com"})
    await obeyed(pool)
    assert await left(pool) == []
    assert not await pool.fetchval("select enabled from syncd.shop")
    assert [one.topic for one in await asked.receipts(pool)] == ["shop/redact"]


async def test_without_the_backoffice_nothing_counts_as_done(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    await pool.execute("drop function syncd_contract.redact_customer(text, jsonb)")
    await told(pool, "customers/redact", {"customer": KARI})
    for _ in range(MAX_FAILURES):
        assert await obeyed(pool) == 1
        await pool.execute(AGAIN)
    assert await obeyed(pool) == 0
    row = await pool.fetchrow("select state, last_error, body from syncd.inbox")
    assert row is not None
    assert row["state"] == "dead"
    assert "redact_customer" in row["last_error"]
    assert row["body"]["customer"]["id"] == "207119551"
    assert await asked.receipts(pool) == []


async def test_a_shop_that_removed_the_app_is_paused_with_the_next_step(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    there = Subscription("ORDERS_UPDATED", "gid://shopify/WebhookSubscription/1", "https://x.no/")
    await webhooks.keep(pool, shop_id, "https://x.no/", [there])
    await told(pool, "app/uninstalled", {"id": 1})
    await obeyed(pool)
    row = await pool.fetchrow("select * from syncd.shop")
    assert row is not None
    assert "syncd shop token" in row["paused_reason"]
    assert await webhooks.known(pool, shop_id) == []


async def test_of_two_nodes_one_does_it(pool: asyncpg.Pool, shop_id: int) -> None:
    await told(pool, "customers/redact", {"customer": KARI})
    async with db.transaction(pool) as connection:
        assert await asked.next_request(connection) is not None
        assert await obeyed(pool) == 0
    assert await obeyed(pool) == 1


# Tables whose texts name nobody, or which syncd.redact knows. A new table is thought about, then
# named here: what of a person may get into it?
THOUGHT_ABOUT = """
agreed_count alert alert_mute alert_target alert_told audit bulk_line bulk_operation call change
cursor delay delay_mark file gap gauge harm held_count history inbox invitation lease left_out
link link_finding migration node outbox person privacy_receipt received retention reverted router
run run_difference setting_change shape shop stock_write timetable variant_link webhook
webhook_round
"""


async def test_each_table_was_thought_about(pool: asyncpg.Pool) -> None:
    tables = {row["relname"] for row in await pool.fetch(TEXTS)}
    unknown = sorted(tables - {*THOUGHT_ABOUT.split()})
    assert not unknown, f"may a person stand in these? then sql/redaction.sql: {unknown}"
