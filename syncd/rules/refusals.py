"""What Shopify's `userErrors` of a write amount to, in words that name the SKU."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncd.errors import RowError, ShopifyError
from syncd.records import Form, VariantIds

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


def of(
    errors: Sequence[Mapping[str, Any]], *, key: str, form: Form, skus: Sequence[str] = ()
) -> ShopifyError | None:
    """The error that a write's `userErrors` amount to; None when there are none.

    `skus` are those of the variants that the write named, in its order: see `named`. RowError when
    the product must be mended, a plain ShopifyError (which is tried again, and counted) when
    another attempt may help.
    """
    if not errors:
        return None
    codes = {str(error.get("code") or "") for error in errors}
    said = "; ".join(_said(error, skus) for error in errors[:SHOWN])
    more = f" and {len(errors) - SHOWN} more" if len(errors) > SHOWN else ""
    message = f"product {key} ({form.title}): Shopify refused {said}{more}"
    if codes & (PASSING | STALE):
        return ShopifyError(message, hint="it will be tried again by itself")
    hint = next((HINTS[code] for code in sorted(codes) if code in HINTS), HINT)
    return RowError(message, hint=hint)


def named(variables: Mapping[str, Any], form: Form, known: Mapping[str, VariantIds]) -> list[str]:
    """SKUs of the variants that a write names, in its order; empty where there is none.

    A row of productSet has its SKU, one of the bulk calls may have just an id.
    """
    given = variables.get("input")
    holder = given if isinstance(given, Mapping) else variables
    rows = holder.get("variants", [])
    keys = {ids.variant: key for key, ids in known.items()}
    skus = {variant.key: variant.sku for variant in form.variants}
    return [
        row.get("sku")
        or row.get("inventoryItem", {}).get("sku")
        or skus.get(keys.get(row.get("id", ""), ""), "")
        for row in rows
    ]


def _said(error: Mapping[str, Any], skus: Sequence[str]) -> str:
    """`SKU J-S price: must be …`: the field without its technical beginning, then the words."""
    steps = [str(step) for step in error.get("field") or ()]
    sku, steps = _article(steps, skus)
    named = [step for step in steps if step not in ("input", "product")]
    message = str(error.get("message", "")).rstrip(".")
    return ": ".join(part for part in (" ".join([*sku, *named]), message) if part)


def _article(steps: Sequence[str], skus: Sequence[str]) -> tuple[list[str], list[str]]:
    """The variant that `[…, "variants", "0", …]` points at by its SKU, then the other steps."""
    if "variants" not in steps[:-1]:
        return [], list(steps)
    place = steps.index("variants") + 1
    rest = [*steps[: place - 1], *steps[place + 1 :]]
    number = int(steps[place]) if steps[place].isdigit() else len(skus)
    if number >= len(skus):
        return [f"variant {steps[place]}"], rest
    return [f"SKU {skus[number] or '(none)'}"], rest
