"""The sentences of each alarm: in a few words, then in whole with the next step."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from syncd.phrases import Phrase, phrase

Values = Mapping[str, object]
Pair = tuple[Phrase, Phrase]


def _kind(kind: object) -> Phrase:
    """What customers, orders or counts are called."""
    match kind:
        case "customer":
            return phrase("customers")
        case "order":
            return phrase("orders")
        case "stock":
            return phrase("counts")
        case _:
            return phrase("requests")


def no_router(values: Values) -> Pair:
    return phrase("syncd does not run"), phrase(
        "No node of syncd is at work. Nothing is lost, changes wait. Start `syncd run`."
    )


def router_behind(values: Values) -> Pair:
    return phrase("Events wait"), phrase(
        "What was changed in the Backoffice waits since {since} and is not sent. Look at the log"
        " of syncd; `syncd check` tells whether the Backoffice can be read.",
        since=values["since"],
    )


def partitions_end(values: Values) -> Pair:
    return phrase("The event log comes to its end"), phrase(
        "The event log of syncd has room until {since} only. A DBA mends it with:"
        " select syncd.make_partitions();",
        since=values["since"],
    )


def change_late(values: Values) -> Pair:
    return phrase("Changes are not sent"), phrase(
        "{shop}: {count} changes could have been sent since {since}. `syncd outbox` tells whether"
        " a node works for the shop, and how fast.",
        shop=values["shop"],
        count=values["count"],
        since=values["since"],
    )


def shop_paused(values: Values) -> Pair:
    return phrase("The shop is paused and changes wait"), phrase(
        "{shop}: {count} changes wait since {since}, for the shop is paused: {why}. Mend that,"
        " then run `syncd resume {shop}`.",
        shop=values["shop"],
        count=values["count"],
        since=values["since"],
        why=values["why"],
    )


def app_removed(values: Values) -> Pair:
    return phrase("The app was removed from the shop"), phrase(
        "{shop}: somebody removed the app in Shopify, so nothing is sent or fetched. Install it"
        " again, then give its token: `syncd shop token {shop}`.",
        shop=values["shop"],
    )


def token_expires(values: Values) -> Pair:
    return phrase("The access to Shopify ends"), phrase(
        "{shop}: the access token ends {since} and was not renewed. `syncd shop check {shop}`"
        " tells why; a new one is given by `syncd shop token {shop}`.",
        shop=values["shop"],
        since=values["since"],
    )


def change_dead(values: Values) -> Pair:
    return phrase("Changes are refused"), phrase(
        "{shop}: {count} changes are not taken ({cause}), such as product {product}: {why}. Put it"
        " right in the Backoffice, and it is sent by itself; `syncd dead list` has all of them.",
        shop=values["shop"],
        count=values["count"],
        cause=values["cause"],
        product=values["product"],
        why=values["why"],
    )


def inbox_dead(values: Values) -> Pair:
    return phrase("News from Shopify could not be worked off"), phrase(
        "{shop}: {count} news of {kind} could not be worked off. `syncd inbox list {shop}` says"
        " why; mend that, then run `syncd inbox retry --shop {shop}`.",
        shop=values["shop"],
        count=values["count"],
        kind=_kind(values["kind"]),
    )


def inbox_late(values: Values) -> Pair:
    return phrase("News from Shopify wait"), phrase(
        "{shop}: {count} news from Shopify could have been worked off since {since}. `syncd"
        " outbox` tells whether a node works for the shop.",
        shop=values["shop"],
        count=values["count"],
        since=values["since"],
    )


def privacy_late(values: Values) -> Pair:
    return phrase("A request by law waits"), phrase(
        "{shop}: a request about a person's data ({topic}) waits since {since}. Look at the log"
        " of syncd, and at `syncd inbox list`.",
        shop=values["shop"],
        topic=values["topic"],
        since=values["since"],
    )


def webhook_missing(values: Values) -> Pair:
    return phrase("Webhooks are missing"), phrase(
        "{shop}: Shopify does not tell of {topics} since {since} (its words: {why}). It is asked"
        " again each hour, and what it does not tell is fetched meanwhile. `syncd shop webhooks"
        " {shop}` tells what is lacking.",
        shop=values["shop"],
        topics=values["topics"],
        since=values["since"],
        why=values["why"],
    )


def pull_failing(values: Values) -> Pair:
    return phrase("Fetching from Shopify fails"), phrase(
        "{shop}: {kind} could not be fetched since {since}: {why}. It is tried again each minute;"
        " `syncd shop check {shop}` tells which rights the app lacks.",
        shop=values["shop"],
        kind=_kind(values["kind"]),
        since=values["since"],
        why=values["why"],
    )


def pull_late(values: Values) -> Pair:
    return phrase("Nothing is fetched from Shopify"), phrase(
        "{shop}: {kind} were fetched last at {since}; a pause of the shop: {why}. `syncd outbox`"
        " tells whether a node works for the shop, `syncd resume {shop}` ends a pause.",
        shop=values["shop"],
        kind=_kind(values["kind"]),
        since=values["since"],
        why=values["why"],
    )


def backoffice_refuses(values: Values) -> Pair:
    return phrase("The Backoffice refuses what came from Shopify"), phrase(
        "{shop}: the Backoffice has refused {count} {kind} at least three times, such as {gid}."
        " The column last_error of syncd.received says why; mend that in the Backoffice, they are"
        " given again by themselves.",
        shop=values["shop"],
        count=values["count"],
        kind=_kind(values["kind"]),
        gid=values["gid"],
    )


def transaction_long(values: Values) -> Pair:
    return phrase("A transaction is open for more than an hour"), phrase(
        "Session {session} of the database ({role}, {program}) has a transaction open since"
        " {since}, which makes the database slower by and by. A DBA ends it: select"
        " pg_terminate_backend({session});",
        session=values["session"],
        role=values["role"],
        program=values["program"],
        since=values["since"],
    )


def run_held(values: Values) -> Pair:
    return phrase("Many changes wait for your answer"), phrase(
        "{shop}: run {run} is held: {why}. `syncd runs {run}` shows it; if it is meant so, run"
        " `syncd approve {run}`, otherwise mend the Backoffice and run `syncd reject {run}`.",
        shop=values["shop"],
        run=values["run"],
        why=values["why"],
    )


def run_failed(values: Values) -> Pair:
    return phrase("A compare failed"), phrase(
        "{shop}: the last compare, run {run}, failed: {why}. Single changes go on; `syncd resync`"
        " tries again at once.",
        shop=values["shop"],
        run=values["run"],
        why=values["why"],
    )


def schema_changed(values: Values) -> Pair:
    return phrase("Somebody changed syncd's tables"), phrase(
        "{thing} was {was} and is {is_now}. A DBA puts it back, or takes it for right: see the"
        " view syncd.drift.",
        thing=values["thing"],
        was=values["was"],
        is_now=values["is_now"],
    )


def alert_unsent(values: Values) -> Pair:
    return phrase("Alerts do not arrive"), phrase(
        "The target {target} did not take the last {count} messages: {why}. `syncd alerts test`"
        " tries it.",
        target=values["target"],
        count=values["count"],
        why=values["why"],
    )


_EACH = (
    no_router,
    router_behind,
    partitions_end,
    change_late,
    shop_paused,
    app_removed,
    token_expires,
    change_dead,
    inbox_dead,
    inbox_late,
    privacy_late,
    webhook_missing,
    pull_failing,
    pull_late,
    backoffice_refuses,
    transaction_long,
    run_held,
    run_failed,
    schema_changed,
    alert_unsent,
)
ALL: Mapping[str, Callable[[Values], Pair]] = {one.__name__: one for one in _EACH}
