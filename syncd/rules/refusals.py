"""What Shopify's `userErrors` of a write amount to, in words that name the SKU."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncd.errors import RowError, ShopifyError
from syncd.records import Form, VariantIds

SHOWN = 3
# Trouble on Shopify's side: the same write may be accepted later (writes.md, appendix A).
# The last two are said of pictures that Shopify is still fetching (writes.md, 4.13).
PASSING = frozenset({"GENERIC_ERROR", "JOB_ERROR", "MUST_BE_FOR_THIS_PRODUCT", "NON_READY_MEDIA"})
# What we know of the product is not so any more: the next attempt reads it first.
STALE = frozenset(
    {
        "MEDIA_IS_NOT_ATTACHED_TO_VARIANT",
        "PRODUCT_VARIANT_DOES_NOT_EXIST",
        "VARIANT_ALREADY_EXISTS",
        "VARIANT_ALREADY_EXISTS_CHANGE_OPTION_VALUE",
    }
)
GONE = frozenset({"NOT_FOUND", "PRODUCT_DOES_NOT_EXIST"})
HINTS = {
    "HANDLE_NOT_UNIQUE": "change the handle of the other product in Shopify",
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
    if codes & GONE or any(_is_gone(error) for error in errors):
        return deleted(key, form)
    if codes & (PASSING | STALE) or any(_is_of_a_file(error) for error in errors):
        return ShopifyError(message, hint="it will be tried again by itself")
    hint = next((HINTS[code] for code in sorted(codes) if code in HINTS), HINT)
    return RowError(message, hint=hint)


def deleted(key: str, form: Form) -> RowError:
    """Somebody deleted the product in Shopify; making it anew is theirs to decide."""
    return RowError(
        f"product {key} ({form.title}) was deleted in Shopify",
        hint="put it inactive in the Backoffice if it shall stay away; to have it made anew: "
        f"delete from syncd.link where key = '{key}'; then send it again",
    )


def _is_gone(error: Mapping[str, Any]) -> bool:
    """productUpdate's errors have no code."""
    return "Product does not exist" in str(error.get("message"))


def _is_of_a_file(error: Mapping[str, Any]) -> bool:
    """A file of ours was deleted in Shopify: the next attempt reads which are there."""
    steps = [str(step) for step in error.get("field") or ()]
    return "files" in steps and steps[-1] == "id"


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
