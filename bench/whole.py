"""A whole shop: filled by bulk operations, compared, put right; time, points, memory of each run.

    make bench NAME=whole        PRODUCTS=20000 SMALL=2000 MERCHANT=137 BACKOFFICE=58 RUNS_BY=bulk

A real Postgres, the sandbox as a process of its own, each `syncd resync` a new process. First the
shop is filled; a second run must write nothing; then a merchant changes products in Shopify and
others are changed in the Backoffice with no event of it: a dry run must find exactly those, with
who did which, and the next run puts them right. Before all that the first two runs with fewer
products, to see whether memory stays flat.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import anyio
import asyncpg
import orjson

from bench import outbox_cpu, outbox_server, whole_edits, whole_goods, whole_process
from bench.whole_process import Ended, Stage
from syncd.catalogue.entries import Catalogue, ProductEntry
from syncd.demo import proof
from syncd.flows import onboard
from syncd.flows.onboard import Wishes
from syncd.postgres import backoffice, db, embedded, leases, reference, router
from syncd.postgres.migrate import migrate
from syncd.records import Form, Shop
from syncd.rules import mapping
from syncd.shopify import client as shopify
from syncd.vault import Vault

PRODUCTS = int(os.environ.get("PRODUCTS", "20000"))
SMALL = int(os.environ.get("SMALL", "2000"))
MERCHANT = int(os.environ.get("MERCHANT", "137"))
BACKOFFICE = int(os.environ.get("BACKOFFICE", "58"))
RUNS_BY = os.environ.get("RUNS_BY", "bulk")
DOMAIN, TOKEN, ACCOUNT = "whole.myshopify.com", "shpat_whole", "fjord"
PEAK_MB, GROWTH, POINTS = 200, 1.2, 50
POLLS = ("BulkOperationRead",)
PAGE = 1000


@dataclass(frozen=True, slots=True)
class Played:
    """A run: what its process did, the points it cost by document."""

    name: str
    ended: Ended
    points: Mapping[str, int]
    run: Mapping[str, Any]

    @property
    def cost_points(self) -> int:
        return sum(count for name, count in self.points.items() if name not in POLLS)

    @property
    def writes(self) -> list[str]:
        """Documents that write to products."""
        return [name for name in self.points if name.startswith(("Product", "Pub", "Inventory"))]


@dataclass(slots=True)
class Scene:
    """Both worlds, each a process of its own."""

    stage: Stage
    shop: Shop
    goods: Sequence[ProductEntry]
    played: list[Played] = field(default_factory=list)

    async def resync(self, name: str, *words: str) -> Played:
        before = await self.asked("stats")
        ended = await self.stage.run("resync", "--json", *words)
        after = await self.asked("stats")
        points = {
            document: count - before["points_by_name"].get(document, 0)
            for document, count in after["points_by_name"].items()
        }
        last = [line for line in ended.said.splitlines() if line.startswith("{")][-1:]
        if not last:
            raise RuntimeError(f"{name}: syncd ended with {ended.code}: {ended.said[-2000:]}")
        spent = {document: count for document, count in points.items() if count}
        played = Played(name, ended, spent, json.loads(last[0]))
        self.played.append(played)
        shown(played)
        return played

    async def asked(self, path: str, body: object = None) -> Any:
        """What the sandbox tells of itself, or is told to do."""
        timeout = aiohttp.ClientTimeout(total=120)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            method = "GET" if body is None else "POST"
            url = f"{self.stage.shop_url}/_sandbox/{path}"
            async with session.request(method, url, json=body) as response:
                response.raise_for_status()
                return orjson.loads(await response.read())

    async def wanted(self) -> dict[str, Form]:
        """All that the shop should hold, by key."""
        pool, shop = self.stage.pool, self.shop
        found: dict[str, Form] = {}
        keys = await backoffice.product_keys(pool, ACCOUNT)
        for at in range(0, len(keys), PAGE):
            products = await backoffice.products(
                pool,
                account_id=ACCOUNT,
                department_key=shop.price_department,
                warehouse_key=None,
                keys=keys[at : at + PAGE],
            )
            found |= {key: mapping.wanted(one, shop) for key, one in products.items()}
        return found

    async def differences(self) -> list[proof.Difference]:
        """What the shop holds otherwise than the Backoffice says."""
        return proof.differences(await self.wanted(), await self.asked("state"), self.shop)

    async def keys(self) -> dict[str, str]:
        """The Backoffice's keys by handle."""
        rows = await self.stage.pool.fetch("select external_ref, product_id from retail.product")
        return {row["external_ref"]: str(row["product_id"]) for row in rows}


@asynccontextmanager
async def playing(url: str, folder: Path, products: int, runs_by: str) -> AsyncIterator[Scene]:
    """A full Backoffice in an empty migrated database, an empty shop; no event waits."""
    goods = whole_goods.catalogue(products)
    async with (
        db.connect(url, name="bench", size=4) as pool,
        whole_process.sandbox(DOMAIN, TOKEN) as (pid, shop_url),
        shopify.connect(DOMAIN, TOKEN, url=shop_url) as client,
    ):
        await reference.install(pool)
        await load(pool, goods)
        vault = Vault.open(folder / "key", create=True)
        wishes = Wishes(DOMAIN, ACCOUNT, "nett", "hoved", is_empty=True)
        shop = await onboard.add(pool, client, wishes, sealed=vault.seal(TOKEN))
        await pool.execute("update syncd.shop set runs_by = $1", runs_by)
        settings = {
            "SYNCD_DATABASE_URL": url,
            "SYNCD_KEY_FILE": str(folder / "key"),
            "SYNCD_SHOPIFY_URL": shop_url,
        }
        postmaster = outbox_cpu.parent(await pool.fetchval("select pg_backend_pid()"))
        yield Scene(Stage(pool, pid, postmaster, shop_url, settings), shop, goods.products)


async def load(pool: asyncpg.Pool, catalogue: Catalogue) -> None:
    """Put it into the Backoffice, as if nothing had told of it."""
    report = await reference.load(pool, catalogue, account_id=ACCOUNT)
    if report.problems:
        raise RuntimeError(f"not loaded: {report.problems[:3]}")
    lease = await leases.take(pool, "bench")
    assert lease is not None  # nobody else is here
    while (await router.route_once(pool, lease)).events:
        pass
    await leases.leave(pool, [lease])
    await pool.execute("delete from syncd.change")


async def filled(scene: Scene) -> dict[str, bool]:
    """The first run, then a second one; what holds of them."""
    first = await scene.resync(f"first run, {len(scene.goods):,} products")
    differences = await scene.differences()
    second = await scene.resync(f"second run, {len(scene.goods):,} products")
    return {
        "filled": first.run["ok"] == len(scene.goods) and not told(differences),
        "second_writes_nothing": not second.writes and second.run["same"] == len(scene.goods),
        "second_is_cheap": second.cost_points < POINTS,
    }


async def edited(scene: Scene, merchant: int, others: int) -> dict[str, bool]:
    """Edits on both sides, found and put right; what holds of that."""
    random_, keys = Random(1), await scene.keys()
    chosen = random_.sample(scene.goods, merchant + others)
    theirs, ours = chosen[:merchant], chosen[merchant:]
    state = {
        one["metafields"][proof.IDENTITY]: one for one in (await scene.asked("state"))["products"]
    }
    edits, told_theirs = whole_edits.merchants([state[keys[one.handle]] for one in theirs])
    await scene.asked("edit", edits)
    changed, told_ours = whole_edits.backoffices(ours)
    await load(scene.stage.pool, Catalogue("Fjord", tuple(changed)))
    keys = await scene.keys()
    expected = {
        keys[product.handle]: told
        for product, told in zip([*theirs, *changed], [*told_theirs, *told_ours], strict=True)
    }
    with TemporaryDirectory() as folder:
        path = Path(folder) / "found.jsonl"
        await scene.resync("dry run after edits", "--dry-run", "--jsonl", str(path))
        found = {one["key"]: one for one in map(orjson.loads, path.read_bytes().splitlines())}
    wrong = [
        (told, found.get(key))
        for key, told in expected.items()
        if key not in found or not whole_edits.is_told(told, found[key])
    ]
    extra = [found[key] for key in found.keys() - expected.keys()]
    told([*wrong, *extra])
    mended = await scene.resync("run after edits")
    differences = await scene.differences()
    return {
        "found_exactly": not wrong and not extra,
        "put_right": mended.run["ok"] == len(expected) and not told(differences),
    }


def told(things: Sequence[object]) -> Sequence[object]:
    """Print the first of what should not be."""
    for one in things[:5]:
        print(f"  WRONG: {str(one)[:600]}")
    return things


def shown(played: Played) -> None:
    whole = played.ended.whole
    run = {name: played.run[name] for name in ("state", "same", "differs", "only_here", "ok")}
    print(f"\n{played.name}: {whole.wall_s:.1f} s, peak {played.ended.peak_mb:.0f} MB, {run}")
    print(f"  {'':22}{'wall s':>9}{'syncd':>9}{'Postgres':>9}{'sandbox':>9}  (CPU s)")
    for name, one in {**played.ended.phases, "in all": whole}.items():
        cpu = f"{one.syncd_s:9.1f}{one.postgres_s:9.1f}{one.sandbox_s:9.1f}"
        print(f"  {name:22}{one.wall_s:9.1f}{cpu}")
    print(f"  points: {dict(played.points)}", flush=True)


async def measured(
    url: str, folder: Path, *, products: int, merchant: int, others: int, runs_by: str = RUNS_BY
) -> tuple[dict[str, bool], list[Played]]:
    """All runs with so many products; without edits only the first two."""
    async with playing(url, folder, products, runs_by) as scene:
        holds = await filled(scene)
        if merchant + others:
            holds |= await edited(scene, merchant, others)
        return holds, scene.played


async def main() -> int:
    peaks: dict[int, float] = {}
    report: dict[str, object] = {}
    holds: dict[str, bool] = {}
    with outbox_server.folder() as place, TemporaryDirectory() as keys:
        async with embedded.server(place / "data", settings={"shared_buffers": "256MB"}) as server:
            for products, merchant, others in ((SMALL, 0, 0), (PRODUCTS, MERCHANT, BACKOFFICE)):
                url = await embedded.create_database(server, f"whole_{products}")
                async with db.connect(url, name="bench", size=1) as pool:
                    await migrate(pool)
                found, played = await measured(
                    url, Path(keys), products=products, merchant=merchant, others=others
                )
                holds |= {name: is_so and holds.get(name, True) for name, is_so in found.items()}
                peaks[products] = max(one.ended.peak_mb for one in played)
                report |= {
                    f"{one.name.replace(',', '')} s": round(one.ended.whole.wall_s, 1)
                    for one in played
                }
    growth = peaks[PRODUCTS] / peaks[SMALL]
    holds["memory"] = peaks[PRODUCTS] < PEAK_MB and growth <= GROWTH
    report |= {f"peak_mb_{count}": round(peak) for count, peak in peaks.items()}
    report |= {"growth": round(growth, 2), **holds, "ok": all(holds.values())}
    print(f"\n{json.dumps(report)}")
    return 0 if report["ok"] else 1


if __name__ == "__main__":
    sys.exit(anyio.run(main))
