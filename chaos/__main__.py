"""Play a seed: `python -m chaos SEED MINUTES`, as `make chaos` does."""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path
from time import monotonic

import aiohttp
import anyio

from chaos import aftermath, blows, scene
from chaos.people import People
from chaos.scene import Scene
from chaos.schedule import schedule

LAST_MOVE = "select coalesce(max(movement_id), 0) from retail.movement"


def main() -> int:
    seed, minutes = int(sys.argv[1]), float(sys.argv[2])
    with tempfile.TemporaryDirectory(prefix="syncd-chaos-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # as root, Postgres runs as another account and works in here
        is_well = anyio.run(play, folder, seed, minutes * 60)
    if not is_well:
        print(f"once more: make chaos SEED={seed} MINUTES={minutes:g}")
    return int(not is_well)


async def play(folder: Path, seed: int, seconds: float) -> bool:
    """One seed; whether everything was right in the end."""
    began_s = monotonic()

    def tell(line: str) -> None:
        print(f"[seed {seed}, {monotonic() - began_s:5.1f} s] {line}", flush=True)

    async with scene.opened(folder) as opened:
        found = await _played(opened, seed, seconds, tell)
    if found:
        tell(f"WRONG, {len(found)} times:")
        for one in found[:40]:
            print(f"    {one}")
        _keep(folder, seed)
    tell("failed" if found else "all is well")
    return not found


async def _played(opened: Scene, seed: int, seconds: float, tell: blows.Told) -> list[str]:
    people = People(opened, random.Random(f"people {seed}"))
    for one, what in ((opened.has_disks, "small disks"), (opened.has_clocks, "faketime")):
        if not one:
            tell(f"no {what} here: such blows fall on nothing")
    async with opened.pool() as pool:
        for node in opened.nodes:
            opened.group.start_soon(node.program.run)
        await scene.ready(pool)
        await people.learn(pool)
        start = await pool.fetchval(LAST_MOVE)
    tell("both sides are equal; now it breaks")
    async with anyio.create_task_group() as group:
        group.start_soon(people.work)
        await blows.fall(opened, schedule(seed, seconds), seed=seed, tell=tell)
        group.cancel_scope.cancel()
    tell(f"over: {dict(people.deeds)}, {len(people.uncertain)} SKUs uncertain; it settles")
    await scene.answering(opened.base)
    await _forgive(opened)
    async with opened.pool() as pool:
        waits = await aftermath.settle(opened, pool)
        found = await aftermath.wrongs(opened, pool, people, start)
    starts = ", ".join(f"{node.program.name} {node.program.starts}" for node in opened.nodes)
    tell(f"settled; started: {starts}, shop {opened.sandbox.starts}")
    return [*([f"never came to rest: {waits}"] if waits else []), *found]


async def _forgive(opened: Scene) -> None:
    """The shop answers well again."""
    async with (
        aiohttp.ClientSession() as session,
        session.delete(f"{opened.base}/_sandbox/faults") as answer,
    ):
        answer.raise_for_status()


def _keep(folder: Path, seed: int) -> None:
    """The logs, for whoever looks into it."""
    kept = Path("build") / "chaos" / str(seed)
    kept.mkdir(parents=True, exist_ok=True)
    for log in folder.glob("*.log"):
        (kept / log.name).write_bytes(log.read_bytes())
    print(f"    logs: {kept}")


if __name__ == "__main__":
    sys.exit(main())
