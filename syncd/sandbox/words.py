"""Errors as Shopify puts them: those of the whole call, those of a mutation's input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError

Path = Sequence[str | int]


def refusal(message: str, code: str, **more: Any) -> GraphQLError:
    """An error of the whole call: the root field is null, `errors` says why."""
    return GraphQLError(message, extensions={"code": code, **more})


def invalid_id(gid: str) -> GraphQLError:
    return refusal(f"Invalid id: {gid}", "RESOURCE_NOT_FOUND")


def not_simulated(what: str) -> GraphQLError:
    """Said instead of guessing. The real Shopify has no such code."""
    return refusal(f"The sandbox does not simulate {what} (docs/sandbox.md)", "NOT_SIMULATED")


@dataclass(slots=True)
class Complaints:
    """The `userErrors` of one mutation, gathered in the order in which they are found."""

    found: list[dict[str, Any]] = field(default_factory=list)

    def add(self, path: Path | None, message: str, code: str | None = None) -> None:
        """`path` leads to the input at fault; list indexes become text, as Shopify has them."""
        steps = None if path is None else [str(step) for step in path]
        self.found.append({"field": steps, "message": message, "code": code})

    def __bool__(self) -> bool:
        return bool(self.found)


def too_long(name: str, limit: int = 255) -> str:
    return f"{name} is too long (maximum is {limit} characters)"
