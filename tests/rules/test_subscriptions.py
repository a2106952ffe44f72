"""Which webhook subscriptions are to be made, changed, deleted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.rules.subscriptions import Plan, Present, is_right, plan, wanted
from syncd.rules.topics import BY_ENUM

HERE, ELSEWHERE = "https://sync.example.no/webhooks", "https://other.example.no/hook"
ORDER = BY_ENUM["ORDERS_UPDATED"]
GID = "gid://shopify/WebhookSubscription/1"
RIGHT = Present(GID, "ORDERS_UPDATED", HERE, fields=ORDER.keeps)


@pytest.mark.parametrize(
    ("present", "made"),
    [
        pytest.param([], Plan(create=(ORDER,)), id="one that is missing is made"),
        pytest.param([RIGHT], Plan(kept=((ORDER, RIGHT),)), id="one that is right is left alone"),
        pytest.param(
            [replace(RIGHT, fields=())],
            Plan(update=((ORDER, replace(RIGHT, fields=())),)),
            id="one that sends whole orders asks for a few fields",
        ),
        pytest.param(
            [replace(RIGHT, filter="total_price:>100")],
            Plan(update=((ORDER, replace(RIGHT, filter="total_price:>100")),)),
            id="one that leaves something out loses its filter",
        ),
        pytest.param(
            [RIGHT, replace(RIGHT, gid="2", format="XML")],
            Plan(kept=((ORDER, RIGHT),), delete=(replace(RIGHT, gid="2", format="XML"),)),
            id="of two one stays",
        ),
        pytest.param(
            [replace(RIGHT, topic="CARTS_CREATE")],
            Plan(create=(ORDER,), delete=(replace(RIGHT, topic="CARTS_CREATE"),)),
            id="one for a topic that nobody wants here goes",
        ),
        pytest.param(
            [replace(RIGHT, uri=ELSEWHERE)],
            Plan(create=(ORDER,)),
            id="one of the app's own, for something else, is no matter of ours",
        ),
    ],
)
def test_what_is_there_is_held_against_what_should_be(present: list[Present], made: Plan) -> None:
    assert plan([ORDER], present, address=HERE) == made


def test_ours_move_with_the_address() -> None:
    moved = replace(RIGHT, uri=ELSEWHERE)
    assert plan([ORDER], [moved], address=HERE, ours=[GID]) == Plan(update=((ORDER, moved),))


def test_switched_off_ours_are_deleted_and_no_others() -> None:
    other = replace(RIGHT, gid="2", uri=ELSEWHERE)
    assert plan([ORDER], [RIGHT, other], address=None, ours=[GID]) == Plan(delete=(RIGHT,))


def test_only_topics_are_asked_for_that_the_app_may_hear() -> None:
    names = {str(one.enum) for one in wanted(["write_orders", "read_products"])}
    assert {"ORDERS_UPDATED", "REFUNDS_CREATE", "APP_UNINSTALLED"} <= names
    assert not {"CUSTOMERS_MERGE", "CUSTOMERS_UPDATE", "INVENTORY_LEVELS_UPDATE"} & names


PRESENT = st.builds(
    Present,
    gid=st.integers(1, 6).map(lambda n: f"gid://shopify/WebhookSubscription/{n}"),
    topic=st.sampled_from([*BY_ENUM, "CARTS_CREATE"]),
    uri=st.sampled_from([HERE, ELSEWHERE]),
    fields=st.sampled_from([(), ORDER.keeps]),
)


@given(
    present=st.lists(PRESENT, unique_by=lambda one: one.gid),
    ours=st.sets(st.integers(1, 6).map(lambda n: f"gid://shopify/WebhookSubscription/{n}")),
)
def test_carried_out_it_needs_nothing_more(present: list[Present], ours: set[str]) -> None:
    topics = list(BY_ENUM.values())
    made = plan(topics, present, address=HERE, ours=ours)
    gone = {one.gid for one in made.delete}
    changed = {
        one.gid: replace(one, uri=HERE, format="JSON", filter="", fields=topic.keeps)
        for topic, one in made.update
    }
    after = [changed.get(one.gid, one) for one in present if one.gid not in gone]
    after += [
        Present(f"new {topic.enum}", str(topic.enum), HERE, fields=topic.keeps)
        for topic in made.create
    ]
    again = plan(topics, after, address=HERE, ours=ours)
    assert (again.create, again.update, again.delete) == ((), (), ())
    assert all(is_right(topic, one, HERE) for topic, one in again.kept)
    assert len(again.kept) == len(topics)
