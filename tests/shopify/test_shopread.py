"""The whole shop by one bulk query, held to reads of single products."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from graphql import build_schema, parse, validate

from syncd.sandbox.server import Running
from syncd.shopify import bulk, identity, products, shopread, uploads
from syncd.shopify.client import API_VERSION, Client
from syncd.shopify.families import Family, Orphan, Split, families, split
from syncd.shopify.shopread import Seen
from tests.shopify.operations import TOKEN, opened, until_over

OFFICIAL = Path(__file__).resolve().parents[3] / "shared" / "shopify" / "schema"
SET = """mutation ($input: ProductSetInput!, $identifier: ProductSetIdentifiers) {
  productSet(input: $input, identifier: $identifier) { product { id } userErrors { message } } }"""
PUBLISH = """mutation ($id: ID!, $to: [PublicationInput!]!) {
  publishablePublish(id: $id, input: $to) { userErrors { message } } }"""
CHANNELS = "{ publications(first: 9) { nodes { id } } }"


async def asked(running: Running, text: str, **variables: Any) -> Any:
    """The data of any document, past our client."""
    async with (
        ClientSession(headers={"X-Shopify-Access-Token": TOKEN}) as session,
        session.post(
            f"{running.url}/admin/api/{API_VERSION}/graphql.json",
            json={"query": text, "variables": variables},
        ) as response,
    ):
        body = await response.json()
    assert "errors" not in body and '"message"' not in str(body["data"]), body
    return body["data"]


def picture(name: str, alt: str = "") -> dict[str, str]:
    return {"originalSource": f"https://x.no/{name}", "alt": alt}


def option(name: str, *values: str) -> dict[str, Any]:
    return {"name": name, "values": [{"name": value} for value in values]}


def variant(*values: tuple[str, str], **more: Any) -> dict[str, Any]:
    return {"optionValues": [{"optionName": name, "name": value} for name, value in values], **more}


JACKET = {
    "title": 'Jakke "Fjell" / åpen',
    "vendor": "Devold",
    "descriptionHtml": "<p>Varm</p>",
    "status": "ACTIVE",
    "productOptions": [option("Str", "S", "M"), option("Farge", "Rød", "Blå")],
    "files": [picture("z.jpg", "foran"), picture("dead.jpg"), picture("a.jpg", "bak")],
    "variants": [
        variant(
            ("Str", size),
            ("Farge", colour),
            sku=f"J-{size}-{colour}",
            barcode="7032580000001" if size == "S" else None,
            price="1299.00",
            compareAtPrice="1499.00" if size == "M" else None,
            inventoryPolicy="CONTINUE" if size == "M" else "DENY",
            inventoryItem={"tracked": colour == "Rød"},
            **({"file": picture("a.jpg", "bak")} if colour == "Blå" else {}),
        )
        for size in "SM"
        for colour in ("Rød", "Blå")
    ],
}
CAP = {"title": "Lue", "status": "DRAFT"}
BARE = {"title": "Bilde", "status": "ARCHIVED", "files": [picture("only.png")]}
OURS = {"customId": {"namespace": "syncd", "key": "backoffice_id", "value": "4711"}}


async def filled(running: Running, client: Client) -> tuple[list[str], list[str]]:
    """A shop of several products; their GIDs, and those of the sales channels."""
    await identity.declare(client)
    gids = []
    for input_, named in ((JACKET, OURS), (CAP, None), (BARE, None)):
        made = await asked(running, SET, input=input_, identifier=named)
        gids.append(made["productSet"]["product"]["id"])
    channels = [one["id"] for one in (await asked(running, CHANNELS))["publications"]["nodes"]]
    await asked(running, PUBLISH, id=gids[0], to=[{"publicationId": channels[0]}])
    async with ClientSession() as session:
        await session.post(f"{running.url}/_sandbox/clock", json={"advance_s": 5})
    return gids, channels


async def read_shop(
    client: Client, folder: Path, publications: Sequence[str]
) -> tuple[bulk.Operation, Split, list[Family | Orphan]]:
    begun = await bulk.start_query(client, shopread.document("ReadShop1", publications))
    ended = await until_over(client, begun.gid)
    assert ended.url, ended
    await uploads.download(ended.url, folder / "result.jsonl")
    found = split(folder / "result.jsonl", folder, 3)
    return ended, found, list(families(folder))


def seen(found: Sequence[Family | Orphan]) -> dict[str, Seen]:
    every = [shopread.observed(one) for one in found if isinstance(one, Family)]
    return {one.product.gid: one for one in every}


async def test_a_read_of_the_shop_shows_what_reads_of_its_products_do(tmp_path: Path) -> None:
    async with opened(publications=("Online Store", "Point of Sale")) as (running, client):
        gids, channels = await filled(running, client)
        ended, found, families_ = await read_shop(client, tmp_path, channels)
        assert (found.lines, found.roots, found.is_cut) == (ended.object_count, 3, False)
        shown = seen(families_)
        assert sorted(shown) == sorted(gids)
        for gid in gids:
            assert shown[gid].product == await products.read(client, gid)
        jacket = shown[gids[0]]
        states = [one.state for one in jacket.product.files]
        assert states == ["ready", "failed", "ready"]
        assert len({one.file for one in jacket.product.fields.values()}) == 2
        assert [shown[gid].key for gid in gids] == ["4711", None, None]
        assert jacket.published == {channels[0]: True, channels[1]: False}
        assert shown[gids[1]].published == dict.fromkeys(channels, False)
        assert jacket.updated_at.isoformat()[:10] == running.shop.now()[:10]


async def test_variants_come_in_order_however_the_lines_do(tmp_path: Path) -> None:
    """The fault shuffle; the order of pictures after the first is not to be had."""
    async with opened() as (running, client):
        gids, _ = await filled(running, client)
        running.shop.works.faults["shuffle"] = True
        shown = seen((await read_shop(client, tmp_path, []))[2])
        for gid in gids:
            read = await products.read(client, gid)
            assert read
            product = shown[gid].product
            assert product.files[:1] == read.files[:1]
            assert set(product.files) == set(read.files)
            assert product.variants == read.variants
            assert list(product.fields) == list(read.fields)
            assert product.fields == read.fields
        assert shown[gids[0]].published == {}


@pytest.mark.parametrize(
    "faults",
    [
        pytest.param({"missing": 4}, id="missing"),
        pytest.param({"truncate": True}, id="truncate"),
    ],
)
async def test_a_result_that_lacks_lines_is_known_by_their_count(
    tmp_path: Path, faults: dict[str, Any]
) -> None:
    async with opened() as (running, client):
        await filled(running, client)
        running.shop.works.faults |= faults
        ended, found, _ = await read_shop(client, tmp_path, [])
        assert found.lines < ended.object_count
        assert found.is_cut == ("truncate" in faults)


async def test_a_shop_without_products_gives_nothing() -> None:
    async with opened() as (_, client):
        begun = await bulk.start_query(client, shopread.document("ReadShop1", []))
        ended = await until_over(client, begun.gid)
        assert (ended.status, ended.url, ended.object_count) == ("COMPLETED", None, 0)


def test_the_operation_has_the_name_it_is_found_by() -> None:
    text = shopread.document("Run42", ["gid://shopify/Publication/7"])
    assert re.findall(r"query (\w+)", text) == ["Run42"]
    assert text.count("publishedOnPublication") == 1
    assert "publishedOnPublication" not in shopread.document("Run42", [])


@pytest.mark.parametrize("version", ["2026-04", "2026-07", "2026-10"])
@pytest.mark.parametrize("channels", [0, 1, 3])
def test_the_text_fits_the_official_schema(version: str, channels: int) -> None:
    path = OFFICIAL / f"admin-{version}.graphql"
    if not path.is_file():
        pytest.skip(f"the official schema is not at {path}")
    schema = build_schema(path.read_text(encoding="utf-8"), assume_valid=True)
    gids = [f"gid://shopify/Publication/{number}" for number in range(channels)]
    assert validate(schema, parse(shopread.document("Run42", gids))) == []
