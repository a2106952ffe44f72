"""productOptionsReorder: puts options with their values, so variants, in another order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from syncd.sandbox import gids
from syncd.sandbox.mutations.product_options import begin_options, end_options
from syncd.sandbox.mutations.write import Write
from syncd.sandbox.records import Option, OptionValue, Product
from syncd.sandbox.resolvers.fields import Fields, Info
from syncd.sandbox.words import refusal

Given = Mapping[str, Any]
Noun = Literal["option", "option value"]
Part = Option | OptionValue

CODES: Mapping[Noun, tuple[str, str, str]] = {
    "option": ("OPTION_NAME_DOES_NOT_EXIST", "OPTION_ID_DOES_NOT_EXIST", "DUPLICATED_OPTION_NAME"),
    "option value": (
        "OPTION_VALUE_DOES_NOT_EXIST",
        "OPTION_VALUE_ID_DOES_NOT_EXIST",
        "DUPLICATED_OPTION_VALUE",
    ),
}
"""An unknown name, an unknown id, the same twice."""


def options_reorder(
    _root: None, info: Info, productId: str, options: Sequence[Given]
) -> dict[str, Any]:
    """What is not named comes after what is."""
    for entry in options:
        _check_selector("OptionReorderInput", entry)
        for value in entry.get("values") or ():
            _check_selector("OptionValueReorderInput", value)
    write, product = begin_options(info, productId)
    after = _reordered(write, product, options) if product is not None else None
    return end_options(write, product, after)


def _check_selector(input_name: str, entry: Given) -> None:
    if (entry.get("id") is None) == (entry.get("name") is None):
        message = f"{input_name} requires exactly one of id, name"
        raise refusal(message, "INVALID_FIELD_ARGUMENTS")


def _reordered(write: Write, product: Product, given: Sequence[Given]) -> Product | None:
    named = _found(write, "option", product.options, given)
    if named is None:
        return None
    entries = {option.id: entry for option, entry in zip(named, given, strict=True)}
    options = []
    for option in _before_others(named, product.options):
        chosen = entries.get(option.id, {}).get("values")
        values = _found(write, "option value", option.values, chosen or ())
        if values is None:
            return None
        options.append(replace(option, values=tuple(_before_others(values, option.values))))
    return _with_options(product, tuple(options))


def _found(
    write: Write, noun: Noun, held: Sequence[Any], given: Sequence[Given]
) -> list[Any] | None:
    """What the inputs name, in their order; None with a complaint."""
    unknown_name, unknown_id, twin = CODES[noun]
    if len({"id" if entry.get("id") is not None else "name" for entry in given}) > 1:
        message = f"Only specify one of `id` or `name` fields for {noun}s."
        write.complaints.add(["options"], message, "MIXING_ID_AND_NAME_KEYS_IS_NOT_ALLOWED")
        return None
    by_id, by_name = {one.id: one for one in held}, {one.name: one for one in held}
    found: list[Any] = []
    for place, entry in enumerate(given):
        number = (gids.parted(entry.get("id") or "") or ("", 0))[1]
        one = by_name.get(entry["name"]) if entry.get("id") is None else by_id.get(number)
        if one is None and entry.get("id") is None:
            label = "Option name" if noun == "option" else "Option value"
            message = f"{label} '{entry['name']}' does not exist."
            write.complaints.add(["options"], message, unknown_name)
            return None
        if one is None:
            message = f"{noun.capitalize()} id '{number}' does not exist."
            write.complaints.add(["options"], message, unknown_id)
            return None
        if one in found:
            noun_name = "option name" if noun == "option" else noun
            message = f"Duplicated {noun_name} '{one.name}'."
            write.complaints.add(("options", place), message, twin)
            return None
        found.append(one)
    return found


def _before_others(first: Sequence[Any], held: Iterable[Any]) -> list[Any]:
    return [*first, *(one for one in held if one not in first)]


def _with_options(product: Product, options: tuple[Option, ...]) -> Product:
    """The variants follow: they stand in the order of their values."""
    places = [product.options.index(_same(product, option)) for option in options]
    ranks = {value.id: rank for option in options for rank, value in enumerate(option.values)}
    moved = [
        replace(one, values=tuple(one.values[place] for place in places))
        for one in product.variants
    ]
    moved.sort(key=lambda one: [ranks[value] for value in one.values])
    return replace(product, options=options, variants=tuple(moved))


def _same(product: Product, option: Option) -> Option:
    return next(one for one in product.options if one.id == option.id)


FIELDS: Fields = {"Mutation": {"productOptionsReorder": options_reorder}}
