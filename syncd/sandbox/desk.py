"""What the sandbox's handlers share."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from syncd.sandbox.bucket import Bucket
from syncd.sandbox.counters import Counters
from syncd.sandbox.options import Hands
from syncd.sandbox.shop import Shop


@dataclass(slots=True)
class Desk:
    """What the handlers share."""

    shop: Shop
    bucket: Bucket
    counters: Counters
    hands: Hands


DESK = web.AppKey("desk", Desk)
