"""The ledger of the daemon's loops."""

from __future__ import annotations

import anyio

from syncd.supervisor.loops import Loops


async def test_a_loop_counts_from_its_beginning_to_its_end() -> None:
    loops = Loops()
    now_s = anyio.current_time()
    with loops.watched("one", limit_s=10.0), loops.watched("two", limit_s=20.0):
        assert [one.name for one in loops.late(now_s + 15)] == ["one"]
    assert loops.late(now_s + 100) == []


async def test_two_loops_of_one_name_are_two() -> None:
    """A shop that is left and taken again: the new work begins before the old one has ended."""
    loops = Loops()
    with loops.watched("one", limit_s=10.0) as turned:
        with loops.watched("one", limit_s=10.0):
            pass
        assert [one.name for one in loops.late(anyio.current_time() + 11)] == ["one"]
        turned(rest_s=5.0)
        assert loops.late(anyio.current_time() + 11) == []


async def test_who_waits_for_a_shops_points_does_not_hang() -> None:
    loops = Loops()
    now_s = anyio.current_time()
    waiting = [True]
    with loops.watched("run", limit_s=10.0, queued=lambda: waiting[0]):
        assert loops.late(now_s + 100) == []
        waiting[0] = False
        assert loops.late(now_s + 110) == []  # it has had its turn ten seconds ago
        assert [one.name for one in loops.late(now_s + 111)] == ["run"]
