"""What an exchange comes to, in few words: which fields, what cost, how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson
from graphql import FieldNode, GraphQLError, OperationDefinitionNode, parse

from syncd.sandbox.journal import KEPT, Exchange

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Digest:
    """`outcome` is a chip's word; `words` say more. Costs are None where none was charged."""

    outcome: str
    words: str = ""
    operation: str = ""
    root_fields: Sequence[str] = ()
    query: str = ""
    variables: Any = None
    answer: Any = None
    cost: Json = field(default_factory=dict)

    @property
    def asked_points(self) -> int | None:
        return self.cost.get("requestedQueryCost")

    @property
    def spent_points(self) -> int | None:
        return self.cost.get("actualQueryCost")

    @property
    def left_points(self) -> int | None:
        left: int | None = (self.cost.get("throttleStatus") or {}).get("currentlyAvailable")
        return left

    @property
    def is_fine(self) -> bool:
        return self.outcome == "ok"


@lru_cache(2 * KEPT)
def digest(exchange: Exchange) -> Digest:
    """Read once an exchange; what cannot be read is left out."""
    asked, answer = _json(exchange.asked), _json(exchange.answered)
    query = str(asked.get("query") or "") if isinstance(asked, Mapping) else ""
    operation, roots = _operation(query)
    outcome, words = _ending(exchange, answer)
    cost = answer.get("extensions", {}).get("cost", {}) if isinstance(answer, Mapping) else {}
    return Digest(
        outcome,
        words,
        operation,
        roots,
        query,
        asked.get("variables") if isinstance(asked, Mapping) else None,
        answer,
        cost,
    )


def _json(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _operation(query: str) -> tuple[str, tuple[str, ...]]:
    """`mutation Push` with its root fields."""
    try:
        document = parse(query, no_location=True)
    except GraphQLError:
        return "", ()
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            name = f" {node.name.value}" if node.name else ""
            fields = node.selection_set.selections
            roots = dict.fromkeys(one.name.value for one in fields if isinstance(one, FieldNode))
            return f"{node.operation.value}{name}", tuple(roots)
    return "", ()


def _ending(exchange: Exchange, answer: Any) -> tuple[str, str]:
    """The outcome, and what was wrong in the first error's words."""
    if exchange.status == 0:
        return "no answer", "the connection was cut"
    errors = answer.get("errors") if isinstance(answer, Mapping) else None
    if exchange.status != 200:
        return f"HTTP {exchange.status}", str(errors or "")
    if isinstance(errors, list) and errors and isinstance(errors[0], Mapping):
        code = (errors[0].get("extensions") or {}).get("code") or "error"
        return str(code), "" if code == "THROTTLED" else str(errors[0].get("message"))
    if found := _user_errors(answer):
        said = found[0].get("message")
        return "user errors", f"{len(found)}{f': {said}' if said else ''}"
    return "ok", ""


def _user_errors(answer: Any) -> list[Json]:
    """Those of all root fields. Mutations call them userErrors, or after their subject."""
    payloads = (answer.get("data") or {}).values() if isinstance(answer, Mapping) else ()
    return [
        error
        for payload in payloads
        if isinstance(payload, Mapping)
        for name, errors in payload.items()
        if name.lower().endswith("usererrors") and isinstance(errors, list)
        for error in errors
        if isinstance(error, Mapping)
    ]
