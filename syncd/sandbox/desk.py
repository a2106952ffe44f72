"""What the sandbox's handlers share."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web

from syncd.sandbox.bucket import Bucket
from syncd.sandbox.counters import Counters
from syncd.sandbox.hooks.sender import Sender
from syncd.sandbox.options import App, Hands
from syncd.sandbox.shop import Shop


@dataclass(slots=True)
class Desk:
    """What the handlers share."""

    shop: Shop
    bucket: Bucket
    counters: Counters
    hands: Hands
    sender: Sender
    buckets: dict[str, Bucket] = field(default_factory=dict)
    """Of the apps beside the first, by client id."""

    def bucket_of(self, app: App) -> Bucket:
        options = self.shop.options
        if app.client_id == options.client_id:
            return self.bucket
        return self.buckets.setdefault(app.client_id, Bucket(options.pace, options.clock))


DESK = web.AppKey("desk", Desk)
