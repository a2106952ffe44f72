"""Decide what becomes of a change whose push failed."""

from __future__ import annotations

from dataclasses import dataclass

from syncd.errors import (
    CallError,
    ConfigError,
    ContractError,
    KindError,
    LeaseLostError,
    RowError,
    ShopError,
    VariantLimitError,
)

MAX_FAILURES = 8
MAX_DELIVERIES = 20
FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 900.0
OUTAGE_WAIT_S = 5.0


@dataclass(frozen=True, slots=True)
class Ack:
    """Shopify holds what is wanted."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Again after `wait_s`; `blame` counts the attempt against the row.

    With `until_news` another event of the same key ends the wait.
    """

    wait_s: float
    blame: bool
    until_news: bool = False


@dataclass(frozen=True, slots=True)
class Dead:
    """Never as it stands."""


Verdict = Ack | Retry | Dead  # the three ends of an attempt


def decide(error: Exception, attempt: int, chance: float = 1.0) -> Retry | Dead:
    """Again? When? Whose fault? `attempt` counts from 1, `chance` in [0, 1] spreads the waits.

    Raises the error again when no row can help: the pump rests.
    """
    match error:
        case ShopError() | KindError() | ContractError() | ConfigError() | LeaseLostError():
            raise error
        case RowError():
            return Dead()
        case VariantLimitError(wait_s=wait_s):
            return Retry(wait_s or LONGEST_WAIT_S, blame=False, until_news=True)
        case CallError(wait_s=wait_s):
            return Retry(wait_s if wait_s is not None else OUTAGE_WAIT_S, blame=False)
        case _ if attempt >= MAX_FAILURES:
            return Dead()
        case _:
            return Retry(backoff_s(attempt, chance), blame=True)


def backoff_s(attempt: int, chance: float) -> float:
    """Four times as long each time, up to LONGEST_WAIT_S; half of it is certain, half is chance.

    A row is dead about half an hour after its first failure: most trouble of Shopify's is over.
    """
    longest = min(LONGEST_WAIT_S, FIRST_WAIT_S * 4.0 ** min(attempt - 1, 20))
    return longest / 2 * (1 + chance)
