"""The pages for monitoring as a part of the daemon."""

from __future__ import annotations

from datetime import UTC, datetime, time
from importlib.metadata import PackageNotFoundError, version

import anyio
import structlog
from anyio.abc import TaskStatus

from syncd.metrics import Figure
from syncd.postgres import leases
from syncd.rules import versions
from syncd.settings import Settings
from syncd.shopify.client import API_VERSION
from syncd.supervisor.house import House, Monitoring
from syncd.web import monitor

log = structlog.get_logger()


def monitoring_of(found: Settings) -> Monitoring | None:
    """Where the pages are shown, as the settings say."""
    if not found.metrics_port:
        return None
    return Monitoring(found.metrics_host, found.metrics_port, found.ready_after * 60.0)


async def answer(
    house: House, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED
) -> None:
    """Answer monitoring until the stop, where there is a port for it; every node may."""
    at = house.monitoring
    if at is None:
        task_status.started()
        return
    async with monitor.listening(
        house.pool,
        host=at.host,
        port=at.port,
        node=house.node,
        own=lambda: own(house),
        late_after_s=at.late_after_s,
    ) as places:
        house.watched_at = "http://{}:{}".format(*places[0])
        house.watched.set()
        log.info("metrics_started", address=house.watched_at)
        task_status.started()
        await house.stop.wait()


def own(house: House) -> list[Figure]:
    """What this node alone knows of itself."""
    routers = sum(name == leases.ROUTER for name in house.held)
    ends_at = datetime.combine(versions.ends_on(API_VERSION), time(), tzinfo=UTC)
    left_s = (ends_at - datetime.now(UTC)).total_seconds()
    return [
        Figure("build_info", (_version(), API_VERSION), 1),
        Figure("node_leases", ("router",), routers),
        Figure("node_leases", ("shop",), len(house.held) - routers),
        Figure("api_version_left_seconds", (), left_s),
    ]


def _version() -> str:
    try:
        return version("syncd")
    except PackageNotFoundError:
        return "unknown"  # run from a checkout that was not installed
