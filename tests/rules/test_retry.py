"""Again? When? Whose fault? The whole policy, case by case."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import (
    CallError,
    ConfigError,
    ContractError,
    KindError,
    RowError,
    ShopError,
    ShopifyError,
)
from syncd.rules.retry import LONGEST_WAIT_S, MAX_FAILURES, Dead, Retry, backoff_s, decide


@pytest.mark.parametrize(
    ("error", "attempt", "verdict"),
    [
        pytest.param(RowError("title"), 1, Dead(), id="a refused row is dead at once"),
        pytest.param(RowError("title"), 7, Dead(), id="whichever attempt it is"),
        pytest.param(CallError("THROTTLED", wait_s=2), 3, Retry(2, blame=False), id="wait as told"),
        pytest.param(CallError("5xx", wait_s=0), 1, Retry(0, blame=False), id="told not to wait"),
        pytest.param(
            CallError("timeout"), 1, Retry(5, blame=False), id="an outage: nobody's fault"
        ),
        pytest.param(
            CallError("lost", is_unknown=True),
            8,
            Retry(5, blame=False),
            id="it never kills the row",
        ),
        pytest.param(CallError("timeout"), 500, Retry(5, blame=False), id="however long it lasts"),
        pytest.param(ShopifyError("GENERIC"), 1, Retry(2, blame=True), id="tried again soon"),
        pytest.param(ShopifyError("GENERIC"), 2, Retry(8, blame=True), id="then later"),
        pytest.param(
            ShopifyError("GENERIC"), 7, Retry(900, blame=True), id="at last a quarter of an hour"
        ),
        pytest.param(ShopifyError("GENERIC"), 8, Dead(), id="Shopify's riddles end after eight"),
        pytest.param(KeyError("sku"), 7, Retry(900, blame=True), id="our own bug is tried as well"),
        pytest.param(KeyError("sku"), 8, Dead(), id="and ends after eight"),
        pytest.param(TimeoutError(), 9, Dead(), id="beyond eight too"),
    ],
)
def test_decide(error: Exception, attempt: int, verdict: Retry | Dead) -> None:
    assert decide(error, attempt) == verdict


@pytest.mark.parametrize("attempt", [1, 8, 20])
@pytest.mark.parametrize(
    "error",
    [
        pytest.param(ShopError("401"), id="a refused shop is no row's fault"),
        pytest.param(KindError("ACCESS_DENIED"), id="nor is a refused kind"),
        pytest.param(ContractError("price is null"), id="nor a broken view"),
        pytest.param(ConfigError("no key"), id="nor what the operator gave"),
    ],
)
def test_what_no_row_can_help_is_raised_again(error: Exception, attempt: int) -> None:
    with pytest.raises(type(error)) as raised:
        decide(error, attempt)
    assert raised.value is error


attempts = st.integers(1, 1000)
chances = st.floats(0, 1)


@given(attempts, chances)
def test_the_wait_is_bounded_by_chance(attempt: int, chance: float) -> None:
    least, most = backoff_s(attempt, 0), backoff_s(attempt, 1)
    assert 0 < least <= backoff_s(attempt, chance) <= most <= LONGEST_WAIT_S
    assert most == 2 * least


@given(attempts, chances, chances)
def test_no_later_wait_is_shorter_with_the_same_luck(
    attempt: int, chance: float, luckier: float
) -> None:
    assert backoff_s(attempt, chance) <= backoff_s(attempt + 1, chance)
    low, high = sorted((chance, luckier))
    assert backoff_s(attempt, low) <= backoff_s(attempt, high)


def test_the_waits_grow_from_seconds_to_the_longest_and_last_half_an_hour() -> None:
    waits = [backoff_s(attempt, 1) for attempt in range(1, MAX_FAILURES)]
    assert waits[0] == 2 and waits[-1] == LONGEST_WAIT_S
    assert all(before <= after for before, after in pairwise(waits))
    assert sum(waits) / 2 > 15 * 60 and sum(waits) < 60 * 60


@given(st.sampled_from([KeyError("x"), ShopifyError("x"), OSError()]), attempts, chances)
def test_a_row_to_blame_is_retried_a_limited_number_of_times(
    error: Exception, attempt: int, chance: float
) -> None:
    verdict = decide(error, attempt, chance)
    assert (verdict == Dead()) == (attempt >= MAX_FAILURES)
    assert isinstance(verdict, Dead) or verdict == Retry(backoff_s(attempt, chance), blame=True)
