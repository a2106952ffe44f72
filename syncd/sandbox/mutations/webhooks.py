"""webhookSubscriptionCreate, …Update, …Delete."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.access import denied, is_granted
from syncd.sandbox.hooks.addresses import faults, is_cloud
from syncd.sandbox.hooks.filters import fields
from syncd.sandbox.hooks.records import Subscription
from syncd.sandbox.hooks.topics import is_customer_data, only_json, scopes_for
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.visit import Visit
from syncd.sandbox.words import Complaints, refusal

HERE = "webhookSubscription"
ADDRESS = (HERE, "callbackUrl")
"""Also of an address that came as `uri`, as recorded."""

NAME = re.compile(r"[A-Za-z0-9_-]+")
MAX_NAME = 50
MAX_FILTER_BYTES = 65_535
NO_SUCH = "Webhook subscription does not exist"
NOT_APPROVED = (
    "This app is not approved to subscribe to webhook topics containing protected customer data."
    " See https://shopify.dev/docs/apps/launch/protected-customer-data for more details."
)
BAD_FILTER = (
    "The specified filter is invalid, please ensure you specify the field(s) you wish to filter on."
)


def create(
    _root: None, info: Info, topic: str, webhookSubscription: Mapping[str, Any]
) -> dict[str, Any]:
    visit = info.context
    _check_access(visit, topic)
    at = visit.shop.now()
    version = visit.app.webhook_version or visit.version
    blank = Subscription(0, topic, "", visit.app.client_id, version, at, at)
    made = _with(visit, blank, webhookSubscription)
    if found := _complaints(visit, made, webhookSubscription):
        return {"webhookSubscription": None, "userErrors": found}
    made = replace(made, id=visit.shop.new_id("WebhookSubscription"))
    visit.shop.put("WebhookSubscription", made)
    return {"webhookSubscription": made, "userErrors": []}


def _check_access(visit: Visit, topic: str) -> None:
    words = " or ".join(f"`{scope}` access scope" for scope in scopes_for(topic))
    if words and not is_granted(f"{words}.", visit.scopes):
        raise denied("webhookSubscriptionCreate", f"{words}.")
    if is_customer_data(topic) and visit.app.customer_data == 0:
        raise refusal(NOT_APPROVED, "ACCESS_DENIED")


def _with(visit: Visit, one: Subscription, given: Mapping[str, Any]) -> Subscription:
    """The subscription with what is given; what is not stays as it is."""
    if "uri" in given or "callbackUrl" in given:
        one = replace(one, uri=(given.get("uri") or given.get("callbackUrl") or "").strip())
    if given.get("format"):
        one = replace(one, format=given["format"])
    if "filter" in given:
        one = replace(one, filter=given["filter"])
    if "includeFields" in given:
        one = replace(one, include_fields=tuple(given["includeFields"] or ()))
    if "metafieldNamespaces" in given:
        named = given["metafieldNamespaces"] or ()
        spaces = tuple(_namespace(visit, space) for space in named)
        one = replace(one, metafield_namespaces=spaces)
    if "metafields" in given:
        named = given["metafields"] or ()
        one = replace(one, metafields=tuple((each["namespace"], each["key"]) for each in named))
    return replace(one, name=given["name"]) if "name" in given else one


def _namespace(visit: Visit, space: str) -> str:
    """`$app:x` means the asking app's own namespace."""
    if space == "$app" or space.startswith("$app:"):
        rest = space.removeprefix("$app").removeprefix(":")
        return "--".join(part for part in ("app", str(visit.app.number), rest) if part)
    return space


def _complaints(visit: Visit, one: Subscription, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    complaints = Complaints()
    for words in faults(one.uri, visit.app.number):
        complaints.add(ADDRESS, words)
    if not complaints and any(_is_twin(one, other) for other in _own(visit)):
        complaints.add(ADDRESS, "Address for this topic has already been taken")
    if "name" in given and given["name"] is not None:
        _check_name(complaints, given["name"])
    if one.format != "JSON":
        if is_cloud(one.uri):
            complaints.add((HERE, "format"), "Format can only be used with format: 'json'")
        elif only_json(one.topic):
            words = "Format 'xml' is invalid for this webhook topic. Allowed formats: json"
            complaints.add((HERE, "format"), words)
    _check_filter(complaints, one)
    return [{"field": each["field"], "message": each["message"]} for each in complaints.found]


def _own(visit: Visit) -> list[Subscription]:
    held = visit.shop.held["WebhookSubscription"].values()
    return [one for one in held if one.app == visit.app.client_id]


def _is_twin(one: Subscription, other: Subscription) -> bool:
    same = one.topic == other.topic and one.uri == other.uri and one.format == other.format
    return same and (one.filter or "") == (other.filter or "") and one.id != other.id


def _check_name(complaints: Complaints, name: str) -> None:
    if not name:
        complaints.add((HERE, "name"), "Name is too short (minimum is 1 character)")
    if len(name) > MAX_NAME:
        complaints.add((HERE, "name"), f"Name is too long (maximum is {MAX_NAME} characters)")
    if not NAME.fullmatch(name):
        words = "name field can only contain alphanumeric characters, underscores, and hyphens"
        complaints.add((HERE, "name"), f"Name {words}")


def _check_filter(complaints: Complaints, one: Subscription) -> None:
    text = one.filter or ""
    named = fields(text)
    if len(text.encode()) > MAX_FILTER_BYTES:
        complaints.add((HERE, "filter"), "Filter is too big (maximum is 64 KB)")
    elif (text.strip() and (not named or None in named)) or (
        one.include_fields
        and any(
            name.partition(".")[0] not in one.include_fields and name not in one.include_fields
            for name in named
            if name
        )
    ):
        complaints.add((HERE,), BAD_FILTER)


def update(
    _root: None, info: Info, id: str, webhookSubscription: Mapping[str, Any]
) -> dict[str, Any]:
    visit = info.context
    kept = named(visit, id)
    if kept is None:
        return {
            "webhookSubscription": None,
            "userErrors": [{"field": ["id"], "message": NO_SUCH}],
        }
    changed = _with(visit, kept, webhookSubscription)
    if found := _complaints(visit, changed, webhookSubscription):
        return {"webhookSubscription": None, "userErrors": found}
    if changed != kept:
        changed = replace(changed, updated_at=visit.shop.now())
        visit.shop.put("WebhookSubscription", changed)
    return {"webhookSubscription": changed, "userErrors": []}


def delete(_root: None, info: Info, id: str) -> dict[str, Any]:
    kept = named(info.context, id)
    if kept is None:
        found = [{"field": ["id"], "message": NO_SUCH}]
        return {"deletedWebhookSubscriptionId": None, "userErrors": found}
    shop_of(info).remove("WebhookSubscription", kept)
    return {"deletedWebhookSubscriptionId": id, "userErrors": []}


def named(visit: Visit, text: str) -> Subscription | None:
    """The asking app's subscription of that gid. Raises RESOURCE_NOT_FOUND for another kind."""
    number = gids.number(text, "WebhookSubscription")
    if number is None:
        raise refusal("invalid id", "RESOURCE_NOT_FOUND")
    return next((one for one in _own(visit) if one.id == number), None)


FIELDS: Fields = {
    "Mutation": {
        "webhookSubscriptionCreate": create,
        "webhookSubscriptionUpdate": update,
        "webhookSubscriptionDelete": delete,
    }
}
