from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.rules.shares import next_look_s, share, surplus


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


@pytest.mark.parametrize(
    ("waits_s", "look_s"),
    [
        pytest.param([], 2.0, id="nothing is another's"),
        pytest.param([22.5, 25.0], 2.0, id="others live"),
        pytest.param([1.4, 0.3, 25.0], 0.3, id="one that nobody renews runs out"),
        pytest.param([0.0, 25.0], 2.0, id="what is free already is not waited for"),
    ],
)
def test_a_lease_that_runs_out_is_seen_at_that_moment(waits_s: list[float], look_s: float) -> None:
    assert next_look_s(waits_s, 2.0) == look_s
