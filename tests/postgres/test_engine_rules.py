"""Rules of the engine's statements: whose clock they go by, and that floors starve nobody."""

from __future__ import annotations

from pathlib import Path

import anyio
import asyncpg
import pytest

from syncd.postgres import outbox
from syncd.postgres.db import Statements
from syncd.postgres.outbox import Settled
from syncd.rules.retry import Ack
from tests import leasing
from tests.postgres.claims import add_shop

ROOT = Path(__file__).resolve().parents[2]
GIVEN_TIMES = {  # everything else asks syncd.clock()
    "router.standing": {"since", "until"},  # a window around all that can wait
    "router.next_snapshot": {"since", "until"},
    "router.move": {"since", "until"},
    "router.move_to": {"since", "until"},
    "outbox.claim": {"floors"},  # due times that the database told
}
DUE = """
insert into syncd.change (shop_id, kind, key, changed, lane, first_event_at, last_event_at, due_at)
select $1, 'product', 'k' || nextval('busy'), '{}', 'product', now(), now(), clock_timestamp()
from generate_series(1, 4)
"""
LATE = """
insert into syncd.change (shop_id, kind, key, changed, lane, first_event_at, last_event_at, due_at)
values ($1, 'product', 'late', '{}', 'product', now(), now(), now() - interval '1 hour')
"""


@pytest.mark.parametrize("subject", ["outbox", "router", "leases", "tidying", "nodes"])
def test_no_client_tells_what_time_it_is(subject: str) -> None:
    for statement in Statements(subject).all().values():
        times = {name for name, sql_type in statement.parameters if "time" in sql_type}
        assert times == GIVEN_TIMES.get(statement.name, set()), statement.name


async def test_a_change_that_is_committed_late_is_claimed_though_others_keep_coming(
    pool: asyncpg.Pool,
) -> None:
    """Claims begin where the last one ended; often enough they look below."""
    shop_id = await add_shop(pool)
    lease = await leasing.shop_lease(pool, shop_id)
    await pool.execute("create sequence busy")

    async def claim_two() -> set[str]:
        """Never idle: two more come than are taken."""
        await pool.execute(DUE, shop_id)
        changes = await outbox.claim(pool, lease, lease_s=60, most=2)
        async with pool.acquire() as connection, connection.transaction():
            await outbox.settle(connection, [Settled(change, Ack()) for change in changes])
        return {change.key for change in changes}

    for _ in range(3):
        assert len(await claim_two()) == 2
    await pool.execute(LATE, shop_id)
    with anyio.fail_after(5):
        while "late" not in await claim_two():
            pass
