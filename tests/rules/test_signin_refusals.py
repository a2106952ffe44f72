"""Why Shopify gives no token: whose fault, in which words, and nothing of what was sent."""

from __future__ import annotations

import pytest

from syncd.errors import CallError, ShopError
from syncd.phrases import said
from syncd.rules.signin_refusals import refusal

SHOP = "x.myshopify.com"
SECRET = "shpss_planted"


def page(code: str) -> bytes:
    return f"<html><title>400 - Oauth error {code}</title>{SECRET}</html>".encode()


@pytest.mark.parametrize(
    ("status", "body", "what"),
    [
        (400, b'{"error":"application_cannot_be_found"}', "no app with this client ID"),
        (400, page("invalid_request"), "the client secret is not right"),
        (400, page("app_not_installed"), "not installed"),
        (400, page("shop_not_permitted"), "different organisations"),
        (400, b'{"error":"unsupported_grant_type"}', "may not sign in by itself"),
        (401, b"", "the client ID or the client secret is not right"),
        (401, b'{"error":"invalid_client"}', "the client secret is not right"),
        (402, b"{}", "its plan is not paid"),
        (404, b"<html>", "no such shop"),
        (301, b"", "no such shop"),
        (423, b"[]", "locked"),
        (403, b'{"error":"shpss_planted ' + b"x" * 99 + b'"}', "does not say why"),
        (400, b'{"error":["shpss_planted"]}', "does not say why"),
        (400, b"\xff\xfe", "does not say why"),
    ],
)
def test_a_refusal_is_the_shops_trouble_with_a_next_step(
    status: int, body: bytes, what: str
) -> None:
    error = refusal(SHOP, status, body, None)
    assert isinstance(error, ShopError)
    assert what in error.message and f"HTTP {status}" in error.message
    assert error.hint and SECRET not in f"{error} {error!r}"
    assert said(error.message, "nb") != error.message
    assert said(error.hint, "nb") != error.hint


@pytest.mark.parametrize(
    ("status", "after", "wait_s"),
    [(429, "2.0", 2.0), (429, None, 1.0), (429, "soon", 1.0), (429, "9e9", 60.0), (503, "7", None)],
)
def test_what_passes_is_a_call_error(status: int, after: str | None, wait_s: float | None) -> None:
    error = refusal(SHOP, status, SECRET.encode(), after)
    assert isinstance(error, CallError) and not error.is_unknown
    assert error.wait_s == wait_s and SECRET not in str(error)
