"""Every alarm of the view is told in plain words, in English and in Norwegian."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import UUID

import pytest

from syncd import assets
from syncd.phrases import Tongue, said
from syncd.rules import alarm_words, alarms, alert_text
from syncd.rules.alarms import Alarm
from syncd.rules.alert_text import MOST, Message
from syncd.rules.telling import Alert, Phase, Piece
from tests.rules.test_telling import START, at

VALUES = {
    "since": "2026-11-30T09:15:30.5+01:00",
    "count": 12,
    "why": "variant J-1: no\nprice",
    "cause": "no_price",
    "kind": "order",
    "product": "4711",
    "gid": "gid://shopify/Order/1",
    "topic": "customers/redact",
    "topics": "orders_updated",
    "session": "77",
    "role": "report",
    "program": "psql",
    "run": 5,
    "thing": "index syncd.change_due",
    "was": "a",
    "is_now": "b",
    "target": "chat",
}
DOMAIN = "fjord.myshopify.com"
ID = UUID("12345678123456781234567812345678")


def of(name: str) -> Alarm:
    return Alarm(name, 1, DOMAIN, "", "error", VALUES)


def test_every_alarm_of_the_view_has_words_and_none_is_without_an_alarm() -> None:
    view = assets.text("sql/surface.sql").partition("create view syncd.alarm as")[2]
    view = view.partition("comment on view syncd.alarm")[0]
    names = {*re.findall(r"^  '([a-z]+_[a-z]+)'(?:::text as alarm)?,$", view, re.MULTILINE)}
    names |= {*re.findall(r"(?:then|else) '([a-z]+_[a-z]+)'", view)}
    assert names == {*alarm_words.ALL}
    assert len(names) == 20


def test_what_the_database_holds_in_english_is_said_in_the_readers_language() -> None:
    why = "product 12 (Ullgenser): the name has 399 characters; Shopify holds 255\n  → shorten it"
    given = {**VALUES, "why": why}
    _, sentence = alarms.words(replace(of("change_dead"), given=given))
    assert "produkt 12 (Ullgenser): navn har 399 tegn; Shopify har plass til 255" in said(
        sentence, "nb"
    )
    assert "→ shorten it" in str(sentence)


@pytest.mark.parametrize("tongue", ["en", "nb"])
def test_each_is_said_with_its_values_in_each_language(tongue: Tongue) -> None:
    for name in alarm_words.ALL:
        headline, sentence = alarms.words(of(name))
        text = said(sentence, tongue)
        assert "Alarm" not in said(headline, tongue), f"{name} lacks a value"
        assert len(text) > 40
        assert "{" not in text
        assert "\n" not in text
        assert tongue == "en" or text != str(sentence)
    assert said(alarms.words(of("router_behind")).sentence, "nb").startswith("Det som er endret")


def test_a_moment_is_told_in_the_zone_of_the_logs() -> None:
    assert "2026-11-30 08:15 UTC" in alarms.words(of("router_behind")).sentence
    assert alarms.moment("rubbed out") == "rubbed out"


def test_an_alarm_that_has_no_words_is_told_by_its_name() -> None:
    assert alarms.words(of("new_one")).headline == "Alarm new_one"
    bare = replace(of("change_dead"), given={})  # as another release wrote it
    assert alarms.words(bare).headline == "Alarm change_dead"


def composed(*phases: Phase, name: str = "change_dead", tongue: Tongue = "en") -> Message:
    there = {
        number: Alert(number, of(name), START, at(1), gone_at=at(9))
        for number in range(len(phases))
    }
    told = [Piece(number, phase) for number, phase in enumerate(phases)]
    return alert_text.compose(told, there, message_id=ID, written_at=START, tongue=tongue)


@pytest.mark.parametrize(
    ("phases", "english", "norwegian"),
    [
        pytest.param(
            ["raised"],
            f"Changes are refused ({DOMAIN})",
            f"Endringer blir avvist ({DOMAIN})",
            id="one",
        ),
        pytest.param(
            ["over"],
            f"over: Changes are refused ({DOMAIN})",
            f"over: Endringer blir avvist ({DOMAIN})",
            id="its end",
        ),
        pytest.param(["raised", "still"], "2 alerts", "2 varsler", id="several"),
        pytest.param(["over", "passed"], "2 alerts are over", "2 varsler er over", id="ends"),
        pytest.param(["raised", "over"], "alerts: 1, over: 1", "varsler: 1, over: 1", id="both"),
    ],
)
def test_the_subject_says_it(phases: list[Phase], english: str, norwegian: str) -> None:
    assert composed(*phases).subject == f"syncd: {english}"
    assert composed(*phases, tongue="nb").subject == f"syncd: {norwegian}"


def test_what_is_over_is_told_with_its_times() -> None:
    (one,) = composed("over").paragraphs
    assert one.text == "It stood from 2026-11-30 08:00 UTC until 2026-11-30 08:09 UTC."
    assert one.is_over
    (one,) = composed("still", tongue="nb").paragraphs
    assert one.text.startswith("Siden 2026-11-30 08:00 UTC. fjord.myshopify.com: 12 endringer")


def test_a_flood_is_one_message_that_can_be_read() -> None:
    flood: list[Phase] = ["raised"] * (MOST + 30)
    message = composed(*flood)
    assert len(message.paragraphs) == MOST
    assert message.footer == "30 more: `syncd alerts` lists them all."
    assert message.subject == f"syncd: {MOST + 30} alerts"


def test_an_alert_that_is_gone_with_its_shop_is_left_out() -> None:
    told = [Piece(7, "raised"), Piece(0, "raised")]
    there = {0: Alert(0, of("run_held"), START, at(1))}
    message = alert_text.compose(told, there, message_id=ID, written_at=START, tongue="en")
    assert len(message.paragraphs) == 1
