"""Offers begin and end by the clock; no row is touched then, and still it is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.errors import ContractError
from syncd.postgres import backoffice, reference, timetable
from syncd.postgres.db import transaction
from tests.postgres.claims import HOUR_S, Clock, add_shop, turned_pool

KEYS = ("1", "2", "3", "4", "5")
T0 = datetime.now(UTC)
GOODS = """
insert into retail.account (account_id, name) values ('a', 'Fjord'), ('b', 'Vidda');
insert into retail.store (account_id, name) values ('a', 'Fjell');
insert into retail.department (account_id, department_id, name)
values ('a', 'nett', 'Nett'), ('a', 'butikk', 'Butikk');
insert into retail.product (account_id, store_id, title)
select 'a', 1, 'Vare' from generate_series(1, {most});
insert into retail.variant (product_id, position) select product_id, 1 from retail.product;
"""


@dataclass(frozen=True)
class Offer:
    """Hours from T0 at which an offer of variant n (of product n) begins and ends, if ever."""

    variant_id: int
    begins_h: float | None
    ends_h: float | None
    department: str = "nett"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def pool(database_url: str, clock: Clock) -> AsyncIterator[asyncpg.Pool]:
    async with turned_pool(database_url, clock) as pool:
        await reference.install(pool)
        await add_shop(pool)
        await pool.execute(GOODS.format(most=5))
        yield pool


def at(hours: float | None) -> datetime | None:
    return None if hours is None else T0 + timedelta(hours=hours)


async def price(pool: asyncpg.Pool, *offers: Offer) -> None:
    """Each costs 100, and 50 during its offer."""
    await pool.executemany(
        "insert into retail.price (account_id, department_id, variant_id, list_price, offer_price,"
        " offer_from, offer_until) values ('a', $1, $2, 100, 50, $3, $4)",
        [(one.department, one.variant_id, at(one.begins_h), at(one.ends_h)) for one in offers],
    )
    await pool.execute("truncate syncd.outbox")


async def look(pool: asyncpg.Pool, clock: Clock, hours: float) -> list[str]:
    """The keys told by a look at that moment."""
    clock.turned_s = hours * HOUR_S - (datetime.now(UTC) - T0).total_seconds()
    await pool.execute("truncate syncd.outbox")
    events = await timetable.announce_once(pool)
    rows = await pool.fetch("select kind, key, changed from syncd.outbox order by key")
    assert all((row["kind"], row["changed"]) == ("product", ["price"]) for row in rows)
    assert len(rows) == events
    return [row["key"] for row in rows]


async def test_the_first_look_begins_at_the_present(pool: asyncpg.Pool, clock: Clock) -> None:
    await price(pool, Offer(1, -2, -1), Offer(2, 1, 2))
    assert await look(pool, clock, 0.5) == []
    assert await look(pool, clock, 1.5) == ["2"]


async def test_offers_that_turn_in_the_same_instant_are_all_told(
    pool: asyncpg.Pool, clock: Clock
) -> None:
    await price(pool, Offer(1, None, 1), Offer(2, 0, 1), Offer(3, 1, None), Offer(4, 1, 2))
    await look(pool, clock, 0.5)
    assert await look(pool, clock, 1.5) == ["1", "2", "3", "4"]
    assert await look(pool, clock, 1.6) == []


async def test_the_moment_itself_belongs_to_the_look_that_sees_it(pool: asyncpg.Pool) -> None:
    await price(pool, Offer(1, 1, None), Offer(2, None, 1))
    moments = [T0 + timedelta(hours=hours) for hours in (0, 1, 2)]
    looks = [await timetable.turned(pool, *pair) for pair in pairwise(moments)]
    assert looks == [[("a", ["1", "2"])], []]


async def test_only_departments_that_a_shop_uses_matter(pool: asyncpg.Pool, clock: Clock) -> None:
    await price(pool, Offer(1, 1, None, "butikk"), Offer(2, 1, None))
    await look(pool, clock, 0.5)
    assert await look(pool, clock, 1.5) == ["2"]


async def test_a_clock_that_is_turned_back_is_told_of(pool: asyncpg.Pool, clock: Clock) -> None:
    await price(pool, Offer(1, 1, None))
    await look(pool, clock, 0.5)
    assert await look(pool, clock, 1.5) == ["1"]
    assert await look(pool, clock, 0.5) == ["1"]
    assert await look(pool, clock, 1.5) == ["1"]


async def test_more_than_five_thousand_are_one_event(pool: asyncpg.Pool, clock: Clock) -> None:
    await pool.execute("truncate retail.product restart identity cascade")
    await pool.execute(GOODS[GOODS.index("insert into retail.product ") :].format(most=5_001))
    await price(pool, *(Offer(number, 1, None) for number in range(1, 5_002)))
    await look(pool, clock, 0.5)
    assert await look(pool, clock, 1.5) == ["*"]


async def test_where_nothing_turns_nothing_is_written(pool: asyncpg.Pool, clock: Clock) -> None:
    await price(pool, Offer(1, 30, None))
    await look(pool, clock, 0.5)
    where = "select (xmin, announced_until)::text from syncd.timetable"
    before = await pool.fetchval(where)
    assert await look(pool, clock, 0.9) == []
    assert await pool.fetchval(where) == before
    assert await look(pool, clock, 1.6) == []
    assert await pool.fetchval(where) != before, "once an hour the cursor follows"


async def test_while_one_is_at_it_another_does_nothing(pool: asyncpg.Pool, clock: Clock) -> None:
    await price(pool, Offer(1, 1, None))
    await look(pool, clock, 0.5)
    async with transaction(pool) as other:
        await timetable.sql.lock_cursor.execute(other)
        assert await look(pool, clock, 1.5) == []
    assert await look(pool, clock, 1.5) == ["1"]


async def test_a_killed_look_is_done_again(pool: asyncpg.Pool, clock: Clock) -> None:
    await price(pool, Offer(1, 1, None))
    await look(pool, clock, 0.5)
    await pool.execute(
        "create function die() returns trigger language plpgsql as"
        " $$ begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$;"
        " create trigger die before update on syncd.timetable execute function die()"
    )
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
        await look(pool, clock, 1.5)
    await pool.execute("drop trigger die on syncd.timetable")
    assert await pool.fetchval("select count(*) from syncd.outbox") == 0
    assert await look(pool, clock, 1.5) == ["1"]


async def test_a_broken_contract_is_named(pool: asyncpg.Pool) -> None:
    await timetable.announce_once(pool)
    await pool.execute("drop view syncd_contract.price")
    with pytest.raises(ContractError, match=r"syncd_contract\.price"):
        await timetable.announce_once(pool)


HOURS = st.integers(0, 8)
OFFERS = st.builds(
    lambda number, begins_h, lasts_h, department: Offer(
        number,
        begins_h,
        None if lasts_h is None else (begins_h or 0) + lasts_h,
        department,
    ),
    st.integers(1, 5),
    st.none() | HOURS,
    st.none() | st.integers(1, 6),
    st.sampled_from(["nett", "nett", "butikk"]),
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    offers=st.lists(OFFERS, unique_by=lambda one: (one.variant_id, one.department)),
    moments=st.lists(HOURS.map(lambda hour: hour + 0.5), min_size=2, max_size=8),
)
async def test_a_price_that_differs_from_that_at_the_last_look_was_told(
    pool: asyncpg.Pool, clock: Clock, offers: Sequence[Offer], moments: Sequence[float]
) -> None:
    await pool.execute("truncate retail.price, syncd.timetable")
    await price(pool, *offers)
    await look(pool, clock, moments[0])
    before = await prices(pool)
    for moment in moments[1:]:
        told = await look(pool, clock, moment)
        after = await prices(pool)
        assert {key for key in KEYS if before[key] != after[key]} <= {*told}
        before = after


async def prices(pool: asyncpg.Pool) -> dict[str, object]:
    """What would be sent now, by product."""
    found = await backoffice.products(
        pool, account_id="a", department_key="nett", warehouse_key=None, keys=KEYS
    )
    return {key: one.variants[0].price for key, one in found.items()}
