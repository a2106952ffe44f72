"""The settings of a shop as fields of a form: drawn, read again, with what is wrong beside each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web
from multidict import MultiMapping

from syncd.errors import ConfigError, SyncdError
from syncd.phrases import Phrase, phrase
from syncd.rules import setting_kinds
from syncd.rules.setting import Setting
from syncd.rules.setting_kinds import Choice, Place, Switch, Value
from syncd.rules.shop_settings import BY_NAME, PLACES
from syncd.web.console.offers import Offers

Faults = dict[str, ConfigError]
Form = MultiMapping[str | bytes | bytearray | web.FileField]
CHOSEN = ", "  # between several places, as `setting_kinds.shown` writes them


@dataclass(frozen=True, slots=True)
class Option:
    """One of what can be chosen."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Field:
    """A setting with its text; `was` is what was stored when the page was drawn."""

    setting: Setting
    value: str
    was: str
    options: Sequence[Option]
    fault: ConfigError | None
    is_repeated: bool
    """Whether a field above has the guide's word already."""

    @property
    def sort(self) -> str:
        """How it is drawn: switch, many, select, radio, text."""
        match self.setting.kind:
            case Switch():
                return "switch"
            case Place(are_many=True):
                return "many"
            case Place():
                return "select"
            case Choice():
                return "radio"
        return "text"


def texts(values: Mapping[str, Value], names: Iterable[str]) -> dict[str, str]:
    """The values as a form holds them."""
    return {name: setting_kinds.shown(BY_NAME[name].kind, values[name]) for name in names}


def given(form: Form, names: Iterable[str]) -> dict[str, str]:
    """What the form says of those settings that it holds."""
    found = {}
    for name in names:
        if f"was.{name}" not in form:
            continue
        every = [one for one in form.getall(name, []) if isinstance(one, str)]
        match BY_NAME[name].kind:
            case Switch():
                found[name] = "on" if every else "off"
            case Place(are_many=True):
                found[name] = CHOSEN.join(every)
            case _:
                found[name] = every[0].strip() if every else ""
    return found


def shown_before(form: Form, names: Iterable[str]) -> dict[str, str]:
    """What the form showed as stored."""
    return {name: str(form.get(f"was.{name}", "")) for name in names}


def read(given: Mapping[str, str]) -> tuple[dict[str, Value], Faults]:
    """What the texts mean, and what is wrong with those that mean nothing."""
    values: dict[str, Value] = {}
    faults: Faults = {}
    for name, text in given.items():
        one = BY_NAME[name]
        try:
            values[name] = setting_kinds.read(
                one.label, one.kind, text, is_optional=one.is_optional
            )
        except ConfigError as error:
            faults[name] = error
    if values.get("sync_stock") is True:
        for name in ("stock_warehouse", "location"):
            if name in values and not values[name]:
                faults[name] = ConfigError(
                    phrase("counts cannot be kept in step without a warehouse and a location"),
                    hint=phrase("choose one, or switch off “{label}”",
                                label=BY_NAME["sync_stock"].label),
                )  # fmt: skip
    return values, faults


def blamed(error: SyncdError, names: Collection[str]) -> str:
    """Which of these fields the error is about; empty where that cannot be told."""
    if len(names) == 1:
        return next(iter(names))
    values = error.message.values if isinstance(error.message, Phrase) else {}
    for name in names:
        kind = BY_NAME[name].kind
        if isinstance(kind, Place) and values.get("what") == PLACES[kind.where]:
            return name
    if "currency" in values and "price_department" in names:
        return "price_department"
    return ""


def fields(
    names: Iterable[str],
    now: Mapping[str, str],
    was: Mapping[str, str],
    offers: Offers,
    faults: Mapping[str, ConfigError],
) -> list[Field]:
    """The fields in this order."""
    words: set[str] = set()
    found = []
    for name in names:
        one = BY_NAME[name]
        options = _options(one, now[name], offers)
        is_repeated = one.guide in words
        words.add(one.guide)
        found.append(Field(one, now[name], was[name], options, faults.get(name), is_repeated))
    return found


def _options(one: Setting, text: str, offers: Offers) -> list[Option]:
    """What can be chosen; what is stored stays choosable, whether it is still there or not."""
    match one.kind:
        case Choice(meanings=meanings):
            found: dict[str, str] = {**meanings}
        case Place(where=where):
            found = dict(offers.places.get(where, {}))
        case _:
            return []
    are_many = isinstance(one.kind, Place) and one.kind.are_many
    chosen = {part for part in text.split(CHOSEN) if part} if are_many else {text}
    empty = {"": phrase("none")} if one.is_optional and not are_many else {}
    more = {key: key for key in chosen if key and key not in found}
    if not text and not empty and not are_many:
        empty = {"": phrase("choose")}
    return [Option(key, name, key in chosen) for key, name in {**empty, **found, **more}.items()]
