"""What of a completed order is told to Shopify."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import CallError, RowError, ShopifyError, ThrottledError
from syncd.rules import fulfilment
from syncd.sales import (
    Completion,
    Load,
    Ordered,
    Parcel,
    Piece,
    Portion,
    Sending,
    Tracking,
)
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


def plan(one: Sending, tracking: Tracking = Tracking(), lines: object = None) -> fulfilment.Plan:
    return fulfilment.plan(one, Completion("1", sold.T0, tracking, lines), HERE)


def line(number: int) -> str:
    return f"gid://shopify/LineItem/{number}"


def so_far(*counts: int) -> list[dict[str, Any]]:
    """What the view says: so many of line 1, 2, …"""
    return [{"id": line(at), "quantity": count} for at, count in enumerate(counts, 1)]


def pieces(*left: int) -> tuple[Piece, ...]:
    return tuple(Piece(f"p{at}", line(at), count) for at, count in enumerate(left, 1))


JACKETS, CAPS = Ordered(line(1), "Jakke - S", 5), Ordered(line(2), "Lue", 3)


def ordered(*portions: Portion, **more: Any) -> Sending:
    """Five jackets and three caps, of which these portions are to be sent."""
    return sending(*portions, lines=(JACKETS, CAPS), **more)


def left(*counts: int, **more: Any) -> Portion:
    """A portion with so many left of line 1, 2, …"""
    return portion(pieces=pieces(*counts), **{"left": sum(counts), **more})


def test_what_is_left_at_our_location_is_sent() -> None:
    one, two, other = portion(), portion(2), portion(3, location=THERE, place="Oslo")
    found = plan(sending(one, two, closed(4), other))
    assert found.send == (Load(one.gid), Load(two.gid))
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
    assert [one.portion for one in found.send] == ["gid://shopify/FulfillmentOrder/2"]
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


@given(st.lists(portions, max_size=5, unique_by=lambda one: one.gid))
def test_nothing_is_sent_but_what_is_left_here_and_may_be(some: list[Portion]) -> None:
    try:
        found = plan(sending(*some))
    except RowError:
        return
    for one in some:
        is_due = one.location == HERE and one.left > 0 and one.status not in fulfilment.ENDED
        may_be = fulfilment.CREATE in one.actions
        assert (Load(one.gid) in found.send) is (is_due and may_be)
        if is_due and not may_be:
            assert found.later is not None


# ---------------------------------------------------------------------------- completed in part


def test_so_many_are_sent_as_were_handed_over() -> None:
    found = plan(ordered(left(5, 3)), lines=so_far(2))
    assert found.send == (Load(portion().gid, {"p1": 2}),)
    assert found.later is None


def test_a_later_quantity_sends_the_difference() -> None:
    one = ordered(left(3, 3), parcels=(parcel(counts={line(1): 2}),))
    assert plan(one, lines=so_far(2)).send == ()
    assert plan(one, lines=so_far(4, 1)).send == (Load(portion().gid, {"p1": 2, "p2": 1}),)
    assert plan(one).send == (Load(portion().gid),)


@pytest.mark.parametrize(
    ("one", "counts"),
    [
        pytest.param(parcel(is_sent=False, counts={line(1): 2}), {"p1": 2}, id="called back"),
        pytest.param(parcel(location=THERE, counts={line(1): 2}), {"p1": 2}, id="sent elsewhere"),
        pytest.param(parcel(counts={line(2): 2}), {"p1": 2}, id="other goods"),
        pytest.param(parcel(counts={line(1): 1}), {"p1": 1}, id="the merchant sent some"),
    ],
)
def test_what_was_sent_from_here_counts(one: Parcel, counts: dict[str, int]) -> None:
    found = plan(ordered(left(5, 3), parcels=(one,)), lines=so_far(2))
    assert found.send == (Load(portion().gid, counts),)


def test_no_more_is_sent_than_is_left() -> None:
    """Two of five were refunded: three are all that Shopify would take."""
    found = plan(ordered(left(3)), lines=so_far(5))
    assert found.send == (Load(portion().gid, {"p1": 3}),)
    assert found.later is None


def test_a_line_in_two_portions_is_filled_one_after_the_other() -> None:
    found = plan(ordered(left(2), left(3, number=2)), lines=so_far(3))
    assert [(one.portion[-1], one.counts) for one in found.send] == [
        ("1", {"p1": 2}),
        ("2", {"p1": 1}),
    ]


@pytest.mark.parametrize("lines", [[], so_far(0), so_far(0, 0)])
def test_nothing_handed_over_sends_nothing(lines: object) -> None:
    assert plan(ordered(left(5, 3)), lines=lines) == fulfilment.Plan()


def test_what_is_not_handed_over_yet_may_be_on_hold_or_elsewhere() -> None:
    waiting = left(0, 3, number=2, status="ON_HOLD", actions=frozenset(), holds=("OTHER",))
    oslo = left(0, 1, number=3, location=THERE, place="Oslo")
    found = plan(ordered(left(5), waiting, oslo), lines=so_far(1))
    assert (found.later, found.left_to) == (None, ())
    found = plan(ordered(left(5), waiting, oslo), lines=so_far(1, 1))
    assert found.later is not None
    assert found.left_to == ("Oslo",)


@pytest.mark.parametrize(
    ("lines", "cause", "words"),
    [
        pytest.param(
            [{"id": line(9), "quantity": 1}],
            "line_unknown",
            "order #1001 has no line gid://shopify/LineItem/9",
            id="an unknown line",
        ),
        pytest.param(
            so_far(6),
            "more_than_ordered",
            "order #1001: 6 of “Jakke - S” are completed in the Backoffice, 5 were ordered",
            id="more than ordered",
        ),
        pytest.param(so_far(1) * 2, "lines_malformed", "each line once", id="a line twice"),
        pytest.param(so_far(-1), "lines_malformed", "order #1001", id="less than nothing"),
        pytest.param({"id": line(1)}, "lines_malformed", "order #1001", id="no array"),
        pytest.param([{"id": line(1), "quantity": True}], "lines_malformed", "True", id="true"),
        pytest.param([{"id": 1, "quantity": 1}], "lines_malformed", "whole", id="another id"),
    ],
)
def test_counts_that_cannot_be_say_so_and_send_nothing(
    lines: object, cause: str, words: str
) -> None:
    with pytest.raises(RowError, match=words) as caught:
        plan(ordered(left(5, 3)), lines=lines)
    assert caught.value.cause == cause
    assert "lines of the view order_completion" in caught.value.hint


def test_what_was_not_counted_whole_is_sent_as_a_whole_or_by_hand() -> None:
    one = ordered(left(5, 3), is_counted=False)
    assert plan(one).send == (Load(portion().gid),)
    with pytest.raises(RowError, match="more lines or parcels than syncd can count"):
        plan(one, lines=so_far(1))


def test_the_number_is_that_of_the_newest_part() -> None:
    first = parcel(Tracking("Posten", "NO0"), counts={line(1): 2})
    bare = parcel(gid="gid://shopify/Fulfillment/2", counts={line(1): 1})
    going = ordered(left(3), parcels=(first,))
    assert plan(going, POSTEN, so_far(3)).track == ()  # it goes with what leaves now
    assert plan(going, POSTEN).track == ()
    assert plan(going, POSTEN, so_far(2)).track == (first,)
    sent = ordered(left(2), parcels=(first, bare))
    assert plan(sent, POSTEN, so_far(3)).track == (bare,)
    assert plan(ordered(left(2), parcels=(bare, first)), POSTEN, so_far(3)).track == ()


def test_quantities_that_may_be_on_their_way_are_waited_for() -> None:
    part = plan(ordered(left(5, 3)), lines=so_far(2))
    whole = plan(ordered(left(5, 3)))
    lost = CallError("no answer", is_unknown=True)
    assert fulfilment.wait_s(part, lost) == fulfilment.UNSURE_S
    assert fulfilment.wait_s(whole, lost) is None
    assert fulfilment.wait_s(part, ThrottledError("wait", wait_s=3.0)) == 3.0


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=3),
    st.integers(0, 5),
    st.integers(0, 3),
    st.integers(0, 5),
)
def test_never_more_leaves_than_was_handed_over(
    some: list[tuple[int, int]], jackets: int, caps: int, sent: int
) -> None:
    portions = [left(*counts, number=at) for at, counts in enumerate(some, 1)]
    one = ordered(closed(9), *portions, parcels=(parcel(counts={line(1): sent}),))
    found = plan(one, lines=so_far(jackets, caps))
    for load in found.send:
        assert load.counts
        assert all(count > 0 for count in load.counts.values())
    total = [sum(load.counts.get(piece, 0) for load in found.send) for piece in ("p1", "p2")]
    assert total[0] == min(max(jackets - sent, 0), sum(counts[0] for counts in some))
    assert total[1] == min(caps, sum(counts[1] for counts in some))
