"""One story from its first exchange to its last, in a sandbox of its own.

Reads that differ are asked again, in this order: after what they show was given again, if no
recorded mutation touched it (`giving.give_again`); searches with an index that does not yet know
what the story has just made; after waiting 1, 10, 60, 600 seconds more by the sandbox's clock. For
recordings do not tell how much time passed. Mutations are asked once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Literal

from fidelity.contradictions import Ledger, Path
from fidelity.giving import furnish, give, give_again, observe
from fidelity.recordings import Exchange
from fidelity.sameness import Comparison, Difference
from fidelity.seeds import seeders
from fidelity.stage import Stage, staged, time_of
from fidelity.superseded import rule_for
from fidelity.typed import Asked, misfits, operation_in, roots, version_of
from fidelity.world import Thing, World
from syncd.sandbox.documents import checked
from syncd.sandbox.execution import Answer
from syncd.sandbox.schema import served
from syncd.sandbox.versions import VERSIONS
from syncd.selection import Operation

WAITS_S = (1, 10, 60, 600)

PARTS = frozenset(
    "ProductOption ProductOptionValue Metafield TaxonomyCategory LineItem FulfillmentOrder"
    " FulfillmentOrderLineItem Fulfillment FulfillmentLineItem MailingAddress Shop Domain"
    " BulkOperation ProductSetOperation".split()
)
"""Types that the sandbox keeps inside others, or makes itself."""

Verdict = Literal["equal", "different", "needs_state", "superseded", "unsupported", "misfit"]
"""`misfit`: the recorded answer lacks what its own query asks for, so one of them was edited; or
the request is none to this API. It is no evidence but for the cost, and counts nowhere else."""


@dataclass(slots=True)
class Result:
    """What came of one exchange. Costs: whether they were equal, None when not compared."""

    exchange: Exchange
    root_names: list[str]
    verdict: Verdict
    differences: list[Difference] = field(default_factory=list)
    requested: bool | None = None
    actual: bool | None = None
    reason: str = ""


def played(story: list[Exchange], known: Thing) -> list[Result]:
    """The results of a story, exchange by exchange."""
    future = World()
    shown = [thing for exchange in story for thing in future.observe(exchange)]
    for thing in shown:
        if thing.get("accessScopes"):
            known = {**known, "scopes": [one["handle"] for one in thing["accessScopes"]]}
    stage = staged(story[0].store, known, time_of(story))
    stage.story, stage.future = story, future
    stage.seeding.places = known.get("places", {})
    stage.seeding.asked = "".join(one.query for one in story)
    stage.sent = repr([(one.query, one.variables) for one in story])
    stage.seeding.future = future
    furnish(stage, known)
    ledger, results = Ledger(), []
    for place, exchange in enumerate(story):
        observe(stage, place)
        stage.contradicted = ledger.contradicted(exchange)
        results.append(_result(stage, exchange))
    return results


def _result(stage: Stage, exchange: Exchange) -> Result:
    asked = operation_in(exchange)
    root_fields = roots(asked) if asked else []
    names = [one.name for one in root_fields]
    rule = rule_for(exchange, names)
    if asked is None and version_of(exchange) is None:
        gone = exchange.version < VERSIONS[0]
        return Result(
            exchange, names, "superseded" if gone else "misfit", reason=_invalid(exchange)
        )
    if asked is None:
        return _compared(stage, exchange, None, [])
    if exchange.is_of_storefront:
        return Result(exchange, names, "misfit", reason="of the Storefront API, by its cost")
    if not rule and _unserved(asked, names):
        return Result(exchange, names, "unsupported")
    give(stage, exchange, asked)
    result = _compared(stage, exchange, asked, root_fields)
    data = exchange.response.get("data")
    if data is not None and (lacking := misfits(asked, data)):
        return replace(result, verdict="misfit", actual=None, reason=", ".join(lacking[:5]))
    if rule and result.verdict != "equal":
        return replace(result, verdict="superseded", reason=rule.reason)
    return result


def _invalid(exchange: Exchange) -> str:
    faults = checked(exchange.query, VERSIONS[-1])
    told = "; ".join(str(one["message"]) for one in faults[:3]) if isinstance(faults, tuple) else ""
    return f"not valid in any version: {told}"


def _unserved(asked: Operation, names: list[str]) -> bool:
    return any((asked.root.name, name) not in served() for name in names)


def _compared(
    stage: Stage, exchange: Exchange, asked: Operation | None, root_fields: list[Asked]
) -> Result:
    stage.wait(1)
    names = [one.name for one in root_fields]
    before = stage.seeding.twins.kept()
    answer = stage.ask(exchange)
    found = _differences(stage, exchange, asked, answer)
    is_read = asked is not None and not asked.is_mutation
    for retry in _retries(stage, exchange, asked) if is_read else ():
        if not found:
            break
        stage.seeding.twins.restore(before)  # what a wrong answer paired would stay wrong
        retry()
        answer = stage.ask(exchange)
        stage.catch_up()
        found = _differences(stage, exchange, asked, answer)
    result = Result(exchange, names, _verdict(answer.body, found), found)
    _costs(result, answer.body)
    return result


def _retries(stage: Stage, exchange: Exchange, asked: Operation | None) -> list[Callable[[], None]]:
    again = partial(give_again, stage, exchange)
    waits = [partial(stage.wait, seconds) for seconds in WAITS_S]
    searches = any(root.arguments.get("query") for root in roots(asked)) if asked else False
    return [again, *([stage.lag] if searches else []), *waits, again]


def _differences(
    stage: Stage, exchange: Exchange, asked: Operation | None, answer: Answer
) -> list[Difference]:
    kept = PARTS | set(seeders())
    comparison = Comparison(asked, stage.seeding.twins, kept, stage.sent)
    recorded, body = exchange.response, answer.body
    if exchange.status not in (None, status_of(answer)):
        comparison.note("status", "", (), exchange.status, status_of(answer))
    comparison.errors(recorded.get("errors") or (), body.get("errors") or ())
    fields = roots(asked) if asked else []
    comparison.data(fields, recorded.get("data"), body.get("data"))
    return [
        replace(one, wants_state=one.wants_state or _is_below(one.path, stage.contradicted))
        for one in comparison.found
    ]


def status_of(answer: Answer) -> int:
    """That of the HTTP answer; execution has only one unless it says otherwise."""
    return int(getattr(answer, "status", 200))


def _is_below(path: Path, places: list[Path]) -> bool:
    return any(path[: len(place)] == place for place in places)


def _verdict(body: dict[str, Any], found: list[Difference]) -> Verdict:
    codes = [(one.get("extensions") or {}).get("code") for one in body.get("errors") or ()]
    if "NOT_SIMULATED" in codes:
        return "unsupported"
    if not found:
        return "equal"
    return "needs_state" if all(one.wants_state for one in found) else "different"


def _costs(result: Result, body: dict[str, Any]) -> None:
    recorded = result.exchange.cost
    if recorded is None or result.verdict == "unsupported":
        return
    ours = (body.get("extensions") or {}).get("cost") or {}
    result.requested = recorded["requestedQueryCost"] == ours.get("requestedQueryCost")
    if result.verdict == "equal":
        result.actual = recorded.get("actualQueryCost") == ours.get("actualQueryCost")
