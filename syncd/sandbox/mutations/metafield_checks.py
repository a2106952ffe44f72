"""Whether a metafield may have a value: what its type asks, what its definition asks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation

import orjson

from syncd.sandbox.metafield_forms import stored
from syncd.sandbox.metafield_types import TYPES, UNNAMED_TYPES, fault
from syncd.sandbox.records import Definition

NUMBERS = ("number_integer", "number_decimal")
SCALE = (
    "Value min and max on the rating value must be the same as the min and max on the definition."
)
TEXTS = ("single_line_text_field", "multi_line_text_field", "id")


def unknown_type(type_: str) -> str | None:
    if type_ in TYPES or type_ in UNNAMED_TYPES:
        return None
    return f"Type name {type_} is not a valid type. Valid types are: {', '.join(TYPES)}."


def faults(definition: Definition | None, type_: str, value: str) -> Iterator[str]:
    """What is wrong with the value; of a definition's rules those that were recorded."""
    if found := fault(type_, value):
        yield found
    elif definition is not None:
        if type_ == "rating" and not _is_on_scale(dict(definition.validations), value):
            yield SCALE
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
        case "min" | "max" if type_ == "date_time":
            limit = datetime.fromisoformat(rule)
            at = datetime.fromisoformat(stored(type_, value))
            is_far = at < limit if name == "min" else at > limit
            return f"Value has a {name}imum of {limit:%Y-%m-%d %H:%M:%S %z}." if is_far else None
        case "metaobject_definition_id":
            return f"Value must belong to the specified metaobject definition {rule}."
        case "regex" if not re.search(rule, value):
            return "Value is not the correct format."
        case "choices" if value not in (choices := orjson.loads(rule)):
            named = ", ".join(f'"{choice}"' for choice in choices)
            return f"Value does not exist in provided choices: [{named}]."
    return None


def _is_on_scale(rules: Mapping[str, str], value: str) -> bool:
    scale = orjson.loads(value)
    return all(
        Decimal(str(scale[name])) == Decimal(rules[name])
        for name in ("scale_min", "scale_max")
        if name in rules
    )


def _is_less(one: str, other: str) -> bool:
    """Numbers as numbers; dates, which sort as text, as text."""
    try:
        return Decimal(one) < Decimal(other)
    except InvalidOperation:
        return one < other
