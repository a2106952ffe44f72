"""What of a completed order is told to Shopify."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import RowError, ShopifyError
from syncd.rules import fulfilment
from syncd.sales import Completion, Parcel, Portion, Sending, Tracking
from tests.rules import sold

HERE, THERE = "gid://shopify/Location/1", "gid://shopify/Location/2"
POSTEN = Tracking("Posten", "NO1")


def portion(number: int = 1, **more: Any) -> Portion:
    made: dict[str, Any] = {
        "gid": f"gid://shopify/FulfillmentOrder/{number}",
        "status": "OPEN",
        "location": HERE,
        "place": "Butikk",
        "actions": frozenset({fulfilment.CREATE}),
        "left": 2,
    }
    return Portion(**{**made, **more})


def closed(number: int = 1, **more: Any) -> Portion:
    return portion(number, status="CLOSED", actions=frozenset(), left=0, **more)


def held(*reasons: str) -> Portion:
    return portion(status="ON_HOLD", actions=frozenset({"RELEASE_HOLD"}), holds=reasons)


def sending(*portions: Portion, parcels: tuple[Parcel, ...] = (), **more: Any) -> Sending:
    made: dict[str, Any] = {
        "gid": "gid://shopify/Order/1",
        "number": "#1001",
        "state": "UNFULFILLED",
        "is_cancelled": False,
        "portions": portions,
        "parcels": parcels,
    }
    return Sending(**{**made, **more})


def parcel(tracking: Tracking = Tracking(), **more: Any) -> Parcel:
    made: dict[str, Any] = {"gid": "gid://shopify/Fulfillment/1", "is_sent": True, "location": HERE}
    return Parcel(**{**made, **more}, tracking=tracking)


def plan(one: Sending, tracking: Tracking = Tracking()) -> fulfilment.Plan:
    return fulfilment.plan(one, Completion("1", sold.T0, tracking), HERE)


def test_what_is_left_at_our_location_is_sent() -> None:
    one, two, other = portion(), portion(2), portion(3, location=THERE, place="Oslo")
    found = plan(sending(one, two, closed(4), other))
    assert found.send == (one, two)
    assert found.left_to == ("Oslo",)
    assert found.later is None


def test_fulfilled_already_is_success() -> None:
    assert plan(sending(closed(), state="FULFILLED")) == fulfilment.Plan()
    assert plan(sending(state="FULFILLED")) == fulfilment.Plan()


@pytest.mark.parametrize(
    ("one", "cause", "words"),
    [
        pytest.param(
            sending(portion(), is_cancelled=True),
            "order_cancelled",
            "order #1001 was cancelled in Shopify",
            id="cancelled",
        ),
        pytest.param(
            sending(portion(location=THERE, place="Oslo")),
            "other_location",
            "not sent from the shop's location but from Oslo",
            id="another location's",
        ),
        pytest.param(
            sending(), "no_fulfilment_orders", "Shopify shows nothing", id="a scope is missing"
        ),
        pytest.param(
            sending(portion(), is_whole=False), "too_many_parts", "more parts", id="too many parts"
        ),
    ],
)
def test_what_can_never_be_fulfilled_says_why(one: Sending, cause: str, words: str) -> None:
    with pytest.raises(RowError, match=words) as caught:
        plan(one)
    assert caught.value.cause == cause
    assert caught.value.hint


@pytest.mark.parametrize(
    ("one", "words"),
    [
        pytest.param(held("AWAITING_PAYMENT"), "on hold in Shopify: it is not paid yet", id="hold"),
        pytest.param(held("OTHER", "OTHER"), "on hold in Shopify: somebody holds it", id="other"),
        pytest.param(
            portion(status="SCHEDULED", actions=frozenset({"MARK_AS_OPEN"})),
            "not to be sent before a later day",
            id="scheduled",
        ),
        pytest.param(
            portion(actions=frozenset()), "cannot be fulfilled in Shopify now", id="no action"
        ),
    ],
)
def test_what_cannot_be_sent_yet_is_tried_later(one: Portion, words: str) -> None:
    found = plan(sending(one))
    assert found.send == ()
    assert found.later is not None
    assert words in str(found.later)
    assert found.later.wait_s == fulfilment.LATER_S
    assert not found.later.is_unknown


def test_what_is_on_hold_does_not_keep_the_rest() -> None:
    found = plan(sending(held("OTHER"), portion(2)))
    assert [one.gid for one in found.send] == ["gid://shopify/FulfillmentOrder/2"]
    assert found.later is not None


@pytest.mark.parametrize(
    ("shown", "wanted", "is_told"),
    [
        pytest.param(Tracking(), POSTEN, True, id="a number that came later"),
        pytest.param(POSTEN, POSTEN, False, id="the same"),
        pytest.param(Tracking("Posten", "NO2"), POSTEN, True, id="another number"),
        pytest.param(POSTEN, Tracking(), False, id="nothing to tell"),
        pytest.param(
            Tracking("Posten", "NO1", "https://posten.no/NO1"),
            POSTEN,
            False,
            id="Shopify's address",
        ),
    ],
)
def test_a_parcels_number_is_told_when_it_differs(
    shown: Tracking, wanted: Tracking, is_told: bool
) -> None:
    one = sending(closed(), parcels=(parcel(shown),), state="FULFILLED")
    assert bool(plan(one, wanted).track) is is_told


def test_other_parcels_keep_their_numbers() -> None:
    lost = parcel(Tracking(number="1"), is_sent=False)
    there = parcel(Tracking(number="2"), location=THERE)
    merchants, bare = parcel(Tracking(number="3")), parcel(gid="gid://shopify/Fulfillment/4")
    one = sending(closed(), parcels=(lost, there, merchants, bare), state="FULFILLED")
    assert plan(one, POSTEN).track == (bare,)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        pytest.param(
            "Fulfillment order 1 has an unfulfillable status= closed.", ShopifyError, id="closed"
        ),
        pytest.param("Fulfillment order does not exist.", ShopifyError, id="split meanwhile"),
        pytest.param("The parcel is too pink.", RowError, id="what nobody knows"),
    ],
)
def test_a_refusal_names_the_order(said: str, kind: type[ShopifyError]) -> None:
    error = fulfilment.refused(sending(), said)
    assert type(error) is kind
    assert error.message.startswith("order #1001: Shopify would not fulfil it")
    assert said in error.message


portions = st.builds(
    portion,
    st.integers(1, 5),
    status=st.sampled_from(["OPEN", "IN_PROGRESS", "ON_HOLD", "SCHEDULED", "CLOSED", "CANCELLED"]),
    location=st.sampled_from([HERE, THERE, None]),
    actions=st.sampled_from([frozenset[str](), frozenset({fulfilment.CREATE})]),
    left=st.integers(0, 3),
)


@given(st.lists(portions, max_size=6))
def test_nothing_is_sent_but_what_is_left_here_and_may_be(some: list[Portion]) -> None:
    try:
        found = plan(sending(*some))
    except RowError:
        return
    for one in some:
        is_due = one.location == HERE and one.left > 0 and one.status not in fulfilment.ENDED
        assert (one in found.send) is (is_due and fulfilment.CREATE in one.actions)
        if is_due and fulfilment.CREATE not in one.actions:
            assert found.later is not None
