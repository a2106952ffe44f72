"""The whole shop of `make bench NAME=whole`, a small one: each run a process of its own."""

from __future__ import annotations

from pathlib import Path

from anyio.from_thread import BlockingPortal

from bench import whole
from syncd.postgres.embedded import Server
from tests.conftest import TEMPLATE, fresh_database


async def test_a_small_shop_is_filled_compared_and_put_right(
    portal: BlockingPortal, embedded: Server, tmp_path: Path
) -> None:
    with fresh_database(portal, embedded, TEMPLATE) as url:
        holds, played = await whole.measured(
            url, tmp_path, products=220, merchant=13, others=11, runs_by="bulk"
        )
    assert holds == dict.fromkeys(holds, True)
    assert max(one.ended.peak_mb for one in played) < whole.PEAK_MB
    first, second, dry, _ = played
    assert first.run["ok"] == 220
    assert {"sending: write", "sending: wait"} <= first.ended.phases.keys()
    assert not second.writes and not dry.writes
    assert second.cost_points < whole.POINTS
