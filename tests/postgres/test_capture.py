"""What the reference Backoffice's triggers promise: an event for each change, and nobody waits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import anyio
import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.postgres import reference
from syncd.postgres.db import Connection

SEED = """
truncate retail.account, retail.vat_code restart identity cascade;
insert into retail.vat_code (vat_code, percent, name) values ('3', 25, ''), ('31', 15, '');
insert into retail.account (account_id, name) values ('a', 'Fjord'), ('b', 'Vidda');
insert into retail.store (account_id, name) values ('a', 'Fjell'), ('a', 'Dal'), ('b', 'Vidde');
insert into retail.department values ('a', 'nett', 'N'), ('b', 'nett', 'N');
insert into retail.warehouse values ('a', 'hoved', 'H'), ('b', 'hoved', 'H');
insert into retail.product (account_id, store_id, title)
select case when n < 5 then 'a' else 'b' end, case when n < 5 then 1 else 3 end, 'Vare'
from generate_series(1, 6) as n;
insert into retail.product_option (product_id, position, name)
select product_id, 1, 'Str' from retail.product;
insert into retail.option_value (product_id, option_position, value)
select product_id, 1, size from retail.product, unnest('{S,M}'::text[]) as size;
insert into retail.image (product_id, position, address)
select product_id, n, 'https://x.no/' || n from retail.product, generate_series(1, 2) as n;
insert into retail.variant (product_id, position, option1_value_id)
select product_id, 1, min(option_value_id) from retail.option_value group by product_id;
insert into retail.variant (product_id, position, option1_value_id)
select product_id, 2, max(option_value_id) from retail.option_value group by product_id;
insert into retail.barcode select variant_id, variant_id, true from retail.variant;
insert into retail.barcode select variant_id, 'x', false from retail.variant;
insert into retail.price (variant_id, account_id, department_id, list_price)
select v.variant_id, p.account_id, 'nett', 100 from retail.variant v join retail.product p using (product_id);
truncate syncd.outbox;
"""  # noqa: E501
SEEN = """
select account_id, product_key, array_agg(line order by line)
from (
  select account_id, product_key, row('product', title, vendor, description_html, is_active)::text
  from syncd_contract.product
  union all
  select account_id, product_key, row('option', o.*)::text from syncd_contract.option o
  union all
  select account_id, product_key, row('variant', v.*)::text from syncd_contract.variant v
  union all
  select account_id, product_key, row('image', i.*)::text from syncd_contract.image i
  union all
  select v.account_id, v.product_key, row('price', r.*)::text
  from syncd_contract.price r
  join syncd_contract.variant v using (account_id, variant_key)
) as seen (account_id, product_key, line)
group by account_id, product_key
"""
BESIDE = """
select array[
  (select string_agg((store_id, name)::text, '|' order by store_id) from retail.store),
  (select string_agg((account_id, currency)::text, '|' order by account_id) from retail.account),
  (select string_agg((vat_code, percent)::text, '|' order by vat_code) from retail.vat_code),
  (select string_agg(o::text, '|' order by option_value_id) from retail.option_value o),
  (select string_agg((account_id, product_id, store_id, title, is_active, vat_code)::text, '|' order by product_id)
    from retail.product),
  (select string_agg(r::text, '|' order by variant_id, account_id) from retail.price r),
  (select count(*)::text from retail.barcode),
  (select count(*)::text from retail.image)
]::text
"""  # noqa: E501  what may be told of though no product shows it yet

STATEMENTS = """
update retail.product set title = 'T{b}' where product_id = {a}
update retail.product set title = 'T{b}', is_active = {b} > 1 where product_id % 3 = {b} % 3
update retail.product set description_html = nullif('D{b}', 'D1'), title = title
update retail.product set vat_code = case when {b} > 2 then '3' else '31' end where product_id = {a}
update retail.product set store_id = 1 + {b} % 2 where account_id = 'a' and product_id = {a}
update retail.product set account_id = 'b', store_id = 3 where product_id = {a}
update retail.product set external_ref = 'r' || product_id
insert into retail.product (account_id, store_id, title) select 'a', 1, 'N' from generate_series(1, {b})
delete from retail.product where product_id = {a}
delete from retail.product where product_id % 3 = {b} % 3
update retail.store set name = 'B{b}' where store_id = {b}
delete from retail.store where store_id = {b}
insert into retail.store overriding system value values ({b}, 'a', 'Ny{b}')
update retail.account set currency = case when {b} > 2 then 'SEK' else 'NOK' end where account_id = 'a'
delete from retail.account where account_id = 'b'
insert into retail.account (account_id, name) values ('b', 'Igjen')
update retail.vat_code set percent = 10 + {b} where vat_code = '3'
delete from retail.vat_code where vat_code = '31'
insert into retail.vat_code values ('31', {b}, '')
update retail.product_option set name = 'O{b}' where product_id = {a}
insert into retail.product_option values ({a}, 2, 'Farge')
delete from retail.product_option where product_id = {a}
update retail.option_value set value = value || {b} where option_value_id % 5 = {b}
delete from retail.option_value where option_value_id = {a}
insert into retail.option_value overriding system value values ({a}, ({a} + 1) / 2, 1, 'V{b}')
update retail.variant set sku = 'S{b}' where variant_id % 4 = {b} % 4
update retail.variant set is_blocked = {b} > 2, position = position
update retail.variant set product_id = {b}, option1_value_id = null where variant_id = {a}
update retail.variant set image_id = i.image_id from retail.image i where i.product_id = variant.product_id and i.position = 1
insert into retail.variant (product_id, position) values ({a}, 9)
delete from retail.variant where variant_id in ({a}, {b} + 6)
update retail.barcode set is_primary = false where variant_id = {a}
update retail.barcode set variant_id = {b} where variant_id = {a}
update retail.barcode set code = 'C{b}' where variant_id % 3 = {b} % 3 and is_primary = ({b} > 2)
delete from retail.barcode where variant_id = {a}
update retail.price set list_price = {b}00 where variant_id = {a}
update retail.price set offer_price = nullif({b}, 3) where variant_id % 3 = {b} % 3
update retail.price set variant_id = {b} + 20 where variant_id = {a}
update retail.price set variant_id = {b} where variant_id = {a}
delete from retail.price where variant_id % 4 = {b} % 4
insert into retail.price select variant_id, 'a', 'nett', {b} from retail.variant where variant_id < {a} on conflict (variant_id, account_id, department_id) do update set list_price = excluded.list_price
merge into retail.price r using (select variant_id as id from retail.variant where variant_id < 9) as s on r.variant_id = s.id when matched and id % 3 = 0 then update set list_price = {b} when matched and id = {a} then delete when matched then do nothing when not matched then insert (variant_id, account_id, department_id, list_price) values (id, 'a', 'nett', {b})
update retail.image set alt = 'A{b}' where product_id = {a}
update retail.image set product_id = {b}, address = address || '{a}' where image_id = {a}
delete from retail.image where image_id % 4 = {b} % 4
truncate retail.price
truncate retail.barcode
truncate retail.product_option cascade
truncate retail.product cascade
copy image
copy price
""".strip().splitlines()  # noqa: E501


@dataclass(frozen=True)
class Act:
    """A statement; one that `is_taken_back` ends in a savepoint's rollback."""

    text: str
    is_taken_back: bool


@dataclass(frozen=True)
class Deed:
    """A transaction; a replica's checks no foreign keys."""

    acts: tuple[Act, ...]
    is_replica: bool
    is_committed: bool


ACTS = st.builds(
    lambda text, a, b, is_taken_back: Act(text.format(a=a, b=b), is_taken_back),
    st.sampled_from(STATEMENTS),
    st.integers(1, 7),
    st.integers(1, 4),
    st.integers(0, 5).map(lambda number: number == 5),
)
DEEDS = st.builds(
    Deed,
    st.lists(ACTS, min_size=1, max_size=4).map(tuple),
    st.integers(0, 3).map(lambda number: number == 3),
    st.integers(0, 5).map(lambda number: number < 5),
)
Seen = dict[tuple[str, str], list[str]]
Events = set[tuple[str, str]]


async def seen(connection: Connection) -> Seen:
    """What syncd reads of each product, by account and key."""
    return {(row[0], row[1]): row[2] for row in await connection.fetch(SEEN)}


async def told(connection: Connection, since: int) -> Events:
    rows = await connection.fetch(
        "select account_id, key from syncd.outbox where event_id > $1 and kind = 'product'", since
    )
    return {(row[0], row[1]) for row in rows}


async def newest(connection: Connection) -> int:
    found: int = await connection.fetchval("select coalesce(max(event_id), 0) from syncd.outbox")
    return found


def untold(before: Seen, after: Seen, events: Events) -> Events:
    """The products that differ though no event names them."""
    differing = {key for key in before | after if before.get(key) != after.get(key)}
    return {key for key in differing if not {key, (key[0], "*")} & events}


async def run(connection: Connection, text: str) -> None:
    match text.split():
        case ["copy", "image"]:
            records: list[tuple[Any, ...]] = [(n, 7, f"https://x.no/c{n}") for n in (1, 2, 3)]
            columns = ["product_id", "position", "address"]
        case ["copy", "price"]:
            records = [(n, "a", "nett", 7) for n in (1, 2, 3)]
            columns = ["variant_id", "account_id", "department_id", "list_price"]
        case _:
            await connection.execute(text)
            return
    table = text.removeprefix("copy ")
    await connection.copy_records_to_table(
        table, schema_name="retail", records=records, columns=columns
    )


async def act(connection: Connection, one: Act) -> None:
    """Run a statement in a savepoint; it must tell of what it changed, and of nothing else."""
    since = await newest(connection)
    before, beside = await seen(connection), await connection.fetchval(BESIDE)
    savepoint = connection.transaction()
    await savepoint.start()
    try:
        await run(connection, one.text)
    except (asyncpg.IntegrityConstraintViolationError, asyncpg.CardinalityViolationError):
        await savepoint.rollback()
        assert await told(connection, since) == set()
        return
    after, events = await seen(connection), await told(connection, since)
    assert not untold(before, after, events), one.text
    if before == after and beside == await connection.fetchval(BESIDE):
        assert events == set(), one.text
    if one.is_taken_back:
        await savepoint.rollback()
        assert await told(connection, since) == set()
    else:
        await savepoint.commit()


async def do(connection: Connection, deed: Deed) -> None:
    since, before = await newest(connection), await seen(connection)
    transaction = connection.transaction()
    await transaction.start()
    if deed.is_replica:
        await connection.execute("set local session_replication_role = replica")
    for one in deed.acts:
        await act(connection, one)
    await (transaction.commit() if deed.is_committed else transaction.rollback())
    after, events = await seen(connection), await told(connection, since)
    assert not untold(before, after, events)
    assert deed.is_committed or (events == set() and before == after)


@pytest.fixture
async def backoffice(pool: asyncpg.Pool) -> asyncpg.Pool:
    await reference.install(pool)
    return pool


@pytest.fixture
async def connection(backoffice: asyncpg.Pool) -> AsyncIterator[Connection]:
    async with backoffice.acquire() as connection:
        yield connection


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(deeds=st.lists(DEEDS, min_size=1, max_size=5))
async def test_each_committed_change_is_told_and_nothing_else(
    backoffice: asyncpg.Pool, deeds: list[Deed]
) -> None:
    async with backoffice.acquire() as connection:
        await connection.execute(SEED)
        for deed in deeds:
            await do(connection, deed)


WRITERS = 8
HOT = """
insert into retail.option_value (product_id, option_position, value)
select 1, 1, 'W' || n from generate_series(0, 8) as n;
insert into retail.variant (product_id, position, option1_value_id)
select 1, 9, option_value_id from retail.option_value where value like 'W%';
insert into retail.barcode select variant_id, 'W', true from retail.variant where position = 9;
insert into retail.price select variant_id, 'a', 'nett', 1 from retail.variant where position = 9;
"""
WRITES = """
update retail.variant set sku = 'W' where variant_id = {0}
update retail.price set list_price = 2 where variant_id = {0}
update retail.barcode set code = 'V' where variant_id = {0}
insert into retail.image (product_id, position, address) values (1, 9, 'https://x.no/w{0}')
insert into retail.stock values ({0}, 'a', 'hoved', 1)
update retail.stock set quantity = 2 where variant_id = {0}
update retail.product_option set position = position where product_id = 1 and {0} < 0
delete from retail.price where variant_id = {0}
""".strip().splitlines()


async def test_no_capture_waits_for_another_transaction(
    connection: Connection, database_url: str
) -> None:
    """All write other rows of one product; none ends before the last has written."""
    await connection.execute(SEED + HOT)
    mine, *theirs = [
        row[0]
        for row in await connection.fetch(
            "select variant_id from retail.variant where position = 9 order by variant_id"
        )
    ]
    have_written: list[int] = []
    all_have = anyio.Event()

    async def write(other: asyncpg.Connection, variant_id: int) -> None:
        async with other.transaction():
            await other.execute("set local lock_timeout = '3s'")
            for text in WRITES:
                await other.execute(text.format(variant_id))
            have_written.append(variant_id)
            if len(have_written) == WRITERS:
                all_have.set()
            await all_have.wait()

    async with AsyncExitStack() as stack:
        others = [await asyncpg.connect(database_url) for _ in theirs]
        for other in others:
            stack.push_async_callback(other.close)
        async with connection.transaction(), anyio.create_task_group() as writers:
            await connection.execute("update retail.product set title = 'W' where product_id = 1")
            for text in WRITES:
                await connection.execute(text.format(mine))
            for other, variant_id in zip(others, theirs, strict=True):
                writers.start_soon(write, other, variant_id)
    assert len(have_written) == WRITERS
    assert {("a", "1")} == await told(connection, 0)


async def test_each_capture_fires_always(connection: Connection) -> None:
    silent = await connection.fetch(
        "select tgrelid::regclass, tgname from pg_trigger"
        " where tgname like 'tell%' and tgenabled <> 'A'"
    )
    assert silent == []
