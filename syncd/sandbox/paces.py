"""How fast a shop does what Shopify does after its answer; the limits that wait for nobody."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paces:
    """Seconds by the shop's clock."""

    upload_s: float = 0.0
    """A file is UPLOADED that long, then PROCESSING."""
    processing_s: float = 1.0
    """Then it is READY, or FAILED."""
    operation_s: float = 0.5
    """Each of the two steps of an asynchronous operation: CREATED, ACTIVE, COMPLETE."""
    dead_hosts: tuple[str, ...] = (".invalid",)
    dead_marks: tuple[str, ...] = ("dead", "404")
    """A file fails when its address has one of these endings of the host, or marks in its path."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many variants may be made. A shop on Plus makes as many a day as it likes.

    The numbers are those of Shopify's schema; its pages also say 500,000 with 10,000 a day.
    """

    free_variants: int = 50_000
    variants_a_day: int = 1_000
