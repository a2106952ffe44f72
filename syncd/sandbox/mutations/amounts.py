"""Amounts of money: what bounds they have."""

from __future__ import annotations

from decimal import Decimal

from syncd.sandbox.mutations.write import Path, Write

TOO_HIGH = 10**18


def check_amount(write: Write, path: Path, amount: str | None, name: str = "") -> bool:
    """Whether it is allowed. `name` begins the sentence; some of Shopify's begin with `must`."""
    if amount is None:
        return True
    must = f"{name} must" if name else "must"
    if Decimal(amount) < 0:
        write.complain(path, f"{must} be greater than or equal to 0", "low")
        return False
    if Decimal(amount) >= TOO_HIGH:
        write.complain(path, f"{must} be less than {TOO_HIGH}", "high")
        return False
    return True
