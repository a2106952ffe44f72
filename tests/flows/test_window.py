"""Mass damage that arrives by ordinary changes: held until a person answers, the rest goes on."""

from __future__ import annotations

import re
from dataclasses import replace

import anyio
import pytest

from syncd.catalogue.entries import ProductEntry
from syncd.errors import ConfigError
from syncd.flows import settling, window
from syncd.flows.outcome import Outcome
from syncd.flows.step import Step
from syncd.postgres import outbox, runs, status
from syncd.postgres.embedded import Server
from syncd.postgres.runs import Run
from tests import leasing
from tests.flows.conftest import JAKKE, LUE, Scene, settings, variant
from tests.flows.running import carried, counts, found, resync

SLIP = "update retail.price set list_price = list_price / 10"
SLIP_OF = """update retail.price p set list_price = list_price / 10 from retail.variant v
where v.variant_id = p.variant_id and v.product_id = any($1)"""
MENDED = "update retail.price set list_price = list_price * 10"
MENDED_OF = SLIP_OF.replace("/ 10", "* 10")
INACTIVE = "update retail.product set is_active = false where product_id = any($1)"
FIRST_FOUR, ALL = [1, 2, 3, 4], [*range(1, 13)]


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One server is enough here: tests/postgres and the resync itself run on each."""
    return embedded


def goods(count: int) -> list[ProductEntry]:
    """So many products for 100.00, keys from 1, with two variants each."""
    return [
        replace(
            LUE,
            row=number,
            handle=f"v{number:02}",
            title=f"Vare {number:02}",
            option_names=("Størrelse",),
            variants=(
                variant("S", sku=f"{number}-S", amount="100.00"),
                variant("M", sku=f"{number}-M", amount="100.00"),
            ),
        )
        for number in range(1, count + 1)
    ]


@pytest.fixture
async def dozen(scene: Scene) -> Scene:
    """A shop with twelve products, as the Backoffice has them."""
    await scene.load(*goods(12))
    await scene.push()
    return scene


def fallen(scene: Scene) -> list[str]:
    """The products whose price is another in the shop than it was."""
    return [
        one["title"]
        for one in scene.state()
        if {variant["price"] for variant in one["variants"]} != {"100.00"}
    ]


async def the_hold(scene: Scene) -> Run:
    (run,) = await runs.waiting(scene.pool)
    return run


async def held(scene: Scene) -> list[str]:
    """The keys of what waits, in order."""
    rows = await scene.pool.fetch(
        "select key from syncd.change where due_at > syncd.clock() and last_error like 'held by %'"
    )
    return sorted((row["key"] for row in rows), key=int)


async def error(scene: Scene, key: str) -> str:
    change = await scene.change(key)
    assert change is not None
    return str(change["last_error"])


async def test_a_mass_slip_is_held_until_it_is_approved(scene: Scene) -> None:
    await scene.load(*goods(60))
    await scene.push()
    await scene.pool.execute(SLIP_OF, [*range(1, 60)])
    await scene.pool.execute("update retail.product set title = 'Ny' where product_id = 60")
    await scene.push()
    assert fallen(scene) == []
    assert scene.product("Ny")
    run = await the_hold(scene)
    assert (run.kind, run.state, run.differs) == ("guard", "held", 59)
    assert run.hold == ("the price of 59 of 60 products would fall by more than 50 %",)
    assert len(await held(scene)) == 59
    said = re.sub(r"\d+ of 60", "59 of 60", await error(scene, "1"))  # as many as met it in a step
    assert said == (
        f"held by run {run.run_id}: {run.hold[0]}: "
        f"syncd approve {run.run_id}, or syncd reject {run.run_id}"
    )
    (alarm,) = (one for one in await status.alarms(scene.pool) if one.alarm == "run_held")
    assert run.hold[0] in alarm.what
    await runs.approve(scene.pool, run.run_id)
    await scene.push()
    assert await scene.differences() == []
    ended = await carried(scene, run.run_id)
    assert (ended.state, ended.sent, ended.ok) == ("done", 59, 59)
    assert await runs.waiting(scene.pool) == []


async def test_what_comes_piece_by_piece_is_held_from_the_fifth_on(dozen: Scene) -> None:
    for number in ALL:
        await dozen.pool.execute(SLIP_OF, [number])
        await dozen.push()
    assert fallen(dozen) == ["Vare 01", "Vare 02", "Vare 03", "Vare 04"]
    assert await held(dozen) == [str(number) for number in ALL[4:]]
    assert (await the_hold(dozen)).differs == 8


async def test_a_large_share_is_allowed_to_whom_the_numbers_allow_it(dozen: Scene) -> None:
    await settings(dozen, guard_price_falls_percent=50)
    await dozen.pool.execute(SLIP_OF, ALL[:6])
    await dozen.push()
    assert len(fallen(dozen)) == 6
    await dozen.pool.execute(SLIP_OF, ALL[6:7])
    await dozen.push()
    assert await held(dozen) == ["7"]
    assert (await the_hold(dozen)).hold == (
        "the price of 7 of 12 products would fall by more than 50 %",
    )


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        pytest.param(
            INACTIVE,
            "12 of the 12 products on sale would go off sale (more than 10 %)",
            id="off sale",
        ),
        pytest.param(
            "delete from retail.product where product_id = any($1)",
            "12 of 12 products have vanished from the Backoffice and would be archived",
            id="vanished",
        ),
        pytest.param(
            "delete from retail.variant where product_id = any($1) and sku like '%-M'",
            "12 variants would be deleted in Shopify, with their stock",
            id="variants deleted",
        ),
    ],
)
async def test_each_sort_of_mass_damage_is_held(dozen: Scene, statement: str, reason: str) -> None:
    before = dozen.state()
    await dozen.pool.execute(statement, ALL)
    assert await dozen.push() == []
    assert dozen.state() == before
    assert any(one.startswith(reason) for one in (await the_hold(dozen)).hold)
    assert len(await held(dozen)) == 12


@pytest.mark.parametrize(
    "statement",
    [
        SLIP_OF,
        INACTIVE,
        "delete from retail.product where product_id = any($1)",
        "delete from retail.variant where product_id = any($1) and sku like '%-M'",
    ],
)
async def test_what_a_person_does_to_a_few_products_goes_at_once(
    dozen: Scene, statement: str
) -> None:
    for number in FIRST_FOUR:
        await dozen.pool.execute(statement, [number])
    await dozen.push()
    assert (
        await dozen.pool.fetchval("select count(*) from syncd.change where kind = 'product'") == 0
    )
    assert await runs.newest(dozen.pool) == []
    assert await dozen.pool.fetchval("select count(distinct key) from syncd.harm") == 4


async def test_an_hour_later_nothing_of_it_counts(dozen: Scene) -> None:
    for numbers in (ALL[:4], ALL[4:8], ALL[8:]):
        await dozen.pool.execute(SLIP_OF, numbers)
        await dozen.push()
        await dozen.pool.execute("update syncd.harm set at = at - interval '61 minutes'")
    assert len(fallen(dozen)) == 12
    assert await dozen.pool.fetchval("select count(*) from syncd.harm") == 4


async def test_what_was_rejected_stays_held_and_says_so(dozen: Scene) -> None:
    await dozen.pool.execute(SLIP)
    await dozen.push()
    run = await the_hold(dozen)
    await runs.reject(dozen.pool, run.run_id)
    await dozen.push()
    assert (len(await held(dozen)), fallen(dozen)) == (12, [])
    assert await error(dozen, "1") == (
        f"held by run {run.run_id}, which was rejected: the price of 12 of 12 products would fall "
        "by more than 50 %: mend it in the Backoffice"
    )
    await dozen.pool.execute("update retail.product set title = 'Ny' where product_id = 1")
    await dozen.push()
    assert "was rejected" in await error(dozen, "1")
    assert await runs.waiting(dozen.pool) == []
    await dozen.pool.execute(MENDED_OF, [1, 2])
    await dozen.push()
    assert dozen.product("Ny")
    assert await held(dozen) == [str(number) for number in ALL[2:]]


async def test_what_was_rejected_does_not_count_for_others(dozen: Scene) -> None:
    await dozen.pool.execute(SLIP_OF, ALL[:8])
    await dozen.push()
    await runs.reject(dozen.pool, (await the_hold(dozen)).run_id)
    await dozen.pool.execute(SLIP_OF, [9])
    await dozen.push()
    assert fallen(dozen) == ["Vare 09"]


async def test_a_rejected_hold_may_be_approved_after_all(dozen: Scene) -> None:
    await dozen.pool.execute(SLIP)
    await dozen.push()
    run = await the_hold(dozen)
    await runs.reject(dozen.pool, run.run_id)
    await dozen.push()
    await runs.approve(dozen.pool, run.run_id)
    await dozen.push()
    assert len(fallen(dozen)) == 12
    assert (await carried(dozen, run.run_id)).state == "done"
    with pytest.raises(ConfigError, match="it is done"):
        await runs.approve(dozen.pool, run.run_id)


async def test_what_is_mended_in_the_backoffice_is_held_no_more(dozen: Scene) -> None:
    await dozen.pool.execute(SLIP)
    await dozen.push()
    run = await the_hold(dozen)
    await dozen.pool.execute(MENDED)
    await dozen.push()
    assert (
        await dozen.pool.fetchval("select count(*) from syncd.change where kind = 'product'") == 0
    )
    assert (await dozen.differences(), await runs.waiting(dozen.pool)) == ([], [])
    ended = await runs.find(dozen.pool, run.run_id)
    assert ended is not None
    assert ended.state == "done"
    assert await dozen.pool.fetchval("select count(*) from syncd.harm") == 0


async def test_damage_beyond_what_was_approved_is_judged_anew(dozen: Scene) -> None:
    await dozen.pool.execute(SLIP_OF, ALL[:6])
    await dozen.push()
    first = await the_hold(dozen)
    await runs.approve(dozen.pool, first.run_id)
    await dozen.pool.execute(SLIP_OF, ALL[6:8])  # two more are few: the window began anew
    await dozen.push()
    assert len(fallen(dozen)) == 8
    await dozen.pool.execute(SLIP)
    await dozen.push()
    second = await the_hold(dozen)
    assert second.run_id > first.run_id
    assert len(await held(dozen)) == 12
    assert {one["price"] for one in dozen.variants("Vare 01").values()} == {"10.00"}


async def test_approved_is_what_was_seen_and_nothing_worse(dozen: Scene) -> None:
    await dozen.pool.execute(SLIP)
    await dozen.push()
    await runs.approve(dozen.pool, (await the_hold(dozen)).run_id)
    await dozen.pool.execute(SLIP)
    await dozen.push()
    assert (await the_hold(dozen)).differs == 12
    assert fallen(dozen) == []


async def test_two_sorts_of_damage_are_one_question(dozen: Scene) -> None:
    await dozen.pool.execute(SLIP_OF, ALL[:6])
    await dozen.push()
    await dozen.pool.execute(INACTIVE, ALL[6:])
    await dozen.push()
    run = await the_hold(dozen)
    assert (run.differs, len(run.hold)) == (12, 2)
    harms = {one.key: one.harms for one in await found(dozen, run)}
    assert (harms["1"], harms["12"]) == (["price_fall"], ["inactive"])


async def test_people_see_what_is_held(dozen: Scene) -> None:
    await dozen.pool.execute(SLIP)
    await dozen.push()
    first, *_ = await found(dozen, await the_hold(dozen))
    assert (first.title, first.verdict, first.who) == ("Vare 01", "differs", "backoffice")
    assert [(one["field"], one["observed"], one["wanted"]) for one in first.fields] == [
        ("variant 1: price", "100.00", "10.00"),
        ("variant 2: price", "100.00", "10.00"),
    ]


async def test_other_products_and_other_changes_go_on(dozen: Scene) -> None:
    await dozen.load(JAKKE)
    await dozen.push()
    await dozen.pool.execute(SLIP_OF, ALL)
    await dozen.push()
    await dozen.pool.execute("update retail.price set list_price = list_price * 0.9")
    await dozen.pool.execute("update retail.product set title = 'Frakk' where product_id = 13")
    await dozen.push()
    assert {one["price"] for one in dozen.variants("Frakk").values()} == {"449.10"}
    assert fallen(dozen) == ["Frakk"]
    assert len(await held(dozen)) == 12


async def test_a_restart_forgets_nothing(dozen: Scene) -> None:
    await dozen.pool.execute(SLIP)
    await dozen.push()
    run = await the_hold(dozen)
    await dozen.pool.execute("update syncd.change set due_at = syncd.clock()")
    await dozen.push()
    again = await the_hold(dozen)
    assert (again.run_id, again.differs, again.hold) == (run.run_id, 12, run.hold)
    assert (len(await held(dozen)), fallen(dozen)) == (12, [])


async def claimed(scene: Scene) -> tuple[Step, list[Outcome]]:
    """A step of which nothing is settled yet, as one that dies leaves it."""
    while (await leasing.route_once(scene.pool)).events:
        pass
    lease = await leasing.shop_lease(scene.pool, scene.shop.shop_id)
    changes = await outbox.claim(scene.pool, lease, lease_s=60, most=24)
    step = Step(scene.pool, scene.client, scene.shop, lease, renewed_s=8)
    await step.read([change.key for change in changes])
    step.judged = await window.judge(step, changes)
    return step, [Outcome(change, None) for change in changes]


async def test_a_process_that_dies_before_it_settles_leaves_no_hold_behind(dozen: Scene) -> None:
    await dozen.pool.execute(SLIP)
    step, _ = await claimed(dozen)
    assert len(step.judged.kept) == 12
    assert await runs.newest(dozen.pool) == []
    await dozen.pool.execute(
        "update syncd.change set claimed_until = syncd.clock() where kind = 'product'"
    )
    await dozen.push()
    assert ((await the_hold(dozen)).differs, fallen(dozen)) == (12, [])


async def test_an_answer_that_comes_meanwhile_is_not_passed_over(dozen: Scene) -> None:
    await dozen.pool.execute(SLIP)
    await dozen.push()
    run = await the_hold(dozen)
    await dozen.pool.execute("update syncd.change set due_at = syncd.clock()")
    step, outcomes = await claimed(dozen)
    await runs.approve(dozen.pool, run.run_id)
    await settling.settle(step, outcomes)
    assert await held(dozen) == []
    await dozen.push()
    assert len(fallen(dozen)) == 12
    assert (await carried(dozen, run.run_id)).ok == 12


async def test_claims_that_were_lost_meanwhile_leave_no_hold(dozen: Scene) -> None:
    await dozen.pool.execute(SLIP)
    step, outcomes = await claimed(dozen)
    await dozen.pool.execute(
        "update syncd.change set claim_token = claim_token + 1 where kind = 'product'"
    )
    await settling.settle(step, outcomes)
    assert await runs.newest(dozen.pool) == []
    assert await dozen.pool.fetchval("select count(*) from syncd.harm") == 0


async def test_answers_and_steps_never_wait_for_each_other_in_a_ring(dozen: Scene) -> None:
    await dozen.pool.execute(SLIP)
    await dozen.push()
    for _ in range(5):
        await dozen.pool.execute("update syncd.change set due_at = syncd.clock()")
        run = await the_hold(dozen)
        step, outcomes = await claimed(dozen)
        async with anyio.create_task_group() as group:
            group.start_soon(settling.settle, step, outcomes)
            group.start_soon(runs.reject, dozen.pool, run.run_id)
        await dozen.push()
        assert len(await held(dozen)) == 12
        await runs.approve(dozen.pool, run.run_id)
        await dozen.push()
        await carried(dozen, run.run_id)
        assert len(fallen(dozen)) == 12
        await dozen.pool.execute(MENDED)
        await dozen.push()
        await dozen.pool.execute(SLIP)
        await dozen.push()


async def test_a_resync_asks_nobody_a_second_time(dozen: Scene) -> None:
    await dozen.pool.execute(SLIP)
    await dozen.push()
    run = await the_hold(dozen)
    compared = await resync(dozen)
    assert (compared.state, counts(compared)) == ("done", {"conflict": 12})
    first, *_ = await found(dozen, compared)
    assert (first.reason or "").startswith(f"held by run {run.run_id}: the price of 12 of 12")
    await runs.reject(dozen.pool, run.run_id)
    assert counts(await resync(dozen)) == {"conflict": 12}
    assert fallen(dozen) == []


async def test_what_a_resync_was_allowed_to_send_is_not_held(dozen: Scene) -> None:
    await dozen.pool.execute(SLIP)
    await leasing.route_once(dozen.pool)
    await dozen.pool.execute("delete from syncd.change")  # no event told of it
    compared = await resync(dozen)
    assert compared.state == "held"
    await runs.approve(dozen.pool, compared.run_id)
    compared = await carried(dozen, compared.run_id)
    assert (compared.state, compared.ok) == ("done", 12)
    assert len(fallen(dozen)) == 12
    assert [one.kind for one in await runs.newest(dozen.pool)] == ["resync"]


async def test_a_held_change_hides_no_error_of_another(dozen: Scene) -> None:
    await dozen.load(LUE)
    await dozen.pool.execute(
        "update retail.product set title = repeat('x', 300) where product_id = 13"
    )
    await dozen.push()
    await dozen.pool.execute(SLIP)
    await dozen.push()
    last = (await status.last_errors(dozen.pool))[dozen.shop.shop_id]
    assert last.key == "13"
