"""What is said of a count that is not taken, in words that name the SKU."""

from __future__ import annotations

from syncd.errors import RowError
from syncd.phrases import Phrase, phrase
from syncd.records import Shop
from syncd.rules import refusals
from syncd.rules.stock import Merge, Shelf, name


def lost(shelf: Shelf) -> Phrase:
    """Shopify does not know the variant any more."""
    return phrase(
        "{variant}: the variant is gone from the shop; its product is looked at, and made right",
        variant=name(shelf),
    )


def by_backoffice(shelf: Shelf, merge: Merge, said: str | None) -> RowError:
    """The contract's function raised an exception; `said` are its words."""
    return RowError(
        f"{name(shelf)}: the Backoffice does not take the count {merge.target} instead of "
        f"{merge.here}: {said}",
        hint="mend it in the Backoffice, then `syncd outbox retry`",
        cause="refused_by_backoffice",
    )


def by_shopify(shelf: Shelf, code: str, message: str) -> RowError:
    """Shopify refuses to set the count, with its code and words."""
    words = refusals.WORDS.get(code)
    return RowError(
        f"{name(shelf)}: Shopify does not take its count: {words.meaning if words else message}",
        hint=(words.hint if words else "").replace("{key}", shelf.product_key),
        cause=code.lower(),
    )


def to_zero(shelf: Shelf, merge: Merge, shop: Shop, why: str) -> RowError:
    """Too many counts go to nothing at once: a person is asked."""
    return RowError(
        f"{name(shelf)} is held: {why}; this one goes from {merge.there} to {merge.target}",
        hint=f"if that is right: `syncd shop stock {shop.domain} --let-zeros`; if not, mend it in "
        "the Backoffice",
        cause="stock_to_zero",
    )
