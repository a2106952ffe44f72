"""What of a completed order is to be told to Shopify, or why nothing can be."""

from __future__ import annotations

from dataclasses import dataclass

from syncd.errors import CallError, RowError, ShopifyError
from syncd.phrases import joined, phrase
from syncd.rules import parts
from syncd.sales import Completion, Load, Parcel, Portion, Sending, Tracking

CREATE = "CREATE_FULFILLMENT"
ENDED = frozenset({"CLOSED", "CANCELLED", "INCOMPLETE"})
LATER_S = 1800.0
UNSURE_S = 120.0  # by then what Shopify did not answer is done or never will be
BY_ITSELF = phrase("it is tried again every half hour, and when the Backoffice touches the order")
IN_ADMIN = phrase("fulfil it in Shopify's admin, or `syncd dead skip` if that is not wanted")
MOVED = (  # between our look and our call something else happened to it: we look again
    "has an unfulfillable status",
    "Invalid fulfillment order line item quantity",
    "does not exist",
    "assigned to a single location",
)
HOLDS = {
    "AWAITING_PAYMENT": phrase("it is not paid yet"),
    "AWAITING_RETURN_ITEMS": phrase("goods that are exchanged have not come back yet"),
    "HIGH_RISK_OF_FRAUD": phrase("Shopify suspects fraud"),
    "INCORRECT_ADDRESS": phrase("the address is not right"),
    "INVENTORY_OUT_OF_STOCK": phrase("goods are out of stock"),
    "ONLINE_STORE_POST_PURCHASE_CROSS_SELL": phrase("the customer may still add something"),
    "UNKNOWN_DELIVERY_DATE": phrase("the day of delivery is not known"),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be sent, which parcels get another number, what stands in the way of the rest.

    `later` is raised when all else is done. `left_to` names other locations with something left.
    """

    send: tuple[Load, ...] = ()
    track: tuple[Parcel, ...] = ()
    later: CallError | None = None
    left_to: tuple[str, ...] = ()


def plan(sending: Sending, completion: Completion, location: str | None) -> Plan:
    """What makes Shopify hold that this order is completed, as far as `location` sends it.

    Nothing when it is fulfilled already. Raises RowError when it never can be as it stands.
    """
    called = phrase("order {number}", number=sending.number)
    _refuse(sending, called)
    due = parts.due(sending, completion.lines, location)
    left = [one for one in sending.portions if one.left and one.status not in ENDED]
    ours = [one for one in left if one.location == location]
    send, due = parts.taken([one for one in ours if CREATE in one.actions], due)
    waiting = [one for one in ours if CREATE not in one.actions and parts.is_due(one, due)]
    elsewhere = [one for one in left if one.location != location and parts.is_due(one, due)]
    others = sorted({one.place for one in elsewhere})
    if others and all(one.location != location for one in sending.portions):
        raise RowError(
            phrase(
                "{called} is not sent from the shop's location but from {places}",
                called=called,
                places=", ".join(others),
            ),
            hint=phrase("move it to the shop's location in Shopify, or {admin}", admin=IN_ADMIN),
            cause="other_location",
        )
    return Plan(
        send=send,
        track=_untracked(sending, completion, location, leaves=bool(send)),
        later=_waits(called, waiting),
        left_to=tuple(others),
    )


def refused(sending: Sending, said: str) -> ShopifyError:
    """The error for what Shopify said to a fulfilment."""
    message = phrase(
        "order {number}: Shopify would not fulfil it (it says “{said}”)",
        number=sending.number,
        said=said,
    )
    if any(words in said for words in MOVED):
        hint = phrase("it was changed in Shopify meanwhile; it is looked at again by itself")
        return ShopifyError(message, hint=hint)
    return RowError(message, hint=IN_ADMIN, cause="fulfilment_refused")


def wait_s(plan: Plan, error: CallError) -> float | None:
    """The wait before the next look after this call failed; None: the usual one.

    When the answer was lost, quantities may still be on their way; a look that came too early would
    send them once more. Without quantities Shopify refuses the second, for nothing is left.
    """
    is_part = any(one.counts for one in plan.send)
    return UNSURE_S if error.is_unknown and is_part else error.wait_s


def gone(key: str, gid: str) -> RowError:
    return RowError(
        phrase(
            "order {key} is not in Shopify any more, or older than the app may see ({gid})",
            key=key,
            gid=gid,
        ),
        hint=phrase(
            "an app sees 60 days back unless it has the scope read_all_orders; "
            "`syncd dead skip` if the order was deleted"
        ),
        cause="order_gone",
    )


def unknown(key: str) -> RowError:
    return RowError(
        phrase(
            "order {key} is completed in the Backoffice, but no shop is known that it came from",
            key=key,
        ),
        hint=phrase(
            "`syncd pull orders`, then `syncd dead retry`; an order that is not "
            "Shopify's does not belong into the view order_completion"
        ),
        cause="order_unknown",
    )


def _refuse(sending: Sending, called: str) -> None:
    if sending.is_cancelled:
        raise RowError(
            phrase(
                "{called} was cancelled in Shopify, and completed in the Backoffice", called=called
            ),
            hint=phrase(
                "if the goods have left, settle it with the customer; nothing is sent to Shopify"
            ),
            cause="order_cancelled",
        )
    if not sending.portions and sending.state != "FULFILLED":
        raise RowError(
            phrase("{called}: Shopify shows nothing that is to be sent of it", called=called),
            hint=phrase(
                "give the app the scope write_merchant_managed_fulfillment_orders, "
                "then `syncd dead retry`"
            ),
            cause="no_fulfilment_orders",
        )
    if not sending.is_whole:
        raise RowError(
            phrase("{called} is split into more parts than syncd reads", called=called),
            hint=IN_ADMIN,
            cause="too_many_parts",
        )


def _waits(called: str, waiting: list[Portion]) -> CallError | None:
    if not waiting:
        return None
    holds = [HOLDS.get(hold, phrase("somebody holds it")) for one in waiting for hold in one.holds]
    if holds:
        why = phrase(
            "{called} is on hold in Shopify: {holds}",
            called=called,
            holds=joined([*dict.fromkeys(holds)]),
        )
        hint = phrase("release the hold in Shopify's admin; {by_itself}", by_itself=BY_ITSELF)
    elif waiting[0].status == "SCHEDULED":
        why = phrase("{called} is not to be sent before a later day, says Shopify", called=called)
        hint = BY_ITSELF
    else:
        why = phrase(
            "{called} cannot be fulfilled in Shopify now ({status})",
            called=called,
            status=waiting[0].status.lower(),
        )
        hint = phrase("look at it in Shopify's admin; {by_itself}", by_itself=BY_ITSELF)
    return CallError(why, hint=hint, wait_s=LATER_S)


def _untracked(
    sending: Sending, completion: Completion, location: str | None, *, leaves: bool
) -> tuple[Parcel, ...]:
    """The parcels from our location that the number belongs to and that show another one.

    The only one takes it. Of several it is not known which one is meant: those without a number
    take it, what others show stays. Of an order that leaves in parts it is the newest that is
    meant, or what `leaves` now.
    """
    tracking = completion.tracking
    sent = [one for one in sending.parcels if one.is_sent and one.location == location]
    if tracking == Tracking():
        return ()
    meant = sent
    if completion.lines is not None:
        meant = [] if leaves else sent[-1:]
    if len(sent) + leaves > 1:
        meant = [one for one in meant if not one.tracking.number]
    return tuple(one for one in meant if _differs(one.tracking, tracking))


def _differs(shown: Tracking, wanted: Tracking) -> bool:
    """What the Backoffice does not say is Shopify's: it makes addresses for carriers it knows."""
    pairs = (
        (wanted.company, shown.company),
        (wanted.number, shown.number),
        (wanted.url, shown.url),
    )
    return any(ours and ours != theirs for ours, theirs in pairs)
