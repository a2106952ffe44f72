"""The forms of a metafield's value: as Shopify keeps what was sent, as `jsonValue` shows it.

Recorded for every type (custom-data-field-type-matrix, metafieldsSet-value-type-fidelity).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_DOWN, Decimal, InvalidOperation
from typing import Any

import orjson

from syncd.sandbox.metafield_types import MEASURES, TRUE, is_json

DECIMALS = Decimal("0.000000001")

RATING = ("scale_min", "scale_max", "value")
"""The order in which a rating is kept."""

ABBREVIATED: Mapping[str, str] = {
    "MILLIMETERS": "mm",
    "CENTIMETERS": "cm",
    "METERS": "m",
    "INCHES": "in",
    "FEET": "ft",
    "YARDS": "yd",
    "MILLILITERS": "ml",
    "CENTILITERS": "cl",
    "LITERS": "l",
    "CUBIC_METERS": "m3",
    "GRAMS": "g",
    "KILOGRAMS": "kg",
    "OUNCES": "oz",
    "POUNDS": "lb",
}
"""Units of `dimension`, `volume`, `weight`, which `jsonValue` abbreviates in lists (cm, ml, kg)."""

FULL = {short: name for name, short in ABBREVIATED.items()}


def stored(type_: str, value: str) -> str:
    """What is kept of a value that its type allows; what cannot be read is kept as it came."""
    try:
        return _stored(type_, value)
    except (ValueError, TypeError, KeyError, AttributeError, InvalidOperation):
        return value


def _stored(type_: str, value: str) -> str:
    if type_.startswith("list."):
        inner = type_.removeprefix("list.")
        parts = orjson.loads(value)
        kept = [_part(inner, one) for one in parts]
        is_object = is_measure(inner) or inner == "rating"
        return value if kept == parts and not is_object else _json(kept)
    if is_measure(type_) or type_ == "rating":
        return _json(_part(type_, orjson.loads(value)))
    return str(_plain(type_, value))


def _part(type_: str, value: Any) -> Any:
    """One value of a list, or the object that a value is."""
    if is_measure(type_):
        unit = str(value["unit"]).strip()
        return {"value": float(value["value"]), "unit": FULL.get(unit.lower(), unit.upper())}
    if type_ == "rating":
        return {name: value[name] for name in RATING}
    if type_ == "number_decimal":
        return _plain(type_, str(value))
    return _plain(type_, value) if isinstance(value, str) else value


def _plain(type_: str, value: str) -> str:
    match type_:
        case "boolean":
            return "true" if value.strip().lower() in TRUE else "false"
        case "number_integer":
            return str(int(Decimal(value)))
        case "number_decimal":
            return _truncated(value)
        case "date_time":
            return _time(value)
    return value


def _truncated(value: str) -> str:
    number = Decimal(value)
    if number != number.quantize(DECIMALS, ROUND_DOWN):
        return f"{number.quantize(DECIMALS, ROUND_DOWN):f}"
    return value


def _time(value: str) -> str:
    """To the second; without a zone it is UTC."""
    at = datetime.fromisoformat(value)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).isoformat(timespec="seconds")


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def is_measure(type_: str) -> bool:
    return type_ in MEASURES


def as_json(type_: str, value: str) -> Any:
    """The value as `jsonValue` shows it: false is a text, units of a list are in small letters."""
    if value == "false" and type_ == "boolean":
        return value
    if not is_json(type_):
        return value
    found = orjson.loads(value)
    inner = type_.removeprefix("list.")
    if inner != type_ and is_measure(inner):
        return [{**one, "unit": _small(inner, one["unit"])} for one in found]
    return found


def _small(type_: str, unit: str) -> str:
    short = ABBREVIATED.get(unit) if type_ in ("dimension", "volume", "weight") else None
    return short or unit.lower()
