"""The error tree, sorted by whose fault it is.

SyncdError
├── ConfigError      the operator's        exit 78; systemd leaves it stopped
├── OutageError      nobody's: a database  exit 75; systemd starts it again
├── ContractError    the Backoffice's      a view broke it: pause pushing, name the column
├── LeaseLostError   nobody's: another     node works here now: write nothing more, give claims back
├── DeliveryError    a chat's, a mail server's: told again later; nothing else waits for it
└── ShopifyError
    ├── RowError     this row's            dead at once: retrying cannot help
    ├── CallError    nobody's, it passes   retry after `wait_s`; the row keeps its attempt
    │   ├── ThrottledError                 there were not enough points: it waits for its turn anew
    │   ├── VariantLimitError              creates wait; updates go on
    │   ├── BulkBusyError                  five bulk operations run: start after one has ended
    │   ├── BulkLimitError                 no more bulk operations for a while
    │   └── UploadLostError                upload the file again, to a new target
    ├── ProductGoneError the merchant's    deleted in Shopify: found again, made anew, or left away
    ├── ResultGoneError  nobody's          the result of a bulk operation is lost: run it again
    ├── KindError    one kind's            pause that kind's pump
    └── ShopError    the whole shop's      pause its pumps, give claims back, touch no row
        └── TokenError                     the access token is refused: another one may not be

A message says what happened, to which key; `hint` is the next step alone.
"""

from __future__ import annotations

from collections.abc import Sequence


class SyncdError(Exception):
    """Any error of ours. `hint` tells the reader what to do next, or is empty."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  → {self.hint}" if self.hint else self.message


def innermost(error: BaseException) -> BaseException:
    """The first error that task groups have wrapped: a lost database, most likely."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


class ConfigError(SyncdError):
    """A setting, a file or an address that the operator gave is wrong."""


class OutageError(SyncdError):
    """The database does not answer now; it may later."""


class ContractError(SyncdError):
    """The Backoffice does not keep the contract of `sql/contract.sql`."""


class LeaseLostError(SyncdError):
    """Another node may be at work here by now: this one must not write any more."""


class DeliveryError(SyncdError):
    """A message to people was not taken. `is_unknown`: it may have been, the answer was lost.

    `wait_s` is the wait that was asked for, 0 when none was.
    """

    def __init__(self, message: str, *, is_unknown: bool = False, wait_s: float = 0.0) -> None:
        super().__init__(message)
        self.is_unknown = is_unknown
        self.wait_s = wait_s


class ShopifyError(SyncdError):
    """Shopify, or the road to it, said no.

    `request_id` is Shopify's of the call that it answered so, empty without an answer: its support
    finds the call by it.
    """

    request_id = ""

    def __str__(self) -> str:
        said = super().__str__()
        return f"{said}\n  request id {self.request_id}" if self.request_id else said


class RowError(ShopifyError):
    """Shopify will never accept this row as it stands.

    `cause` is the sort of trouble in one word, or Shopify's code: people group the dead by it.
    `sku` is that of the first variant that is to blame, empty where it is the product as a whole.
    """

    def __init__(
        self, message: str, *, hint: str = "", cause: str = "other", sku: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.cause = cause
        self.sku = sku


class ProductGoneError(ShopifyError):
    """The product is not in the shop any more: somebody deleted it there."""


class CallError(ShopifyError):
    """The call failed for a passing reason. `wait_s` is the wait Shopify asked for, if it did.

    `is_unknown` is true when the call may have been carried out all the same (the answer was lost).
    """

    def __init__(
        self, message: str, *, hint: str = "", wait_s: float | None = None, is_unknown: bool = False
    ) -> None:
        super().__init__(message, hint=hint)
        self.wait_s = wait_s
        self.is_unknown = is_unknown


class ThrottledError(CallError):
    """Shopify's cost bucket held less than the call asks for; nothing happened."""


class VariantLimitError(CallError):
    """Shopify takes no more new variants today; those it has may still be changed."""


class BulkBusyError(CallError):
    """As many bulk operations of a kind are under way as may be; `running` are their GIDs."""

    def __init__(self, message: str, *, hint: str, wait_s: float, running: Sequence[str]) -> None:
        super().__init__(message, hint=hint, wait_s=wait_s)
        self.running = tuple(running)


class BulkLimitError(CallError):
    """Shopify starts no more bulk operations for now."""


class UploadLostError(CallError):
    """Shopify has no use for the file as it was uploaded; the next try begins with a new target."""


class ResultGoneError(ShopifyError):
    """The result of a bulk operation is not, or no longer, at its address."""


class KindError(ShopifyError):
    """One kind of thing may not be written: a missing scope, say."""


class ShopError(ShopifyError):
    """The whole shop refuses us: 401, 402, 403, 423."""


class TokenError(ShopError):
    """The access token is refused (401): nothing happened, and another one may help."""
