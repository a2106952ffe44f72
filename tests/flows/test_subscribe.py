"""Shopify is asked for webhooks; what it removes is asked for again, and the gap is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from syncd.flows import subscribe
from syncd.postgres import inbox, webhooks
from syncd.postgres.embedded import Server
from syncd.rules.topics import BY_ENUM
from tests.flows.conftest import OPTIONS, Scene, playing


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One is enough: what is asked of Postgres is tried on each of them elsewhere."""
    return embedded


ADDRESS = "https://sync.example.no/webhooks"
LIST = "{ webhookSubscriptions(first: 100) { nodes { id topic uri includeFields } } }"
DELETE = "mutation ($id: ID!) { webhookSubscriptionDelete(id: $id) { userErrors { message } } }"
CREATE = """
mutation ($topic: WebhookSubscriptionTopic!, $given: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $given) {
    webhookSubscription { id } userErrors { message }
  }
}
"""
HOUR = "update syncd.webhook_round set verified_at = verified_at - interval '1 hour'"


async def wired(scene: Scene, address: str | None = ADDRESS) -> None:
    shop_id = scene.shop.shop_id
    await webhooks.set_secret(scene.pool, shop_id, scene.vault.seal("shpss_test"))
    await webhooks.set_address(scene.pool, shop_id, address)


async def verify(scene: Scene) -> str:
    return await subscribe.verify_once(scene.pool, scene.client, scene.shop)


async def there(scene: Scene) -> dict[str, dict[str, Any]]:
    """By topic, as the shop shows them."""
    nodes = (await scene.call(LIST))["webhookSubscriptions"]["nodes"]
    found = {one["topic"]: one for one in nodes}
    assert len(found) == len(nodes)
    return found


async def gaps(scene: Scene) -> set[str]:
    """The open ones; closed with this look."""
    open_gaps = await inbox.gaps(scene.pool, scene.shop.shop_id)
    await scene.pool.execute("delete from syncd.gap")
    return set(open_gaps)


async def test_each_topic_is_asked_for_with_a_few_fields_and_rests_for_an_hour(
    scene: Scene,
) -> None:
    await wired(scene)
    assert await verify(scene) == "verified"
    found = await there(scene)
    assert found.keys() == BY_ENUM.keys()
    for name, one in found.items():
        assert one["uri"] == ADDRESS
        assert one["includeFields"] == list(BY_ENUM[name].keeps)
    assert await gaps(scene) == {"stock", "order", "customer"}
    assert await verify(scene) == "rested"
    await scene.pool.execute(HOUR)
    calls = dict(scene.client.tally.calls)
    assert await verify(scene) == "verified"
    assert (
        scene.client.tally.calls["WebhookSubscriptionCreate"] == calls["WebhookSubscriptionCreate"]
    )
    assert await gaps(scene) == set()


async def test_what_shopify_removed_is_made_again_and_its_kind_is_pulled(scene: Scene) -> None:
    await wired(scene)
    await verify(scene)
    await gaps(scene)
    await scene.call(DELETE, {"id": (await there(scene))["ORDERS_UPDATED"]["id"]})
    before = await scene.pool.fetchval("select verified_at from syncd.webhook_round")
    await scene.pool.execute(HOUR)
    await verify(scene)
    assert (await there(scene)).keys() == BY_ENUM.keys()
    since = await scene.pool.fetchval("select since from syncd.gap where kind = 'order'")
    assert since < before  # at the latest when it was last seen
    assert await gaps(scene) == {"order"}


async def test_without_a_secret_or_an_address_nothing_is_asked(scene: Scene) -> None:
    calls = dict(scene.client.tally.calls)
    assert await verify(scene) == "rested"
    await webhooks.set_address(scene.pool, scene.shop.shop_id, ADDRESS)
    assert await verify(scene) == "rested"
    assert scene.client.tally.calls == calls


async def test_a_new_address_is_used_at_once(scene: Scene) -> None:
    await wired(scene)
    await verify(scene)
    await gaps(scene)
    gids = {one["id"] for one in (await there(scene)).values()}
    await webhooks.set_address(scene.pool, scene.shop.shop_id, "https://new.example.no/webhooks")
    assert await verify(scene) == "verified"
    found = await there(scene)
    assert {one["uri"] for one in found.values()} == {"https://new.example.no/webhooks"}
    assert {one["id"] for one in found.values()} == gids
    assert await gaps(scene) == {"stock", "order", "customer"}


async def test_switched_off_ours_go_and_the_apps_others_stay(scene: Scene) -> None:
    await wired(scene)
    other = {"uri": "https://other.example.no/hook"}
    await scene.call(CREATE, {"topic": "CARTS_CREATE", "given": other})
    await verify(scene)
    await webhooks.switch(scene.pool, scene.shop.shop_id, is_on=False)
    assert await verify(scene) == "verified"
    assert (await there(scene)).keys() == {"CARTS_CREATE"}
    assert await webhooks.known(scene.pool, scene.shop.shop_id) == []
    assert await verify(scene) == "rested"


async def test_what_was_made_while_the_answer_was_lost_is_found(scene: Scene) -> None:
    await wired(scene)
    keeps = list(BY_ENUM["ORDERS_UPDATED"].keeps)
    given = {"uri": ADDRESS, "format": "JSON", "includeFields": keeps}
    await scene.call(CREATE, {"topic": "ORDERS_UPDATED", "given": given})
    await verify(scene)
    assert (await there(scene)).keys() == BY_ENUM.keys()


@pytest.mark.parametrize("approved", [0, 2], ids=["not approved", "approved"])
async def test_a_topic_that_is_refused_is_told_and_keeps_no_other_back(
    pool: asyncpg.Pool, tmp_path: Path, approved: int
) -> None:
    options = replace(OPTIONS, customer_data=approved)
    async with playing(pool, tmp_path, options) as scene:
        await wired(scene)
        await verify(scene)
        known = {one.topic: one for one in await webhooks.known(pool, scene.shop.shop_id)}
        assert known["INVENTORY_LEVELS_UPDATE"].gid
        assert bool(known["ORDERS_UPDATED"].gid) == bool(approved)
        assert bool(known["ORDERS_UPDATED"].refusal) != bool(approved)
        expected = {"stock", "order", "customer"} if approved else {"stock"}
        assert await gaps(scene) == expected
