"""The options of a product as a whole: productSet's list of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.mutations.write import MAX_TEXT, Path, Write, in_position, refuse
from syncd.sandbox.records import Option, OptionValue
from syncd.sandbox.words import refusal

MAX_OPTIONS = 3
DELIMITER = " / "
STANDARD = {"name": "Title", "values": [{"name": "Default Title"}]}
"""What a product has that has no options of its own."""

HERE: Path = ("input", "productOptions")


def option_set(
    write: Write, held: Sequence[Option], given: Sequence[Mapping[str, Any]]
) -> tuple[Option, ...]:
    """The complete options. Those known by id or by name keep their ids, and so do their values."""
    wanted = given or [STANDARD]
    if len(wanted) > MAX_OPTIONS:
        message = f"Can only specify a maximum of {MAX_OPTIONS} options"
        write.complaints.add(HERE, message, "OPTIONS_OVER_LIMIT")
        return tuple(held)
    made = [
        _option(write, (*HERE, place), _known(held, entry), entry)
        for place, entry in enumerate(wanted)
    ]
    _complain_of_twins(write, [option.name for option in made])
    return tuple(in_position(wanted, made))


def _known(held: Iterable[Option], entry: Mapping[str, Any]) -> Option | None:
    """Raises INVALID_FIELD_ARGUMENTS for an option without id and name."""
    refuse(entry, ["linkedMetafield"])
    if entry.get("id") is None and entry.get("name") is None:
        message = "OptionSetInput requires at least one of id, name"
        raise refusal(message, "INVALID_FIELD_ARGUMENTS")
    number = gids.number(entry.get("id"), "ProductOption")
    name = (entry.get("name") or "").strip()
    for option in held:
        if option.id == number or (entry.get("id") is None and option.name == name):
            return option
    return None


def _option(write: Write, path: Path, known: Option | None, entry: Mapping[str, Any]) -> Option:
    if known is None and entry.get("id") is not None:
        write.complain((*path, "id"), "Option does not exist", "option")
    name = (entry.get("name") or (known.name if known else "")).strip()
    _check_name(write, (*path, "name"), name)
    values = known.values if known else ()
    if entry.get("values") is not None:
        values = _values(write, (*path, "values"), values, entry["values"])
    if not values:
        message = "Each option must have at least one option value specified."
        write.complain(path, message, "missing values")
    return Option(known.id if known else write.shop.new_id("ProductOption"), name, values)


def _check_name(write: Write, path: Path, name: str) -> None:
    if not name:
        write.complain(path, "Option name can't be blank", "input")
    if DELIMITER in name:
        write.complain(path, "The name contains unsupported sequence ' / '", "input")
    if len(name) > MAX_TEXT:
        write.complain(path, "Option name is too long", "input")


def _complain_of_twins(write: Write, names: Sequence[str]) -> None:
    for place, name in enumerate(names):
        if name in names[:place]:
            message = f"Duplicated option name '{name}'"
            write.complaints.add((*HERE, place), message, "DUPLICATED_OPTION_NAME")


def _values(
    write: Write, path: Path, held: Sequence[OptionValue], given: Sequence[Mapping[str, Any]]
) -> tuple[OptionValue, ...]:
    by_id = {value.id: value for value in held}
    by_name = {value.name: value for value in held}
    made: dict[str, OptionValue] = {}
    for place, entry in enumerate(given):
        name = (entry.get("name") or "").strip()
        if entry.get("id") is not None:
            known = by_id.get(gids.number(entry["id"], "ProductOptionValue") or 0)
        else:
            known = by_name.get(name)
        value = _value(write, (*path, place), known, entry)
        if value and value.name in made:
            message = f"Duplicated option value '{value.name}'"
            write.complaints.add((*path, place), message, "DUPLICATED_OPTION_VALUE")
        elif value:
            made[value.name] = value
    return tuple(made.values())


def _value(
    write: Write, path: Path, known: OptionValue | None, entry: Mapping[str, Any]
) -> OptionValue | None:
    if known is None and entry.get("id") is not None:
        write.complain((*path, "id"), "Option value does not exist", "option value")
        return None
    name = (entry.get("name") or (known.name if known else "")).strip()
    if not name:
        write.complain((*path, "name"), "Option value name can't be blank", "input")
        return None
    if len(name) > MAX_TEXT:
        write.complain((*path, "name"), "Option value name is too long", "long value")
        return None
    return OptionValue(known.id if known else write.shop.new_id("ProductOptionValue"), name)
