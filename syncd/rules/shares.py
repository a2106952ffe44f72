"""How the shops are shared out among the nodes that are alive."""

from __future__ import annotations

from collections.abc import Sequence


def share(shop_count: int, node_count: int) -> int:
    """The most shops that one node takes: all nodes together have room for each of them."""
    return -(-shop_count // max(1, node_count))


def surplus(held: Sequence[str], most: int) -> Sequence[str]:
    """Which of the held a node leaves to others, in the order they were taken: the latest go."""
    return held[max(0, most) :]
