"""What is taken out of an answer: its data, or the error that it amounts to.

Nothing is read from an answer before its shape is known to be right: whatever comes, the caller
gets data of the shape of its document, or an error of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
import structlog
from graphql import ExecutionResult

from syncd.errors import CallError
from syncd.phrases import phrase
from syncd.shopify import shapes
from syncd.shopify.answers import Answer, misunderstood, named, of_errors, refused

MOST = 1e12  # points; there are thousands
Points = Annotated[float, msgspec.Meta(ge=-MOST, le=MOST)]
log = structlog.get_logger()


class Bucket(msgspec.Struct):
    maximumAvailable: Points
    currentlyAvailable: Points
    restoreRate: Annotated[float, msgspec.Meta(gt=1e-3, le=MOST)]


class Cost(msgspec.Struct):
    requestedQueryCost: Points
    actualQueryCost: Points | None = None
    throttleStatus: Bucket | None = None


class Search(msgspec.Struct):
    warnings: list[dict[str, Any]] | None = None


class Extensions(msgspec.Struct):
    cost: Cost | None = None
    search: list[Search] | None = None


class Fault(msgspec.Struct):
    extensions: dict[str, Any] | None = None
    path: list[str | int] | None = None


class Envelope(msgspec.Struct):
    data: dict[str, Any] | None = None
    errors: list[Fault] | None = None
    extensions: Extensions | None = None


def opened(answer: ExecutionResult, document: str) -> Mapping[str, Any] | None:
    """What the answer says that it cost. Raises CallError when it is no answer of GraphQL's."""
    found = {"data": answer.data, "errors": answer.errors, "extensions": answer.extensions}
    try:
        msgspec.convert(found, Envelope)
    except msgspec.ValidationError as error:
        raise _unreadable(document, str(error)) from None
    cost: Mapping[str, Any] | None = (answer.extensions or {}).get("cost")
    return cost


def taken(answer: ExecutionResult, cost: Mapping[str, Any] | None, document: str) -> Answer:
    """Its data, with what was refused of it. Raises what the answer amounts to otherwise."""
    errors: Any = answer.errors
    if errors:
        refusal = of_errors(errors, data=answer.data, cost=cost, document=document)
        if refusal is not None:
            raise refusal
        log.warning("answer_incomplete", document=document, errors=errors[:3])
    if (misread := misunderstood(answer.extensions, document)) is not None:
        raise misread
    if trouble := shapes.trouble(document, answer.data):
        raise _unreadable(document, trouble)
    return Answer(answer.data, refused(errors or ()))


def _unreadable(document: str, why: str) -> CallError:
    """It was answered, so a write may have happened."""
    told = phrase(
        "Shopify's answer to {document} cannot be read: {why}", document=document, why=why
    )
    hint = phrase("if it goes on, report it with the request id; what answers is not as documented")
    return named(CallError(told, hint=hint, is_unknown=True))
