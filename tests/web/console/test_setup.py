"""The guided set-up: from nothing to a shop whose first products are on their way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import asyncpg
import pytest

from syncd.catalogue.entries import Catalogue
from syncd.postgres import reference
from syncd.sandbox import server as sandbox
from syncd.sandbox.server import Running
from syncd.vault import Vault
from tests.flows.conftest import ACCOUNT, DOMAIN, JAKKE, OPTIONS
from tests.web.console.caller import Answer, Caller
from tests.web.console.desks import become, deeds, visited

PASTED = "shpat_0123456789abcdef0123456789abcdef"
SECRET = "shpss_0123456789abcdef0123456789abcdef"
SETUP = f"/shops/{DOMAIN}/setup"
CHOSEN = {
    "was.account": "", "account": ACCOUNT, "was.price_department": "", "price_department": "nett",
    "was.sync_stock": "", "sync_stock": "on", "was.stock_warehouse": "", "stock_warehouse": "hoved",
    "was.location": "", "was.stock_direction": "", "stock_direction": "two_way",
}  # fmt: skip


@dataclass(slots=True)
class Place:
    """A console without a shop, a sandbox that would be one."""

    caller: Caller
    running: Running

    async def enter(self, **fields: str) -> Answer:
        await self.caller.get(f"/shops/new/access?domain={DOMAIN}")
        return await self.caller.post("/shops/new/access", {"domain": DOMAIN, **fields})

    async def location(self) -> str:
        """The first location, as the page offers it."""
        page = (await self.caller.get(f"{SETUP}/choices")).text
        return page.split('value="gid://shopify/Location/')[1].split('"')[0]

    async def state(self) -> tuple[str, bool]:
        row = await self.caller.pool.fetchrow("select state, enabled from syncd.shop")
        assert row is not None
        return row["state"], row["enabled"]


@pytest.fixture
async def place(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Place]:
    vault = Vault.open(tmp_path / "key", create=True)
    await reference.install(pool)
    await reference.load(pool, Catalogue("Fjord", (JAKKE,)), account_id=ACCOUNT)
    options = replace(OPTIONS, token=PASTED)
    async with (
        sandbox.running(options) as running,
        visited(pool, vault, running.url) as caller,
    ):
        yield Place(caller, running)


async def test_an_empty_installation_leads_to_the_set_up(place: Place) -> None:
    caller = place.caller
    assert 'href="/shops/new"' in (await caller.get("/")).text
    page = await caller.get("/shops")
    assert 'href="/shops/new"' in page.text and "Ingen butikk ennå" in page.words
    await become(caller, "operator")
    page = await caller.get("/shops")
    assert 'href="/shops/new"' not in page.text and "En administrator" in page.words
    assert (await caller.get("/shops/new")).status == 403


@pytest.mark.parametrize("written", ["fjord", "https://admin.shopify.com/store/fjord", DOMAIN])
async def test_the_address_may_be_written_in_any_way(place: Place, written: str) -> None:
    page = await place.caller.get(f"/shops/new/access?domain={written}")
    assert page.status == 200 and f'name="domain" value="{DOMAIN}"' in page.text


async def test_a_foreign_address_is_refused_beside_its_field_and_stays_there(place: Place) -> None:
    page = await place.caller.get('/shops/new/access?domain="><script>alert(1)</script>')
    assert page.status == 422 and "er ingen Shopify-butikk" in page.words
    assert 'aria-invalid="true"' in page.text and "<script>alert" not in page.text


async def test_a_pasted_api_secret_is_recognised_and_never_comes_back(place: Place) -> None:
    answer = await place.enter(token=SECRET)
    assert answer.status == 422 and "det er appens API-hemmelighet" in answer.words
    assert SECRET not in answer.text and SECRET[6:] not in answer.text
    assert await place.caller.pool.fetchval("select count(*) from syncd.shop") == 0


async def test_credentials_that_shopify_refuses_are_not_stored_nor_shown_again(
    place: Place,
) -> None:
    wrong = "shpat_ffffffffffffffffffffffffffffffff"
    answer = await place.enter(token=wrong)
    assert answer.status == 422 and "slipper oss ikke inn" in answer.words
    answer = await place.enter(client_id="abcdef", client_secret=SECRET)
    assert answer.status == 422 and 'value="abcdef"' in answer.text and SECRET not in answer.text
    assert await place.caller.pool.fetchval("select count(*) from syncd.shop") == 0


async def test_a_shop_is_set_up_from_nothing_and_nothing_is_sent_before_the_end(
    place: Place,
) -> None:
    caller = place.caller
    answer = await place.enter(token=PASTED)
    assert (answer.status, answer.to) == (303, SETUP)
    assert await place.state() == ("unlinked", False)
    found = await caller.get(SETUP)
    assert "NOK" in found.words and "Den har alle tilgangene" in found.words
    assert "Fortsett oppsettet" in (await caller.get("/shops")).words
    location = f"gid://shopify/Location/{await place.location()}"
    answer = await caller.post(f"{SETUP}/choices", {**CHOSEN, "location": location})
    assert (answer.status, answer.to) == (303, f"{SETUP}/begin"), answer.words
    assert await place.state() == ("unlinked", False)
    begin = await caller.get(f"{SETUP}/begin")
    assert "det er ingen produkter i" in begin.words
    answer = await caller.post(f"{SETUP}/begin", {"holds": "nothing"})
    assert (answer.status, answer.to) == (303, f"{SETUP}/done")
    assert await place.state() == ("linked", True)
    run = await caller.pool.fetchrow("select kind, asked_by from syncd.run")
    assert run and tuple(run) == ("resync", "console:kari")
    assert "Butikken undersøkes" in (await caller.get(f"{SETUP}/done")).words
    assert await deeds(caller) == ["add_shop", "settings", "declare_empty"]
    assert PASTED not in "".join([found.text, begin.text])


async def test_a_shop_with_products_is_linked_first(place: Place) -> None:
    caller = place.caller
    await place.enter(token=PASTED)
    answer = await caller.post(f"{SETUP}/begin", {"holds": "products"})
    assert answer.to == f"/shops/{DOMAIN}/link"
    assert await place.state() == ("unlinked", True)
    assert await caller.pool.fetchval("select kind from syncd.run") == "link"
    assert "holdes opp mot Backoffice" in (await caller.get(answer.to)).words


async def test_what_was_begun_twice_is_one_shop_that_goes_on(place: Place) -> None:
    await place.enter(token=PASTED)
    answer = await place.caller.get(f"/shops/new/access?domain={DOMAIN}")
    assert (answer.status, answer.to) == (303, SETUP)
    answer = await place.enter(token=PASTED)
    assert answer.status == 422 and "er lagt til fra før" in answer.words


async def test_a_choice_that_cannot_be_stands_beside_its_field_and_what_was_chosen_stays(
    place: Place,
) -> None:
    await place.enter(token=PASTED)
    fields = {**CHOSEN, "location": "", "stock_direction": "to_shopify"}
    answer = await place.caller.post(f"{SETUP}/choices", fields)
    field = answer.text.split('id="field-location"')[1].split('id="field-')[0]
    assert answer.status == 422 and "velg en, eller slå av" in field
    assert 'value="to_shopify" checked' in answer.text


@pytest.mark.parametrize(
    ("scopes", "status", "words"),
    [
        pytest.param("read_products read_locations read_publications", 422,
                     "write_inventory for å holde lagertallene like", id="needed"),
        pytest.param("write_products read_locations write_publications write_inventory", 303,
                     "read_orders for å", id="wanted"),
    ],
)  # fmt: skip
async def test_missing_scopes_are_named_with_what_each_is_for(
    pool: asyncpg.Pool, tmp_path: Path, scopes: str, status: int, words: str
) -> None:
    await reference.install(pool)
    await reference.load(pool, Catalogue("Fjord", ()), account_id=ACCOUNT)
    vault = Vault.open(tmp_path / "key", create=True)
    async with (
        sandbox.running(replace(OPTIONS, token=PASTED, scopes=tuple(scopes.split()))) as running,
        visited(pool, vault, running.url) as caller,
    ):
        answer = await Place(caller, running).enter(token=PASTED)
        found = answer if status == 422 else await caller.get(SETUP)
    assert answer.status == status and words in found.words
    assert "nødvendig" not in found.words


@pytest.mark.parametrize("role", ["viewer", "operator"])
async def test_only_an_administrator_sets_up(place: Place, role: str) -> None:
    await place.enter(token=PASTED)
    await become(place.caller, role)
    for path in (f"{SETUP}/begin", f"{SETUP}/choices", "/shops/new/access"):
        answer = await place.caller.post(path, {"holds": "nothing", "domain": DOMAIN})
        assert answer.status == 403, path
    assert await place.state() == ("unlinked", False)


async def test_the_english_words_are_there_too(place: Place) -> None:
    place.caller.language = "en"
    await place.enter(token=PASTED)
    assert "What the app may do" in (await place.caller.get(SETUP)).words
    page = await place.caller.get(f"{SETUP}/choices")
    assert "Price department Henter pris" in page.words
