"""What is said of a count that is not taken, in words that name the SKU."""

from __future__ import annotations

from syncd.errors import RowError
from syncd.phrases import Phrase, phrase
from syncd.records import Shop
from syncd.rules import refusals
from syncd.rules.refusal_text import with_key
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
        phrase(
            "{variant}: the Backoffice does not take the count {wanted} instead of {here}: {said}",
            variant=name(shelf),
            wanted=merge.target,
            here=merge.here,
            said=said,
        ),
        hint=phrase("mend it in the Backoffice, then `syncd outbox retry`"),
        cause="refused_by_backoffice",
    )


def by_shopify(shelf: Shelf, code: str, message: str) -> RowError:
    """Shopify refuses to set the count, with its code and words."""
    words = refusals.WORDS.get(code)
    return RowError(
        phrase(
            "{variant}: Shopify does not take its count: {why}",
            variant=name(shelf),
            why=words.meaning if words else message,
        ),
        hint=with_key(words.hint if words else "", shelf.product_key),
        cause=code.lower(),
    )


def to_zero(shelf: Shelf, merge: Merge, shop: Shop, why: str) -> RowError:
    """Too many counts go to nothing at once: a person is asked."""
    return RowError(
        phrase(
            "{variant} is held: {why}; this one goes from {there} to {wanted}",
            variant=name(shelf),
            why=why,
            there=merge.there,
            wanted=merge.target,
        ),
        hint=phrase(
            "if that is right: `syncd shop stock {shop} --let-zeros`; if not, mend "
            "it in the Backoffice",
            shop=shop.domain,
        ),
        cause="stock_to_zero",
    )
