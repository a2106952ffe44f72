"""How the text of a setting is read, told by its kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from syncd.errors import ConfigError
from syncd.phrases import Phrase, phrase
from syncd.rules.choice import choose
from syncd.rules.text import quoted

Value = bool | int | str | tuple[str, ...] | None
Where = Literal["account", "department", "warehouse", "location", "channel"]

YES = ("on", "yes", "true", "1", "på", "ja")
NO = ("off", "no", "false", "0", "av", "nei")
NEVER = ("never", "aldri")
ASKED = "-"  # a secret is asked for, or read from what is piped in
UNITS_S = {
    "s": 1, "min": 60, "m": 60, "minutes": 60, "minutter": 60, "h": 3600, "t": 3600, "hours": 3600,
    "hour": 3600, "timer": 3600, "time": 3600, "d": 86_400, "days": 86_400, "day": 86_400,
    "dager": 86_400, "døgn": 86_400,
}  # fmt: skip
SPAN = re.compile(r"(\d{1,9})\s*([^\W\d]+)")
ADDRESS = re.compile(r"https://[^\s/]+(/\S*)?|http://(127\.0\.0\.1|localhost)(:\d+)?(/\S*)?")
ADDRESS_LENGTH = 2048


@dataclass(frozen=True, slots=True)
class Switch:
    """On or off."""


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number; `unit` may be written behind it."""

    least: int
    most: int
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words, each with what it means."""

    meanings: Mapping[str, Phrase]


@dataclass(frozen=True, slots=True)
class Place:
    """Something that the shop or the Backoffice has, by key or name; several, parted by commas."""

    where: Where
    are_many: bool = False


@dataclass(frozen=True, slots=True)
class Interval:
    """A number with a unit of time; in seconds."""

    least_s: int
    most_s: int


@dataclass(frozen=True, slots=True)
class Address:
    """A public https address."""


@dataclass(frozen=True, slots=True)
class Secret:
    """Never shown, never on a command line; `command` asks for it where it has one of its own."""

    command: str = ""


Kind = Switch | Number | Choice | Place | Interval | Address | Secret


def read(name: str, kind: Kind, text: str, *, is_optional: bool) -> Value:
    """The value that a person's text means; of places the text itself, to be looked for.

    None: it is emptied. Raises ConfigError with what could be written.
    """
    given = text.strip()
    if given.lower() in (NEVER if isinstance(kind, Interval) else ()) or not given:
        return _emptied(name, kind, is_optional=is_optional)
    match kind:
        case Switch():
            return _switch(name, given)
        case Number():
            return _number(name, kind, given)
        case Choice():
            return _choice(name, kind, given)
        case Place(are_many=True):
            return tuple(part.strip() for part in given.split(",") if part.strip())
        case Place():
            return given
        case Interval():
            return _interval(name, kind, given)
        case Address():
            return _address(name, given)
        case Secret():
            raise _open_secret(name, kind)


def shown(kind: Kind, value: Value) -> str:
    """A value as `read` takes it; of a secret only whether there is one."""
    match kind, value:
        case Secret(), _:
            return "•••" if value else ""
        case _, None:
            return NEVER[0] if isinstance(kind, Interval) else ""
        case _, bool():
            return "on" if value else "off"
        case Interval(), int():
            size, unit = next(
                (size, unit)
                for size, unit in ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))
                if value % size == 0
            )
            return f"{value // size} {unit}"
        case Number(unit=unit), _ if unit:
            return f"{value} {unit}"
        case _, tuple():
            return ", ".join(value)
        case _:
            return str(value)


def _emptied(name: str, kind: Kind, *, is_optional: bool) -> Value:
    if not is_optional:
        raise ConfigError(
            phrase("{name} cannot be empty", name=name), hint=phrase("give it a value")
        )
    return () if isinstance(kind, Place) and kind.are_many else None


def _refused(name: str, given: str, hint: Phrase) -> ConfigError:
    message = phrase("{name} cannot be {given}", name=name, given=quoted(given))
    return ConfigError(message, hint=hint)


def _switch(name: str, given: str) -> bool:
    folded = given.casefold()
    if folded in YES or folded in NO:
        return folded in YES
    raise _refused(name, given, phrase("write on or off"))


def _choice(name: str, kind: Choice, given: str) -> str:
    try:
        return choose(name, given, {word: word for word in kind.meanings})
    except ConfigError as error:
        message = phrase("{name} cannot be {given}", name=name, given=quoted(given))
        raise ConfigError(message, hint=error.hint) from None


def _number(name: str, kind: Number, given: str) -> int:
    digits = given.removesuffix(kind.unit).strip() if kind.unit else given
    if re.fullmatch(r"[0-9]{1,9}", digits) and kind.least <= int(digits) <= kind.most:
        return int(digits)
    hint = phrase("write a whole number from {least} to {most}", least=kind.least, most=kind.most)
    raise _refused(name, given, hint)


def _interval(name: str, kind: Interval, given: str) -> int:
    match = SPAN.fullmatch(given)
    unit_s = UNITS_S.get(match[2].casefold()) if match else None
    if match is None or unit_s is None:
        hint = phrase("write a number with its unit, such as 3 h or 90 min, or: never")
        raise _refused(name, given, hint)
    seconds = int(match[1]) * unit_s
    if not kind.least_s <= seconds <= kind.most_s:
        least, most = shown(kind, kind.least_s), shown(kind, kind.most_s)
        hint = phrase("write something from {least} to {most}", least=least, most=most)
        raise _refused(name, given, hint)
    return seconds


def _address(name: str, given: str) -> str:
    is_plain = given.isprintable() and given.isascii() and len(given) <= ADDRESS_LENGTH
    if is_plain and ADDRESS.fullmatch(given) and _has_host(given):
        return given
    hint = phrase("give a public address such as https://sync.example.no/webhooks")
    raise _refused(name, given, hint)


def _has_host(given: str) -> bool:
    try:
        parts = urlsplit(given)
        return bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:  # a port that is none, a bracket that is not closed
        return False


def _open_secret(name: str, kind: Secret) -> ConfigError:
    message = phrase("{name} is a secret, and others can read a command line", name=name)
    if kind.command:
        return ConfigError(message, hint=phrase("use `{command}`", command=kind.command))
    return ConfigError(message, hint=phrase("write {name}=- and paste it when asked", name=name))
