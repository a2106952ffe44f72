"""What an answer of Shopify's means, by whose fault it is."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.errors import (
    CallError,
    KindError,
    RowError,
    ShopError,
    ShopifyError,
    ThrottledError,
    TokenError,
    VariantLimitError,
)
from syncd.shopify.answers import of_errors
from syncd.shopify.statuses import RefusedStatus, of_status


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        pytest.param(400, ShopifyError, id="400 is our mistake"),
        pytest.param(401, TokenError, id="401 a wrong token"),
        pytest.param(402, ShopError, id="402 a frozen shop"),
        pytest.param(403, ShopError, id="403 not allowed"),
        pytest.param(404, ShopError, id="404 no such shop"),
        pytest.param(423, ShopError, id="423 a locked shop"),
        pytest.param(429, CallError, id="429 passes"),
        pytest.param(430, ShopError, id="430 taken for an attack"),
        pytest.param(502, CallError, id="502 passes"),
    ],
)
def test_a_status_is_somebodys_fault(status: int, kind: type[ShopifyError]) -> None:
    error = of_status(RefusedStatus(status, '{"errors":"no"}', None), "ProductSet")
    assert type(error) is kind


@pytest.mark.parametrize(
    ("retry_after", "wait_s"),
    [
        pytest.param("2.0", 2.0, id="seconds as text"),
        pytest.param(None, 1.0, id="nothing said"),
        pytest.param("soon", 1.0, id="no number"),
    ],
)
def test_429_waits_as_told(retry_after: str | None, wait_s: float) -> None:
    error = of_status(RefusedStatus(429, "", retry_after), "ProductSet")
    assert isinstance(error, CallError)
    assert (error.wait_s, error.is_unknown) == (wait_s, False)


def test_a_gateways_error_leaves_the_outcome_unknown() -> None:
    error = of_status(RefusedStatus(504, "", None), "ProductSet")
    assert isinstance(error, CallError)
    assert error.is_unknown


def errors(code: str, message: str = "no") -> list[dict[str, Any]]:
    return [{"message": message, "extensions": {"code": code}}]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        pytest.param("THROTTLED", ThrottledError, id="throttled"),
        pytest.param("INTERNAL_SERVER_ERROR", CallError, id="their bug"),
        pytest.param("ACCESS_DENIED", KindError, id="a missing scope"),
        pytest.param("VARIANT_THROTTLE_EXCEEDED", VariantLimitError, id="the daily limit"),
        pytest.param("SHOP_INACTIVE", ShopError, id="a closed shop"),
        pytest.param("INVALID_VARIABLE", RowError, id="a value Shopify cannot read"),
        pytest.param("MAX_INPUT_SIZE_EXCEEDED", RowError, id="too much of it"),
        pytest.param("undefinedField", ShopifyError, id="our own mistake"),
    ],
)
def test_a_code_is_somebodys_fault(code: str, kind: type[ShopifyError]) -> None:
    error = of_errors(errors(code), data=None, cost=None, document="ProductSet")
    assert type(error) is kind


def test_a_missing_definition_is_declared_again() -> None:
    said = "Metafield definition of type 'id' is required when using custom ids."
    error = of_errors(errors("NOT_FOUND", said), data=None, cost=None, document="ProductSet")
    assert isinstance(error, KindError)


def test_a_field_without_access_beside_what_was_asked_is_no_error() -> None:
    data = {"productSet": {"product": {"id": "1", "secret": None}}}
    assert of_errors(errors("ACCESS_DENIED"), data=data, cost=None, document="ProductSet") is None


def test_throttled_waits_until_the_points_are_there() -> None:
    cost = {
        "requestedQueryCost": 202,
        "actualQueryCost": None,
        "throttleStatus": {
            "maximumAvailable": 2000,
            "currentlyAvailable": 118,
            "restoreRate": 20,
        },
    }
    error = of_errors(errors("THROTTLED"), data=None, cost=cost, document="ProductSet")
    assert isinstance(error, CallError)
    assert (error.wait_s, error.is_unknown) == (5.0, False)
