"""How often somebody may try to sign in before they must wait."""

from __future__ import annotations

from collections.abc import Mapping

# Within a quarter of an hour. One who mistypes gets five; one address that tries many names
# twenty; one name tried from everywhere a hundred, so that nobody can lock another out cheaply.
MOST = {"pair": 5, "address": 20, "name": 100}


def whose(name: str, address: str) -> dict[str, str]:
    """What a try is counted for, by kind."""
    return {
        "pair": f"pair {address} {name}",
        "address": f"address {address}",
        "name": f"name {name}",
    }


def wait_s(made: Mapping[str, tuple[int, float]]) -> float:
    """Seconds until another try is heard, 0 when this one is.

    `made` by kind: how many there were before, in how many seconds they are forgotten.
    """
    full = [rests_s for kind, (tries, rests_s) in made.items() if tries >= MOST[kind]]
    return max(full, default=0.0)
