"""The older mutations for webhooks to clouds: eventBridge…, pubSubWebhookSubscriptionCreate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from syncd.sandbox.hooks.addresses import PROJECT, TOPIC
from syncd.sandbox.mutations.webhooks import ADDRESS, HERE, create, update
from syncd.sandbox.resolvers.fields import Fields, Info, Resolver

Payload = dict[str, Any]


def event_bridge(act: Callable[..., Payload]) -> Resolver:
    """An ARN stands for the address, also in what is wrong."""

    def resolve(
        _root: None, info: Info, webhookSubscription: Mapping[str, Any], **named: Any
    ) -> Payload:
        given = dict(webhookSubscription)
        given["uri"] = given.pop("arn", None)
        payload = act(None, info, webhookSubscription=given, **named)
        return _renamed(payload, "arn")

    return resolve


def pub_sub(act: Callable[..., Payload]) -> Resolver:
    """Project with topic stand for the address."""

    def resolve(
        _root: None, info: Info, webhookSubscription: Mapping[str, Any], **named: Any
    ) -> Payload:
        given = dict(webhookSubscription)
        project, topic = given.pop("pubSubProject"), given.pop("pubSubTopic")
        if found := _faults(project, topic):
            return {"webhookSubscription": None, "userErrors": found}
        given["uri"] = f"pubsub://{project}:{topic}"
        payload = _renamed(act(None, info, webhookSubscription=given, **named), "pubSubTopic")
        for one in payload["userErrors"]:
            is_taken = one["message"].endswith("taken")
            one["code"] = "TAKEN" if is_taken else "INVALID_PARAMETERS"
        return payload

    return resolve


def _faults(project: str, topic: str) -> list[Payload]:
    rows = (
        ("pubSubProject", "project", PROJECT.fullmatch(project)),
        ("pubSubTopic", "topic", TOPIC.fullmatch(topic)),
    )
    return [
        {
            "field": [HERE, field],
            "message": f"Google Cloud Pub/Sub {name} ID is not valid",
            "code": "INVALID_PARAMETERS",
        }
        for field, name, is_good in rows
        if not is_good
    ]


def _renamed(payload: Payload, field: str) -> Payload:
    for one in payload["userErrors"]:
        if one["field"] == list(ADDRESS):
            one["field"] = [HERE, field]
    return payload


FIELDS: Fields = {
    "Mutation": {
        "eventBridgeWebhookSubscriptionCreate": event_bridge(create),
        "eventBridgeWebhookSubscriptionUpdate": event_bridge(update),
        "pubSubWebhookSubscriptionCreate": pub_sub(create),
        "pubSubWebhookSubscriptionUpdate": pub_sub(update),
    }
}
