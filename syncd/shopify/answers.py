"""What an answer of Shopify means for the caller: its data, or an error by whose fault it is.

Sources: shopify.dev/docs/api/usage/response-codes and …/limits, read 2026-11; recorded answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from math import ceil
from typing import Any, TypeVar

import aiohttp

from syncd.errors import (
    CallError,
    KindError,
    RowError,
    ShopError,
    ShopifyError,
    ThrottledError,
    VariantLimitError,
)
from syncd.phrases import phrase
from syncd.shopify.outcomes import code_of, is_whole

NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
# When the day of Shopify's limit ends is not documented, so it is asked again each hour.
LIMIT_WAIT_S = 3600.0
OUR_FAULT = phrase("report it: syncd asked in a way Shopify does not take")
LACKS_SCOPE = phrase("give the app the missing scope in Shopify and install it anew")
FOLLOWS = phrase("new products and variants follow by themselves, changes of others go on")
DEFINITION_MISSING = "Metafield definition of type 'id' is required"
ROW_CODES = frozenset(
    {
        "BAD_REQUEST",
        "INVALID",
        "INVALID_FIELD_ARGUMENTS",
        "INVALID_PRODUCT_TAXONOMY_NODE_ID",
        "INVALID_VARIABLE",
        "MAX_COST_EXCEEDED",
        "MAX_INPUT_SIZE_EXCEEDED",
        "NOT_FOUND",
        "RESOURCE_NOT_FOUND",
    }
)

# Of the last answer in this task. Its header is seen where the call is not known (`judge`), and gql
# mixes up the headers of parallel calls; a task waits for one answer at a time.
REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")

Path = tuple[str | int, ...]
E = TypeVar("E", bound=ShopifyError)


@dataclass(frozen=True, slots=True)
class Answer:
    """The data of an answer, with the paths of its fields that the app may not read.

    Those are null, which says nothing of what Shopify holds. A path begins at the root field, and
    has the place in a list as a number.
    """

    data: Any
    refused: frozenset[Path] = frozenset()


def request_id() -> str:
    """Shopify's id of the call that this task made last; empty when no answer came."""
    return REQUEST_ID.get()


def named(error: E) -> E:
    """The error with the id of the call that this task made last, which was answered so."""
    error.request_id = REQUEST_ID.get()
    return error


def of_errors(
    errors: Sequence[Mapping[str, Any]],
    *,
    data: Mapping[str, Any] | None,
    cost: Mapping[str, Any] | None,
    document: str,
) -> ShopifyError | None:
    """The error that GraphQL `errors` amount to; None when the data asked for came all the same.

    A field without the right to read it is null beside an ACCESS_DENIED, the rest is there.
    """
    refusal = _refusal(errors, data=data, cost=cost, document=document)
    return None if refusal is None else named(refusal)


def _refusal(
    errors: Sequence[Mapping[str, Any]],
    *,
    data: Mapping[str, Any] | None,
    cost: Mapping[str, Any] | None,
    document: str,
) -> ShopifyError | None:
    # A null for another reason must not pass for one beside it that is only refused.
    first = next((one for one in errors if code_of(one) != "ACCESS_DENIED"), errors[0])
    code = code_of(first)
    said = str(first.get("message", "")).strip()
    message = phrase(
        "Shopify refused {document}: {said} ({code})",
        document=document,
        said=said,
        code=code or "no code",
    )
    match code:
        case "THROTTLED":
            return ThrottledError(message, wait_s=_restored_in_s(cost))
        case "ACCESS_DENIED" if is_whole(data):
            return None
        case "ACCESS_DENIED":
            return KindError(message, hint=LACKS_SCOPE)
        case "SHOP_INACTIVE":
            return ShopError(message, hint=phrase("the shop is closed or frozen in Shopify"))
        case "INTERNAL_SERVER_ERROR":
            return CallError(message, is_unknown=True)
        case "NOT_FOUND" if DEFINITION_MISSING in said:
            return KindError(message, hint=phrase("syncd declares it again by itself"))
        case "VARIANT_THROTTLE_EXCEEDED":
            return VariantLimitError(
                phrase("Shopify takes no more new variants today: {said}", said=said),
                hint=FOLLOWS,
                wait_s=LIMIT_WAIT_S,
            )
        case _ if code in ROW_CODES:
            hint = phrase("mend it in the Backoffice, it will be sent by itself")
            return RowError(message, hint=hint, cause=code)
    return ShopifyError(message, hint=OUR_FAULT)


def lost(error: Exception, document: str) -> ShopifyError:
    """No answer. Only where no connection was made is it certain that nothing happened."""
    cause = error.__cause__ or error
    is_sent = not isinstance(cause, NOT_SENT)
    why = cause or type(cause).__name__
    told = phrase("{document} could not reach Shopify: {why}", document=document, why=why)
    if is_sent:
        told = phrase("{document} got no answer from Shopify: {why}", document=document, why=why)
    hint = phrase("check the network here; shopifystatus.com tells whether Shopify is up")
    return CallError(told, hint=hint, is_unknown=is_sent)


def refused(errors: Sequence[Mapping[str, Any]]) -> frozenset[Path]:
    """The paths of what the app may not read."""
    return frozenset(tuple(one.get("path") or ()) for one in errors)


def misunderstood(extensions: Mapping[str, Any] | None, document: str) -> ShopifyError | None:
    """The error that warnings of a search amount to: Shopify leaves out a filter it does not know,
    so that everything matches."""
    for search in (extensions or {}).get("search") or ():
        for warning in search.get("warnings") or ():
            what = f"{warning.get('field')}: {warning.get('message')} ({warning.get('code')})"
            said = phrase(
                "Shopify did not understand the search of {document}: {what}",
                document=document,
                what=what,
            )
            return named(ShopifyError(said, hint=OUR_FAULT))
    return None


def _restored_in_s(cost: Mapping[str, Any] | None) -> float:
    """Seconds until the bucket holds what was asked for; at least 1, as the documentation says."""
    status = (cost or {}).get("throttleStatus")
    if cost is None or status is None:
        return 1.0
    missing = float(cost["requestedQueryCost"]) - float(status["currentlyAvailable"])
    return float(max(1, ceil(missing / float(status["restoreRate"]))))
