"""When a shop is asked again for what changed, from which moment on."""

from __future__ import annotations

from datetime import datetime, timedelta

from syncd.sales import Kind

EVERY = timedelta(minutes=10)
FAILED_EVERY = timedelta(minutes=1)  # while something is known to be missing
OVERLAP = timedelta(minutes=5)  # Shopify's search index lags; clocks differ
LISTED_EVERY = timedelta(days=7)
FIRST_WAIT_S = 60.0
LONGEST_WAIT_S = 6 * 3600.0


def is_due(
    now: datetime, pulled_at: datetime | None, gap_since: datetime | None, *, has_failed: bool
) -> bool:
    """Whether to pull now: after a while, or at once when something may have been missed."""
    if pulled_at is None:
        return True
    if gap_since is not None:
        return not has_failed or now - pulled_at >= FAILED_EVERY
    return now - pulled_at >= EVERY


def is_list_due(now: datetime, kind: Kind, listed_at: datetime | None) -> bool:
    """Whether to list all there is anew: a deleted customer is told by a webhook, or by nothing.

    Orders are not ended when they go.
    """
    return kind == "customer" and listed_at is not None and now - listed_at >= LISTED_EVERY


def floor(until: datetime, gap_since: datetime | None) -> datetime:
    """The moment back to which heads are read."""
    return min(until, gap_since or until) - OVERLAP


def wait_s(failures: int) -> float:
    """Until a thing is given again that the Backoffice refused this often before."""
    return min(LONGEST_WAIT_S, FIRST_WAIT_S * 4.0 ** min(failures, 10))
