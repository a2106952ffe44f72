"""Pictures: one file for several products, words, addresses that lead nowhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from syncd.catalogue.entries import ImageEntry
from syncd.flows import explain, pictures, resync
from syncd.postgres import files
from syncd.postgres.embedded import Server
from syncd.sandbox.paces import Paces
from tests.flows import merchant, shelves
from tests.flows.conftest import JAKKE, LUE, OPTIONS, Scene, playing, settings
from tests.flows.merchant import Deed
from tests.flows.test_push import Between, lossy

COMMON = "https://x.no/1.jpg"
DEAD = "https://x.no/dead.jpg"


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """Both servers are held by tests/postgres, by pushes, stock, resyncs."""
    return embedded


@pytest.fixture
async def between(scene: Scene) -> Between:
    return Between(scene.running.url)


def gids(scene: Scene, title: str) -> list[str]:
    return [one["id"] for one in scene.product(title)["pictures"]]


async def push_in_turn(scene: Scene, alt: str) -> None:
    """Two products with one picture, the second when the first is settled."""
    await scene.load(JAKKE)
    await scene.push()
    await scene.load(replace(LUE, images=(ImageEntry(COMMON, alt),)))
    await scene.push()


async def test_one_file_is_shared_by_products_that_show_it_with_the_same_words(
    scene: Scene,
) -> None:
    await push_in_turn(scene, "foran")
    assert gids(scene, "Lue") == gids(scene, "Jakke")[:1]


async def test_with_other_words_a_product_has_its_own_file(scene: Scene) -> None:
    await push_in_turn(scene, "en lue")
    assert gids(scene, "Lue")[0] not in gids(scene, "Jakke")
    assert await scene.differences() == []


@pytest.mark.parametrize(
    "number", [1, 2], ids=["the one that brought it", "the one that shares it"]
)
async def test_new_words_for_a_shared_file_change_no_other_product_for_good(
    scene: Scene, number: int
) -> None:
    await push_in_turn(scene, "foran")
    await scene.pool.execute(
        "update retail.image set alt = 'ny' where address = $2 and product_id ="
        " (select product_id from retail.product order by product_id offset $1 limit 1)",
        number - 1,
        COMMON,
    )
    await scene.push()
    keys = await scene.pool.fetchval("select array_agg(key) from syncd.link")
    await resync.enqueue_again(scene.pool, scene.shop, keys)
    await scene.push()
    assert await scene.differences() == []


async def test_a_shared_file_that_was_deleted_is_fetched_anew(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await scene.call(
        "mutation ($ids: [ID!]!) { fileDelete(fileIds: $ids) { userErrors { message } } }",
        {"ids": gids(scene, "Jakke")},
    )
    await scene.load(replace(LUE, images=(ImageEntry(COMMON, "foran"),)))
    await scene.push()
    await scene.pool.execute("update syncd.change set due_at = syncd.clock()")
    await scene.push()
    assert len(gids(scene, "Lue")) == 1


async def test_a_picture_that_shopify_cannot_fetch_is_told_with_its_product(scene: Scene) -> None:
    await scene.load(replace(JAKKE, images=(ImageEntry(DEAD, ""), *JAKKE.images)))
    await scene.push()
    await shelves.count(scene)  # a count that waits would be told first
    assert await pictures.look_once(scene.pool, scene.client, scene.shop) == 0, "too early"
    await scene.pool.execute("update syncd.file set look_at = syncd.clock()")
    assert await pictures.look_once(scene.pool, scene.client, scene.shop) == 3
    assert await pictures.look_once(scene.pool, scene.client, scene.shop) == 0, "asked once"
    (failed,) = await files.failed(scene.pool, shop_id=scene.shop.shop_id)
    assert (failed.ref, failed.key) == (DEAD, "1")
    told = await explain.explain(scene.pool, scene.client, scene.shop, "1")
    assert told.answer.why.startswith("Equal but for pictures: ") and DEAD in told.answer.why
    assert [one.state for one in told.pictures if one.address == DEAD] == ["failed"]


async def test_a_picture_that_failed_is_fetched_when_the_product_is_read(scene: Scene) -> None:
    await scene.load(replace(JAKKE, images=(ImageEntry(DEAD, ""), *JAKKE.images)))
    await scene.push()
    await scene.pool.execute("update syncd.file set look_at = syncd.clock()")
    await pictures.look_once(scene.pool, scene.client, scene.shop)
    before = gids(scene, "Jakke")
    await resync.enqueue_again(scene.pool, scene.shop, ["1"])
    await scene.push()
    after = gids(scene, "Jakke")
    assert after[0] not in before and after[1:] == before[1:]
    assert await scene.differences() == []


async def test_a_picture_still_under_way_is_asked_for_again_later(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    async with playing(pool, tmp_path, replace(OPTIONS, paces=Paces(processing_s=900))) as slow:
        await slow.load(JAKKE)
        await slow.push()
        await pool.execute(
            "update syncd.file set look_at = syncd.clock(),"
            " accepted_at = syncd.clock() - interval '5 minutes'"
        )
        assert await pictures.look_once(pool, slow.client, slow.shop) == 2
        assert await pictures.look_once(pool, slow.client, slow.shop) == 0
        waits = await pool.fetchval("select min(look_at - syncd.clock()) from syncd.file")
        assert timedelta(minutes=4) < waits < timedelta(minutes=6)


@pytest.mark.parametrize("mode", ["append", "overwrite", "if_empty"])
async def test_a_lost_answer_doubles_no_picture(scene: Scene, between: Between, mode: str) -> None:
    await settings(scene, image_mode=mode)
    await scene.load(JAKKE)
    await lossy(scene, between, "ProductSet")
    before = gids(scene, "Jakke")
    await scene.push()
    assert gids(scene, "Jakke") == before, "the very same files, known by their names"
    await merchant.do(scene.call, scene.product()["id"], Deed("picture_first"))
    await scene.load(replace(JAKKE, images=(*JAKKE.images, ImageEntry("https://x.no/3.jpg"))))
    if mode == "if_empty":
        await scene.push()
        assert len(gids(scene, "Jakke")) == 3
        return
    await lossy(scene, between, "ProductSetFiles")
    await scene.push()
    theirs = 1 if mode == "append" else 0
    assert len(gids(scene, "Jakke")) == 3 + theirs


async def test_a_new_version_of_a_picture_is_fetched_once(scene: Scene, between: Between) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await scene.pool.execute("update retail.image set version = '2' where position = 1")
    await lossy(scene, between, "ProductSetFiles")
    await scene.push()
    shown = scene.product()["pictures"]
    assert [one["source"] for one in shown] == [image.address for image in JAKKE.images]


async def test_in_doubt_a_picture_still_under_way_is_waited_for(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    options = replace(OPTIONS, paces=Paces(processing_s=600))
    async with playing(pool, tmp_path, options) as slow:
        await slow.load(JAKKE)
        await lossy(slow, Between(slow.running.url), "ProductSet")
        before = gids(slow, "Jakke")
        await slow.push()
        change = await slow.change()
        assert change is not None and "still fetching" in change["last_error"]
        assert (change["state"], change["failures"], gids(slow, "Jakke")) == ("due", 0, before)
        await slow.tell("clock", {"advance_s": 700})
        await pool.execute("update syncd.change set due_at = syncd.clock()")
        await slow.push()
        assert gids(slow, "Jakke") == before
        assert await slow.differences() == []


@pytest.mark.parametrize("version", [None, "2"])
@pytest.mark.parametrize("is_read", [False, True], ids=["pushed", "read"])
async def test_a_picture_of_theirs_may_be_called_like_one_of_ours(
    scene: Scene, version: str | None, is_read: bool
) -> None:
    await scene.load(JAKKE)
    await scene.push()
    picture = {"originalSource": "https://m.no/3.jpg", "mediaContentType": "IMAGE"}
    gid = scene.product()["id"]
    await scene.call(merchant.UPDATE, {"product": {"id": gid}, "media": [picture]})
    theirs = gids(scene, "Jakke")[-1]
    ours = ImageEntry("https://x.no/3.jpg", "vår")
    await scene.load(replace(JAKKE, images=(*JAKKE.images, ours)))
    await scene.pool.execute(
        "update retail.image set version = $1 where address like '%3.jpg'", version
    )
    if is_read:
        await resync.enqueue_again(scene.pool, scene.shop, ["1"])
    await scene.push()
    assert theirs in gids(scene, "Jakke")
    assert len(gids(scene, "Jakke")) == 4


async def test_a_file_of_ours_that_the_merchant_chose_for_another_product_stays(
    scene: Scene,
) -> None:
    await scene.load(JAKKE, LUE)
    await scene.push()
    chosen = gids(scene, "Jakke")[1]
    lue = scene.product("Lue")["id"]
    await scene.call(merchant.SET, {"id": lue, "files": [{"id": chosen}]})
    keys = await scene.pool.fetchval("select array_agg(key) from syncd.link")
    await resync.enqueue_again(scene.pool, scene.shop, keys)
    await scene.push()
    assert gids(scene, "Lue") == [chosen]
