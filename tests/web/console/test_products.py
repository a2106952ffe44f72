"""Products: looked for, explained, sent again, taken back."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
import anyio
import asyncpg
import pytest

from syncd.postgres.people import Role
from syncd.web.console import server
from syncd.web.console.visit import Desk
from tests import leasing
from tests.flows import shelves
from tests.flows.conftest import DOMAIN, JAKKE, LUE, Scene, playing, variant
from tests.flows.running import carried
from tests.web.console.caller import Caller

JACKET = f"/shops/{DOMAIN}/products/1"
TITLE = "update retail.product set title = $1 where product_id = 1"
DEEDS = ("send", "retry", "skip", "resume", "take-back")
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


EMPTY = {
    "q=finnesikke": "Ingenting heter det",
    "state=dead": "Ingenting er gitt opp",
    "state=held": "Ingenting holdes tilbake",
    "state=waits": "Ingenting venter",
    "state=not-linked": "Alle varer som syncd kjenner, er koblet",
    "state=nonsense&shop=nowhere&after=9": "Lue",
    "q=%00&after=99999999999.x": "Lue",
    "q=%27%3A%26%21%28%5C": "Ingenting heter det",
}


@dataclass(slots=True)
class Shop:
    """Both worlds, somebody before the console."""

    scene: Scene
    caller: Caller

    async def sign_in(self, role: Role = "operator", name: str = "ola") -> None:
        await self.caller.add(name, role)
        assert (await self.caller.sign_in(name)).status == 303

    async def rename(self, title: str) -> None:
        await self.scene.pool.execute(TITLE, title)

    async def audit(self) -> list[tuple[str, str, str]]:
        rows = await self.scene.pool.fetch(
            "select actor, action, given ->> 'key' as key from syncd.audit order by audit_id"
        )
        return [(row["actor"], row["action"], row["key"]) for row in rows]

    async def live(self) -> str:
        """The first that the page's live part sends."""
        path = f"{self.caller.base}/live/product?shop={DOMAIN}&key=1"
        text = ""
        with anyio.fail_after(20):
            async with self.caller.session.get(path) as answer:
                while not text.endswith("\n\n"):
                    text += (await answer.content.readany()).decode()
        return text


@pytest.fixture
async def shop(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Shop]:
    """Two products in the shop as in the Backoffice."""
    async with playing(pool, tmp_path) as scene:
        desk = Desk(pool, scene.vault, scene.running.url)
        async with (
            server.listening(desk, host="127.0.0.1", port=0) as places,
            aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session,
        ):
            await scene.load(JAKKE, LUE)
            await scene.push()
            await shelves.count(scene)
            await leasing.leave_all(pool)
            await pool.execute("update syncd.file set state = 'ready', look_at = null")
            yield Shop(scene, Caller("http://{}:{}".format(*places[0]), session, pool))


# ----------------------------------------------------------------------------------- one product


async def test_a_page_is_drawn_before_shopify_is_asked(shop: Shop) -> None:
    await shop.sign_in("viewer")
    page = await shop.caller.get(JACKET)
    assert page.status == 200
    assert page.words.count("ikke spurt ennå") > 3
    assert "J-S" in page.words and "/admin/products/" in page.text
    asked = await shop.caller.get(f"{JACKET}?ask=1")
    assert "ikke spurt ennå" not in asked.words and "Alt er likt; sist sendt for" in asked.words


async def test_shopifys_side_comes_with_the_live_part(shop: Shop) -> None:
    await shop.sign_in("viewer")
    found = await shop.live()
    assert 'data-part="answer"' in found and "ikke spurt ennå" not in found
    assert "Alt er likt; sist sendt for" in found


async def test_what_differs_is_marked_with_who_did_it(shop: Shop) -> None:
    await shop.sign_in("viewer")
    await shop.rename("Varm jakke")
    page = await shop.caller.get(f"{JACKET}?ask=1")
    row = re.search(r'<tr class="differs">.*?</tr>', page.text, re.DOTALL)
    assert row is not None
    for word in ("navn", "Backoffice: ikke sendt ennå", "Varm jakke", ">Jakke<"):
        assert word in row[0]


async def test_a_shop_that_does_not_answer_leaves_what_is_known(
    shop: Shop, pool: asyncpg.Pool
) -> None:
    await shop.sign_in("viewer")
    await pool.execute("update syncd.shop set credentials = '\\x00'")
    page = await shop.caller.get(f"{JACKET}?ask=1")
    assert page.status == 200
    assert "Shopify kunne ikke spørres" in page.words and "Jakke" in page.words


async def test_the_way_of_a_product_is_told_old_to_new(shop: Shop) -> None:
    await shop.sign_in("viewer")
    await shop.rename("Varm jakke")
    await shop.scene.push()
    page = await shop.caller.get(JACKET)
    assert re.search(r'class="was">Jakke<.*class="is">Varm jakke<', page.text, re.DOTALL)
    assert "Shopifys forespørsler: 1" in page.words
    assert "Ta tilbake" not in page.words  # who looks may not


async def test_english_is_spoken_too(shop: Shop) -> None:
    shop.caller.language = "en"
    await shop.sign_in("viewer")
    page = await shop.caller.get(f"{JACKET}?ask=1")
    assert "Everything is equal; last sent" in page.words and "What happened" in page.words


async def test_a_product_that_nobody_knows_is_not_found(shop: Shop) -> None:
    await shop.sign_in("viewer")
    for key in ("404", "a%2Fb", "%3Cscript%3E", "%00", "x" * 5000):
        page = await shop.caller.get(f"/shops/{DOMAIN}/products/{key}")
        assert page.status == 404 and "<script>" not in page.text, key


async def test_a_key_may_hold_whatever_a_backoffice_likes(shop: Shop, pool: asyncpg.Pool) -> None:
    await shop.sign_in("viewer")
    await pool.execute(
        "insert into syncd.link (shop_id, kind, key, gid, known, digest)"
        " select shop_id, kind, 'a/b?c&d', 'gid://shopify/Product/9', known, digest"
        " from syncd.link where key = '2'"
    )
    await pool.execute("delete from syncd.link where key = '2'")
    listed = await shop.caller.get("/products?q=Lue")
    (to,) = re.findall(r'href="(/shops/[^"]+/a[^"]+)"', listed.text)
    page = await shop.caller.get(to.replace("&amp;", "&"))
    assert page.status == 200 and "a/b?c&d" in page.words


async def test_what_others_wrote_is_text_and_nothing_else(shop: Shop, pool: asyncpg.Pool) -> None:
    await shop.sign_in()
    await shop.rename(EVIL)
    await shop.scene.push()
    await pool.execute(
        "update retail.variant set sku = $1 where variant_id = 1", "<b onclick=alert(3)>"
    )
    await pool.execute("update retail.product set description_html = $1", EVIL * 5)
    await pool.execute(
        "update syncd.link set known = jsonb_set(known, '{pictures,0,address}', $1)"
        " where key = '1'",
        "javascript:alert(4)",
    )
    await pool.execute("update syncd.shop set paused_until = 'infinity', paused_reason = $1", EVIL)
    while (await leasing.route_once(pool)).events:
        pass
    for path in (f"{JACKET}?ask=1", f"{JACKET}/take-back", "/products", f"/products?q={EVIL}"):
        page = await shop.caller.get(path)
        assert page.status == 200, path
        assert "alert" in page.words
        assert not re.search(r"<script>|<img src=x|<b onclick", page.text), path
        assert not re.search(r"""(src|href)=["']?javascript""", page.text), path


async def test_a_picture_is_fetched_without_telling_where_from(shop: Shop) -> None:
    await shop.sign_in("viewer")
    page = await shop.caller.get(JACKET)
    shown = re.findall(r"<img class=\"picture\"[^>]*>", page.text)
    assert len(shown) > 3 and all("https://x.no/" in one for one in shown)
    for part in ('loading="lazy"', 'referrerpolicy="no-referrer"', "alt="):
        assert all(part in one for one in shown)


# ----------------------------------------------------------------------------------- what is done


async def test_a_product_is_sent_again(shop: Shop) -> None:
    await shop.sign_in()
    page = await shop.caller.get(JACKET)
    assert f'action="{JACKET}/send"' in page.text
    answer = await shop.caller.post(f"{JACKET}/send")
    assert (answer.status, answer.to) == (303, JACKET)
    change = await shop.scene.change()
    assert change is not None and (change["state"], change["lane"]) == ("due", "product")
    assert await shop.audit() == [("console:ola", "send", "1")]
    assert "ola ba om å sende den på nytt" in (await shop.caller.get(JACKET)).words


async def test_who_only_looks_does_nothing_and_sees_no_button(shop: Shop) -> None:
    await shop.sign_in("viewer")
    assert "Send på nytt" not in (await shop.caller.get(JACKET)).words
    for deed in DEEDS:
        assert (await shop.caller.post(f"{JACKET}/{deed}")).status == 403, deed
    assert await shop.audit() == [] and await shop.scene.change() is None


async def test_a_forged_form_does_nothing(shop: Shop) -> None:
    await shop.sign_in()
    for deed in DEEDS:
        assert (await shop.caller.post(f"{JACKET}/{deed}", {"seal": "0" * 64})).status == 403, deed
    assert await shop.audit() == [] and await shop.scene.change() is None


async def test_what_was_given_up_is_tried_again_or_skipped(shop: Shop, pool: asyncpg.Pool) -> None:
    await shop.sign_in()
    await pool.execute("delete from retail.price where variant_id = 1")
    await shop.scene.push()
    page = await shop.caller.get(JACKET)
    assert "gitt opp" in page.words and "Prøv igjen" in page.words
    assert "har ingen pris" in page.words and "has no price" not in page.words
    await shop.caller.post(f"{JACKET}/retry", {"kind": "product", "of": "1"})
    change = await shop.scene.change()
    assert change is not None and change["state"] == "due"
    late = await shop.caller.post(f"{JACKET}/retry", {"kind": "product", "of": "1"})
    assert late.status == 303
    assert "Ingenting av den var gitt opp lenger" in (await shop.caller.get(JACKET)).words
    await shop.scene.push()
    await shop.caller.post(f"{JACKET}/skip", {"kind": "product", "of": "1"})
    assert await shop.scene.change() is None
    actions = [action for _, action, key in await shop.audit() if key == "1"]
    assert actions == ["retry", "retry", "skip"]


async def test_a_pause_is_ended_where_it_is_the_answer(shop: Shop, pool: asyncpg.Pool) -> None:
    await shop.sign_in()
    await pool.execute("select syncd.pause($1, 'varetelling')", DOMAIN)
    await shop.rename("Varm jakke")
    while (await leasing.route_once(pool)).events:
        pass
    assert "Avslutt pausen for butikken" in (await shop.caller.get(JACKET)).words
    await shop.caller.post(f"{JACKET}/resume")
    assert await pool.fetchval("select paused_until from syncd.shop") is None


async def test_the_last_change_is_taken_back_once_it_was_shown(
    shop: Shop, pool: asyncpg.Pool
) -> None:
    await shop.sign_in()
    await shop.rename("Feil")
    await shop.scene.push()
    page = await shop.caller.get(JACKET)
    assert "Ta tilbake denne endringen" in page.words and f'"{JACKET}/take-back"' in page.text
    asked = await shop.caller.get(f"{JACKET}/take-back")
    assert re.search(r'class="was">Feil<.*class="is">Jakke<', asked.text, re.DOTALL)
    assert f'action="{JACKET}/take-back"' in asked.text
    assert await pool.fetchval("select count(*) from syncd.run") == 0
    (digest,) = re.findall(r'name="digest" value="([^"]+)"', asked.text)
    assert (await shop.caller.post(f"{JACKET}/take-back", {"digest": digest})).to == JACKET
    run = await pool.fetchrow("select run_id, kind, asked_by from syncd.run")
    assert run is not None and (run["kind"], run["asked_by"]) == ("revert", "console:ola")
    assert (await carried(shop.scene, run["run_id"])).state == "done"
    assert shop.scene.product("Jakke")
    assert await shop.audit() == [("console:ola", "take_back", "1")]


async def test_what_was_not_shown_is_not_taken_back(shop: Shop, pool: asyncpg.Pool) -> None:
    await shop.sign_in()
    await shop.rename("Feil")
    await shop.scene.push()
    asked = await shop.caller.get(f"{JACKET}/take-back")
    (digest,) = re.findall(r'name="digest" value="([^"]+)"', asked.text)
    await shop.rename("Ny jakke")
    await shop.scene.push()
    answer = await shop.caller.post(f"{JACKET}/take-back", {"digest": digest})
    assert answer.status == 409 and "Ny jakke" in answer.words
    await shop.rename("Enda en")
    answer = await shop.caller.get(f"{JACKET}/take-back")
    assert "Backoffice har endret den siden" in answer.words and "digest" not in answer.text
    assert await pool.fetchval("select count(*) from syncd.run") == 0


# ----------------------------------------------------------------------------------- many products


async def test_a_product_is_found_with_its_state(shop: Shop, pool: asyncpg.Pool) -> None:
    await shop.sign_in("viewer")
    gid = await pool.fetchval("select gid from syncd.link where key = '1'")
    for text in ("jakke", "J-S", "70J-M", "1", gid):
        page = await shop.caller.get(f"/products?q={text}")
        assert f'href="{JACKET}"' in page.text, text
        assert f"{DOMAIN}/products/2" not in page.text and "i takt" in page.words, text


async def test_a_product_that_the_shop_does_not_have_is_found_too(
    shop: Shop, pool: asyncpg.Pool
) -> None:
    await shop.sign_in("viewer")
    bad = replace(LUE, row=9, handle="vott", title="Vott", variants=(variant(sku="V-1"),))
    await shop.scene.load(bad)
    await pool.execute("delete from retail.price where variant_id = 4")
    await shop.scene.push()
    for path in ("/products?q=V-1", "/products?state=dead", "/products?state=not-linked"):
        page = await shop.caller.get(path)
        assert f'href="/shops/{DOMAIN}/products/3"' in page.text and "Vott" in page.words, path
    assert "gitt opp" in (await shop.caller.get("/products?state=dead")).words
    assert "Vott" in (await shop.caller.get(f"/shops/{DOMAIN}/products/3")).words


async def test_an_empty_page_says_what_would_stand_there(shop: Shop) -> None:
    await shop.sign_in("viewer")
    for path, said in EMPTY.items():
        page = await shop.caller.get(f"/products?{path}")
        assert page.status == 200 and said in page.words, path


async def test_an_installation_without_a_shop_says_where_to_begin(admin: Caller) -> None:
    page = await admin.get("/products")
    assert "Det er ingen butikk ennå" in page.words and 'href="/shops"' in page.text


async def test_pages_follow_one_another_without_a_gap(shop: Shop, pool: asyncpg.Pool) -> None:
    await shop.sign_in("viewer")
    await pool.execute(
        "insert into syncd.link (shop_id, kind, key, gid, known, digest)"
        " select l.shop_id, l.kind, 'k' || n, 'gid://shopify/Product/9' || n, l.known, l.digest"
        " from syncd.link l, generate_series(1, 98) n where l.key = '2'"
    )
    for start in ("/products", "/products?q=Lue"):
        path, seen = start, []
        while path:
            page = await shop.caller.get(path)
            seen += re.findall(r'<th scope="row"><a href="[^"]+/([^"/]+)"', page.text)
            more = re.findall(r'rel="next" href="([^"]+)"', page.text)
            path = more[0].replace("&amp;", "&") if more else ""
        assert len(seen) == len(set(seen)) == (100 if start == "/products" else 99), start


async def test_the_shop_is_asked_by_handle_when_somebody_wants_so(shop: Shop) -> None:
    await shop.sign_in("viewer")
    handle = shop.scene.product()["handle"]
    before = await shop.caller.get(f"/products?q={handle}-x")
    assert "ask=1" in before.text
    page = await shop.caller.get(f"/products?q={handle}-x&ask=1")
    assert "ingen kjenner" in page.words.lower()
