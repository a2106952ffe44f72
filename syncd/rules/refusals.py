"""What Shopify's `userErrors` of a write amount to, in words that name the SKU."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from syncd.errors import RowError, ShopifyError
from syncd.phrases import joined, phrase
from syncd.records import Form, VariantIds
from syncd.rules import accidents, limits
from syncd.rules.metafield_words import DEFINITION_WORDS, METAFIELD_WORDS
from syncd.rules.picture_words import FILE_WORDS, MEDIA_WORDS
from syncd.rules.refusal_text import SHOWN, also, few, more, with_key
from syncd.rules.refusal_words import MEND, PRODUCT_WORDS, WAIT, Words
from syncd.rules.stock_words import STOCK_WORDS
from syncd.rules.text import line

NO_REASON = phrase("Shopify gives no reason")
WORDS: Mapping[str, Words] = {
    **PRODUCT_WORDS,
    **MEDIA_WORDS,
    **METAFIELD_WORDS,
    **DEFINITION_WORDS,
    **STOCK_WORDS,
}
# Trouble on Shopify's side: the same write may be accepted later (writes.md, appendix A).
PASSING = frozenset(
    {
        "GENERIC_ERROR",
        "INTERNAL_ERROR",
        "JOB_ERROR",
        # Said of pictures that Shopify is still fetching (writes.md, 4.13), or working on.
        "MEDIA_CANNOT_BE_MODIFIED",
        "MUST_BE_FOR_THIS_PRODUCT",
        "NON_READY_MEDIA",
        # So many a day or an hour; the shop may make more of them later.
        "MODEL3D_THROTTLE_EXCEEDED",
        "VIDEO_THROTTLE_EXCEEDED",
        # A twin of this call is under way. One that failed has spent its key: the next attempt
        # must bring another, so it is tried again too.
        "IDEMPOTENCY_CONCURRENT_REQUEST",
        "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED",
    }
)
# What we know of the product is not so any more: the next attempt reads it first.
STALE = frozenset(
    {
        # A variant or a picture was made or deleted in Shopify.
        "AT_LEAST_ONE_VARIANT_DOES_NOT_BELONG_TO_THE_PRODUCT",
        "CANNOT_DELETE_LAST_VARIANT",
        "INVALID_INVENTORY_ITEM",
        "MEDIA_DOES_NOT_EXIST",
        "MEDIA_DOES_NOT_EXIST_ON_PRODUCT",
        "MEDIA_IS_NOT_ATTACHED_TO_VARIANT",
        "PRODUCT_VARIANT_ALREADY_HAS_MEDIA",
        "PRODUCT_VARIANT_DOES_NOT_EXIST",
        "PRODUCT_VARIANT_DOES_NOT_EXIST_ON_PRODUCT",
        "VARIANT_ALREADY_EXISTS",
        "VARIANT_ALREADY_EXISTS_CHANGE_OPTION_VALUE",
        # Options were changed in Shopify: our own always fit the variants of the same product.
        "NEED_TO_ADD_OPTION_VALUES",
        "OPTION_DOES_NOT_EXIST",
        "OPTION_VALUES_FOR_NUMBER_OF_UNKNOWN_OPTIONS",
        "OPTION_VALUE_DOES_NOT_EXIST",
        # A count or a metafield changed since it was read.
        "CHANGE_FROM_QUANTITY_STALE",
        "COMPARE_QUANTITY_STALE",
        "STALE_OBJECT",
    }
)
GONE = frozenset({"NOT_FOUND", "PRODUCT_DOES_NOT_EXIST"})
# productUpdate's and publishablePublish's errors have no code (writes.md, 4.5, 4.8 and 5.2).
UNCODED = {
    "Product does not exist": "PRODUCT_DOES_NOT_EXIST",
    "already in use. Please provide a new handle": "HANDLE_NOT_UNIQUE",
    "can't be blank": "BLANK",
    "is too long": "TOO_LONG",
    "must be greater than or equal to": "GREATER_THAN_OR_EQUAL_TO",
}
# The lists of a write whose rows are variants, as `field` spells them.
ROWS = ("variants", "variantMedia", "variantsIds", "quantities")


@dataclass(frozen=True, slots=True)
class Complaint:
    """One of the errors. `article` is the variant it points at, or empty; `field` what of it."""

    code: str
    article: str
    field: str
    message: str


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
    rows = {str(at): sku for at, sku in enumerate(skus)}
    groups: dict[str, list[Complaint]] = {}
    for error in errors:
        complaint = _complaint(error, rows)
        kind = complaint.code if complaint.code in WORDS else ""
        groups.setdefault(kind, []).append(complaint)
    if not GONE.isdisjoint(groups):
        said = _quoted([complaint for group in groups.values() for complaint in group])
        return accidents.gone(key, form, said)
    message = _told(groups, limits.subject(key, form.title), form)
    if (PASSING | STALE) & groups.keys() or any(_is_of_a_file(error) for error in errors):
        return ShopifyError(message, hint=WAIT)
    hints = dict.fromkeys(with_key(WORDS[code].hint, key) for code in groups if code)
    cause = "+".join(sorted(filter(None, groups))) or "refused"
    sku = next((sku for sku in (_to_blame(error, rows) for error in errors) if sku), "")
    return RowError(message, hint=also([*hints]) or MEND, cause=cause, sku=sku)


def picture(code: str | None, address: str) -> str:
    """The sentence for a picture that Shopify could not fetch or show: its media are FAILED.

    `code` is a FileErrorCode or MediaErrorCode, None when Shopify gives no reason.
    """
    words = FILE_WORDS.get(code or "")
    if words is not None:
        return phrase(
            "the picture {address} does not show in Shopify: {why}; {hint}",
            address=line(address),
            why=words.meaning,
            hint=words.hint,
        )
    reason = phrase("Shopify says {said}", said=code) if code else NO_REASON
    return phrase(
        "the picture {address} does not show in Shopify ({why}); {hint}",
        address=line(address),
        why=reason,
        hint=FILE_WORDS["UNKNOWN"].hint,
    )


def named(variables: Mapping[str, Any], form: Form, known: Mapping[str, VariantIds]) -> list[str]:
    """SKUs of the variants that a write names, in its order; empty where there is none.

    A row of productSet has its SKU, one of the other calls may have just an id.
    """
    given = variables.get("input")
    holder = given if isinstance(given, Mapping) else variables
    rows: Sequence[Any] = next((holder[name] for name in ROWS if name in holder), ())
    keys = {gid: key for key, ids in known.items() for gid in (ids.variant, ids.inventory_item)}
    skus = {variant.key: variant.sku for variant in form.variants}
    return [_sku(row) or skus.get(keys.get(_gid(row), ""), "") for row in rows]


def _sku(row: Mapping[str, Any] | str) -> str:
    if isinstance(row, str):
        return ""
    return row.get("sku") or row.get("inventoryItem", {}).get("sku") or ""


def _gid(row: Mapping[str, Any] | str) -> str:
    if isinstance(row, str):
        return row
    return str(
        next((row[name] for name in ("id", "variantId", "inventoryItemId") if name in row), "")
    )


def _complaint(error: Mapping[str, Any], rows: Mapping[str, str]) -> Complaint:
    steps = [str(step) for step in error.get("field") or ()]
    article, steps = _article(steps, rows)
    message = line(str(error.get("message") or "")).rstrip(".")
    guessed = next((code for words, code in UNCODED.items() if words in message), "")
    return Complaint(
        code=guessed if guessed in GONE else str(error.get("code") or guessed),
        article=article,
        field=" ".join(step for step in steps if step not in ("input", "product")),
        message=message,
    )


def _article(steps: Sequence[str], rows: Mapping[str, str]) -> tuple[str, list[str]]:
    """The variant that `[…, "variants", "0", …]` points at by its SKU, then the other steps."""
    place = next((at for at, step in enumerate(steps[:-1]) if step in ROWS), None)
    if place is None:
        return "", list(steps)
    rest = [*steps[:place], *steps[place + 2 :]]
    number = steps[place + 1]
    if number not in rows:
        return phrase("variant {number}", number=number), rest
    return phrase("SKU {sku}", sku=rows[number] or "(none)"), rest


def _to_blame(error: Mapping[str, Any], rows: Mapping[str, str]) -> str:
    """The SKU of the variant that an error points at; empty where it points at none."""
    steps = [str(step) for step in error.get("field") or ()]
    return next((rows.get(after, "") for step, after in pairwise(steps) if step in ROWS), "")


def _is_of_a_file(error: Mapping[str, Any]) -> bool:
    """A file of ours was deleted in Shopify: the next attempt reads which are there."""
    steps = [str(step) for step in error.get("field") or ()]
    return "files" in steps and steps[-1] == "id"


def _told(groups: Mapping[str, Sequence[Complaint]], name: str, form: Form) -> str:
    """A part for each code, the first ones behind the product's name."""
    parts: list[str] = []
    for code, group in list(groups.items())[:SHOWN]:
        articles = [complaint.article for complaint in group if complaint.article]
        if not articles and len(form.variants) == 1 and form.variants[0].sku:
            articles = [phrase("SKU {sku}", sku=form.variants[0].sku)]
        subject = few(articles, ", ") if code else ""
        said = _as_given(group)
        if code:
            said = phrase("{what} ({said})", what=WORDS[code].meaning, said=_quoted(group))
        opening = name if not parts else ""
        head = joined([*filter(None, (opening, subject))])
        parts.append(joined([*filter(None, (head, said))], ": "))
    rest = sum(len(group) for group in list(groups.values())[SHOWN:])
    return more(joined(parts, "; "), rest)


def _quoted(group: Sequence[Complaint]) -> str:
    """Shopify's own words, for who wants to look them up."""
    said = (": ".join(filter(None, (one.field, one.message))) for one in group)
    return phrase("Shopify says {said}", said=few((f"“{words}”" for words in said), ", "))


def _as_given(group: Sequence[Complaint]) -> str:
    """`Shopify refused SKU J-S price: must be …`: errors that we have no sentence for."""
    said = []
    for one in group:
        place = " ".join(filter(None, (one.article, one.field)))
        code = f" ({one.code})" if one.code else ""
        said.append(": ".join(filter(None, (place, one.message))) + code)
    return phrase("Shopify refused {said}", said=few(said, "; "))
