"""What Shopify does a moment after it was asked for."""

from __future__ import annotations

from dataclasses import replace

from syncd.sandbox.records_jobs import Job
from syncd.sandbox.records_orders import Order
from syncd.sandbox.sales import undoing
from syncd.sandbox.shop import Shop


def happen(shop: Shop) -> None:
    """Do the jobs that are due."""
    waiting = [one for one in shop.held["Job"].values() if not one.is_done]
    if not waiting:
        return
    at = shop.now()
    for job in waiting:
        if job.due_at <= at:
            if job.what == "orderCancel":
                _cancel(shop, job)
            shop.put("Job", replace(job, is_done=True))


def _cancel(shop: Shop, job: Job) -> None:
    told = dict(job.told)
    order: Order | None = shop.held["Order"].get(int(told["order"]))
    if order is None:
        return
    is_restocked, is_refunded = bool(told["restock"]), bool(told["refund"])
    order = undoing.cancel(shop, order, is_restocked=is_restocked, is_refunded=is_refunded)
    at = shop.now()
    shop.put("Order", replace(order, closed_at=order.closed_at or at, updated_at=at))
