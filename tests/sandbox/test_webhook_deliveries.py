"""Webhooks arrive, signed, at a real web server on this machine."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from aiohttp import ClientSession

from syncd.sandbox.hooks.bodies import body_of
from syncd.sandbox.hooks.sender import ELSEWHERE, GAPS_S, is_here, prepared
from syncd.sandbox.hooks.spread import spread
from tests.sandbox.callers import answer, open_shop, product, read
from tests.sandbox.receivers import SUBSCRIBE, Receiver, receiver
from tests.sandbox.shops import new_shop
from tests.sandbox.till import Till

DELETE = "mutation D($id: ID!) { productDelete(input: {id: $id}) { deletedProductId } }"
RENAME = """
mutation R($id: ID!, $title: String!) {
  productUpdate(product: {id: $id, title: $title}) { userErrors { message } }
}
"""
COUNT = {"query": "{ webhookSubscriptionsCount { count } }"}


@asynccontextmanager
async def told_of(*topics: str, **input: Any) -> AsyncIterator[tuple[ClientSession, Receiver]]:
    """A running shop, and a receiver that has subscribed to the topics."""
    async with receiver() as hook, open_shop() as (session, _):
        for topic in topics:
            asked = {"topic": topic, "webhookSubscription": {"uri": hook.url, **input}}
            _, body, _ = await answer(session, {"query": SUBSCRIBE, "variables": asked})
            assert body["data"]["webhookSubscriptionCreate"]["userErrors"] == []
        yield session, hook


async def rename(session: ClientSession, gid: str, title: str) -> None:
    body = {"query": RENAME, "variables": {"id": gid, "title": title}}
    _, answered, _ = await answer(session, body)
    assert answered["data"]["productUpdate"]["userErrors"] == []


async def turn(session: ClientSession, seconds: float) -> None:
    async with session.post("/_sandbox/clock", json={"advance_s": seconds}) as turned:
        assert turned.status == 200


async def fault(session: ClientSession, **rule: Any) -> None:
    async with session.post("/_sandbox/faults", json=rule) as added:
        assert added.status == 201, await added.text()


async def deliveries(session: ClientSession, *states: str) -> list[Any]:
    """Those there are, once all are in one of these states."""
    with anyio.fail_after(10):
        while True:
            shown = (await read(session, "/_sandbox/webhooks"))["deliveries"]
            if shown and all(one["state"] in states for one in shown):
                return list(shown)


async def test_a_delivery_has_all_headers() -> None:
    async with told_of("PRODUCTS_CREATE", name="catalogue") as (session, hook):
        await product(session, "Ski")
        told = await hook.next()
    signature = hmac.new(b"sandbox-secret", told.raw, hashlib.sha256).digest()
    expected = {
        "Content-Type": "application/json",
        "X-Shopify-Topic": "products/create",
        "X-Shopify-Hmac-Sha256": base64.b64encode(signature).decode(),
        "X-Shopify-Shop-Domain": "syncd-demo.myshopify.com",
        "X-Shopify-API-Version": "2026-10",
        "X-Shopify-Triggered-At": "2026-11-25T08:00:00.000000Z",
        "X-Shopify-Name": "catalogue",
    }
    assert {name: told.headers.get(name) for name in expected} == expected
    assert told.headers["X-Shopify-Webhook-Id"] and told.headers["X-Shopify-Event-Id"]


async def test_a_product_is_told_of_in_the_shape_of_rest() -> None:
    async with told_of("PRODUCTS_CREATE", "PRODUCTS_DELETE") as (session, hook):
        gid = await product(session, "Ski", tags=["b", "a"], vendor="Fjord")
        made = (await hook.next()).body
        await answer(session, {"query": DELETE, "variables": {"id": gid}})
        gone = await hook.next()
    assert made["admin_graphql_api_id"] == gid
    assert (made["title"], made["tags"], made["vendor"]) == ("Ski", "a, b", "Fjord")
    assert made["created_at"] == "2026-11-25T09:00:00+01:00"
    assert made["variants"][0]["option1"] == "Default Title"
    assert made["variants"][0]["inventory_item_id"] > 0
    assert (gone.topic, gone.body) == ("products/delete", {"id": made["id"]})


async def test_events_of_one_action_share_their_event_id() -> None:
    async with told_of("PRODUCTS_CREATE", "INVENTORY_ITEMS_CREATE") as (session, hook):
        await product(session, "Ski")
        first, second = await hook.next(), await hook.next()
    assert {first.topic, second.topic} == {"products/create", "inventory_items/create"}
    assert first.headers["X-Shopify-Event-Id"] == second.headers["X-Shopify-Event-Id"]
    assert first.headers["X-Shopify-Webhook-Id"] != second.headers["X-Shopify-Webhook-Id"]


async def test_fields_that_are_not_included_are_left_out() -> None:
    async with told_of("PRODUCTS_CREATE", includeFields=["id", "title"]) as (session, hook):
        await product(session, "Ski")
        assert (await hook.next()).body.keys() == {"id", "title"}


async def test_what_the_filter_does_not_want_is_not_sent() -> None:
    async with told_of("PRODUCTS_CREATE", filter="vendor:Fjord") as (session, hook):
        await product(session, "Ski", vendor="Elg")
        await product(session, "Stav", vendor="Fjord")
        assert (await hook.next()).body["title"] == "Stav"
        shown = await deliveries(session, "delivered", "unwanted")
        assert [one["state"] for one in shown] == ["delivered", "unwanted"]


async def test_a_failed_delivery_is_sent_again_as_it_was() -> None:
    async with told_of("PRODUCTS_CREATE") as (session, hook):
        hook.statuses = [500]
        gid = await product(session, "Ski")
        first = await hook.next()
        await rename(session, gid, "Stav")
        await turn(session, GAPS_S[0])
        second = await hook.next()
    assert second.raw == first.raw
    assert second.headers == first.headers


@pytest.mark.parametrize("status", [301, 404, 503])
async def test_all_but_2xx_is_a_failure(status: int) -> None:
    async with told_of("PRODUCTS_CREATE") as (session, hook):
        hook.statuses = [status]
        await product(session, "Ski")
        await hook.next()
        await turn(session, GAPS_S[0])
        await hook.next()
        (shown,) = await deliveries(session, "delivered")
        assert [one["outcome"] for one in shown["attempts"]] == [str(status), "200"]


async def test_after_eight_failed_retries_the_subscription_goes() -> None:
    assert sum(GAPS_S) == 4 * 3600
    async with told_of("PRODUCTS_CREATE") as (session, hook):
        hook.statuses = [500] * 9
        await product(session, "Ski")
        await hook.next()
        await turn(session, sum(GAPS_S))
        for _ in GAPS_S:
            await hook.next()
        (shown,) = await deliveries(session, "failed")
        assert len(shown["attempts"]) == 9
        _, body, _ = await answer(session, COUNT)
        assert body["data"]["webhookSubscriptionsCount"]["count"] == 0


async def test_a_dropped_webhook_never_comes() -> None:
    async with told_of("PRODUCTS_CREATE") as (session, hook):
        await fault(session, kind="webhook_dropped", root="PRODUCTS_CREATE")
        await product(session, "Ski")
        await product(session, "Stav")
        assert (await hook.next()).body["title"] == "Stav"
        shown = await deliveries(session, "delivered", "dropped")
        assert [one["state"] for one in shown] == ["delivered", "dropped"]


async def test_a_doubled_webhook_comes_twice_with_the_same_id() -> None:
    async with told_of("PRODUCTS_CREATE") as (session, hook):
        await fault(session, kind="webhook_doubled")
        await product(session, "Ski")
        first, second = await hook.next(), await hook.next()
    assert first.headers == second.headers
    assert first.raw == second.raw


async def test_a_late_webhook_comes_when_the_clock_has_gone_on() -> None:
    async with told_of("PRODUCTS_CREATE") as (session, hook):
        await fault(session, kind="webhook_late", seconds=30)
        await product(session, "Ski")
        await product(session, "Stav")
        assert (await hook.next()).body["title"] == "Stav"
        await turn(session, 30)
        assert (await hook.next()).body["title"] == "Ski"


async def test_who_turns_the_clock_may_wait_for_what_is_due_by_then() -> None:
    async with told_of("PRODUCTS_CREATE") as (session, hook):
        await fault(session, kind="webhook_late", seconds=30, times=2)
        await product(session, "Ski")
        await product(session, "Sled")
        for seconds, told in ((0, 0), (29, 0), (1, 2), (0, 2)):
            asked = {"advance_s": seconds, "deliver": True}
            async with session.post("/_sandbox/clock", json=asked) as turned:
                assert turned.status == 200
            assert hook.waiting == told


async def test_a_reordered_webhook_comes_after_the_next() -> None:
    async with told_of("PRODUCTS_CREATE") as (session, hook):
        await fault(session, kind="webhook_reordered")
        await product(session, "Ski")
        await product(session, "Stav")
        titles = [(await hook.next()).body["title"] for _ in range(2)]
    assert titles == ["Stav", "Ski"]


async def test_an_uninstalled_app_is_told_and_then_knows_nothing() -> None:
    async with told_of("APP_UNINSTALLED", "PRODUCTS_CREATE") as (session, hook):
        async with session.post("/_sandbox/apps/sandbox-app", json={"installed": False}) as done:
            assert (await done.json())["installed"] is False
        told = await hook.next()
        assert told.topic == "app/uninstalled"
        assert told.body["myshopify_domain"] == "syncd-demo.myshopify.com"
        status, _, _ = await answer(session, COUNT)
        assert status == 401


async def test_other_scopes_are_told_to_the_app() -> None:
    async with told_of("APP_SCOPES_UPDATE") as (session, hook):
        scopes = {"scopes": ["read_products"]}
        async with session.post("/_sandbox/apps/sandbox-app", json=scopes) as done:
            assert (await done.json())["scopes"] == ["read_products"]
        body = (await hook.next()).body
    assert body["current"] == ["read_products"]
    assert "write_products" in body["previous"]


# ------------------------------------------------------------------------- without a web server


def subscribed(till: Till, topic: str, uri: str = "http://127.0.0.1:9/hook", **input: Any) -> None:
    asked = {"topic": topic, "webhookSubscription": {"uri": uri, **input}}
    body = till.ask(SUBSCRIBE, asked)
    assert body["data"]["webhookSubscriptionCreate"]["userErrors"] == []


def test_rapid_changes_of_one_product_are_merged() -> None:
    till = Till()
    subscribed(till, "PRODUCTS_UPDATE")
    gid = till.make("Ski")
    for title in ("A", "B", "C"):
        till.ask(RENAME, {"id": gid, "title": title})
    spread(till.shop)
    (one,) = till.shop.held["Delivery"].values()
    body = body_of(till.shop, one)
    assert body is not None and body["title"] == "C"


def test_an_update_that_changes_nothing_is_not_told() -> None:
    till = Till()
    gid = till.make("Ski")
    subscribed(till, "PRODUCTS_UPDATE")
    till.ask(RENAME, {"id": gid, "title": "Ski"})
    assert till.shop.held["Hint"] == {}


def test_nothing_is_sent_to_other_machines() -> None:
    till = Till()
    subscribed(till, "PRODUCTS_CREATE", "https://example.com/hook")
    till.make("Ski")
    spread(till.shop)
    (one,) = till.shop.held["Delivery"].values()
    assert prepared(till.shop, one).state == ELSEWHERE


@pytest.mark.parametrize(
    ("uri", "is_local"),
    [
        ("http://127.0.0.1:8080/hook", True),
        ("http://localhost/hook", True),
        ("http://[::1]:80/hook", True),
        ("http://127.0.0.1.example.com/hook", False),
        ("https://example.com/127.0.0.1", False),
        ("http://10.0.0.1/hook", False),
        ("pubsub://valid-project:topic", False),
    ],
)
def test_only_loopback_addresses_are_this_machine(uri: str, is_local: bool) -> None:
    assert is_here(uri) is is_local


def test_what_is_gone_before_it_is_sent_is_not_told() -> None:
    till = Till()
    subscribed(till, "PRODUCTS_CREATE")
    gid = till.make("Ski")
    till.ask(DELETE, {"id": gid})
    spread(till.shop)
    (one,) = till.shop.held["Delivery"].values()
    assert prepared(till.shop, one).state == "gone"


def test_hints_are_left_for_subscribers_only() -> None:
    shop = new_shop()
    shop.tell("SHOP_UPDATE")
    assert shop.held["Hint"] == {}
