"""The pumps together: what is committed is in the shop soon, trouble stays where it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import anyio
import asyncpg
import pytest

from syncd.postgres import leases, nodes, outbox, runs, shops, status
from syncd.postgres.embedded import Server
from syncd.supervisor import House, serve
from tests.flows.conftest import JAKKE, LUE, OPTIONS, Scene, names, playing, variant

PATIENCE_S = 20.0
LEASES = "select name, lease_until, taken_at from syncd.lease"


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One server is enough here: tests/postgres asks each for every statement."""
    return embedded


@pytest.fixture
async def scene(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Scene]:
    async with playing(pool, tmp_path) as scene:
        yield scene


@asynccontextmanager
async def served(scene: Scene, *, url: str | None = None) -> AsyncIterator[House]:
    """The service at work inside the block, stopped cleanly at its end."""
    house = House(scene.pool, scene.vault, url or scene.running.url)
    async with anyio.create_task_group() as group:
        group.start_soon(serve, house)
        yield house
        house.stop.set()


async def until(scene: Scene, holds: Callable[[], bool]) -> None:
    """Wait for what the service does; each look is a question to the database."""
    with anyio.fail_after(PATIENCE_S):
        while not holds():
            await status.backlog(scene.pool)


async def waiting(scene: Scene) -> int:
    (row,) = await status.backlog(scene.pool)
    return row.waiting


async def test_what_is_committed_reaches_the_shop(scene: Scene) -> None:
    async with served(scene):
        await scene.load(JAKKE, LUE)
        await until(scene, lambda: len(scene.state()) == 2)
        await scene.pool.execute("update retail.product set title = 'Ny' where product_id = 1")
        await until(scene, lambda: "Ny" in names(scene.state()))
    assert await scene.differences() == []
    assert await waiting(scene) == 0


PRICE = """
update retail.price
set list_price = 777
where variant_id in (select variant_id from retail.variant where product_id = 1)
"""


async def test_a_price_does_not_wait_behind_new_products(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    """However many wait for points: what is kept for the urgent lanes is there."""
    many = [replace(LUE, handle=f"lue-{n}", title=f"Lue {n}") for n in range(24)]
    many = [replace(one, variants=(variant(sku=one.title),)) for one in many]
    async with playing(pool, tmp_path, replace(OPTIONS, plan="standard")) as scene:
        await scene.load(JAKKE)
        await scene.push()
        await scene.tell("faults", {"kind": "spend", "points": 2000})
        async with served(scene):
            await scene.load(*many)
            await until(scene, lambda: len(scene.state()) > 2)
            await pool.execute(PRICE)
            await until(
                scene, lambda: {v["price"] for v in scene.variants().values()} == {"777.00"}
            )
            assert len(scene.state()) < len(many) / 2
            await until(scene, lambda: len(scene.state()) == 1 + len(many))


async def test_a_run_is_charged_for_its_own_calls_alone(scene: Scene) -> None:
    await scene.load(JAKKE, LUE)
    async with served(scene):
        await until(scene, lambda: len(scene.state()) == 2)
        run_id = await runs.ask(scene.pool, scene.shop.shop_id)
        assert run_id is not None
        await scene.pool.execute("update retail.product set title = 'Ny' where product_id = 1")
        await until(scene, lambda: "Ny" in names(scene.state()))
        with anyio.fail_after(PATIENCE_S):
            while not (run := await runs.find(scene.pool, run_id)) or run.ended_at is None:
                pass
    assert run.state == "done", run.error
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{scene.running.url}/_sandbox/stats") as response,
    ):
        charged = (await response.json())["points_by_name"]
    assert charged["ProductUpdate"] > 0
    assert run.points == sum(
        points for name, points in charged.items() if name.startswith("BulkOperation")
    )


REFUSE_ONCE = """
create sequence public.refusals;
create function public.refuse_once() returns trigger language plpgsql as $$
begin
  if nextval('public.refusals') = 1 then
    raise exception 'a ring' using errcode = 'deadlock_detected';
  end if;
  return new;
end $$;
create trigger refuse_once before insert on syncd.change
  for each row execute function public.refuse_once();
"""


async def test_a_step_that_the_database_refuses_is_made_again(scene: Scene) -> None:
    await scene.pool.execute(REFUSE_ONCE)
    async with served(scene):
        await scene.load(JAKKE)
        await until(scene, lambda: len(scene.state()) == 1)
    assert await scene.pool.fetchval("select last_value from public.refusals") > 1


async def test_a_shop_may_be_removed_beside_a_running_service(scene: Scene) -> None:
    async with served(scene) as house:
        await scene.load(JAKKE)
        await until(scene, lambda: len(scene.state()) == 1)
        await scene.pool.execute("delete from syncd.shop")
        await until(scene, lambda: [*house.held] == ["router"])
        assert not house.stop.is_set()


async def test_a_stopped_service_holds_no_claims_and_says_good_bye(scene: Scene) -> None:
    await scene.load(JAKKE, LUE)
    async with served(scene) as house:
        await until(scene, lambda: len(scene.state()) > 0)
        assert [one.name for one in await nodes.seen(scene.pool)] == [house.node]
    assert (
        await scene.pool.fetchval("select count(*) from syncd.change where state = 'claimed'") == 0
    )
    assert await nodes.seen(scene.pool) == []


async def test_a_shop_that_refuses_us_is_paused_with_its_reason(scene: Scene) -> None:
    wrong = scene.vault.seal("shpat_wrong")
    await scene.pool.execute("update syncd.shop set credentials = $1", wrong)
    await scene.load(JAKKE)
    async with served(scene):
        with anyio.fail_after(PATIENCE_S):
            while await shops.ready(scene.pool):
                pass
    (row,) = await status.backlog(scene.pool)
    assert "access token is not valid" in (row.paused_reason or "")
    assert (row.waiting, row.dead) == (3, 0)  # the jacket, the counts of its two variants


async def test_a_resumed_shop_goes_on_where_it_was(scene: Scene) -> None:
    await shops.pause(scene.pool, scene.shop.shop_id, seconds=3600, reason="a test")
    await scene.load(JAKKE)
    async with served(scene):
        with anyio.fail_after(PATIENCE_S):
            while not await waiting(scene):
                pass
        assert scene.state() == []
        await shops.resume(scene.pool, scene.shop.shop_id)
        await until(scene, lambda: len(scene.state()) == 1)


async def test_a_starting_pump_learns_what_the_merchant_changed(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await scene.pool.execute("update syncd.shop set currency = 'SEK', taxes_included = false")
    async with served(scene):
        with anyio.fail_after(PATIENCE_S):
            while await shops.all(scene.pool) != [scene.shop] or await waiting(scene):
                pass
    assert await scene.differences() == []


async def test_a_disabled_shop_gathers_changes(scene: Scene) -> None:
    await scene.pool.execute("update syncd.shop set enabled = false")
    async with served(scene):
        await scene.load(JAKKE, LUE)
        with anyio.fail_after(PATIENCE_S):
            while await waiting(scene) != 5:  # two products, three counts
                pass
    assert scene.state() == []


async def test_two_services_beside_each_other_push_each_product_once(scene: Scene) -> None:
    async with served(scene), served(scene):
        await scene.load(JAKKE, LUE)
        await until(scene, lambda: len(scene.state()) == 2)
        with anyio.fail_after(PATIENCE_S):
            while await waiting(scene):
                pass
    assert await scene.differences() == []


async def holders(scene: Scene) -> dict[str, int]:
    """How many shops each node holds."""
    rows = await scene.pool.fetch(
        "select node, count(*) from syncd.leases where is_held and shop_id is not null group by 1"
    )
    return {row["node"]: row["count"] for row in rows}


async def test_services_share_out_the_shops_and_take_over_what_one_leaves(scene: Scene) -> None:
    await scene.pool.execute(
        "insert into syncd.shop"
        " (domain, account_id, credentials, state, price_department, currency)"
        " select 'y.myshopify.com', account_id, credentials, state, price_department, currency"
        " from syncd.shop"
    )
    async with served(scene) as first:
        with anyio.fail_after(PATIENCE_S):
            while await holders(scene) != {first.node: 2}:
                pass
        async with served(scene) as second:
            with anyio.fail_after(PATIENCE_S):
                while await holders(scene) != {first.node: 1, second.node: 1}:
                    pass
        with anyio.fail_after(PATIENCE_S):
            while await holders(scene) != {first.node: 2}:
                pass


async def test_what_a_dead_node_held_is_taken_the_moment_its_lease_runs_out(scene: Scene) -> None:
    shop = scene.shop.shop_id
    for one in (None, shop):
        assert await leases.take(scene.pool, "dead", shop_id=one, lease_s=0.5)
    ends = {row["name"]: row["lease_until"] for row in await scene.pool.fetch(LEASES)}
    async with served(scene) as house:
        await until(scene, lambda: len(house.held) == 2)
        taken = {row["name"]: row["taken_at"] for row in await scene.pool.fetch(LEASES)}
    assert ends.keys() == taken.keys()
    late = {name: taken[name] - ended for name, ended in ends.items()}
    assert max(late.values()) < timedelta(seconds=1)  # not as late as the next look is otherwise


async def test_what_another_process_makes_due_is_heard_at_once(scene: Scene) -> None:
    """By a message: the pump's own next look may be a second away."""
    async with served(scene) as house:
        bell = house.bells[scene.shop.shop_id]
        for _ in range(3):  # the first ring may be that of a service that begins to listen
            heard = bell.event
            await outbox.enqueue(
                scene.pool, shop_id=scene.shop.shop_id, kind="product", keys=["none"]
            )
            with anyio.fail_after(PATIENCE_S):
                await heard.wait()


async def test_an_offer_that_begins_by_the_clock_reaches_the_shop(scene: Scene) -> None:
    await scene.load(JAKKE)
    async with served(scene):
        await until(scene, lambda: len(scene.state()) == 1)
        await until_looked(scene)
        # Written as a trigger never sees it: the row is touched now, the offer begins later.
        await scene.pool.execute(
            "update retail.price set offer_price = 99,"
            " offer_from = clock_timestamp() + interval '2 s'"
        )
        await until(scene, lambda: prices(scene) == {"99.00"})
    assert await scene.differences() == []


def prices(scene: Scene) -> set[str]:
    return {one["price"] for one in scene.variants().values()}


async def until_looked(scene: Scene) -> None:
    """Until the service has begun to look at the clock."""
    with anyio.fail_after(PATIENCE_S):
        while not await scene.pool.fetchval("select count(*) from syncd.timetable"):
            pass
