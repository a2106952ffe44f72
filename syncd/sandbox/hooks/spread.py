"""From hints to deliveries: which subscriptions an event is for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import islice
from uuid import NAMESPACE_URL, uuid5

from syncd.sandbox.hooks.records import Delivery, Hint, Subscription
from syncd.sandbox.shop import Shop

KEPT_DELIVERIES = 1_000
PRUNED_AT_ONCE = 200
MERGED_AMONG = 250
"""How many of the latest deliveries a hint may be merged with."""

PARKED_S = 60

Place = tuple[int, str, int, str]
"""Subscription, topic, record, what else the hint tells."""


def spread(shop: Shop) -> None:
    """Make a delivery for each hint and subscription; hints that wait for the same are merged."""
    hints = list(shop.held["Hint"].values())
    if not hints:
        return
    latest = islice(reversed(shop.held["Delivery"].values()), MERGED_AMONG)
    unsent = {
        _place(one.subscription, one.hint): one
        for one in latest
        if one.state == "waiting" and one.body is None
    }
    for hint in hints:
        shop.remove("Hint", hint)
        for one in list(shop.held["WebhookSubscription"].values()):
            if one.topic == hint.topic and hint.more.get("app") in (None, one.app):
                _deliver(shop, one, hint, unsent)
    _prune(shop)


def _place(subscription: Subscription, hint: Hint) -> Place:
    return subscription.id, hint.topic, hint.number, str(hint.more)


def _deliver(
    shop: Shop, subscription: Subscription, hint: Hint, unsent: dict[Place, Delivery]
) -> None:
    place = _place(subscription, hint)
    if hint.topic.endswith(("_UPDATE", "_UPDATED")) and (waiting := unsent.get(place)) is not None:
        unsent[place] = replace(waiting, hint=hint)
        shop.put("Delivery", unsent[place])
        return
    made = _made(shop, subscription, hint)
    if _strikes(shop, "webhook_dropped", hint):
        made = replace(made, state="dropped")
    elif late := shop.mischief.strikes("webhook_late", hint.topic):
        made = replace(made, due_at=later(shop, late.seconds))
    elif _strikes(shop, "webhook_reordered", hint):
        made = replace(made, due_at=later(shop, PARKED_S), is_parked=True)
    shop.put("Delivery", made)
    if not made.is_parked:
        _release(shop, subscription)
    if _strikes(shop, "webhook_doubled", hint):
        shop.put("Delivery", replace(made, id=shop.new_id("Delivery")))
    if made.state == "waiting":
        unsent[place] = made


def _strikes(shop: Shop, kind: str, hint: Hint) -> bool:
    return shop.mischief.strikes(kind, hint.topic) is not None


def _made(shop: Shop, subscription: Subscription, hint: Hint) -> Delivery:
    number = shop.new_id("Delivery")
    webhook_id = str(uuid5(NAMESPACE_URL, f"{hint.event}/{subscription.id}/{number}"))
    return Delivery(number, subscription, hint, webhook_id, later(shop, 0))


def _release(shop: Shop, subscription: Subscription) -> None:
    """Let what was parked go behind the delivery that has just been made."""
    if not shop.mischief.rules:
        return
    for one in list(shop.held["Delivery"].values()):
        if one.is_parked and one.subscription.id == subscription.id:
            shop.remove("Delivery", one)
            number = shop.new_id("Delivery")
            shop.put("Delivery", replace(one, id=number, due_at=later(shop, 0), is_parked=False))


def later(shop: Shop, seconds: float) -> str:
    """The shop's time in so many seconds, with its fraction."""
    at = shop.options.clock.now() + timedelta(seconds=seconds)
    return at.isoformat(timespec="microseconds")


def _prune(shop: Shop) -> None:
    held = shop.held["Delivery"]
    over = len(held) - KEPT_DELIVERIES
    if over > PRUNED_AT_ONCE:
        finished = [one for one in held.values() if one.state != "waiting"]
        for one in finished[:over]:
            shop.remove("Delivery", one)
