"""The database's metrics in one statement: each that is declared, and no other."""

from __future__ import annotations

import asyncpg

from syncd import metrics
from syncd.metrics import Figure
from syncd.postgres import figures, measures, shops
from tests.postgres.test_figures import told
from tests.postgres.test_history import add_shop

DUE = """
insert into syncd.change
  (shop_id, kind, key, lane, first_event_at, last_event_at, due_at, state, cause, last_error,
   last_error_at)
select $1, k.kind, 'k' || n || k.lane || coalesce(k.cause, ''), k.lane::syncd.lane,
  now() - interval '1 hour', now(), now() + k.off,
  case when k.cause is null then 'due' else 'dead' end,
  k.cause, k.cause, case when k.cause is not null then now() end
from generate_series(1, $2::int) as n
cross join (
  values
    ('product', 'price', interval '-10 minutes', null),
    ('product', 'product', interval '5 minutes', null),
    ('product', 'product', interval '0', 'no_price'),
    ('stock', 'stock', interval '-1 minute', null),
    ('stock', 'stock', interval '0', 'stock_to_zero'),
    ('stock', 'stock', interval '0', 'first_count'),
    ('stock', 'stock', interval '0', 'not_stocked')
) as k (kind, lane, off, cause)
"""
ALARM = """
insert into syncd.alert (alarm, shop_id, domain, key, severity, given)
values
  ('no_router', null, null, '', 'error', '{}'),
  ('change_dead', $1, 'x.myshopify.com', 'a', 'warning', '{}')
"""


def by_name(found: list[Figure]) -> dict[tuple[str, ...], float]:
    return {(one.name, *one.labels): one.value for one in found}


async def test_each_gauge_of_the_database_is_told_as_declared(pool: asyncpg.Pool) -> None:
    shop_id = await add_shop(pool)
    await figures.note(pool, "a", [told(shop_id, [])])
    await pool.execute(ALARM, shop_id)
    await pool.execute("update syncd.shop set token_ends_at = now() + interval '1 hour'")
    found = await measures.measured(pool)
    declared = {one.name: len(one.labels) for one in metrics.DATABASE}
    assert {one.name: len(one.labels) for one in found} == declared
    keys = [(one.name, one.labels) for one in found]
    assert len(keys) == len(set(keys)), "a series twice"
    assert metrics.families(found)


async def test_what_waits_is_told_by_what_it_waits_for(pool: asyncpg.Pool) -> None:
    shop_id = await add_shop(pool)
    await pool.execute("delete from syncd.change")
    await pool.execute(DUE, shop_id, 3)
    found = by_name(await measures.measured(pool))
    (shop,) = (name[1] for name in found if name[0] == "shop_sending")
    assert {k: found["backlog_changes", shop, "product", k] for k in ("due", "later", "dead")} == {
        "due": 3,
        "later": 3,
        "dead": 3,
    }
    assert 590 < found["oldest_due_seconds", shop, "price"] < 660
    assert found["oldest_due_seconds", shop, "product"] == 0, "it is put off"
    apart = {name[2]: value for name, value in found.items() if name[0] == "stock_apart_variants"}
    assert apart == {"waiting": 3, "held": 3, "unanswered": 3, "stopped": 3}


async def test_a_paused_shop_whose_token_ended_is_not_taken_for_refused(
    pool: asyncpg.Pool,
) -> None:
    """Nobody calls it, so nobody renews."""
    shop_id = await add_shop(pool)
    await pool.execute("update syncd.shop set token_ends_at = now() - interval '1 hour'")
    found = by_name(await measures.measured(pool))
    assert [value for name, value in found.items() if name[0] == "token_valid"] == [0]
    await shops.pause(pool, shop_id, seconds=60, reason="by hand")
    found = by_name(await measures.measured(pool))
    assert [value for name, value in found.items() if name[0] == "token_valid"] == [1]
