"""The settings page: what is shown, what is saved, what is refused beside its field."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import asyncpg
import pytest

from syncd.postgres import shop_settings
from tests.flows.conftest import ACCOUNT, DOMAIN, TOKEN, Scene, playing
from tests.web.console.caller import Answer, Caller
from tests.web.console.desks import become, deeds, visited

HERE = f"/shops/{DOMAIN}/settings"
HIDDEN = re.compile(r'name="(was\.[a-z_]+)" value="([^"]*)"')
NASTY = "<script>alert('x')</script>"


@dataclass(slots=True)
class Place:
    """A shop that is linked, a console before it."""

    caller: Caller
    scene: Scene

    async def form(self) -> dict[str, str]:
        """The page's form as a browser sends it when nothing was touched."""
        text = (await self.caller.get(HERE)).text
        fields = {name: unescape(value) for name, value in HIDDEN.findall(text)}
        for name, value in list(fields.items()):
            plain = name.removeprefix("was.")
            switch = f'type="checkbox" name="{plain}" value="on"' in text
            if not (switch and value == "off"):
                fields[plain] = value
        return fields

    async def save(self, **changed: str) -> Answer:
        return await self.caller.post(HERE, {**await self.form(), **changed})

    async def stored(self, name: str) -> object:
        return (await shop_settings.stored(self.caller.pool, self.scene.shop.shop_id))[name]


@pytest.fixture
async def place(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Place]:
    async with (
        playing(pool, tmp_path) as scene,
        visited(pool, scene.vault, scene.running.url) as caller,
    ):
        yield Place(caller, scene)


def field(answer: Answer, name: str) -> str:
    """The HTML of a field with what is wrong with it."""
    return answer.text.split(f'id="field-{name}"')[1].split('class="setting"')[0]


async def test_the_fields_stand_in_the_guides_order_under_the_guides_words(place: Place) -> None:
    words = (await place.caller.get(HERE)).words
    order = ["URL", "Henter pris", "Oppdaterer/Overfører lagerbeholdning", "Shopify location",
             "Overwrite Images?", "Synkroniser ordre med status: Fulfilled?",
             "Bare synkroniser pris når prisen er endret i Backoffice?", "Synkronisere lager",
             "Synkronisere produkter?", "Bruk versjon 2 av Shopify", "Synkronisere beskrivelse",
             "Kunder", "Sammenlign"]  # fmt: skip
    at = [words.index(one) for one in order]
    assert at == sorted(at)
    assert "Price department" in words  # en beside it


async def test_choices_are_loaded_from_the_shop_and_the_backoffice(place: Place) -> None:
    answer = await place.caller.get(HERE)
    assert "gid://shopify/Location/" in field(answer, "location")
    assert 'value="hoved" selected' in field(answer, "stock_warehouse")
    assert "Online Store" in field(answer, "publish_to")


async def test_a_form_that_nobody_touched_changes_nothing(place: Place) -> None:
    before = await shop_settings.stored(place.caller.pool, place.scene.shop.shop_id)
    answer = await place.save()
    assert (answer.status, answer.to) == (303, HERE)
    assert "Ingenting ble endret" in (await place.caller.get(HERE)).words
    assert await shop_settings.stored(place.caller.pool, place.scene.shop.shop_id) == before
    assert await deeds(place.caller) == []


async def test_a_change_is_stored_told_with_its_effect_and_written_down(place: Place) -> None:
    answer = await place.save(image_mode="overwrite", compare_every="6 h")
    assert answer.status == 303
    page = await place.caller.get(HERE)
    assert "Lagret. Dette skjer nå:" in page.words
    assert await place.stored("image_mode") == "overwrite"
    assert await place.stored("compare_every") == 6 * 3600
    assert "console:kari Bilder" in page.words
    assert await deeds(place.caller) == ["settings"]


async def test_a_switch_that_is_not_ticked_is_off(place: Place) -> None:
    form = await place.form()
    del form["sync_description"]
    await place.caller.post(HERE, form)
    assert await place.stored("sync_description") is False


async def test_what_means_nothing_stands_beside_its_field_and_the_rest_stays_typed(
    place: Place,
) -> None:
    answer = await place.save(compare_every="snart", guard_deletions="-1", image_mode="overwrite")
    assert answer.status == 422
    assert "kan ikke være" in field(answer, "compare_every")
    assert 'value="snart"' in field(answer, "compare_every")
    assert 'aria-invalid="true"' in field(answer, "guard_deletions")
    assert 'value="overwrite" checked' in field(answer, "image_mode")
    assert 'href="#field-compare_every"' in answer.text
    assert 'aria-invalid="true"' not in field(answer, "image_mode")
    assert await place.stored("image_mode") == "append"


async def test_what_the_shop_does_not_have_stands_beside_its_field(place: Place) -> None:
    answer = await place.save(location="gid://shopify/Location/99", image_mode="overwrite")
    assert answer.status == 422 and 'class="fault"' in field(answer, "location")
    assert await place.stored("image_mode") == "append"


async def test_stock_without_a_warehouse_is_told_at_the_warehouse(place: Place) -> None:
    answer = await place.save(stock_warehouse="")
    assert answer.status == 422 and "uten et lager" in field(answer, "stock_warehouse")
    assert await place.stored("stock_warehouse") == "hoved"


async def test_two_who_save_at_once_do_not_undo_each_other(place: Place) -> None:
    olas = await place.form()
    await place.save(inactive_as="archived")
    await place.caller.post(HERE, {**olas, "image_mode": "overwrite"})
    assert await place.stored("inactive_as") == "archived"
    assert await place.stored("image_mode") == "overwrite"


async def test_who_changes_the_same_as_another_is_told_first_and_may_insist(place: Place) -> None:
    olas = await place.form()
    await place.save(image_mode="overwrite")
    answer = await place.caller.post(HERE, {**olas, "image_mode": "if_empty"})
    assert answer.status == 422 and "noen andre har endret" in field(answer, "image_mode").lower()
    assert await place.stored("image_mode") == "overwrite"
    shown = {name: unescape(value) for name, value in HIDDEN.findall(answer.text)}
    answer = await place.caller.post(HERE, {**olas, **shown, "image_mode": "if_empty"})
    assert answer.status == 303 and await place.stored("image_mode") == "if_empty"


async def test_the_apps_secret_is_written_and_never_shown(place: Place) -> None:
    secret = "shpss_aaaabbbbccccddddaaaabbbbccccdddd"
    assert (await place.save(app_secret=secret)).status == 303
    page = await place.caller.get(HERE)
    assert secret not in page.text and "Den er satt. Endret" in page.words
    assert await place.stored("app_secret") is True
    answer = await place.save(app_secret="shpat_aaaabbbbccccddddaaaabbbbccccdddd")
    assert answer.status == 422 and "aaaabbbb" not in answer.text
    await place.save(**{"app_secret.remove": "on"})
    assert await place.stored("app_secret") is False


async def test_other_credentials_are_tried_before_they_are_stored(place: Place) -> None:
    kept = "select credentials from syncd.shop"
    before = await place.caller.pool.fetchval(kept)
    wrong = "shpat_" + "f" * 32
    path = f"/shops/{DOMAIN}/credentials"
    answer = await place.caller.post(path, {"token": wrong})
    assert answer.status == 422 and "slipper oss ikke inn" in answer.words
    assert wrong not in answer.text
    assert await place.caller.pool.fetchval(kept) == before
    answer = await place.caller.post(
        path, {"client_id": "sandbox-app", "client_secret": "sandbox-secret"}
    )
    assert answer.status == 303, answer.words
    assert await place.caller.pool.fetchval(kept) != before
    assert await deeds(place.caller) == ["credentials"]
    who = "select changed_by from syncd.setting_change where setting = 'credentials'"
    assert await place.caller.pool.fetchval(who) == "console:kari"


async def test_a_shop_is_switched_off_and_on(place: Place) -> None:
    await place.caller.post(f"/shops/{DOMAIN}/enabled", {"enabled": "off"})
    assert await place.stored("enabled") is False
    assert "Ingenting sendes eller hentes" in (await place.caller.get(HERE)).words
    await place.caller.post(f"/shops/{DOMAIN}/enabled", {"enabled": "on"})
    assert await place.stored("enabled") is True
    assert await deeds(place.caller) == ["disable", "enable"]


async def test_a_whole_shop_is_compared_when_an_operator_asks(place: Place) -> None:
    await become(place.caller, "operator")
    answer = await place.caller.post(f"/shops/{DOMAIN}/sync")
    run = await place.caller.pool.fetchrow("select run_id, asked_by from syncd.run")
    assert run is not None
    assert answer.to == f"/runs/{run['run_id']}" and run["asked_by"] == "console:kari"
    again = await place.caller.post(f"/shops/{DOMAIN}/sync")
    assert again.to == answer.to
    await become(place.caller, "viewer")
    assert (await place.caller.post(f"/shops/{DOMAIN}/sync")).status == 403


async def test_the_check_tells_what_the_command_tells(place: Place) -> None:
    before = await place.caller.get(f"/shops/{DOMAIN}/check")
    assert "Sjekk nå" in before.words
    page = await place.caller.get(f"/shops/{DOMAIN}/check?now=1")
    assert "tilgangstokenet utløper ikke" in page.words and TOKEN not in page.text
    assert "API-versjon" in page.words
    assert "melder ingenting med webhooks" in page.words


async def test_a_shop_that_does_not_answer_leaves_the_page_readable(place: Place) -> None:
    await place.scene.tell("apps/sandbox-app", {"installed": False})
    page = await place.caller.get(HERE)
    assert page.status == 200 and "Shopify svarer ikke akkurat nå" in page.words
    assert f'value="{place.scene.shop.location}" selected' in field(page, "location")
    assert (await place.save(sync_description="")).status == 303


@pytest.mark.parametrize("role", ["viewer", "operator"])
async def test_others_read_settings_and_change_none(place: Place, role: str) -> None:
    form = await place.form()
    await become(place.caller, role)
    page = await place.caller.get(HERE)
    assert "Bare en administrator kan endre" in page.words and ">Lagre<" not in page.text
    for path, fields in (
        (HERE, {**form, "image_mode": "overwrite"}),
        (f"/shops/{DOMAIN}/enabled", {"enabled": "off"}),
        (f"/shops/{DOMAIN}/credentials", {"token": TOKEN}),
    ):
        assert (await place.caller.post(path, fields)).status == 403, path
    assert await place.stored("image_mode") == "append"


async def test_no_name_of_the_backoffice_is_html(place: Place) -> None:
    pool = place.caller.pool
    await pool.execute("update retail.department set name = $1", NASTY)
    await pool.execute("update retail.warehouse set name = $1", NASTY)
    await pool.execute(
        "insert into syncd.setting_change (shop_id, domain, setting, old, new, changed_by)"
        " values ($1, $2, 'price_department', $3, 'x', $3)",
        place.scene.shop.shop_id, DOMAIN, NASTY,
    )  # fmt: skip
    answer = await place.save(compare_every=NASTY, webhook_address=f'">{NASTY}')
    assert answer.status == 422 and "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", answer.text)


async def test_the_english_labels_have_the_guides_word_beside_them(place: Place) -> None:
    place.caller.language = "en"
    words = (await place.caller.get(HERE)).words
    assert "Price department Henter pris" in words and "Save" in words


async def test_a_shop_that_is_not_there_is_a_page_that_says_so(place: Place) -> None:
    for domain in ("nowhere.myshopify.com", "evil.example", "%3Cscript%3E"):
        for page in ("settings", "link", "check", "setup", "setup/begin"):
            answer = await place.caller.get(f"/shops/{domain}/{page}")
            assert answer.status == 404 and "<script>" not in answer.text, (domain, page)


async def test_another_account_brings_its_own_places(place: Place) -> None:
    answer = await place.save(account="nobody")
    assert answer.status == 422 and 'class="fault"' in field(answer, "account")
    assert await place.stored("account") == ACCOUNT
