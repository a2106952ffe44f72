"""One request's way: parse, validate, variables, sizes, cost, bucket, run.

Everything but the last step can refuse the request, and then nothing has happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import DocumentNode, ExecutionResult, GraphQLError, execute_sync

from syncd.actualcost import actual
from syncd.querycost import requested
from syncd.sandbox import costfields, faults
from syncd.sandbox.bucket import Bucket
from syncd.sandbox.documents import checked
from syncd.sandbox.faults import MAX_COST, Body, Fault
from syncd.sandbox.schema import executable
from syncd.sandbox.sizes import oversized
from syncd.sandbox.variables import unfit
from syncd.sandbox.visit import Visit
from syncd.selection import Operation, operation_of, root_groups


@dataclass(frozen=True, slots=True)
class Request:
    """What a caller posts."""

    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation_name: str | None = None
    is_detailed: bool = False
    """Whether the cost of each field is asked for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is sent as JSON; the rest is for the counters."""

    body: Body
    root_fields: tuple[str, ...] = ()
    spent_points: int = 0
    is_throttled: bool = False
    name: str = ""
    """The operation's in its document."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request that may be run, if there are points for it."""

    request: Request
    document: DocumentNode
    operation: Operation
    asked_points: int

    @property
    def name(self) -> str:
        named = self.operation.node.name
        return named.value if named else ""

    def spent_points(self, data: dict[str, Any] | None) -> int:
        request = self.request
        return actual(
            self.operation.schema, self.document, request.variables, data, request.operation_name
        )


def execute(visit: Visit, bucket: Bucket, request: Request) -> Answer:
    """Answer a request as Shopify would, and keep what it changed."""
    document = checked(request.query, visit.version)
    if not isinstance(document, DocumentNode):
        return _refused(document)
    name = request.operation_name
    try:
        operation = operation_of(executable(visit.version), document, request.variables, name)
    except ValueError:
        return _refused([faults.unnamed(name)])
    if found := unfit(operation, request.variables):
        return _refused(found)
    asked = requested(executable(visit.version), document, request.variables, name)
    return _afford(visit, bucket, Call(request, document, operation, asked))


def root_names(visit: Visit, request: Request) -> tuple[str, ...]:
    """The root fields that a request asks for; none when it cannot be run."""
    document = checked(request.query, visit.version)
    if not isinstance(document, DocumentNode):
        return ()
    schema, name = executable(visit.version), request.operation_name
    try:
        operation = operation_of(schema, document, request.variables, name)
    except ValueError:
        return ()
    return tuple(group[0].name.value for group in root_groups(operation).values())


def _refused(found: list[Fault] | tuple[Fault, ...]) -> Answer:
    return Answer({"errors": list(found)})


def _afford(visit: Visit, bucket: Bucket, call: Call) -> Answer:
    if found := oversized(call.operation):
        return Answer({"errors": found, "extensions": _cost(bucket, call, None)})
    if call.asked_points > MAX_COST:
        return _refused([faults.too_dear(call.asked_points)])
    if not bucket.reserve(call.asked_points):
        body = {"errors": [faults.throttled()], "extensions": _cost(bucket, call, None)}
        return Answer(body, is_throttled=True)
    return _run(visit, bucket, call)


def _run(visit: Visit, bucket: Bucket, call: Call) -> Answer:
    """Run all root fields and keep together what they put.

    A refused root field is null in the answer and the others are kept, since resolvers put things
    only when all is well. After a bug nothing of the request is kept.
    """
    shop = visit.shop
    result = _result(visit, call)
    names = tuple(group[0].name.value for group in root_groups(call.operation).values())
    if (bug := _bug(result)) is not None:
        if shop.changes:
            shop.restore()
        return Answer({"errors": [faults.our_fault(bug)]}, names, call.asked_points, name=call.name)
    shop.save()
    spent = call.spent_points(result.data)
    bucket.refund(call.asked_points - spent)
    extensions = _cost(bucket, call, spent)
    if visit.search:
        extensions["search"] = visit.search
    body: Body = {"data": result.data, "extensions": extensions}
    if result.errors:
        body = {"errors": [faults.fault(error) for error in result.errors], **body}
    return Answer(body, names, spent, name=call.name)


def _result(visit: Visit, call: Call) -> ExecutionResult:
    request = call.request
    return execute_sync(
        call.operation.schema,
        call.document,
        context_value=visit,
        variable_values=dict(request.variables),
        operation_name=request.operation_name,
    )


def _bug(result: ExecutionResult) -> GraphQLError | None:
    """The first error that is no refusal of a resolver's: those have a code."""
    return next(
        (error for error in result.errors or () if "code" not in (error.extensions or {})), None
    )


def _cost(bucket: Bucket, call: Call, spent_points: int | None) -> dict[str, Any]:
    cost: dict[str, Any] = {
        "requestedQueryCost": call.asked_points,
        "actualQueryCost": spent_points,
        "throttleStatus": bucket.status(),
    }
    if call.request.is_detailed:
        cost["fields"] = costfields.fields(call.operation)
    return {"cost": cost}
