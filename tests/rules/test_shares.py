from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from syncd.rules.shares import share, surplus


@given(shops=st.integers(0, 500), nodes=st.integers(0, 20))
def test_all_nodes_together_have_room_for_every_shop_none_for_many_more(
    shops: int, nodes: int
) -> None:
    alive = max(1, nodes)
    assert shops <= share(shops, nodes) * alive < shops + alive


@given(held=st.lists(st.text(), unique=True), most=st.integers(0, 5))
def test_a_node_leaves_what_is_more_than_its_share_the_latest_first(
    held: list[str], most: int
) -> None:
    left = surplus(held, most)
    assert len(held) - len(left) == min(len(held), most)
    assert list(left) == held[len(held) - len(left) :]
