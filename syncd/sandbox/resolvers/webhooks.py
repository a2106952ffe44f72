"""Webhook subscriptions of the app that asks."""

from __future__ import annotations

from typing import Any

from syncd.sandbox.connections import Key, by_id, page
from syncd.sandbox.hooks.addresses import is_cloud
from syncd.sandbox.hooks.records import Subscription
from syncd.sandbox.mutations.webhooks import named
from syncd.sandbox.resolvers.fields import Fields, Info, attribute, count, gid_of, legacy_id
from syncd.sandbox.search import SearchFields, exact, filtered, number, time

SEARCHED: SearchFields = {
    "default": exact(lambda one: one.uri),
    "id": number(lambda one: one.id),
    "created_at": time(lambda one: one.created_at),
    "updated_at": time(lambda one: one.updated_at),
    "endpoint": exact(lambda one: one.uri),
    "topic": exact(lambda one: one.topic),
}


def subscription(_root: None, info: Info, id: str) -> Subscription | None:
    return named(info.context, id)


def subscriptions(_root: None, info: Info, **arguments: Any) -> Any:
    found = _found(info, arguments.get("query"))
    uri = arguments.get("uri") or arguments.get("callbackUrl")
    topics, form = arguments.get("topics"), arguments.get("format")
    chosen = [
        one
        for one in found
        if (not topics or one.topic in topics)
        and (not form or one.format == form)
        and (not uri or one.uri == uri)
    ]
    key = by_id if arguments.get("sortKey") == "ID" else by_creation
    return page(sorted(chosen, key=key), key, arguments)


def by_creation(one: Subscription) -> Key:
    # As recorded in cursors: `2026-07-03 20:55:48.000000`.
    return (one.created_at.replace("T", " ").replace("Z", ".000000"), one.id)


def subscriptions_count(_root: None, info: Info, **arguments: Any) -> dict[str, Any]:
    return count(len(_found(info, arguments.get("query"))))


def _found(info: Info, query: str | None) -> list[Subscription]:
    visit = info.context
    held = visit.shop.held["WebhookSubscription"].values()
    own = [one for one in held if one.app == visit.app.client_id]
    return filtered(own, query, SEARCHED, info)


def callback_url(one: Subscription, _info: Info) -> str:
    # A placeholder for all clouds, as recorded.
    return "https://eventbridge.arn" if is_cloud(one.uri) else one.uri


def endpoint(one: Subscription, _info: Info) -> dict[str, str]:
    if one.uri.startswith("arn:"):
        return {"__typename": "WebhookEventBridgeEndpoint", "arn": one.uri}
    if is_cloud(one.uri):
        project, _, topic = one.uri.removeprefix("pubsub://").partition(":")
        return {
            "__typename": "WebhookPubSubEndpoint",
            "pubSubProject": project,
            "pubSubTopic": topic,
        }
    return {"__typename": "WebhookHttpEndpoint", "callbackUrl": one.uri}


def api_version(one: Subscription, _info: Info) -> dict[str, Any]:
    return {"handle": one.version, "displayName": one.version, "supported": True}


def metafields(one: Subscription, _info: Info) -> list[dict[str, str]]:
    return [{"namespace": namespace, "key": key} for namespace, key in one.metafields]


FIELDS: Fields = {
    "QueryRoot": {
        "webhookSubscription": subscription,
        "webhookSubscriptions": subscriptions,
        "webhookSubscriptionsCount": subscriptions_count,
    },
    "WebhookSubscription": {
        "id": gid_of("WebhookSubscription"),
        "legacyResourceId": legacy_id,
        "topic": attribute("topic"),
        "uri": attribute("uri"),
        "callbackUrl": callback_url,
        "endpoint": endpoint,
        "format": attribute("format"),
        "filter": attribute("filter"),
        "includeFields": attribute("include_fields"),
        "metafieldNamespaces": attribute("metafield_namespaces"),
        "metafields": metafields,
        "name": attribute("name"),
        "apiVersion": api_version,
        "createdAt": attribute("created_at"),
        "updatedAt": attribute("updated_at"),
    },
}
