"""Each metric of syncd, declared once: what a process counts itself, what the database tells.

Counters are the process's, as its log is: what a node counted is gone with it, and Prometheus adds
up nodes. The database's figures are the same whichever node is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder

PREFIX = "syncd_"
STEPS_S = (0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 21600)

# Else each counter has a second series, when it was made, which nobody asks for.
disable_created_metrics()  # type: ignore[no-untyped-call]
PROCESS = CollectorRegistry()
ProcessCollector(registry=PROCESS)
CALLS = Counter(
    "syncd_calls",
    "Calls to Shopify, by what became of them: ok, rejected, throttled, refused, lost",
    ("shop", "lane", "outcome"),
    registry=PROCESS,
)
POINTS = Counter(
    "syncd_points_spent",
    "Points that Shopify charged",
    ("shop", "lane"),
    registry=PROCESS,
)
PUSHES = Counter(
    "syncd_pushes",
    "Attempts that ended, by how: done, held (by a guard), retried, dead",
    ("shop", "kind", "outcome"),
    registry=PROCESS,
)
WRITES = Counter(
    "syncd_writes_accepted",
    "Writes that Shopify accepted, by the document of graphql/ that was sent; "
    "a bulk operation counts once for each product",
    ("shop", "kind", "document"),
    registry=PROCESS,
)
DELAY = Histogram(
    "syncd_commit_to_accepted_seconds",
    "From the commit in the Backoffice to Shopify's answer, of what answered an event",
    ("shop", "kind"),
    buckets=STEPS_S,
    registry=PROCESS,
)
COUNTED = (CALLS, POINTS, PUSHES, WRITES, DELAY)


@dataclass(frozen=True, slots=True)
class Gauge:
    """A figure that is looked up when somebody asks; `name` without the prefix."""

    name: str
    labels: tuple[str, ...]
    meaning: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A value of a gauge, its labels in the gauge's order."""

    name: str
    labels: tuple[str, ...]
    value: float


NODE = (
    Gauge("build_info", ("version", "api_version"), "Always 1; which syncd, which Shopify API"),
    Gauge("database_up", (), "1: the database answered when it was asked for this page's figures"),
    Gauge("database_read_seconds", (), "How long the database took to tell its figures"),
    Gauge("node_leases", ("kind",), "Leases that this node holds: shop, router"),
    Gauge(
        "api_version_left_seconds", (), "Until Shopify stops to serve the API version of this syncd"
    ),
)
DATABASE = (
    Gauge(
        "backlog_changes",
        ("shop", "kind", "state"),
        "Changes not yet accepted: due, claimed (on their way), later (put off), dead",
    ),
    Gauge(
        "oldest_due_seconds",
        ("shop", "lane"),
        "For how long the oldest change that is due could have been sent; 0: none is due",
    ),
    Gauge(
        "oldest_change_seconds",
        ("shop", "kind"),
        "Since the commit of the oldest change not yet accepted, the dead left out; 0: none",
    ),
    Gauge("shop_sending", ("shop",), "1: switched on, linked, and products are sent"),
    Gauge("shop_paused", ("shop",), "1: left alone for a while after trouble, or by a person"),
    Gauge("points_available", ("shop",), "Points in the shop's cost bucket"),
    Gauge("points_maximum", ("shop",), "Points in it when it is full"),
    Gauge("points_restored_per_second", ("shop",), "Points that come back each second"),
    Gauge("runs", ("shop", "state"), "Runs (resync, revert, link) that have not ended, by state"),
    Gauge("bulk_operations", ("shop", "phase"), "Bulk operations that have not ended, by phase"),
    Gauge(
        "inbox_deliveries",
        ("shop", "state"),
        "Webhooks not yet worked off: waiting, dead (a person must look)",
    ),
    Gauge("inbox_oldest_seconds", ("shop",), "Age of the oldest that waits; 0: none"),
    Gauge(
        "stock_apart_variants",
        ("shop", "state"),
        "Variants known to differ in count: waiting; for a person: held, unanswered, stopped",
    ),
    Gauge("token_valid", ("shop",), "0: Shopify does not accept the access token, or it has ended"),
    Gauge("token_left_seconds", ("shop",), "Until the token ends; missing where it never does"),
    Gauge("lease_held", ("lease",), "1: a node holds it; router, or a shop"),
    Gauge("nodes_alive", (), "Nodes that were seen within 15 seconds"),
    Gauge("router_lag_seconds", (), "Age of the oldest event that waits for the router; 0: none"),
    Gauge("alarms", ("shop", "alarm"), "Alarms that stand (docs/alerts.md); shop empty: of all"),
)
GAUGES = {one.name: one for one in (*NODE, *DATABASE)}


class _Page:
    """What one answer holds: the process's counters with the figures that were looked up."""

    def __init__(self, figures: Iterable[Figure]) -> None:
        self.figures = figures

    def collect(self) -> Iterator[Metric]:
        yield from PROCESS.collect()
        yield from families(self.figures)


def families(figures: Iterable[Figure]) -> list[Metric]:
    """As prometheus-client has them; raises KeyError for a figure that is not declared."""
    found: dict[str, GaugeMetricFamily] = {}
    for one in figures:
        gauge = GAUGES[one.name]
        if one.name not in found:
            name = f"{PREFIX}{one.name}"
            found[one.name] = GaugeMetricFamily(name, gauge.meaning, labels=gauge.labels)
        found[one.name].add_metric(one.labels, one.value)
    return list(found.values())


def page(figures: Sequence[Figure], accept: str) -> tuple[bytes, str]:
    """The answer to a scrape with its content type, in the format that the scraper accepts."""
    encode, content_type = choose_encoder(accept)
    return encode(_Page(figures)), content_type
