"""Faults of one call to the API: what the rules do to its answer, its connection, its points."""

from __future__ import annotations

import time
import uuid
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import anyio
from aiohttp import web

from syncd.sandbox.answers import answered, refused
from syncd.sandbox.apps import forget_tokens
from syncd.sandbox.bucket import Bucket
from syncd.sandbox.faults import OUR_FAULT
from syncd.sandbox.mischief import Rule
from syncd.sandbox.options import App, Plan
from syncd.sandbox.shop import Shop

# As Shopify says it: a sentence, no password.
UNKNOWN_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"  # nosec B105
TEXTS = {
    401: UNKNOWN_TOKEN,
    402: "This shop's plan does not have access to this feature",
    403: "User does not have access",
    404: "Not Found",
    423: "This shop is unavailable",
    429: (
        "Exceeded 2 calls per second for api client."
        " Reduce request rates to resume uninterrupted service."
    ),
    430: "Security Rejection",
    500: "An unexpected error occurred",
}
PAGES = {502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}
"""Answered by machines before Shopify's own, with a web page."""

RETRY_AFTER_S = "2.0"


@dataclass(slots=True)
class Trouble:
    """What may go wrong with one call."""

    shop: Shop
    app: App
    bucket: Bucket
    roots: Collection[str]

    def strikes(self, kind: str) -> Rule | None:
        return self.shop.mischief.strikes(kind, *self.roots)

    def before(self) -> web.Response | Rule | None:
        """An answer instead of the call, a rule that cuts the connection, or nothing."""
        mischief = self.shop.mischief
        if self.strikes("token"):
            forget_tokens(self.shop, self.app)
            self.shop.save()
            return refused(401, UNKNOWN_TOKEN)
        for kind in ("http", "drop"):
            if rule := mischief.strikes(kind, *self.roots, when="before"):
                return rule if kind == "drop" else answer_with(rule)
        if rule := self.strikes("spend"):
            self.bucket.reserve(min(int(self.bucket.points), int(rule.detail("points"))))
        if self.strikes("throttled"):
            self.bucket.refusals += 1
        if any(root.startswith("bulkOperationRun") for root in self.roots) and (
            rule := self.strikes("bulk")
        ):
            self.shop.works.faults.update(rule.details)
        return None

    async def after(self) -> web.Response | Rule | None:
        """As `before`, of a call that was carried out."""
        if rule := self.strikes("slow"):
            await anyio.sleep(rule.seconds)
        if self.strikes("internal"):
            return answered({"errors": [internal_error()]})
        for kind in ("http", "drop"):
            if rule := self.shop.mischief.strikes(kind, *self.roots, when="after"):
                return rule if kind == "drop" else answer_with(rule)
        return None


def answer_with(rule: Rule) -> web.Response:
    status = int(rule.detail("status"))
    if status in PAGES:
        title = f"{status} {PAGES[status]}"
        page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
        return web.Response(text=page, status=status, content_type="text/html")
    answer = refused(status, TEXTS.get(status, "An unexpected error occurred"))
    if status == 429:
        answer.headers["Retry-After"] = str(rule.detail("retry_after_s") or RETRY_AFTER_S)
    return answer


def internal_error() -> dict[str, Any]:
    request_id = f"{uuid.uuid4()}-{int(time.time())}"
    return {
        "message": OUR_FAULT.format(id=request_id),
        "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id},
    }


def paced(shop: Shop) -> Plan:
    """The plan's numbers as they are just now."""
    plan, rule = shop.options.pace, shop.mischief.lasting("plan")
    if rule is None:
        return plan
    factor = float(rule.detail("factor"))
    return replace(
        plan,
        bucket_points=int(plan.bucket_points * factor),
        restore_points_s=max(1, int(plan.restore_points_s * factor)),
    )


def cut(request: web.Request) -> None:
    """End the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
