"""Whether a metafield may have a value: what its type asks, what its definition asks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

import orjson

from syncd.sandbox.metafield_types import TYPES, fault
from syncd.sandbox.records import Definition

NUMBERS = ("number_integer", "number_decimal")
TEXTS = ("single_line_text_field", "multi_line_text_field", "id")


def unknown_type(type_: str) -> str | None:
    if type_ in TYPES:
        return None
    return f"Type name {type_} is not a valid type. Valid types are: {', '.join(TYPES)}."


def faults(definition: Definition | None, type_: str, value: str) -> Iterator[str]:
    """What is wrong with the value; of a definition's rules those that were recorded."""
    if found := fault(type_, value):
        yield found
    elif definition is not None:
        for name, rule in definition.validations:
            if broken := _broken(type_, name, rule, value):
                yield broken


def _broken(type_: str, name: str, rule: str, value: str) -> str | None:
    match name:
        case "min" | "max" if type_ in (*NUMBERS, "date"):
            is_far = _is_less(value, rule) if name == "min" else _is_less(rule, value)
            return f"Value has a {name}imum of {rule}." if is_far else None
        case "min" | "max" if type_ in TEXTS:
            is_far = len(value) < int(rule) if name == "min" else len(value) > int(rule)
            return f"Value has a {name}imum length of {rule}." if is_far else None
        case "regex" if not re.search(rule, value):
            return "Value is not the correct format."
        case "choices" if value not in (choices := orjson.loads(rule)):
            named = ", ".join(f'"{choice}"' for choice in choices)
            return f"Value does not exist in provided choices: [{named}]."
    return None


def _is_less(one: str, other: str) -> bool:
    """Numbers as numbers; dates, which sort as text, as text."""
    try:
        return Decimal(one) < Decimal(other)
    except InvalidOperation:
        return one < other
