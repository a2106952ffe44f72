"""New options of a product, as productCreate gives them, productOptionsCreate too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncd.sandbox.mutations.option_sets import DELIMITER, MAX_OPTIONS, STANDARD
from syncd.sandbox.mutations.write import MAX_TEXT, Write, in_position, refuse
from syncd.sandbox.records import Option, OptionValue

Given = Mapping[str, Any]

NO_DELIMITER = f'Name cannot contain the character sequence "{DELIMITER}"'


def new_options(write: Write, given: Sequence[Given]) -> tuple[Option, ...]:
    """Of a new product; without any it has the one that Shopify shows as Title."""
    wanted = given or [STANDARD]
    check_options(write, wanted, ())
    return () if write.complaints else made_options(write, wanted)


def made_options(write: Write, given: Sequence[Given]) -> tuple[Option, ...]:
    """In their positions; the inputs have to be checked before."""
    made = [
        Option(write.shop.new_id("ProductOption"), name_of(entry), new_values(write, entry))
        for entry in given
    ]
    return tuple(in_position(given, made))


def new_values(write: Write, entry: Given) -> tuple[OptionValue, ...]:
    return tuple(
        OptionValue(write.shop.new_id("ProductOptionValue"), name_of(value))
        for value in entry["values"]
    )


def check_options(write: Write, given: Sequence[Given], held: Sequence[Option]) -> None:
    """Complain of what is wrong with options that shall be added to others."""
    if len(given) + len(held) > MAX_OPTIONS:
        message = f"Can only specify a maximum of {MAX_OPTIONS} options"
        write.complaints.add(["options"], message, "OPTIONS_OVER_LIMIT")
        return
    known = {option.name for option in held}
    names: set[str] = set()
    for place, entry in enumerate(given):
        refuse(entry, ["linkedMetafield"])
        name = name_of(entry)
        if name in names:
            _say(write, place, "Duplicated option name.", "DUPLICATED_OPTION_NAME")
        elif name in known:
            _say(write, place, f"Option '{name}' already exists.", "OPTION_ALREADY_EXISTS")
        else:
            _check(write, place, name, entry)
        names.add(name)


def _check(write: Write, place: int, name: str, entry: Given) -> None:
    values = [name_of(value) for value in entry.get("values") or ()]
    if not name:
        _say(write, place, "Option name is missing.", "OPTION_NAME_MISSING")
    elif DELIMITER in name:
        write.complaints.add(["options"], NO_DELIMITER, "INVALID_NAME")
    elif len(name) > MAX_TEXT:
        _say(write, place, "Option name is too long.", "OPTION_NAME_TOO_LONG")
    elif not values:
        message = f"Option '{name}' must specify at least one option value."
        _say(write, place, message, "OPTION_VALUES_MISSING")
    elif any(len(value) > MAX_TEXT for value in values):
        _say(write, place, "Option value name is too long.", "OPTION_VALUE_NAME_TOO_LONG")
    elif len(set(values)) < len(values):
        twin = next(value for value in values if values.count(value) > 1)
        _say(write, place, f"Duplicated option value '{twin}'.", "DUPLICATED_OPTION_VALUE")


def _say(write: Write, place: int, message: str, code: str) -> None:
    write.complaints.add(("options", place), message, code)


def name_of(entry: Given) -> str:
    refuse(entry, ["linkedMetafieldValue"])
    return (entry.get("name") or "").strip()
