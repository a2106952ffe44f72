"""Runs and bulk operations as rows: one node at a time writes them, however many there are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import anyio
import asyncpg
import pytest

from syncd.errors import LeaseLostError
from syncd.postgres import bulk, differences, runs
from syncd.postgres.bulk import Loose, Operation
from syncd.postgres.db import transaction
from syncd.postgres.differences import Finding, Way
from syncd.postgres.leases import Lease
from syncd.postgres.runs import Run
from tests import leasing
from tests.postgres.claims import add_shop

MANY = 5000
MOMENT_S = 3.0
KEYS = {"1": 1, "2": 2}
FINDINGS = [Finding("only_here", key, None, f"Vare {key}") for key in KEYS]
WRITTEN = "update syncd.bulk_line set line = place, form = '{}'"
NUMBERS = "select array_agg(line order by place) from syncd.bulk_line"
STRANGERS = """
insert into syncd.run_difference (run_id, shop_id, place, verdict, key, gid, title, skus, spellings)
select
  $1,
  $2,
  n,
  case when n % 2 = 0 then 'only_here' else 'only_there' end,
  case when n % 2 = 0 then n::text end,
  case when n % 2 = 1 then 'gid://shopify/Product/' || n end,
  'Vare ' || n,
  array['v-' || case when n < 3 then 1 else n end],
  array['V-' || case when n < 3 then 1 else n end]
from generate_series(1, $3) as n
"""
CONFLICTS = "select key, reason from syncd.run_difference where verdict = 'conflict'"


@dataclass(frozen=True, slots=True)
class Case:
    """A run that sends, with a bulk operation; `stale` is a lease that another node has by now."""

    pool: asyncpg.Pool
    run: Run
    lease: Lease
    operation: Operation

    @property
    def stale(self) -> Lease:
        return replace(self.lease, fence=self.lease.fence - 1)


@pytest.fixture
async def case(pool: asyncpg.Pool) -> Case:
    shop_id = await add_shop(pool)
    run_id = await runs.ask(pool, shop_id)
    assert run_id is not None
    run = await runs.find(pool, run_id)
    assert run is not None
    lease = await leasing.shop_lease(pool, shop_id)
    await runs.begin_read(pool, run, lease)
    await runs.begin_compare(pool, run, lease, total=len(KEYS))
    await differences.note(pool, run, lease, FINDINGS, products=0, same=0)
    await differences.send(pool, run, lease, {Way(False, bulk.CREATE): 0})
    (operation,) = await bulk.under_way(pool, shop_id, most=5)
    await bulk.begin_write(pool, operation, lease)
    await pool.execute(WRITTEN)
    return Case(pool, run, lease, operation)


async def end(case: Case, lease: Lease) -> list[Loose]:
    async with transaction(case.pool) as connection:
        return await bulk.end(connection, case.operation, lease)


async def test_a_node_that_lost_the_shop_forgets_nothing_of_a_run(case: Case) -> None:
    await case.pool.execute("update syncd.run set state = 'comparing'")
    with pytest.raises(LeaseLostError):
        await runs.begin_compare(case.pool, case.run, case.stale, total=1)
    assert await case.pool.fetchval("select count(*) from syncd.run_difference") == len(KEYS)


async def test_a_run_that_sends_is_not_compared_again(case: Case) -> None:
    with pytest.raises(LeaseLostError):
        await runs.begin_compare(case.pool, case.run, case.lease, total=1)
    assert await case.pool.fetchval("select count(*) from syncd.run_difference") == len(KEYS)


async def test_a_node_that_lost_the_shop_takes_no_line_from_a_file(case: Case) -> None:
    with pytest.raises(LeaseLostError):
        await bulk.begin_write(case.pool, case.operation, case.stale)
    with pytest.raises(LeaseLostError):
        await bulk.part(case.pool, case.operation, case.stale, after=1)
    assert await case.pool.fetchval(NUMBERS) == [1, 2]
    assert await case.pool.fetchval("select count(*) from syncd.bulk_operation") == 1


async def test_an_operation_ends_once(case: Case) -> None:
    with pytest.raises(LeaseLostError):
        await end(case, case.stale)
    await bulk.wrote(case.pool, case.operation, case.lease, path="x", lines=2)
    assert sorted(one.key for one in await end(case, case.lease)) == ["1", "2"]
    with pytest.raises(LeaseLostError):
        await end(case, case.lease)


async def test_a_product_is_on_its_way_until_its_operation_has_ended(case: Case) -> None:
    """What the operation made is still to be published: by another one, or as a change."""
    await case.pool.execute("update syncd.bulk_line set outcome = 'ok'")
    await case.pool.execute("update syncd.bulk_operation set lines = 2, ok = 2")
    assert await differences.follow(case.pool, case.run) == len(KEYS)
    await end(case, case.lease)
    assert await differences.follow(case.pool, case.run) == 0


@pytest.fixture
async def large(case: Case) -> Case:
    """Thousands on either side, of which the planner knows nothing: they were noted just now."""
    await case.pool.execute("delete from syncd.bulk_operation")
    await case.pool.execute("delete from syncd.run_difference")
    await case.pool.execute("analyze syncd.run_difference")
    await case.pool.execute(STRANGERS, case.run.run_id, case.run.shop_id, 2 * MANY)
    await case.pool.execute("update syncd.run set state = 'comparing', sending_at = null")
    return case


async def test_thousands_of_new_products_meet_thousands_of_strangers_in_a_moment(
    large: Case,
) -> None:
    case, began_s = large, anyio.current_time()
    assert await differences.meet_strangers(case.pool, case.run) == 1
    assert anyio.current_time() - began_s < MOMENT_S
    (conflict,) = await case.pool.fetch(CONFLICTS)
    assert conflict["key"] == "2"
    assert conflict["reason"].startswith("the shop has SKU V-1 already, in “Vare 1”")


async def test_what_becomes_of_thousands_is_noted_in_a_moment(large: Case) -> None:
    case = large
    assert await differences.send(case.pool, case.run, case.lease, {}) == MANY
    began_s = anyio.current_time()
    assert await differences.follow(case.pool, case.run) == MANY
    await case.pool.execute("delete from syncd.change")
    assert await differences.follow(case.pool, case.run) == 0
    assert anyio.current_time() - began_s < MOMENT_S
