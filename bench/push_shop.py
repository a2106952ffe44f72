"""A shop that lets nobody spend more than Shopify would, and is as slow.

    python -m bench.push_shop OPTIONS

serves until its stdin ends, then prints what it counted. Answers are canned, but what each call
asks for and is charged is worked out of its text and variables; the bucket is the sandbox's. How
long a call takes depends on its variables and the seed alone, so that no contender is luckier.

Not the sandbox itself: it has no such plan, does not wait, and works for two milliseconds on a
call. Peers send thousands a second that are refused; a slower server would spare them these.
"""

from __future__ import annotations

import json
import sys
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

import anyio
import orjson
from aiohttp import web
from graphql import DocumentNode, OperationDefinitionNode, parse

from bench.push_work import ANSWERS
from bench.served import serve
from syncd.actualcost import actual
from syncd.querycost import requested
from syncd.sandbox import faults
from syncd.sandbox.bucket import Bucket
from syncd.sandbox.options import Clock, Plan
from syncd.shopify.documents import schema

PATH = "/admin/api/{version}/graphql.json"


@dataclass(frozen=True, slots=True)
class Options:
    """The plan, how long calls take; a refusal takes its time, too: it is a way to Shopify."""

    bucket_points: int = 2_000
    restore_points_s: int = 1_000
    least_s: float = 0.05
    most_s: float = 0.4
    refusal_s: float = 0.03
    seed: int = 1


@dataclass(slots=True)
class Tally:
    """What came: answered and refused calls by their document, the points that were charged."""

    answered: dict[str, int] = field(default_factory=dict)
    throttled: dict[str, int] = field(default_factory=dict)
    points: int = 0
    most_in_flight: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """Of a call what its text and variables decide."""

    document: str
    asked_points: int
    charged_points: int
    service_s: float
    data: Mapping[str, Any]


class Shop:
    """One bucket, one tally."""

    def __init__(self, options: Options) -> None:
        plan = Plan("bench", options.bucket_points, options.restore_points_s)
        self.bucket = Bucket(plan, Clock())
        self.options = options
        self.tally = Tally()
        self._in_flight = 0
        self._calls: dict[bytes, Call] = {}

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        call = self._calls.get(body) or self._calls.setdefault(body, self._call(body))
        if not self.bucket.reserve(call.asked_points):
            _count(self.tally.throttled, call.document)
            refusal = self._said(call, {"errors": [faults.throttled()]}, None)
            await anyio.sleep(self.options.refusal_s)  # its reading is that old when it arrives
            return refusal
        self._in_flight += 1
        self.tally.most_in_flight = max(self.tally.most_in_flight, self._in_flight)
        await anyio.sleep(call.service_s)
        self._in_flight -= 1
        self.bucket.refund(call.asked_points - call.charged_points)
        _count(self.tally.answered, call.document)
        self.tally.points += call.charged_points
        return self._said(call, {"data": call.data}, call.charged_points)

    def service_s(self, variables: Mapping[str, Any]) -> float:
        """How long such a call takes: evenly spread, the same for the same variables."""
        text = orjson.dumps(variables, option=orjson.OPT_SORT_KEYS)
        share = zlib.crc32(text, self.options.seed) / 2**32
        return self.options.least_s + share * (self.options.most_s - self.options.least_s)

    def _call(self, body: bytes) -> Call:
        sent = orjson.loads(body)
        name, node = _parsed(sent["query"])
        variables = sent.get("variables") or {}
        data = ANSWERS[name](variables)
        return Call(
            document=name,
            asked_points=requested(schema(), node, variables),
            charged_points=actual(schema(), node, variables, data),
            service_s=self.service_s(variables),
            data=data,
        )

    def _said(self, call: Call, body: Mapping[str, Any], charged: int | None) -> web.Response:
        cost = {
            "requestedQueryCost": call.asked_points,
            "actualQueryCost": charged,
            "throttleStatus": self.bucket.status(),
        }
        text = orjson.dumps({**body, "extensions": {"cost": cost}})
        return web.Response(body=text, content_type="application/json")


def _count(calls: dict[str, int], document: str) -> None:
    calls[document] = calls.get(document, 0) + 1


@cache
def _parsed(text: str) -> tuple[str, DocumentNode]:
    node = parse(text)
    (operation,) = node.definitions
    assert isinstance(operation, OperationDefinitionNode) and operation.name
    return operation.name.value, node


async def main(options: Options) -> None:
    shop = Shop(options)
    await serve(PATH, shop.answer)
    print(json.dumps(asdict(shop.tally)))


if __name__ == "__main__":
    anyio.run(main, Options(**json.loads(sys.argv[1])))
