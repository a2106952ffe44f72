"""How the shops are shared out among the nodes that are alive."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def share(shop_count: int, node_count: int) -> int:
    """The most shops that one node takes: all nodes together have room for each of them."""
    return -(-shop_count // max(1, node_count))


def surplus(held: Sequence[str], most: int) -> Sequence[str]:
    """Which of the held a node leaves to others, in the order they were taken: the latest go."""
    return held[max(0, most) :]


def next_look_s(waits_s: Iterable[float], most_s: float) -> float:
    """When to look again for what can be taken: as soon as a lease of others runs out, if it does.

    A living node renews its own long before; what is free already is not waited for.
    """
    return min((wait_s for wait_s in waits_s if 0 < wait_s < most_s), default=most_s)
