"""What somebody types wrongly is answered by one clear sentence, in either language."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

from syncd.catalogue.entries import Catalogue
from syncd.cli.run import exit_code, shop_of
from syncd.errors import ConfigError
from syncd.flows import configure, onboard
from syncd.flows.onboard import Wishes
from syncd.phrases import Phrase, said
from syncd.postgres import db, reference
from syncd.postgres.embedded import Server
from syncd.rules import credentials, tokens
from syncd.rules import domain as domains
from syncd.rules import shop_settings as rules
from syncd.rules.shop_settings import Given
from syncd.sandbox.options import App
from syncd.shopify import client as shopify
from syncd.shopify.client import Client
from tests.conftest import TEMPLATE, fresh_database
from tests.flows.conftest import DOMAIN, JAKKE, LUE, OPTIONS, TOKEN, Scene, playing

Deed = Callable[[Scene], Awaitable[object]]


@pytest.fixture(scope="module")
def shop(
    portal: BlockingPortal, embedded: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    """One shop for all: none of what is tried here stores anything."""
    folder = tmp_path_factory.mktemp("refused")
    with (
        fresh_database(portal, embedded, TEMPLATE) as url,
        portal.wrap_async_context_manager(filled(url, folder)) as scene,
    ):
        yield scene


@asynccontextmanager
async def filled(url: str, folder: Path) -> AsyncIterator[Scene]:
    options = replace(OPTIONS, scopes=SCOPES, apps=(WEAK,))
    async with db.connect(url, name="tests", size=2) as pool, playing(pool, folder, options) as one:
        await one.load(JAKKE)
        await one.push()
        await reference.load(pool, Catalogue("Dal", ()), account_id="dal")
        await reference.load(pool, Catalogue("Fjell", (LUE,)), account_id="fjell")
        await pool.execute("update retail.account set currency = 'SEK' where account_id = 'fjell'")
        yield one


async def stored(scene: Scene) -> tuple[list[Any], int]:
    """All that a refused deed must leave as it was."""
    rows = await scene.pool.fetch("select * from syncd.shop order by shop_id")
    log: int = await scene.pool.fetchval("select count(*) from syncd.setting_change")
    return [tuple(row) for row in rows], log


def set_(*words: str, domain: str = DOMAIN) -> Deed:
    """As `syncd shop set` does."""

    async def deed(scene: Scene) -> object:
        given = Given(rules.read(rules.pairs(words)))
        shop = await shop_of(scene.pool, domain)

        @asynccontextmanager
        async def visit() -> AsyncIterator[Client]:
            yield scene.client

        return await configure.change(scene.pool, shop, given, visit=visit, author="ola")

    return deed


def add(domain: str = "ny", token: str = TOKEN, **wishes: Any) -> Deed:
    """As `syncd shop add` does."""

    async def deed(scene: Scene) -> object:
        wanted = Wishes(domains.normal(domain), **wishes)
        given = credentials.token(token)
        async with shopify.connect(wanted.domain, given.text, url=scene.running.url) as client:
            return await onboard.add(scene.pool, client, wanted, sealed=b"x")

    return deed


def secret(text: str) -> Deed:
    """As what is pasted when a secret is asked for."""

    async def deed(scene: Scene) -> object:
        return tokens.checked_secret(text)

    return deed


SCOPES = (*onboard.NEEDED_SCOPES, "write_locations")
WEAK = App("weak", "hush", "shpat_weak", ("read_products", "write_products"), 2)
LONG = "x" * 10_000
SHORT = "x" * 79 + "…"
# What is tried, what is said, in Norwegian, how the next step begins.
CASES: list[tuple[Deed, str, str, str]] = [
    (
        set_("imag_mode=append"),
        "there is no setting 'imag_mode'",
        "det finnes ingen innstilling 'imag_mode'",
        "did you mean image_mode?",
    ),
    (
        set_("image-mode=append"),
        "there is no setting 'image-mode'",
        "det finnes ingen innstilling 'image-mode'",
        "did you mean image_mode?",
    ),
    (
        set_("xyzzy=1"),
        "there is no setting 'xyzzy'",
        "det finnes ingen innstilling 'xyzzy'",
        "`syncd shop set` with the shop's address alone lists them al",
    ),
    (
        set_("=1"),
        "there is no setting ''",
        "det finnes ingen innstilling ''",
        "`syncd shop set` with the shop's address alone lists them al",
    ),
    (
        set_("domain=other.myshopify.com"),
        "there is no setting 'domain'",
        "det finnes ingen innstilling 'domain'",
        "`syncd shop set` with the shop's address alone lists them al",
    ),
    (
        set_("image_mode"),
        "'image_mode' sets nothing",
        "'image_mode' setter ingenting",
        "write name=value, such as image_mode=append",
    ),
    (
        set_("image_mode=append", "image_mode=overwrite"),
        "image_mode is given twice",
        "image_mode er oppgitt to ganger",
        "give it once",
    ),
    (
        set_(f"{LONG}=1"),
        f"there is no setting '{SHORT}'",
        f"det finnes ingen innstilling '{SHORT}'",
        "`syncd shop set` with the shop's address alone lists them al",
    ),
    (
        set_("image_mode=overwrit"),
        "image_mode cannot be 'overwrit'",
        "image_mode kan ikke være 'overwrit'",
        "did you mean 'overwrite'? there is: append, overwrite, if_em",
    ),
    (
        set_("image_mode=Ja"),
        "image_mode cannot be 'Ja'",
        "image_mode kan ikke være 'Ja'",
        "there is: append, overwrite, if_empty",
    ),
    (
        set_("image_mode="),
        "image_mode cannot be empty",
        "image_mode kan ikke være tom",
        "give it a value",
    ),
    (
        set_("inactive_as='; drop table syncd.shop; --"),
        'inactive_as cannot be "\'; drop table syncd.shop; --"',
        'inactive_as kan ikke være "\'; drop table syncd.shop; --"',
        "there is: draft, archived, unlisted",
    ),
    (
        set_("unknown_variants=🔥"),
        "unknown_variants cannot be '🔥'",
        "unknown_variants kan ikke være '🔥'",
        "there is: keep, remove",
    ),
    (
        set_("stock_direction=from shopify"),
        "stock_direction cannot be 'from shopify'",
        "stock_direction kan ikke være 'from shopify'",
        "did you mean 'from_shopify'? there is: from_shopify, to_shop",
    ),
    (
        set_("enabled=maybe"),
        "enabled cannot be 'maybe'",
        "enabled kan ikke være 'maybe'",
        "write on or off",
    ),
    (
        set_("sync_products=\x1b[31mon"),
        "sync_products cannot be '\\x1b[31mon'",
        "sync_products kan ikke være '\\x1b[31mon'",
        "write on or off",
    ),
    (
        set_("sync_orders=on"),
        "the app in fjord.myshopify.com lacks scopes: read_orders, read_customers, "
        "read_merchant_managed_fulfillment_orders",
        "appen i fjord.myshopify.com mangler tilganger: read_orders, read_customers, "
        "read_merchant_managed_fulfillment_orders",
        "give the app these scopes in Shopify, install it anew, then ",
    ),
    (
        set_("fulfil_orders=on"),
        "the app in fjord.myshopify.com lacks scopes: read_orders, "
        "write_merchant_managed_fulfillment_orders",
        "appen i fjord.myshopify.com mangler tilganger: read_orders, "
        "write_merchant_managed_fulfillment_orders",
        "give the app these scopes in Shopify, install it anew, then ",
    ),
    (
        set_("guard_deletions=-1"),
        "guard_deletions cannot be '-1'",
        "guard_deletions kan ikke være '-1'",
        "write a whole number from 0 to 1000000",
    ),
    (
        set_("guard_deletions=many"),
        "guard_deletions cannot be 'many'",
        "guard_deletions kan ikke være 'many'",
        "write a whole number from 0 to 1000000",
    ),
    (
        set_("guard_inactive_percent=101 %"),
        "guard_inactive_percent cannot be '101 %'",
        "guard_inactive_percent kan ikke være '101 %'",
        "write a whole number from 0 to 100",
    ),
    (
        set_("guard_inactive_percent=10.5"),
        "guard_inactive_percent cannot be '10.5'",
        "guard_inactive_percent kan ikke være '10.5'",
        "write a whole number from 0 to 100",
    ),
    (
        set_("guard_row_errors=١٢"),
        "guard_row_errors cannot be '١٢'",
        "guard_row_errors kan ikke være '١٢'",
        "write a whole number from 0 to 1000000",
    ),
    (
        set_("guard_row_errors=999999999999999999999"),
        "guard_row_errors cannot be '999999999999999999999'",
        "guard_row_errors kan ikke være '999999999999999999999'",
        "write a whole number from 0 to 1000000",
    ),
    (
        set_("compare_every=3 fortnights"),
        "compare_every cannot be '3 fortnights'",
        "compare_every kan ikke være '3 fortnights'",
        "write a number with its unit, such as 3 h or 90 min, or: nev",
    ),
    (
        set_("compare_every=3"),
        "compare_every cannot be '3'",
        "compare_every kan ikke være '3'",
        "write a number with its unit, such as 3 h or 90 min, or: nev",
    ),
    (
        set_("compare_every=1 min"),
        "compare_every cannot be '1 min'",
        "compare_every kan ikke være '1 min'",
        "write something from 10 min to 31 d",
    ),
    (
        set_("compare_every=-3 h"),
        "compare_every cannot be '-3 h'",
        "compare_every kan ikke være '-3 h'",
        "write a number with its unit, such as 3 h or 90 min, or: nev",
    ),
    (
        set_("compare_every=400 d"),
        "compare_every cannot be '400 d'",
        "compare_every kan ikke være '400 d'",
        "write something from 10 min to 31 d",
    ),
    (
        set_("price_department=nettt"),
        "there is no price department 'nettt'",
        "'nettt' finnes ikke (prisavdeling)",
        "did you mean 'nett'? there is: butikk, nett (Nettbutikk)",
    ),
    (
        set_("price_department=nedlagt"),
        "there is no price department 'nedlagt'",
        "'nedlagt' finnes ikke (prisavdeling)",
        "did you mean 'nett'? there is: butikk, nett (Nettbutikk)",
    ),
    (
        set_("price_department=nett\u202e"),
        "there is no price department 'nett\\u202e'",
        "'nett\\u202e' finnes ikke (prisavdeling)",
        "did you mean 'nett'? there is: butikk, nett (Nettbutikk)",
    ),
    (
        set_("price_department=Nettbutik"),
        "there is no price department 'Nettbutik'",
        "'Nettbutik' finnes ikke (prisavdeling)",
        "did you mean 'Nettbutikk'? there is: butikk, nett (Nettbutik",
    ),
    (
        set_("price_department="),
        "price_department cannot be empty",
        "price_department kan ikke være tom",
        "give it a value",
    ),
    (
        set_("stock_warehouse=hovd"),
        "there is no warehouse 'hovd'",
        "'hovd' finnes ikke (lager)",
        "did you mean 'hoved'? there is: butikk (Butikklager), hoved ",
    ),
    (
        set_("stock_warehouse="),
        "counts cannot be kept in step without a warehouse and a location",
        "lager kan ikke synkroniseres uten et lager og en lokasjon",
        "syncd shop set fjord.myshopify.com stock_warehouse=… locatio",
    ),
    (
        set_("location=gid://shopify/Location/404"),
        "there is no location 'gid://shopify/Location/404'",
        "'gid://shopify/Location/404' finnes ikke (lokasjon)",
        "did you mean 'gid://shopify/Location/113884004402'? there is",
    ),
    (
        set_("location=Oslo"),
        "there is no location 'Oslo'",
        "'Oslo' finnes ikke (lokasjon)",
        "there is: gid://shopify/Location/113884004402 (Butikk)",
    ),
    (
        set_("location=\0"),
        "there is no location '\\x00'",
        "'\\x00' finnes ikke (lokasjon)",
        "there is: gid://shopify/Location/113884004402 (Butikk)",
    ),
    (
        set_("location="),
        "counts cannot be kept in step without a warehouse and a location",
        "lager kan ikke synkroniseres uten et lager og en lokasjon",
        "syncd shop set fjord.myshopify.com stock_warehouse=… locatio",
    ),
    (
        set_(f"location={LONG}"),
        f"there is no location '{SHORT}'",
        f"'{SHORT}' finnes ikke (lokasjon)",
        "there is: gid://shopify/Location/113884004402 (Butikk)",
    ),
    (
        set_("publish_to=Online Store, TikTok"),
        "there is no sales channel 'TikTok'",
        "'TikTok' finnes ikke (salgskanal)",
        "there is: gid://shopify/Publication/268039356722 (Online Sto",
    ),
    (
        set_("account=fjel"),
        "there is no account 'fjel'",
        "'fjel' finnes ikke (konto)",
        "did you mean 'fjell'? there is: dal, fjell, fjord",
    ),
    (
        set_("account=dal"),
        "products of fjord.myshopify.com are linked with its account",
        "produkter i fjord.myshopify.com er koblet med kontoen den hører til",
        "to give the shop to another account: syncd shop remove fjord",
    ),
    (
        set_("account=fjell"),
        "the prices of department nett are in SEK, the shop sells in NOK",
        "prisene i avdeling nett er i SEK, butikken selger i NOK",
        "choose a department with prices in the shop's currency",
    ),
    (
        set_("webhook_address=http://sync.example.no/"),
        "webhook_address cannot be 'http://sync.example.no/'",
        "webhook_address kan ikke være 'http://sync.example.no/'",
        "give a public address such as https://sync.example.no/webhoo",
    ),
    (
        set_("webhook_address=https://a b.no/"),
        "webhook_address cannot be 'https://a b.no/'",
        "webhook_address kan ikke være 'https://a b.no/'",
        "give a public address such as https://sync.example.no/webhoo",
    ),
    (
        set_("webhook_address=https://sync.example.no\nHost: evil"),
        "webhook_address cannot be 'https://sync.example.no\\nHost: evil'",
        "webhook_address kan ikke være 'https://sync.example.no\\nHost: evil'",
        "give a public address such as https://sync.example.no/webhoo",
    ),
    (
        set_("webhook_address=javascript:alert(1)"),
        "webhook_address cannot be 'javascript:alert(1)'",
        "webhook_address kan ikke være 'javascript:alert(1)'",
        "give a public address such as https://sync.example.no/webhoo",
    ),
    (
        set_("webhook_address=https://me:secret@sync.example.no/"),
        "webhook_address cannot be 'https://me:secret@sync.example.no/'",
        "webhook_address kan ikke være 'https://me:secret@sync.example.no/'",
        "give a public address such as https://sync.example.no/webhoo",
    ),
    (
        set_("app_secret=shpss_0123456789"),
        "app_secret is a secret, and others can read a command line",
        "app_secret er en hemmelighet, og andre kan lese en kommandolinje",
        "write app_secret=- and paste it when asked",
    ),
    (
        set_("credentials=shpat_0123456789"),
        "credentials is a secret, and others can read a command line",
        "credentials er en hemmelighet, og andre kan lese en kommandolinje",
        "use `syncd shop token`",
    ),
    (
        set_("image_mode=append", "inactive_as=draft", "compare_every=soon"),
        "compare_every cannot be 'soon'",
        "compare_every kan ikke være 'soon'",
        "write a number with its unit, such as 3 h or 90 min, or: nev",
    ),
    (
        set_("image_mode=append", domain="fjrd"),
        "there is no shop fjrd",
        "det finnes ingen butikk fjrd",
        "`syncd shop list` shows those there are",
    ),
    (
        set_("image_mode=append", domain="fjord.no"),
        "'fjord.no' is not a Shopify shop",
        "'fjord.no' er ingen Shopify-butikk",
        "give the shop's own address, such as my-shop.myshopify.com",
    ),
    (
        set_("image_mode=append", domain="fj\nord.myshopify.com"),
        "'fj\\nord.myshopify.com' is not a Shopify shop",
        "'fj\\nord.myshopify.com' er ingen Shopify-butikk",
        "give the shop's own address, such as my-shop.myshopify.com",
    ),
    (
        set_("image_mode=append", domain="x'; drop table syncd.shop; --"),
        '"x\'; drop table syncd.shop; --" is not a Shopify shop',
        '"x\'; drop table syncd.shop; --" er ingen Shopify-butikk',
        "give the shop's own address, such as my-shop.myshopify.com",
    ),
    (
        add("https://evil.example.com/fjord.myshopify.com"),
        "'https://evil.example.com/fjord.myshopify.com' is not a Shopify shop",
        "'https://evil.example.com/fjord.myshopify.com' er ingen Shopify-butikk",
        "give the shop's own address, such as my-shop.myshopify.com",
    ),
    (
        add("fjord.myshopify.com@evil.example.com"),
        "'fjord.myshopify.com@evil.example.com' is not a Shopify shop",
        "'fjord.myshopify.com@evil.example.com' er ingen Shopify-butikk",
        "give the shop's own address, such as my-shop.myshopify.com",
    ),
    (
        add("🛒.myshopify.com"),
        "'🛒.myshopify.com' is not a Shopify shop",
        "'🛒.myshopify.com' er ingen Shopify-butikk",
        "give the shop's own address, such as my-shop.myshopify.com",
    ),
    (
        add(LONG),
        f"'{SHORT}' is not a Shopify shop",
        f"'{SHORT}' er ingen Shopify-butikk",
        "give the shop's own address, such as my-shop.myshopify.com",
    ),
    (
        add(""),
        "'' is not a Shopify shop",
        "'' er ingen Shopify-butikk",
        "give the shop's own address, such as my-shop.myshopify.com",
    ),
    (
        add("ny"),
        "the address of ny.myshopify.com is answered by fjord.myshopify.com",
        "på adressen ny.myshopify.com svarer fjord.myshopify.com",
        "give the domain that the token belongs to",
    ),
    (
        add(DOMAIN, account="fjord", department="nett", warehouse="lost"),
        "there is no warehouse 'lost'",
        "'lost' finnes ikke (lager)",
        "there is: butikk (Butikklager), hoved (Hovedlager)",
    ),
    (
        add(DOMAIN),
        "there are several of the kind account: dal, fjell, fjord",
        "det finnes flere å velge mellom (konto): dal, fjell, fjord",
        "name the account",
    ),
    (
        add(DOMAIN, token="shpat_of_another"),
        "fjord.myshopify.com does not let us in: the access token is not valid (HTTP "
        '401: {"errors":"[API] Invalid API key or access token (unrecognized login or '
        'wrong password)"})',
        "fjord.myshopify.com slipper oss ikke inn: tilgangstokenet er ikke gyldig "
        '(HTTP 401: {"errors":"[API] Invalid API key or access token (unrecognized '
        'login or wrong password)"})',
        "check the address and the token: a token belongs to one shop",
    ),
    (
        add(token="shpss_0123456789abcdef0123456789abcdef"),
        "that is the app's API secret, not an access token; guides of the former "
        "connector name it by mistake",
        "det er appens API-hemmelighet, ikke et tilgangstoken; veiledninger for den "
        "tidligere koblingen oppgir den ved en feil",
        "in Shopify: Settings → Apps → Develop ap",
    ),
    (
        add(token="0123456789ABCDEF0123456789abcdef"),
        "32 hexadecimal digits are the app's API key (client ID) or its API secret, not "
        "an access token; guides of the former connector name the secret by mistake",
        "32 heksadesimale tegn er appens API-nøkkel (klient-ID) eller API-hemmelighet, "
        "ikke et tilgangstoken; veiledninger for den tidligere koblingen oppgir "
        "hemmeligheten ved en feil",
        "in Shopify: Settings → Apps → Develop ap",
    ),
    (
        add(token="shpat_0123\r\nX-Evil: 1"),
        "the token has 4 characters after its prefix instead of 32: it was not copied as a whole",
        "tokenet har 4 tegn etter forstavelsen i stedet for 32: ikke hele ble kopiert",
        "copy it again, with Shopify's copy butto",
    ),
    (
        add(token="shpat_🔥"),
        "only a part of the token is legible: Shopify hides it until asked",
        "bare en del av tokenet er lesbar: Shopify skjuler det til man ber om å se det",
        "press Reveal in Shopify, or make a new o",
    ),
    (
        add(token="  "),
        "no access token was given",
        "ikke noe tilgangstoken ble oppgitt",
        "in Shopify: Settings → Apps → Develop ap",
    ),
    (
        add(token="x" * 10_000),
        "that is too long for a token: it was pasted with much else",
        "det er for langt for et token: det ble limt inn sammen med mye annet",
        "copy the token alone",
    ),
    (
        add(DOMAIN, token="shpat_weak"),
        "the app in fjord.myshopify.com may not read what syncd must know: Shopify refused "
        "ShopProbe: Access denied for locations field. Required access: `read_locations` "
        "access scope, `read_inventory` access scope or `read_markets_home` access scope. "
        "(ACCESS_DENIED)",
        "appen i fjord.myshopify.com får ikke lese det syncd må vite: Shopify avviste "
        "ShopProbe: Access denied for locations field. Required access: `read_locations` "
        "access scope, `read_inventory` access scope or `read_markets_home` access scope. "
        "(ACCESS_DENIED)",
        "give the app the scopes read_products, write_products, read_",
    ),
    (
        add(DOMAIN, department="nett", warehouse="hoved", is_empty=True),
        "fjord.myshopify.com is declared empty, but it holds products",
        "fjord.myshopify.com er oppgitt som tom, men har produkter",
        "delete them in Shopify, or leave the shop unlinked until it ",
    ),
    (
        add(DOMAIN, account="fjell", department="nett"),
        "the prices of department nett are in SEK, the shop sells in NOK",
        "prisene i avdeling nett er i SEK, butikken selger i NOK",
        "choose a department with prices in the shop's currency",
    ),
    (
        add(DOMAIN, account="fjord", department="nett", warehouse="hoved"),
        "shop fjord.myshopify.com has been added already",
        "butikk fjord.myshopify.com er lagt til fra før",
        "another token: `syncd shop token`",
    ),
    (
        secret("shpat_0123456789"),
        "this is the app's access token, not its API secret",
        "dette er appens tilgangstoken, ikke hemmeligheten (API secret)",
        "copy the app's API secret key",
    ),
    (
        secret(""),
        "no secret was given",
        "ingen hemmelighet ble oppgitt",
        "copy the app's API secret key",
    ),
    (
        secret("shpss_\x00"),
        "this cannot be the app's secret",
        "dette kan ikke være appens hemmelighet",
        "copy the app's API secret key",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[f"{n} {case[1][:50]}" for n, case in enumerate(CASES)])
def test_what_is_wrong_is_said_once_with_the_next_step(
    shop: Scene, portal: BlockingPortal, case: tuple[Deed, str, str, str]
) -> None:
    deed, english, norwegian, hint = case
    error = portal.call(refusal, shop, deed)
    assert exit_code(error) == os.EX_CONFIG
    assert (error.message, said(error.message, "nb")) == (english, norwegian)
    assert error.hint.startswith(hint)
    assert isinstance(error.hint, Phrase)
    assert said(error.hint, "nb") != error.hint
    assert max(len(error.message), len(error.hint)) < 400
    assert f"{error.message}{error.hint}".isprintable()


async def refusal(scene: Scene, deed: Deed) -> ConfigError:
    """The error of a deed that stored nothing."""
    before = await stored(scene)
    with pytest.raises(ConfigError) as caught:
        await deed(scene)
    assert await stored(scene) == before
    return caught.value
