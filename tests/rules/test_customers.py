"""A customer as the contract tells it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.rules import customers
from syncd.sales import Gone
from tests.rules import sold


@pytest.mark.parametrize(
    ("text", "country", "told"),
    [
        pytest.param("22 22 55 55", "NO", "+4722225555", id="a number at home"),
        pytest.param("0047 22225555", "NO", "+4722225555", id="two noughts"),
        pytest.param("+47 22 22 55 55", None, "+4722225555", id="with its country"),
        pytest.param("070-123 45 67", "SE", "+46701234567", id="the address's country"),
        pytest.param("22 22 55 55", None, "22 22 55 55", id="without any country it stays"),
        pytest.param("ring nabo", "NO", "ring nabo", id="words stay"),
        pytest.param("123", "NO", "123", id="too short to be one"),
        pytest.param("22225555 ext. 4", "NO", "22225555 ext. 4", id="an extension is not lost"),
        pytest.param(None, "NO", None, id="none"),
        pytest.param("22225555", "XX", "22225555", id="a country that is none"),
    ],
)
def test_a_phone_number_has_one_form_or_stays(
    text: str | None, country: str | None, told: str | None
) -> None:
    assert customers.phone(text, country) == told


@given(st.text(max_size=30), st.sampled_from(["NO", "SE", "US", None]))
def test_no_phone_number_is_lost_nor_changed_twice(text: str, country: str | None) -> None:
    told = customers.phone(text, country)
    assert told == text or (told is not None and told[0] == "+" and told[1:].isdigit())
    assert customers.phone(told, country) == told


def test_a_customer_is_told_by_name_mail_and_phone() -> None:
    assert customers.told(sold.customer(phone="22225555")) == {
        "id": "gid://shopify/Customer/1",
        "first_name": "Kari",
        "last_name": "Nordmann",
        "name": "Kari Nordmann",
        "email": "kari@example.com",
        "phone": "+4722225555",
        "created_at": "2026-11-30T09:00:00+00:00",
        "updated_at": "2026-11-30T09:00:00+00:00",
    }


@given(st.frozensets(st.sampled_from(["first_name", "last_name", "email", "phone"])))
def test_what_was_not_read_is_not_told(unread: frozenset[str]) -> None:
    fields = dict.fromkeys(unread)
    told = customers.told(sold.customer(**fields, unread=unread))
    assert not unread & told.keys()
    assert ("name" in told) is not bool(unread & {"first_name", "last_name"})
    assert {"id", "updated_at"} <= told.keys()


def test_who_is_gone_may_live_on_in_another() -> None:
    at = sold.T0.isoformat()
    told = customers.told_gone("gid://shopify/Customer/1", Gone("gid://shopify/Customer/2"), at)
    assert told == {
        "id": "gid://shopify/Customer/1",
        "deleted": True,
        "updated_at": at,
        "merged_into": "gid://shopify/Customer/2",
    }
    assert "merged_into" not in customers.told_gone("gid://shopify/Customer/1", Gone(), at)
