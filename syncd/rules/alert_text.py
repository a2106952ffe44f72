"""A message of many alerts, in the language of its reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from syncd.phrases import Phrase, Tongue, phrase, said
from syncd.rules import alarms
from syncd.rules.telling import Alert, Phase, Piece

MOST = 20  # alerts in full; the others are counted


@dataclass(frozen=True, slots=True)
class Paragraph:
    """An alert: `title` in a few words, `text` in whole; `is_over` when nothing is to be done."""

    title: str
    text: str
    is_over: bool


@dataclass(frozen=True, slots=True)
class Message:
    """What a target is sent; sent again, it bears the same `message_id`."""

    message_id: UUID
    written_at: datetime
    subject: str
    paragraphs: Sequence[Paragraph]
    footer: str


def compose(
    pieces: Sequence[Piece],
    alerts: Mapping[int, Alert],
    *,
    message_id: UUID,
    written_at: datetime,
    tongue: Tongue,
) -> Message:
    """The message of these pieces; those whose alert is gone with its shop are left out."""
    there = [(alerts[one.alert_id], one.phase) for one in pieces if one.alert_id in alerts]
    rest = len(there) - MOST
    footer = phrase("This is what `syncd alerts` says, too.")
    if rest > 0:
        footer = phrase("{rest} more: `syncd alerts` lists them all.", rest=rest)
    return Message(
        message_id,
        written_at,
        said(phrase("syncd: {what}", what=_subject(there)), tongue),
        [_paragraph(alert, phase, tongue) for alert, phase in there[:MOST]],
        said(footer, tongue),
    )


def trial(*, message_id: UUID, written_at: datetime, tongue: Tongue) -> Message:
    """A message that asks for nothing."""
    text = phrase("This is a test: alerts of syncd arrive here. Nothing is to be done.")
    return Message(
        message_id,
        written_at,
        said(phrase("syncd: a test"), tongue),
        [Paragraph(said(phrase("A test"), tongue), said(text, tongue), is_over=True)],
        said(phrase("Sent by `syncd alerts test`."), tongue),
    )


def _subject(there: Sequence[tuple[Alert, Phase]]) -> Phrase:
    """What a single one is; of several, how many there are."""
    if len(there) == 1:
        return _title(*there[0])
    over = sum(_is_over(phase) for _, phase in there)
    standing = len(there) - over
    if not over:
        return phrase("{standing} alerts", standing=standing)
    if not standing:
        return phrase("{over} alerts are over", over=over)
    return phrase("alerts: {standing}, over: {over}", standing=standing, over=over)


def _is_over(phase: Phase) -> bool:
    return phase in ("over", "passed")


def _title(alert: Alert, phase: Phase) -> Phrase:
    what = alarms.words(alert.alarm).headline
    if alert.alarm.domain is not None:
        what = phrase("{what} ({shop})", what=what, shop=alert.alarm.domain)
    match phase:
        case "raised":
            return what
        case "still":
            return phrase("still: {what}", what=what)
        case "over" | "passed":
            return phrase("over: {what}", what=what)


def _paragraph(alert: Alert, phase: Phase, tongue: Tongue) -> Paragraph:
    sentence = alarms.words(alert.alarm).sentence
    since = alarms.utc(alert.raised_at)
    until = alarms.utc(alert.gone_at or alert.raised_at)
    match phase:
        case "raised":
            text = sentence
        case "still":
            text = phrase("Since {since}. {sentence}", since=since, sentence=sentence)
        case "over":
            text = phrase("It stood from {since} until {until}.", since=since, until=until)
        case "passed":
            text = phrase(
                "It stood from {since} until {until}, and could not be told before.",
                since=since,
                until=until,
            )
    return Paragraph(said(_title(alert, phase), tongue), said(text, tongue), _is_over(phase))
