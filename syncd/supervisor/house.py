"""What the loops of one daemon share: the pool, the leases it holds, the bells that wake pumps."""

from __future__ import annotations

import os
import secrets
import socket
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from math import inf

import anyio
import asyncpg

from syncd.messengers import Messenger
from syncd.phrases import Tongue
from syncd.postgres import db, shops
from syncd.postgres.leases import Lease
from syncd.records import Shop
from syncd.shopify.client import Client
from syncd.supervisor.loops import Loops
from syncd.systemd import Systemd
from syncd.vault import Vault

DATABASE_LOST = db.LOST

FRESH_S = 0.5  # so old may be what is known of the shops' settings


class Bell:
    """Wakes who waits for news; a ring between two waits is not lost."""

    def __init__(self) -> None:
        self.event = anyio.Event()

    def ring(self) -> None:
        self.event.set()
        self.event = anyio.Event()


@dataclass(slots=True)
class Work:
    """What this node does under a lease; `lost` cuts it off, `is_left` ends it after its step.

    `client` is the one that spends the shop's points, while there is one.
    """

    lease: Lease
    client: Client | None = None
    lost: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    is_left: bool = False


@dataclass(frozen=True, slots=True)
class Listening:
    """Where webhooks are received."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Showing:
    """Where the console is shown; `address`: the public one. `is_wanted`: a port was named."""

    host: str
    port: int
    address: str = ""
    is_wanted: bool = False


@dataclass(frozen=True, slots=True)
class Monitoring:
    """Where monitoring asks; not ready when a change is due for longer than `late_after_s`."""

    host: str
    port: int
    late_after_s: float = 900.0


@dataclass(frozen=True, slots=True)
class Alerting:
    """Whom to tell of alarms, in what language; `late_after` None: as the database says."""

    messengers: tuple[Messenger, ...] = ()
    tongue: Tongue = "en"
    late_after: timedelta | None = None


def node_name() -> str:
    """Host and process with a random part: a container's process is number 1 each time."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(2)}"


@dataclass(slots=True)
class House:
    """What all loops share. `stop` ends them, `bells` wake the pump of a shop.

    `held` is the work under leases, by the lease's name; without `receiver` no webhook is received,
    without `console` none is shown: `shown_at` is its address once it is `shown`. `watched_at` is
    where `monitoring` asks, in the same way. `loops` are those that must turn; `systemd` is told
    how we do.
    """

    pool: asyncpg.Pool
    vault: Vault
    shopify_url: str | None
    receiver: Listening | None = None
    alerting: Alerting = Alerting()
    console: Showing | None = None
    shown: anyio.Event = field(default_factory=anyio.Event)
    shown_at: str = ""
    monitoring: Monitoring | None = None
    watched: anyio.Event = field(default_factory=anyio.Event)
    watched_at: str = ""
    ready: dict[int, Shop] = field(default_factory=dict)
    ready_s: float = -inf
    node: str = field(default_factory=node_name)
    stop: anyio.Event = field(default_factory=anyio.Event)
    bells: dict[int, Bell] = field(default_factory=lambda: defaultdict(Bell))
    held: dict[str, Work] = field(default_factory=dict)
    loops: Loops = field(default_factory=Loops)
    systemd: Systemd = field(default_factory=Systemd)

    async def rest(self, seconds: float) -> None:
        """Sleep, but not longer than until the stop."""
        with anyio.move_on_after(seconds):
            await self.stop.wait()

    def ring(self, shop_ids: Iterable[int] | None = None) -> None:
        """Wake the pumps of these shops, or of all."""
        for shop_id in list(self.bells) if shop_ids is None else shop_ids:
            self.bells[shop_id].ring()

    async def current(self, shop: Shop) -> Shop | None:
        """The shop with its settings as they are now; None when it may not be sent to any more.

        Now is within FRESH_S: many loops of many shops ask, and one question serves all.
        """
        if anyio.current_time() >= self.ready_s + FRESH_S:
            await self.look()
        return self.ready.get(shop.shop_id)

    async def look(self) -> list[Shop]:
        """The shops that may be sent to now."""
        began_s, found = anyio.current_time(), await shops.ready(self.pool)
        self.ready_s, self.ready = began_s, {one.shop_id: one for one in found}
        return found
