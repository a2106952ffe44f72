"""A shop that gives the same answer to every call, at once, from a bucket that is never empty.

`python -m bench.client_shop` prints the port it took, then serves until its stdin ends.
"""

from __future__ import annotations

import anyio
import orjson
from aiohttp import web

from bench.push_shop import PATH
from bench.push_work import push_variables, pushed
from bench.served import serve

FULL_POINTS, RESTORE_POINTS_S = 10_000_000, 5_000_000
STATUS = {
    "maximumAvailable": FULL_POINTS,
    "currentlyAvailable": FULL_POINTS,
    "restoreRate": RESTORE_POINTS_S,
}
COST = {"requestedQueryCost": 15, "actualQueryCost": 15, "throttleStatus": STATUS}
ANSWER = orjson.dumps({"data": pushed(push_variables(0)), "extensions": {"cost": COST}})


async def answer(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(body=ANSWER, content_type="application/json")


if __name__ == "__main__":
    anyio.run(serve, PATH, answer)
