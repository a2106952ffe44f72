"""What each alarm means to people, with the next step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from syncd.phrases import Phrase, joined, phrase
from syncd.recall import ONE_WORD, PLAIN, recalled
from syncd.rules import alarm_words
from syncd.rules.text import line, shortened

Severity = Literal["warning", "error"]
Identity = tuple[str, int | None, str]
STEP = "\n  → "  # as errors.py writes a next step behind an error
LONGEST = 300  # characters of a value in a sentence: errors of others may be long

# So long it stands before it is told, and is gone before it is over. The view has limits of its own
# already; this keeps quiet what comes and goes, as when a migration runs, or nodes change places.
SETTLE = timedelta(minutes=1)
SETTLES: Mapping[str, timedelta] = {
    "run_held": timedelta(seconds=20),
    "privacy_late": timedelta(seconds=20),
    "change_late": timedelta(minutes=2),  # a paused shop is not paused for a moment each minute
    "shop_paused": timedelta(minutes=2),
    "change_dead": timedelta(minutes=2),  # what is put right at once need not be told
    "schema_changed": timedelta(minutes=5),
}


class Words(NamedTuple):
    """What it is in a few words; then in a sentence or two, with the next step."""

    headline: Phrase
    sentence: Phrase


@dataclass(frozen=True, slots=True)
class Alarm:
    """A row of syncd.alarm; `given` are the values of its sentence, `shop_id` None: of all shops.

    As long as it stands, `identity` stays the same.
    """

    alarm: str
    shop_id: int | None
    domain: str | None
    key: str
    severity: Severity
    given: Mapping[str, object] = field(default_factory=dict)

    @property
    def identity(self) -> Identity:
        return (self.alarm, self.shop_id, self.key)


def settle(name: str) -> timedelta:
    """How long an alarm of this sort must stand to be told, or be gone to be over."""
    return SETTLES.get(name, SETTLE)


def words(alarm: Alarm) -> Words:
    """What to tell of it. An alarm that has no words yet is told by its name."""
    values = {name: _shown(name, value) for name, value in alarm.given.items()}
    values["shop"] = alarm.domain or ""
    find = alarm_words.ALL.get(alarm.alarm)
    if find is None:
        return Words(
            phrase("Alarm {name}", name=alarm.alarm),
            phrase("see `syncd outbox`, or the view syncd.alarm in the database"),
        )
    try:
        return Words(*find(values))
    except KeyError:  # values that an older release wrote
        return Words(
            phrase("Alarm {name}", name=alarm.alarm),
            phrase("see `syncd outbox`, or the view syncd.alarm in the database"),
        )


def _shown(name: str, value: object) -> object:
    if name == "since" and isinstance(value, str):
        return moment(value)
    if not isinstance(value, str):
        return value
    if len(value) > LONGEST:
        return shortened(line(value), LONGEST)
    if name in PLAIN | ONE_WORD:
        return line(value)
    return joined([recalled(line(part)) for part in value.split(STEP)], " → ")


def moment(text: str) -> str:
    """A time of Postgres's JSON as people read it."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return utc(at)


def utc(at: datetime) -> str:
    """A moment, in the zone that servers' logs are in."""
    offset = at.utcoffset() or timedelta()
    return f"{(at - offset):%Y-%m-%d %H:%M} UTC"
