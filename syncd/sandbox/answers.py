"""Answers as Shopify sends them: JSON with its headers."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp import web


def refused(status: int, errors: Any) -> web.Response:
    return answered({"errors": errors}, status=status)


def answered(
    body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    return web.Response(
        body=orjson.dumps(body),
        status=status,
        content_type="application/json",
        charset="utf-8",
        headers={"X-Request-Id": f"{uuid.uuid4()}-{int(time.time())}", **(headers or {})},
    )
