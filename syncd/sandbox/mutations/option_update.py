"""productOptionUpdate: renames an option, moves it, changes its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.mutations.new_options import name_of
from syncd.sandbox.mutations.option_sets import DELIMITER
from syncd.sandbox.mutations.product_options import begin_options, end_options
from syncd.sandbox.mutations.write import MAX_TEXT, Write, refuse
from syncd.sandbox.records import Option, OptionValue, Product
from syncd.sandbox.resolvers.fields import Fields, Info
from syncd.sandbox.words import not_simulated

Given = Mapping[str, Any]


def option_update(
    _root: None, info: Info, productId: str, option: Given, **others: Any
) -> dict[str, Any]:
    """The variants keep their values, under whatever name."""
    if others.get("variantStrategy") == "MANAGE":
        raise not_simulated("productOptionUpdate with variantStrategy MANAGE")
    refuse(option, ["linkedMetafield"])
    write, product = begin_options(info, productId)
    after = None
    if product is not None:
        number = gids.number(option["id"], "ProductOption")
        held = next((one for one in product.options if one.id == number), None)
        if held is None:
            message = "Option does not exist"
            write.complaints.add(["option"], message, "OPTION_DOES_NOT_EXIST")
        else:
            renamed = _renamed(write, product, held, option)
            values = _values(write, product, renamed, others)
            changed = replace(renamed, values=values)
            after = _placed(write, product, changed, option.get("position"))
    return end_options(write, product, after)


def _renamed(write: Write, product: Product, held: Option, given: Given) -> Option:
    if given.get("name") is None:
        return held
    name = name_of(given)
    others = {one.name for one in product.options if one.id != held.id}
    if not name or DELIMITER in name:
        write.complaints.add(["option"], "The name provided is not valid.", "INVALID_NAME")
    elif len(name) > MAX_TEXT:
        write.complaints.add(["option"], "Option name is too long.", "OPTION_NAME_TOO_LONG")
    elif name in others:
        message = f"Option '{name}' already exists."
        write.complaints.add(["option"], message, "OPTION_ALREADY_EXISTS")
    return replace(held, name=name)


def _values(
    write: Write, product: Product, option: Option, others: Given
) -> tuple[OptionValue, ...]:
    values = {value.id: value for value in option.values}
    for place, entry in enumerate(others.get("optionValuesToUpdate") or ()):
        number = gids.number(entry["id"], "ProductOptionValue") or 0
        if number not in values:
            _unknown(write, "optionValuesToUpdate", place)
        elif entry.get("name") is not None:
            values[number] = replace(values[number], name=name_of(entry))
    used = {value for variant in product.variants for value in variant.values}
    for place, text in enumerate(others.get("optionValuesToDelete") or ()):
        number = gids.number(text, "ProductOptionValue") or 0
        if number not in values:
            _unknown(write, "optionValuesToDelete", place)
        elif number in used:
            message = "Option value with variants linked cannot be deleted."
            here = ("optionValuesToDelete", place)
            write.complaints.add(here, message, "OPTION_VALUE_HAS_VARIANTS")
        else:
            del values[number]
    for entry in others.get("optionValuesToAdd") or ():
        value = OptionValue(write.shop.new_id("ProductOptionValue"), name_of(entry))
        values[value.id] = value
    _check_names(write, list(values.values()))
    return tuple(values.values())


def _check_names(write: Write, values: Sequence[OptionValue]) -> None:
    names = [value.name for value in values]
    if any(len(name) > MAX_TEXT for name in names):
        message = "Option value name is too long."
        write.complaints.add(["option"], message, "OPTION_VALUE_NAME_TOO_LONG")
    elif len(set(names)) < len(names):
        message = "Option value already exists."
        write.complaints.add(["option"], message, "OPTION_VALUE_ALREADY_EXISTS")


def _unknown(write: Write, name: str, place: int) -> None:
    message = "Option value does not exist."
    write.complaints.add((name, place), message, "OPTION_VALUE_DOES_NOT_EXIST")


def _placed(write: Write, product: Product, option: Option, position: int | None) -> Product:
    """The product with the option in its place, or in another; variants list values likewise."""
    before = [one.id for one in product.options]
    order = list(before)
    if position is not None:
        if not 1 <= position <= len(order):
            message = "The option position provided is not valid."
            write.complaints.add(["option"], message, "INVALID_POSITION")
        order.remove(option.id)
        order.insert(position - 1, option.id)
    held = {one.id: one for one in product.options} | {option.id: option}
    places = [before.index(number) for number in order]
    variants = tuple(
        replace(one, values=tuple(one.values[place] for place in places))
        for one in product.variants
    )
    options = tuple(held[number] for number in order)
    return replace(product, options=options, variants=variants)


FIELDS: Fields = {"Mutation": {"productOptionUpdate": option_update}}
