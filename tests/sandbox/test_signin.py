"""Apps sign in, lose their tokens, ask in versions; the clock decides how long."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import ClientSession

from syncd.sandbox.options import App, ShopOptions
from syncd.sandbox.server import running
from tests.sandbox.callers import LATEST, SHOP, answer, open_shop
from tests.sandbox.till import Hands

GRANT = {
    "grant_type": "client_credentials",
    "client_id": "sandbox-app",
    "client_secret": "sandbox-secret",
}
SIGN_IN = "/admin/oauth/access_token"


async def signed_in(session: ClientSession, **changes: str) -> dict[str, str]:
    """The header with a new token."""
    async with session.post(SIGN_IN, json={**GRANT, **changes}) as response:
        assert response.status == 200, await response.text()
        return {"X-Shopify-Access-Token": (await response.json())["access_token"]}


@pytest.mark.parametrize("form", ["data", "json"])
async def test_an_app_signs_in_with_its_secret(form: str) -> None:
    async with open_shop() as (session, shop):
        body: Any = {form: GRANT}
        async with session.post(SIGN_IN, **body) as response:
            assert response.status == 200
            answered = await response.json()
        assert answered.pop("access_token").startswith("shpat_")
        assert answered == {
            "scope": ",".join(shop.shop.options.scopes),
            "expires_in": 86_399,
        }


async def test_a_token_lasts_for_a_day_by_the_shops_clock() -> None:
    async with open_shop() as (session, _):
        token = await signed_in(session)
        for seconds, status in ((0, 200), (86_399, 200), (1, 401)):
            async with session.post("/_sandbox/clock", json={"advance_s": seconds}) as turned:
                assert turned.status == 200
            assert (await answer(session, SHOP, headers=token))[0] == status
        assert (await answer(session, SHOP, headers=await signed_in(session)))[0] == 200


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        pytest.param({"client_id": "?"}, "application_cannot_be_found", id="unknown app"),
        pytest.param({"client_secret": "?"}, "invalid_request", id="wrong secret"),
        pytest.param({"grant_type": "magic"}, "unsupported_grant_type", id="another grant"),
    ],
)
async def test_a_refused_sign_in_is_a_page_or_json(changes: Any, fault: str) -> None:
    async with open_shop() as (session, _):
        async with session.post(SIGN_IN, data={**GRANT, **changes}) as response:
            assert (response.status, response.content_type) == (400, "text/html")
            assert f"<title>400 - Oauth error {fault}</title>" in await response.text()
        asks = {"Accept": "application/json"}
        async with session.post(SIGN_IN, data={**GRANT, **changes}, headers=asks) as response:
            assert response.status == 400
            assert (await response.json())["error"] == fault


async def test_uninstalling_takes_the_tokens_at_once() -> None:
    async with open_shop() as (session, _):
        token = await signed_in(session)
        async with session.post("/_sandbox/apps/sandbox-app", json={"installed": False}) as done:
            assert done.status == 200
        assert (await answer(session, SHOP, headers=token))[0] == 401
        async with session.post(SIGN_IN, json=GRANT) as response:
            assert "Oauth error app_not_installed" in await response.text()
        async with session.post("/_sandbox/apps/sandbox-app", json={"installed": True}) as done:
            assert done.status == 200
        assert (await answer(session, SHOP, headers=token))[0] == 401
        assert (await answer(session, SHOP, headers=await signed_in(session)))[0] == 200


async def test_each_app_has_its_own_scopes_and_bucket() -> None:
    other = App("other-app", "other-secret", "shpat_other", ("read_locations",), 42)
    options = ShopOptions(clock=Hands().clock, apps=(other,))
    query = {"query": "{ locations(first: 1) { nodes { id } } }"}
    products = {"query": "{ shop { name } products(first: 1) { nodes { id } } }"}
    async with running(options) as shop, ClientSession(shop.url) as session:
        first = {"X-Shopify-Access-Token": options.token}
        second = {"X-Shopify-Access-Token": "shpat_other"}
        _, body, _ = await answer(session, query, headers=first)
        spent = body["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"]
        _, body, _ = await answer(session, query, headers=second)
        assert body["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"] == spent
        _, body, _ = await answer(session, products, headers=second)
        assert body["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


@pytest.mark.parametrize(
    ("path", "status", "version"),
    [
        pytest.param("/admin/api/graphql.json", 406, None, id="no version"),
        pytest.param("/admin/graphql.json", 406, None, id="no version, old path"),
        pytest.param("/admin/api/2031-01/graphql.json", 404, None, id="future"),
        pytest.param("/admin/api/2025-02/graphql.json", 404, None, id="never was"),
        pytest.param("/admin/api/2025-01/graphql.json", 200, "2026-01", id="out of support"),
        pytest.param(LATEST, 200, "2026-10", id="newest"),
    ],
)
async def test_a_version_is_served_or_not(path: str, status: int, version: str | None) -> None:
    async with open_shop() as (session, _):
        answered, _, headers = await answer(session, SHOP, path)
        assert (answered, headers.get("X-Shopify-API-Version")) == (status, version)


@pytest.mark.parametrize(
    "header",
    [{"Shopify-GraphQL-Cost-Debug": "1"}, {"X-GraphQL-Cost-Include-Fields": "true"}],
    ids=["new name", "old name"],
)
async def test_the_cost_of_each_field_is_told_on_request(header: Any) -> None:
    query = {"query": "{ locations(first: 10) { nodes { id name } } shop { name } }"}
    async with open_shop() as (session, _):
        _, body, _ = await answer(session, query, headers=header)
        cost = body["extensions"]["cost"]
        rows = {".".join(row.pop("path")): row for row in cost["fields"]}
        total = sum(row["requestedTotalCost"] for path, row in rows.items() if "." not in path)
        assert total == cost["requestedQueryCost"]
        assert rows["shop.name"] == {
            "definedCost": 0,
            "requestedTotalCost": 0,
            "requestedChildrenCost": None,
        }
        assert rows["locations"]["requestedChildrenCost"] == total - 3
        _, body, _ = await answer(session, query)
        assert "fields" not in body["extensions"]["cost"]


async def test_a_frozen_clock_moves_by_hand_only() -> None:
    async with running(ShopOptions()) as shop, ClientSession(shop.url) as session:
        async with session.post("/_sandbox/clock", json={"freeze": True}) as response:
            stopped = await response.json()
        assert stopped["frozen"] is True
        clock = shop.shop.options.clock
        assert clock.monotonic_s() == clock.monotonic_s()
        assert clock.now() == clock.now()
        at = clock.now()
        async with session.post("/_sandbox/clock", json={"advance_s": 60}) as response:
            assert response.status == 200
        assert (clock.now() - at).total_seconds() == pytest.approx(60)
        async with session.post("/_sandbox/clock", json={"freeze": False}) as response:
            assert (await response.json())["frozen"] is False
        assert clock.monotonic_s() < clock.monotonic_s()
