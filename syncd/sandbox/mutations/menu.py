"""What the variants of a product may choose from: its options with their values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.mutations.write import MAX_TEXT, Path, Write, refuse
from syncd.sandbox.records import Option, OptionValue

Chosen = dict[int, int]
"""Place of the option -> id of the value."""


@dataclass(slots=True)
class Menu:
    """Options under the hands of a write. `is_open` ones get the values that variants bring."""

    write: Write
    options: list[Option]
    is_open: bool
    ids: dict[tuple[int, str], int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for place, option in enumerate(self.options):
            for value in option.values:
                self._learn(place, value)

    def _learn(self, place: int, value: OptionValue) -> None:
        self.ids[place, value.name] = value.id
        self.names[value.id] = value.name

    def chosen(self, path: Path, entries: Iterable[Mapping[str, Any]]) -> Chosen | None:
        """The values that `optionValues` name, or None and a complaint."""
        found: Chosen = {}
        for number, entry in enumerate(entries):
            here = (*path, "optionValues", number)
            place = self._option(here, entry)
            if place is None:
                return None
            if place in found:
                message = f"Duplicated option name '{self.options[place].name}'"
                self.write.complain((*path, "optionValues"), message, "input")
                return None
            value = self._value(here, place, entry)
            if value is None:
                return None
            found[place] = value
        return found

    def complete(self, path: Path, chosen: Chosen | None) -> tuple[int, ...] | None:
        """One value for each option, in the options' order, or None and a complaint."""
        if chosen is None:
            return None
        for place, option in enumerate(self.options):
            if place not in chosen:
                message = f"You need to add option values for {option.name}"
                self.write.complain(path, message, "missing values")
                return None
        return tuple(chosen[place] for place in range(len(self.options)))

    def title(self, values: Iterable[int]) -> str:
        return " / ".join(self.names[value] for value in values)

    def _option(self, path: Path, entry: Mapping[str, Any]) -> int | None:
        refuse(entry, ["linkedMetafieldValue"])
        id_, name = entry.get("optionId"), entry.get("optionName")
        if id_ is not None and name is not None:
            message = "cannot specify both `optionId` and `optionName`"
            self.write.complain(path, message, "input")
            return None
        number = gids.number(id_, "ProductOption")
        wanted = (name or "").strip()
        for place, option in enumerate(self.options):
            if option.id == number or (number is None and option.name == wanted):
                return place
        self.write.complain(path, "Option does not exist", "option")
        return None

    def _value(self, path: Path, place: int, entry: Mapping[str, Any]) -> int | None:
        id_, name = entry.get("id"), (entry.get("name") or "").strip()
        if id_ is not None and name:
            self.write.complain(path, "cannot specify both `id` and `name`", "input")
            return None
        if len(name) > MAX_TEXT:
            self.write.complain((*path, "name"), "Option value name is too long", "long value")
            return None
        if id_ is not None:
            number = gids.number(id_, "ProductOptionValue")
            found = next((v.id for v in self.options[place].values if v.id == number), None)
        else:
            found = self.ids.get((place, name)) or self._brought(place, name)
        if found is None:
            self.write.complain(path, "Option value does not exist", "option value")
        return found

    def _brought(self, place: int, name: str) -> int | None:
        """A value that a variant brings along."""
        if not self.is_open or not name:
            return None
        value = OptionValue(self.write.shop.new_id("ProductOptionValue"), name)
        option = self.options[place]
        self.options[place] = replace(option, values=(*option.values, value))
        self._learn(place, value)
        return value.id

    def drop(self, values: Iterable[int]) -> None:
        """Take values off the menu."""
        gone = set(values)
        self.options = [
            replace(option, values=tuple(one for one in option.values if one.id not in gone))
            for option in self.options
        ]


def complain_of_twins(
    write: Write, path: Path, menu: Menu, rows: Sequence[tuple[int, ...] | None]
) -> None:
    """One complaint for each row whose values an earlier row has."""
    seen: set[tuple[int, ...]] = set()
    for place, values in enumerate(rows):
        if values is not None and values in seen:
            complain_of_twin(write, (*path, place), menu.title(values))
        elif values is not None:
            seen.add(values)


def complain_of_twin(write: Write, path: Path, title: str) -> None:
    message = f"The variant '{title}' already exists. Please change at least one option value."
    write.complain(path, message, "twin")
