"""Each alarm is told once, its end once, at most one message a minute, and nothing is forgotten."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.rules import alarms, telling
from syncd.rules.alarms import Alarm
from syncd.rules.telling import REMINDED, Alert, Piece, Target, Told, due, notice

START = datetime(2026, 11, 30, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NAMES = ("run_held", "change_dead", "router_behind", "schema_changed")
NEVER: frozenset[str] = frozenset()


def alarm(name: str = "router_behind", key: str = "") -> Alarm:
    return Alarm(name, None, None, key, "warning", {})


def standing(**more: Any) -> Alert:
    return replace(Alert(1, alarm(), START, START + MINUTE), **more)


def pieces(alert: Alert, told: Told | None, now: datetime, **more: Any) -> list[str]:
    given: dict[str, Any] = {"target": "chat", "since": START, "muted": NEVER, **more}
    known = {} if told is None else {1: told}
    return [one.phase for one in due([alert], known, now=now, **given)]


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


GONE: dict[str, Any] = {"gone_at": at(9), "cleared_at": at(10)}
KNOWN = Told(at(1), at(1))


@pytest.mark.parametrize(
    ("alert", "told", "now", "phases"),
    [
        pytest.param(standing(settled_at=None), None, at(5), [], id="not before it has settled"),
        pytest.param(standing(), None, at(1), ["raised"], id="it stands"),
        pytest.param(standing(), KNOWN, at(60), [], id="not twice"),
        pytest.param(standing(), KNOWN, at(1) + REMINDED, ["still"], id="reminded after a day"),
        pytest.param(standing(gone_at=at(9)), None, at(9), [], id="not while it may be over"),
        pytest.param(standing(**GONE), KNOWN, at(10), ["over"], id="it is over"),
        pytest.param(standing(**GONE), replace(KNOWN, over_at=at(10)), at(60), [], id="over once"),
        pytest.param(standing(**GONE), None, at(10), ["passed"], id="it passed untold"),
        pytest.param(standing(**GONE, is_quiet=True), None, at(10), [], id="it passed muted"),
        pytest.param(standing(**GONE, is_quiet=True), KNOWN, at(10), ["over"], id="muted later"),
    ],
)
def test_what_is_due(alert: Alert, told: Told | None, now: datetime, phases: list[str]) -> None:
    assert pieces(alert, told, now) == phases


def test_a_muted_alarm_is_not_told_until_it_is_unmuted() -> None:
    assert pieces(standing(), None, at(5), muted={"router_behind"}) == []
    assert pieces(standing(), KNOWN, at(1) + REMINDED, muted={"router_behind"}) == []
    assert pieces(standing(**GONE), KNOWN, at(10), muted={"router_behind"}) == ["over"]
    assert pieces(standing(), None, at(5), muted={"run_held"}) == ["raised"]


def test_a_new_target_is_told_what_stands_and_not_what_was() -> None:
    assert pieces(standing(), None, at(90), since=at(80)) == ["raised"]
    assert pieces(standing(**GONE), None, at(90), since=at(80)) == []


def test_a_target_in_trouble_is_told_by_the_other_one_alone() -> None:
    unsent = replace(standing(), alarm=alarm(telling.UNSENT, "email"))
    assert pieces(unsent, None, at(5), target="chat") == ["raised"]
    assert pieces(unsent, None, at(5), target="email") == []


def test_what_comes_and_goes_before_it_settles_was_never_there() -> None:
    fresh = Alert(1, alarm(), START)
    assert notice([], [alarm()], muted=NEVER, now=START).new == [alarm()]
    noticed = notice([fresh], [], muted=NEVER, now=at(0.5))
    assert (noticed.changed, noticed.dropped) == ([], [1])


def test_what_comes_back_soon_was_never_gone() -> None:
    gone = standing(gone_at=at(5))
    (back,) = notice([gone], [alarm()], muted=NEVER, now=at(5.5)).changed
    assert (back.gone_at, back.raised_at) == (None, START)
    assert notice([gone], [], muted=NEVER, now=at(5.5)).changed == []
    (over,) = notice([gone], [], muted=NEVER, now=at(6)).changed
    assert (over.cleared_at, over.is_quiet) == (at(6), False)
    (over,) = notice([gone], [], muted={"router_behind"}, now=at(6)).changed
    assert over.is_quiet


def test_its_values_are_the_newest() -> None:
    more = replace(alarm(), given={"count": 7})
    (changed,) = notice([standing()], [more], muted=NEVER, now=at(9)).changed
    assert changed.alarm.given == {"count": 7}
    assert notice([changed], [more], muted=NEVER, now=at(10)) == telling.Noticed([], [], [])


def test_a_target_that_takes_nothing_is_asked_less_and_less_often() -> None:
    waits = [telling.wait_s(failures) for failures in range(1, 9)]
    assert waits[:4] == [60, 120, 240, 480]
    assert waits[-1] == telling.wait_s(99) == telling.LONGEST_WAIT_S


def test_a_message_that_may_have_arrived_is_sent_again_but_not_for_ever() -> None:
    assert not telling.is_kept(1, is_unknown=False, was_doubtful=False)
    assert telling.is_kept(1, is_unknown=True, was_doubtful=False)
    assert telling.is_kept(2, is_unknown=False, was_doubtful=True)
    assert not telling.is_kept(telling.KEPT, is_unknown=False, was_doubtful=True)


Answer = Literal["taken", "refused", "lost"]


@dataclass
class World:
    """Storage and one target, as the flow keeps them; every message that reached it is in `got`."""

    now: datetime = START
    target: Target = "chat"
    alerts: dict[int, Alert] = field(default_factory=dict)
    told: dict[int, Told] = field(default_factory=dict)
    message: tuple[int, list[Piece]] | None = None
    due_at: datetime = START
    failures: int = 0
    got: list[tuple[int, datetime, list[Piece]]] = field(default_factory=list)
    tries: list[datetime] = field(default_factory=list)
    numbers: count[int] = field(default_factory=count)

    def look(self, names: frozenset[str]) -> None:
        known = [one for one in self.alerts.values() if one.cleared_at is None]
        noticed = notice(known, [alarm(name) for name in names], muted=NEVER, now=self.now)
        for one in noticed.new:
            number = next(self.numbers)
            self.alerts[number] = Alert(number, one, self.now)
        self.alerts |= {one.alert_id: one for one in noticed.changed}
        for number in noticed.dropped:
            del self.alerts[number]

    def tell(self, answer: Answer) -> None:
        """`lost`: it arrives, and who sent it dies before that is written down."""
        if self.now < self.due_at:
            return
        found = due(
            [*self.alerts.values()],
            self.told,
            target=self.target,
            since=START,
            muted=NEVER,
            now=self.now,
        )
        was_doubtful = self.message is not None
        number, told = self.message or (next(self.numbers), found)
        if not told:
            return
        self.message = (number, told)
        self.due_at = self.now + timedelta(seconds=telling.EVERY_S)
        self.tries.append(self.now)
        if answer != "refused":
            self.got.append((number, self.now, told))
        if answer == "lost":
            return
        self.failures = 0 if answer == "taken" else self.failures + 1
        is_kept = telling.is_kept(self.failures, is_unknown=False, was_doubtful=was_doubtful)
        if answer == "taken" or not is_kept:
            self.message = None
        if answer == "refused":
            self.due_at = self.now + timedelta(seconds=telling.wait_s(self.failures))
            return
        for one in told:
            known = self.told.get(one.alert_id)
            self.told[one.alert_id] = telling.learnt(known, one.phase, self.now)


Steps = list[tuple[int, frozenset[str], Answer]]
STEPS = st.lists(
    st.tuples(
        st.sampled_from([10, 10, 30, 90, 400, 90_000]),
        st.frozensets(st.sampled_from(NAMES)),
        st.sampled_from(["taken", "taken", "refused", "lost"]),
    ),
    max_size=40,
)


@settings(deadline=None)
@given(STEPS)
def test_each_is_told_once_and_nothing_is_forgotten(steps: Steps) -> None:
    world = World()
    for seconds, names, answer in steps:
        world.now += timedelta(seconds=seconds)
        world.look(names)
        world.tell(answer)
    for _ in range(100):  # all is well again, and the target takes everything
        world.now += MINUTE
        world.look(frozenset())
        world.tell("taken")
    assert all(after - before >= MINUTE for before, after in pairwise(world.tries))
    messages = {number: told for number, _, told in world.got}
    assert all(messages[number] == told for number, _, told in world.got), "sent again, the same"
    phases: dict[int, list[str]] = {number: [] for number in world.alerts}
    for told in messages.values():  # in the order in which they were written
        for one in told:
            phases[one.alert_id].append(one.phase)
    assert {*phases} == {*world.alerts}, "what was dropped had settled"
    for said in phases.values():
        rest = [phase for phase in said if phase != "still"]
        assert rest in (["raised", "over"], ["passed"]), said
        assert Counter(said)["still"] == 0 or said[0] == "raised"


def test_every_sort_of_alarm_has_a_settling_time() -> None:
    assert all(alarms.settle(name) >= timedelta(seconds=20) for name in NAMES)
