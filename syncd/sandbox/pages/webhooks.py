"""The webhooks: who subscribed to what, what was sent, how it was taken."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from syncd.sandbox.hooks.records import Delivery, Subscription
from syncd.sandbox.hooks.topics import header
from syncd.sandbox.pages.markup import Html, chip, code, empty, moment, pairs, table, whole
from syncd.sandbox.pages.seen import Seen
from syncd.sandbox.pages.sheet import sheet

SHOWN = 100


def webhooks(seen: Seen) -> Html:
    """The page at `/webhooks`."""
    held = seen.shop.held
    subscriptions: Mapping[int, Subscription] = held.get("WebhookSubscription", {})
    deliveries: Mapping[int, Delivery] = held.get("Delivery", {})
    words = "webhookSubscriptionCreate subscribes; deliveries go to this machine only."
    if not subscriptions and not deliveries:
        body = empty("Nobody subscribed", words)
    else:
        body = f"<h2>Sent</h2>{_sent(deliveries)}<h2>Subscriptions</h2>{_wanted(subscriptions)}"
    return sheet(seen, "Webhooks", f'<main data-live="main">{body}</main>', tab="/webhooks")


def _sent(deliveries: Mapping[int, Delivery]) -> Html:
    newest = list(deliveries.values())[: -SHOWN - 1 : -1]
    if not newest:
        return '<p class="soft">Nothing yet.</p>'
    heads = ("Event", "To", "State", ">Attempts", "Last answer", "Happened", "Due")
    return table(heads, [_row(one) for one in newest])


def _row(one: Delivery) -> list[Html]:
    last = one.attempts[-1].outcome if one.attempts else ""
    due = escape(one.due_at[11:19]) if one.state == "waiting" else "–"
    return [
        f'<a class="title" href="/webhooks/{one.id}">{escape(header(one.hint.topic))}</a>',
        code(one.subscription.uri),
        chip(one.state),
        whole(len(one.attempts)),
        escape(last) or "–",
        f'<span class="soft small tight">{moment(one.hint.at)}</span>',
        f'<span class="soft small tight">{due}</span>',
    ]


def _wanted(subscriptions: Mapping[int, Subscription]) -> Html:
    rows = [
        [
            escape(header(one.topic)),
            code(one.uri),
            escape(one.app),
            code(one.filter),
            escape(", ".join(one.include_fields)) or "all",
            escape(one.version),
        ]
        for one in subscriptions.values()
    ]
    heads = ("Topic", "Address", "App", "Filter", "Fields", "Version")
    return table(heads, rows) if rows else '<p class="soft">None.</p>'


def webhook(seen: Seen, number: int) -> Html | None:
    """The page at `/webhooks/{number}`, of one delivery."""
    one: Any = seen.shop.held.get("Delivery", {}).get(number)
    if one is None:
        return None
    rows = [[moment(each.at), escape(each.outcome)] for each in one.attempts]
    attempts = table(("When", "Answer"), rows) if rows else '<p class="soft">None yet.</p>'
    return sheet(
        seen,
        header(one.hint.topic),
        f"""<main data-live="main"><a class="back" href="/webhooks">← All webhooks</a>
<h1>{escape(header(one.hint.topic))} {chip(one.state)}</h1>
<h2>Facts</h2>{pairs(_facts(one))}
<h2>Attempts</h2>{attempts}
<h2>Body</h2><pre class="card story">{escape(one.body or "not made yet")}</pre></main>""",
        tab="/webhooks",
    )


def _facts(one: Delivery) -> dict[str, Html]:
    return {
        "To": code(one.subscription.uri),
        "App": escape(one.subscription.app),
        "Webhook id": code(one.webhook_id),
        "Event id": code(one.hint.event),
        "Happened": moment(one.hint.at),
        "Due": moment(one.due_at),
    }
