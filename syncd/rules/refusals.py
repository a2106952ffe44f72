"""What Shopify's `userErrors` of a write amount to, in words that name the SKU."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncd.errors import RowError, ShopifyError
from syncd.records import Form

SHOWN = 3
# Trouble on Shopify's side: the same write may be accepted later (writes.md, appendix A).
PASSING = frozenset({"GENERIC_ERROR", "JOB_ERROR"})
# A variant that we know is not there any more: the next attempt reads the product first.
STALE = frozenset({"PRODUCT_VARIANT_DOES_NOT_EXIST", "VARIANT_ALREADY_EXISTS"})
HINTS = {
    "HANDLE_NOT_UNIQUE": "change the handle of the other product in Shopify",
    "PRODUCT_DOES_NOT_EXIST": "the product was deleted in Shopify; restore it there",
    "TAKEN": "another product in Shopify carries our id; delete the copy there",
}
HINT = "mend it in the Backoffice, it will be sent by itself"


def of(errors: Sequence[Mapping[str, Any]], *, key: str, form: Form) -> ShopifyError | None:
    """The error that a write's `userErrors` amount to; None when there are none.

    RowError when the product must be mended, a plain ShopifyError (which is tried again, and
    counted) when another attempt may help.
    """
    if not errors:
        return None
    codes = {str(error.get("code") or "") for error in errors}
    said = "; ".join(_said(error, form) for error in errors[:SHOWN])
    more = f" and {len(errors) - SHOWN} more" if len(errors) > SHOWN else ""
    message = f"product {key} ({form.title}): Shopify refused {said}{more}"
    if codes & (PASSING | STALE):
        return ShopifyError(message, hint="it will be tried again by itself")
    hint = next((HINTS[code] for code in sorted(codes) if code in HINTS), HINT)
    return RowError(message, hint=hint)


def _said(error: Mapping[str, Any], form: Form) -> str:
    """`SKU 4711 price: must be …`: the field without its technical beginning, then the words."""
    steps = [str(step) for step in error.get("field") or ()]
    where = " ".join(step for step in steps if step not in ("input", "variants", "product"))
    message = str(error.get("message", "")).rstrip(".")
    return ": ".join(part for part in (f"{_sku(steps, form)}{where}".strip(), message) if part)


def _sku(steps: Sequence[str], form: Form) -> str:
    """The SKU of the variant that `[…, "variants", "4", …]` points at, when it has one."""
    if "variants" not in steps[:-1]:
        return ""
    place = steps[steps.index("variants") + 1]
    if not place.isdigit() or int(place) >= len(form.variants):
        return ""
    return f"SKU {form.variants[int(place)].sku or '(none)'} "
