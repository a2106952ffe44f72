from __future__ import annotations

from pathlib import Path

import pytest

from syncd.errors import ConfigError
from syncd.sandbox.options import ShopOptions
from syncd.sandbox.server import running
from tests.sandbox.callers import LATEST, SHOP, answer, open_shop, product, read
from tests.sandbox.till import SIZES

# ------------------------------------------------------------------------------- Shopify's route


async def test_a_call_is_answered_as_json_with_shopifys_headers() -> None:
    async with open_shop() as (session, _):
        status, body, headers = await answer(session, SHOP)
        assert (status, body["data"]) == (200, {"shop": {"name": "syncd demo"}})
        assert headers["Content-Type"] == "application/json; charset=utf-8"
        assert headers["X-Shopify-API-Version"] == "2026-10"
        _, _, others = await answer(session, SHOP)
        assert headers["X-Request-Id"] != others["X-Request-Id"]


async def test_a_wrong_token_is_told_as_a_text() -> None:
    # runtime.md §1.10
    async with open_shop() as (session, _):
        for token in ("shpat_other", ""):
            status, body, _ = await answer(session, SHOP, headers={"X-Shopify-Access-Token": token})
            assert status == 401
            assert body == {
                "errors": "[API] Invalid API key or access token"
                " (unrecognized login or wrong password)"
            }


@pytest.mark.parametrize(
    ("asked", "serving"),
    [
        pytest.param("2026-04", "2026-04", id="a supported one"),
        pytest.param("2025-10", "2026-01", id="an expired one is served by the oldest"),
    ],
)
async def test_the_version_that_serves_is_told(asked: str, serving: str) -> None:
    async with open_shop() as (session, _):
        status, _, headers = await answer(session, SHOP, f"/admin/api/{asked}/graphql.json")
        assert (status, headers["X-Shopify-API-Version"]) == (200, serving)


@pytest.mark.parametrize(
    "path", ["/admin/api/2031-01/graphql.json", "/admin/api/best/graphql.json", "/admin/x.json"]
)
async def test_what_is_not_there_is_not_found(path: str) -> None:
    async with open_shop() as (session, _):
        assert (await answer(session, SHOP, path))[:2] == (404, {"errors": "Not Found"})


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="no JSON"),
        pytest.param(b"[]", id="no object"),
        pytest.param(b'{"variables": {}}', id="no query"),
        pytest.param(b'{"query": ""}', id="an empty query"),
        pytest.param(b'{"query": "{ shop { name } }", "variables": 1}', id="odd variables"),
    ],
)
async def test_a_call_without_a_query_is_bad(body: bytes) -> None:
    async with (
        open_shop() as (session, _),
        session.post(LATEST, data=body, headers={"Content-Type": "application/json"}) as response,
    ):
        assert response.status == 400
        assert await response.json() == {
            "errors": {"query": "Required parameter missing or invalid"}
        }


async def test_a_query_may_be_sent_bare() -> None:
    async with (
        open_shop() as (session, _),
        session.post(
            LATEST, data=SHOP["query"], headers={"Content-Type": "application/graphql"}
        ) as response,
    ):
        assert (await response.json())["data"] == {"shop": {"name": "syncd demo"}}


async def test_variables_may_be_null() -> None:
    async with open_shop() as (session, _):
        body = {**SHOP, "variables": None, "operationName": None}
        assert (await answer(session, body))[1]["data"] == {"shop": {"name": "syncd demo"}}


async def test_a_product_of_2048_variants_fits_into_a_call() -> None:
    async with open_shop() as (session, shop):
        # 3 options of at most 13 values; long barcodes make the body larger than 1 MiB
        names = [str(number) for number in range(13)]
        combinations = [(a, b, c) for a in names for b in names for c in names][:2_048]
        variants = [
            {
                "optionValues": [
                    {"optionName": f"Option {place}", "name": name}
                    for place, name in enumerate(values)
                ],
                "barcode": "7" * 250,
            }
            for values in combinations
        ]
        options = [
            {"name": f"Option {place}", "values": [{"name": name} for name in names]}
            for place in range(3)
        ]
        await product(session, "Big", productOptions=options, variants=variants)
        assert len(shop.shop.variants) == 2_048


# --------------------------------------------------------------------------------- what is kept


async def test_a_shop_survives_a_restart_on_the_same_file(tmp_path: Path) -> None:
    file = tmp_path / "shops" / "demo.sqlite"
    picture = {"originalSource": "https://example.com/lue.jpg"}
    async with open_shop(file=file) as (session, _):
        first = await product(session, "Lue", files=[picture], **SIZES)
        before = await read(session, "/_sandbox/state")
    async with open_shop(file=file) as (session, _):
        assert await read(session, "/_sandbox/state") == before
        assert await product(session, "Lue") != first
        titles = [one["handle"] for one in (await read(session, "/_sandbox/state"))["products"]]
        assert titles == ["lue", "lue-1"]


async def test_without_a_file_all_is_forgotten() -> None:
    async with open_shop() as (session, _):
        await product(session, "Lue")
    async with open_shop() as (session, _):
        assert (await read(session, "/_sandbox/state"))["products"] == []


async def test_the_state_tells_all_of_a_product() -> None:
    async with open_shop() as (session, _):
        picture = {"originalSource": "https://example.com/lue.jpg", "alt": "En lue"}
        id_ = await product(session, "Lue", vendor="Devold", files=[picture], **SIZES)
        (shown,) = (await read(session, "/_sandbox/state"))["products"]
    assert (shown["id"], shown["vendor"], shown["status"]) == (id_, "Devold", "ACTIVE")
    assert shown["options"] == [{"name": "Size", "values": ["S", "M"]}]
    assert [(one["source"], one["alt"]) for one in shown["pictures"]] == [
        ("https://example.com/lue.jpg", "En lue")
    ]
    variant = shown["variants"][1]
    assert variant["optionValues"] == {"Size": "M"}
    assert (variant["sku"], variant["price"], variant["tracked"]) == ("A-M", "249.50", True)
    assert variant["quantities"] == {"Butikk": 0}
    assert variant["picture"] is None


async def test_the_state_is_in_the_order_of_titles() -> None:
    async with open_shop() as (session, _):
        for title in ("Votter", "Lue", "Skjerf"):
            await product(session, title)
        products = (await read(session, "/_sandbox/state"))["products"]
    assert [one["title"] for one in products] == ["Lue", "Skjerf", "Votter"]


# ---------------------------------------------------------------------------- counters and reset


async def test_what_was_asked_is_counted() -> None:
    async with open_shop() as (session, _):
        await product(session, "Lue")
        await answer(session, {"query": "{ a: shop { name } b: shop { name } }"})
        await answer(session, {"query": "{ nonsense }"})
        assert await read(session, "/_sandbox/stats") == {
            "requests": 3,
            "points": 12,
            "throttled": 0,
            "calls": {"productSet": 1, "shop": 2},
            "points_by_name": {"(without a name)": 2, "Make": 10},
            "unserved": {},
        }


async def test_points_are_told_by_the_name_of_the_operation() -> None:
    async with open_shop() as (session, _):
        for name in ("Looked", "Looked", "Asked"):
            await answer(
                session, {"query": f"query {name} {{ products(first: 3) {{ nodes {{ id }} }} }}"}
            )
        stats = await read(session, "/_sandbox/stats")
        points = stats["points_by_name"]
        assert points["Looked"] == 2 * points["Asked"] > 0
        assert sum(points.values()) == stats["points"]


async def test_a_throttled_call_is_counted() -> None:
    dear = {"query": "{ products(first: 250) { nodes { variants(first: 50) { nodes { id } } } } }"}
    async with open_shop() as (session, _):
        while "data" in (await answer(session, dear))[1]:
            pass
        stats = await read(session, "/_sandbox/stats")
        assert stats["throttled"] == 1
        assert stats["points"] <= 2_000


async def test_a_reset_makes_the_shop_new() -> None:
    async with open_shop() as (session, shop):
        first = await product(session, "Lue")
        async with session.post("/_sandbox/reset") as response:
            assert response.status == 204
        stats = await read(session, "/_sandbox/stats")
        assert not any(stats.values())
        assert not shop.shop.products
        assert [place.name for place in shop.shop.locations.values()] == ["Butikk"]
        assert await product(session, "Lue") == first


# ----------------------------------------------------------------------------- where it listens


async def test_it_listens_on_this_machine_only() -> None:
    async with open_shop() as (_, shop):
        assert shop.url == f"http://127.0.0.1:{shop.port}"


async def test_a_taken_port_gives_another_one() -> None:
    async with open_shop() as (_, first), open_shop(port=first.port) as (session, second):
        assert second.port != first.port
        assert (await answer(session, SHOP))[0] == 200


async def test_a_free_port_is_taken_as_asked() -> None:
    async with open_shop() as (_, first):
        pass
    async with open_shop(port=first.port) as (_, second):
        assert second.port == first.port


async def test_a_plan_that_there_is_not_is_the_operators_fault() -> None:
    with pytest.raises(ConfigError, match="there is no plan 'gold'"):
        async with running(ShopOptions(plan="gold")):
            pass
