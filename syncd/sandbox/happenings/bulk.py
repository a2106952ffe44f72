"""Bulk operations as time goes on: from CREATED to the end, the work in small slices."""

from __future__ import annotations

import gc
import time
from dataclasses import replace

from syncd.sandbox.bulk_ends import canceled, completed, expired, failed
from syncd.sandbox.bulk_faults import is_failing, most
from syncd.sandbox.bulk_lines import is_at_end, work_on_lines
from syncd.sandbox.bulk_query import run_of, work_on_query
from syncd.sandbox.bulk_records import KEPT_S, BulkOperation
from syncd.sandbox.shop import Shop

SLICE_S = 0.03
REST_S = 0.008  # between slices, so that requests get their share
MANY = 1_000
MAX_RUN_S = {"MUTATION": 86_400, "QUERY": 10 * 86_400}


def happen(shop: Shop) -> bool:
    """Work for one slice on one operation; whether there is more to be done at once.

    Slices end after some 30 ms, and there is none within 8 ms of the last.
    """
    held: dict[int, BulkOperation] = shop.held["BulkOperation"]
    now_s = shop.options.clock.now().timestamp()
    for one in list(held.values()):
        if one.status == "COMPLETED" and now_s >= (one.ended_s or 0) + KEPT_S:
            shop.put("BulkOperation", expired(shop, one))
    waiting = [one for one in held.values() if one.is_open]
    ready = [one for one in waiting if _is_ready(shop, one, now_s)]
    works = shop.works
    if not ready or time.monotonic() < works.rested_at + REST_S:
        return bool(ready)
    works.turn += 1
    chosen = ready[works.turn % len(ready)]
    gc.disable()
    try:
        moved = _moved(shop, chosen, now_s)
        shop.put("BulkOperation", moved)
        shop.save()
    finally:
        _spare_the_collector(chosen)
        works.rested_at = time.monotonic()
    return True


def _spare_the_collector(operation: BulkOperation) -> None:
    """Look for garbage in this slice only, when it is one of many.

    A shop has millions of objects, without cycles: to look through them all takes half a second,
    and Python does so each time they have become a quarter more.
    """
    if operation.seen >= MANY:
        gc.collect(0)
        gc.freeze()
    gc.enable()


def _is_ready(shop: Shop, operation: BulkOperation, now_s: float) -> bool:
    """Whether something would change now."""
    if _begins(shop, operation, now_s) or _stops(shop, operation, now_s):
        return True
    if operation.running_s is None:
        return False
    is_ending = operation.status == "RUNNING" and _is_over(shop, operation, now_s)
    return is_ending or _allowed(shop, operation, now_s) > 0


def _begins(shop: Shop, operation: BulkOperation, now_s: float) -> bool:
    latency_s = shop.options.bulk_start_s
    return operation.status == "CREATED" and now_s >= operation.created_s + latency_s


def _stops(shop: Shop, operation: BulkOperation, now_s: float) -> bool:
    asked_s = operation.canceling_s
    return asked_s is not None and now_s >= asked_s + shop.options.bulk_start_s


def _is_over(shop: Shop, operation: BulkOperation, now_s: float) -> bool:
    is_late = now_s >= (operation.running_s or 0) + MAX_RUN_S[operation.type]
    return is_late or is_failing(operation) or _is_done(shop, operation)


def _allowed(shop: Shop, operation: BulkOperation, now_s: float) -> int:
    """How many lines it may have behind it by now, less those that it has."""
    assert operation.running_s is not None
    passed_s = min(now_s - operation.running_s, MAX_RUN_S[operation.type])
    due = int(passed_s * shop.options.bulk_lines_per_s + 0.01)  # seconds since 1970 are inexact
    limit = most(operation)
    due = due if limit is None else min(due, limit)
    return 0 if _is_done(shop, operation) else due - operation.seen


def _is_done(shop: Shop, operation: BulkOperation) -> bool:
    if operation.error_code is not None:
        return True
    if operation.faults.get("hang") is not None and operation.seen >= int(operation.faults["hang"]):
        return False
    if operation.type == "MUTATION":
        return is_at_end(shop, operation)
    run = run_of(shop, operation)
    return run.error_code is not None or operation.seen >= len(run.things)


def _moved(shop: Shop, operation: BulkOperation, now_s: float) -> BulkOperation:
    """The operation after a slice of work, or at its end."""
    if _begins(shop, operation, now_s):
        begun_s = operation.created_s + shop.options.bulk_start_s
        operation = replace(operation, status="RUNNING", running_s=begun_s)
    if _stops(shop, operation, now_s):
        return canceled(shop, operation)
    allowed = _allowed(shop, operation, now_s)
    if allowed > 0:
        work = work_on_lines if operation.type == "MUTATION" else work_on_query
        operation = work(shop, operation, allowed, time.monotonic() + SLICE_S)
    if operation.error_code is not None:
        return failed(shop, operation, operation.error_code)
    if is_failing(operation):
        return failed(shop, operation, operation.faults.get("error", "INTERNAL_SERVER_ERROR"))
    if _is_done(shop, operation):
        return completed(shop, operation) if operation.status == "RUNNING" else operation
    if _allowed(shop, operation, now_s) <= 0 and _is_over(shop, operation, now_s):
        return failed(shop, operation, "TIMEOUT")
    return operation
