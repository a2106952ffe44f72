"""Shopify's scalars: what they accept, how they are shown, what is said of a wrong value.

The words for money, decimals, addresses and ids are Shopify's own; those for times are ours, since
nobody has recorded any.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from graphql import GraphQLError, ValueNode, value_from_ast_untyped

from syncd.sandbox import gids

CENT = Decimal("0.01")
MAX_DIGITS = 24
SHOWN = re.compile(r"(?:0|[1-9]\d{0,20})\.\d\d")
SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:\S+")


@dataclass(frozen=True, slots=True)
class Coercion:
    """Both ways of a scalar. `read` raises GraphQLError in Shopify's words."""

    read: Callable[[Any], Any]
    shown: Callable[[Any], Any] = lambda value: value

    def read_literal(self, node: ValueNode) -> Any:
        return self.read(value_from_ast_untyped(node))


def read_money(value: Any) -> str:
    """With two decimals, as text."""
    if isinstance(value, str) and SHOWN.fullmatch(value):
        return value
    amount = _number(value)
    if amount is None:
        raise GraphQLError(f"invalid money '{value}'")
    if amount.adjusted() > MAX_DIGITS:  # has no cents that anybody could see
        return str(amount)
    return str(amount.quantize(CENT, ROUND_HALF_UP))


def read_decimal(value: Any) -> str:
    """As text, as it came."""
    if _number(value) is None:
        raise GraphQLError(f"invalid decimal '{value}'")
    return str(value)


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def read_time(value: Any) -> str:
    """In UTC, as Shopify shows it. A time without a zone is taken for UTC."""
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise GraphQLError(f"invalid DateTime '{value}'") from None
    return (at.astimezone(UTC) if at.tzinfo else at).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_url(value: Any) -> str:
    if not isinstance(value, str) or not SCHEME.fullmatch(value):
        raise GraphQLError(f"invalid url '{value}'")
    return value


def read_id(value: Any) -> str:
    if not gids.is_gid(value):
        raise GraphQLError(f"Invalid global id '{value}'")
    return str(value)


def read_html(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def read_unsigned(value: Any) -> str | None:
    """As text: the number may be larger than JavaScript's."""
    return str(value) if str(value).isdecimal() else None


NATIVE: Mapping[str, type | tuple[type, ...]] = {
    "Boolean": (bool,),
    "Float": (int, float),
    "Int": (int,),
    "String": (str,),
}
MAX_INT = 2**31

# Coerced by these. Shopify's ID is not here, since graphql-core shares its own with all schemas.
COERCIONS = {
    "DateTime": Coercion(read_time),
    "Decimal": Coercion(read_decimal),
    "HTML": Coercion(read_html),
    "JSON": Coercion(lambda value: value),
    "Money": Coercion(read_money, read_money),
    "URL": Coercion(read_url),
    "UnsignedInt64": Coercion(read_unsigned, str),
}


def read(scalar: str, value: Any) -> Any:
    """The value; None when it is of a wrong kind. Raises GraphQLError when it is ill-formed."""
    if scalar == "ID":
        return read_id(value)
    if scalar in COERCIONS:
        return COERCIONS[scalar].read(value)
    if isinstance(value, bool) and scalar != "Boolean":
        return None
    if scalar == "Int" and isinstance(value, int) and not -MAX_INT <= value < MAX_INT:
        return None
    return value if isinstance(value, NATIVE.get(scalar, object)) else None
