"""The lanes of changes: in which order claims are made, points given."""

from __future__ import annotations

from typing import get_args

from syncd.records import Lane

LANES: tuple[Lane, ...] = get_args(Lane)  # the most urgent first
URGENT: tuple[Lane, ...] = ("stock", "orders", "price")  # what costs money when it is late
ORDINARY: tuple[Lane, ...] = tuple(lane for lane in LANES if lane not in URGENT)
