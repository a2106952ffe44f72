"""What `make chaos` looks for in the end is found where it is wrong, nothing where it is not."""

from __future__ import annotations

import random
from pathlib import Path

from chaos import aftermath, scene
from chaos.people import People


async def test_whatever_is_wrong_is_found_and_nothing_else(open_folder: Path) -> None:
    async with scene.opened(open_folder) as opened, opened.pool() as pool:
        people = People(opened, random.Random(1))
        node = opened.nodes[0].program
        opened.group.start_soon(node.run)
        await scene.ready(pool)
        await people.learn(pool)
        await node.stop(for_good=True)
        start = await pool.fetchval("select coalesce(max(movement_id), 0) from retail.movement")
        assert await aftermath.wrongs(opened, pool, people, start) == []

        named = {"do": "change_product", "product": people.gids[1], "set": {"title": "Navn"}}
        counted = {"do": "set_stock", "variant": "V-3-S", "change": 1}
        await opened.ask("edit", [named, counted])
        people.bought["V-2-S"] += 1
        people.orders.append("gid://shopify/Order/1")
        with node.log.open("a") as log:
            log.write(f"{opened.secrets[0]}\n{aftermath.TRACE}:\n")
        found = await aftermath.wrongs(opened, pool, people, start)
    assert [one.partition(": …")[0] for one in found] == [
        "differs: product 1: title is 'Navn', should be 'Vare 1 v0'",
        "count of V-2-S: 50 on both sides, should be 49",
        "count of V-3-S: 50 in the warehouse, 51 in the shop",
        "order gid://shopify/Order/1 did not come",
        "node a: secret 0 is in its log",
        "node a: a traceback is in its log",
    ]
