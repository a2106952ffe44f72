"""Our webhook subscriptions in a shop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncd.errors import KindError, ShopifyError
from syncd.rules.subscriptions import Present
from syncd.rules.topics import Topic
from syncd.shopify.client import Client

MOST_PAGES = 20  # an app may have one for each topic and address; there are some 220 topics
GONE = "Webhook subscription does not exist"
TAKEN = "Address for this topic has already been taken"


class SubscriptionRefused(ShopifyError):
    """Shopify will not have a subscription; the message is its own."""


async def scopes(client: Client) -> frozenset[str]:
    """What the app may do in the shop."""
    answer = await client.execute("InstallationScopes")
    return frozenset(one["handle"] for one in answer["currentAppInstallation"]["accessScopes"])


async def present(client: Client) -> list[Present]:
    """All subscriptions of our app that were made by the API."""
    found: list[Present] = []
    after: str | None = None
    for _ in range(MOST_PAGES):
        page = (await client.execute("WebhookSubscriptions", {"after": after}))[
            "webhookSubscriptions"
        ]
        found += [_present(node) for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    return found


async def create(client: Client, topic: Topic, address: str) -> str:
    """Ask for a topic; returns the GID. Raises SubscriptionRefused, what `Client.execute` raises.

    What a lost answer left behind is refused as taken: the next verification finds it.
    """
    given = {"topic": topic.enum, "webhookSubscription": _input(topic, address)}
    try:
        answer = await client.execute("WebhookSubscriptionCreate", given)
    except KindError as error:  # a scope, or the right to customers' data, is missing
        raise SubscriptionRefused(error.message, hint=error.hint) from error
    payload = _payload(answer["webhookSubscriptionCreate"])
    return str(payload["webhookSubscription"]["id"])


async def update(client: Client, topic: Topic, gid: str, address: str) -> None:
    """Bring a subscription to this address and these fields; raises as `create` does."""
    given = {"id": gid, "webhookSubscription": _input(topic, address)}
    _payload(
        (await client.execute("WebhookSubscriptionUpdate", given))["webhookSubscriptionUpdate"]
    )


async def delete(client: Client, gid: str) -> None:
    """End a subscription; one that is gone already is as good."""
    answer = await client.execute("WebhookSubscriptionDelete", {"id": gid})
    errors = answer["webhookSubscriptionDelete"]["userErrors"]
    if errors and errors[0]["message"] != GONE:
        raise SubscriptionRefused(errors[0]["message"])


def _input(topic: Topic, address: str) -> dict[str, Any]:
    return {"uri": address, "format": "JSON", "filter": "", "includeFields": list(topic.keeps)}


def _payload(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    if payload["userErrors"]:
        raise SubscriptionRefused(payload["userErrors"][0]["message"])
    return payload


def _present(node: Mapping[str, Any]) -> Present:
    return Present(
        gid=node["id"],
        topic=node["topic"],
        uri=node["uri"],
        format=node["format"],
        filter=node["filter"] or "",
        fields=tuple(node["includeFields"] or ()),
    )
