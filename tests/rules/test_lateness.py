"""A loop is late by its own word: its limit, beside the rest that it announced."""

from __future__ import annotations

from syncd.rules.lateness import Loop, late, told


def test_a_loop_is_late_when_its_limit_is_over_and_no_sooner() -> None:
    loop = Loop("routing", limit_s=90.0, due_s=0.0)
    loop.turn(100.0)
    assert late([loop], 190.0) == []
    assert late([loop], 190.1) == [loop]
    loop.turn(190.2)
    assert late([loop], 190.3) == []


def test_a_rest_that_was_announced_is_not_counted() -> None:
    loop = Loop("tidying", limit_s=90.0, due_s=0.0)
    loop.turn(100.0, rest_s=3600.0)
    assert late([loop], 3790.0) == []
    assert late([loop], 3790.1) == [loop]


def test_the_latest_is_named_first() -> None:
    loops = [Loop("a", 1.0, 7.0), Loop("b", 1.0, 5.0), Loop("c", 1.0, 9.0)]
    assert [one.name for one in late(loops, 8.0)] == ["b", "a"]


def test_the_status_is_one_plain_sentence() -> None:
    hung = [Loop("b", 1.0, 5.0), Loop("a", 1.0, 7.0)]
    said = [
        told(shops=2, is_router=True, is_stopping=False, hung=[]),
        told(shops=1, is_router=False, is_stopping=False, hung=[]),
        told(shops=0, is_router=True, is_stopping=False, hung=[]),
        told(shops=2, is_router=True, is_stopping=False, hung=hung),
        told(shops=2, is_router=True, is_stopping=True, hung=hung),
    ]
    assert said == [
        "Serving 2 shops, routing events.",
        "Serving 1 shop.",
        "Serving no shop so far, routing events.",
        "Hung: b, a did not turn in time, systemd's watchdog is not fed.",
        "Stopping: what is under way is ended first.",
    ]
