"""Which of our ids stands for which recorded one."""

from __future__ import annotations

from fidelity.twins import Twins

FIRST, OURS = "gid://shopify/Product/10241000000001", "gid://shopify/Product/99999999"


def test_the_first_meeting_makes_twins() -> None:
    twins = Twins()
    assert twins.agree(FIRST, OURS)
    assert twins.agree(FIRST, OURS)
    assert not twins.agree(FIRST, "gid://shopify/Product/88888888")
    assert not twins.agree("gid://shopify/Product/10241000000002", OURS), "ours is taken"


def test_later_requests_name_ours() -> None:
    twins = Twins()
    twins.agree(FIRST, OURS)
    sent = {"ids": [FIRST], "query": "id:10241000000001 OR sku:A", "n": 10241000000001}
    assert twins.put_in(sent) == {
        "ids": [OURS],
        "query": "id:99999999 OR sku:A",
        "n": 10241000000001,
    }
    assert twins.text("10241000000001.") == "99999999."
    assert twins.text("1.10241000000001") == "1.10241000000001", "a fraction is no id"


def test_the_second_half_of_an_id_counts() -> None:
    twins = Twins()
    twins.agree(
        "gid://shopify/InventoryItem/53583000000001", "gid://shopify/InventoryItem/77777777"
    )
    level = "gid://shopify/InventoryLevel/143273000001?inventory_item_id="
    assert not twins.agree(f"{level}53583000000001", f"{level}66666666")
    assert twins.agree(f"{level}53583000000001", f"{level}77777777")


def test_pairs_of_a_wrong_answer_can_be_forgotten() -> None:
    twins = Twins()
    before = twins.kept()
    twins.agree(FIRST, OURS)
    twins.restore(before)
    assert not twins.is_known(FIRST)


def test_a_seed_keeps_its_number() -> None:
    twins = Twins()
    twins.keep(FIRST)
    assert twins.is_known(FIRST) and not twins.is_made(FIRST)
    assert not twins.agree(FIRST, OURS)
