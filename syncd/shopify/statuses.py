"""What an HTTP status of Shopify's means: an error by whose fault it is.

Source: shopify.dev/docs/api/usage/response-codes, read 2026-11; recorded answers.
"""

from __future__ import annotations

from gql.transport.exceptions import TransportError

from syncd.errors import CallError, ShopError, ShopifyError, TokenError
from syncd.phrases import phrase
from syncd.shopify.answers import OUR_FAULT, named
from syncd.shopify.outcomes import Outcome

STATUSES = {  # of HTTP: the whole shop refuses us
    401: (
        phrase("the access token is not valid"),
        phrase("make a new one in Shopify: `syncd shop token`"),
    ),
    402: (
        phrase("the shop is frozen: its plan is not paid"),
        phrase("the shop's owner must pay Shopify"),
    ),
    403: (
        phrase("the app may not use this shop"),
        phrase("check that the app is installed and its scopes"),
    ),
    404: (phrase("there is no such shop"), phrase("check the shop's domain")),
    423: (
        phrase("the shop is locked"),
        phrase("ask Shopify's support why; syncd goes on by itself afterwards"),
    ),
    430: (
        phrase("Shopify took our calls for an attack"),
        phrase("wait; if it goes on, ask Shopify's support"),
    ),
}
LEADS_ELSEWHERE = phrase("check the shop's domain; the token is not carried to another address")


class RefusedStatus(TransportError):
    """An answer with an HTTP status of 300 or more, caught before gql makes it unreadable.

    `body` of one that leads elsewhere is the address to which it leads.
    """

    def __init__(self, status: int, body: str, retry_after: str | None) -> None:
        super().__init__(f"HTTP {status}: {body[:200]}")
        self.status = status
        self.body = body
        self.retry_after = retry_after

    @property
    def outcome(self) -> Outcome:
        return "throttled" if self.status == 429 else "refused"


def of_status(refused: RefusedStatus, document: str) -> ShopifyError:
    """The error for an HTTP status: the shop's fault, nobody's, or ours."""
    said = refused.body.strip()[:200]
    if refused.status in STATUSES:
        what, hint = STATUSES[refused.status]
        sort = TokenError if refused.status == 401 else ShopError
        told = phrase("{what} (HTTP {status}: {said})", what=what, status=refused.status, said=said)
        return named(sort(told, hint=hint))
    if refused.status == 429:
        return named(
            CallError(phrase("Shopify asks for patience (HTTP 429)"), wait_s=_wait_s(refused))
        )
    if refused.status < 400:
        told = phrase(
            "the shop's address leads elsewhere (HTTP {status}: {said})",
            status=refused.status,
            said=said,
        )
        return named(ShopError(told, hint=LEADS_ELSEWHERE))
    message = phrase(
        "Shopify answered {document} with HTTP {status}: {said}",
        document=document,
        status=refused.status,
        said=said,
    )
    if refused.status >= 500:
        return named(CallError(message, is_unknown=True))
    return named(ShopifyError(message, hint=OUR_FAULT))


def _wait_s(refused: RefusedStatus) -> float:
    """`Retry-After` is in seconds, as text such as `2.0`."""
    try:
        return max(0.0, float(refused.retry_after or 1))
    except ValueError:
        return 1.0
