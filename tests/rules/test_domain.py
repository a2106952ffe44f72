from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import ConfigError
from syncd.rules import domain


@pytest.mark.parametrize(
    "text",
    [
        "fjord-1.myshopify.com",
        "fjord-1",
        "FJORD-1",
        "  fjord-1.myshopify.com\n",
        "Fjord-1.MyShopify.com",
        "fjord-1.myshopify.com.",
        "fjord-1.myshopify.com/admin",
        "fjord-1.myshopify.com:443",
        "https://fjord-1.myshopify.com",
        "http://fjord-1.myshopify.com/",
        "https://fjord-1.myshopify.com/admin/products?selectedView=all#top",
        "https://admin.shopify.com/store/fjord-1",
        "admin.shopify.com/store/Fjord-1/products/1",
    ],
)
def test_any_spelling_becomes_the_shops_own_address(text: str) -> None:
    assert domain.normal(text) == "fjord-1.myshopify.com"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "fjord.no",
        "https://www.fjord.no",
        "fjord.myshopify.com.evil.no",
        "https://fjord.myshopify.com@evil.no/",
        "https://evil.no/fjord.myshopify.com",
        "evil.no/admin.shopify.com/store/fjord",
        "myshopify.com",
        ".myshopify.com",
        "a.b.myshopify.com",
        "-fjord.myshopify.com",
        "fj rd",
        "fjörd",
        "https://admin.shopify.com",
        "https://admin.shopify.com/store/",
        "http://[fjord",
        "localhost:8080",
        "127.0.0.1",
        "x" * 64,
    ],
)
def test_another_host_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        domain.normal(text)
    assert "my-shop.myshopify.com" in caught.value.hint
    assert repr(text.strip()) in caught.value.message


@given(st.text(max_size=40) | st.from_regex(r"(https?://)?[a-z.\-@:/]{0,30}", fullmatch=True))
def test_the_result_is_always_a_shops_address_and_stays_so(text: str) -> None:
    try:
        found = domain.normal(text)
    except ConfigError:
        return
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]*\.myshopify\.com", found)
    assert domain.normal(found) == found
