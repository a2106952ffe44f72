"""What happened to a product, a line each, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncd.phrases import phrase
from syncd.records import Form
from syncd.rules import comparison, field_words
from syncd.rules.clock_words import listed
from syncd.rules.text import shortened

LONGEST = 40  # characters of a value


def accepted(before: Form | None, after: Form, skus: Mapping[str, str]) -> str:
    """What Shopify accepted: `name: Jakke → Varm jakke`, some fields of several."""
    if before is None:
        return phrase("made in the shop, variants: {count}", count=len(after.variants))
    changed = comparison.changed(after, before)
    if not changed:
        return phrase("sent, as it was known")
    return listed([moved(one.field, one.observed, one.wanted, skus) for one in changed])


def moved(name: str, before: str | None, after: str, skus: Mapping[str, str]) -> str:
    """A field that went from one value to another."""
    return phrase(
        "{field}: {before} → {after}",
        field=field_words.field(name, skus),
        before=shortened(before or "–", LONGEST),
        after=shortened(after or "–", LONGEST),
    )


def count(sku: str, before: object, after: object, *, is_received: bool) -> str:
    """A count that moved, on the side to which it was told."""
    if is_received:
        return phrase(
            "count of {sku} in the warehouse: {before} → {after}, as in Shopify",
            sku=sku,
            before=before,
            after=after,
        )
    return phrase(
        "count of {sku} in Shopify: {before} → {after}", sku=sku, before=before, after=after
    )


def event(kind: str, sku: str, changed: tuple[str, ...], actor: str) -> str:
    """Something was touched in the Backoffice."""
    if kind == "stock":
        return phrase("Backoffice ({actor}): count of {sku}", actor=actor, sku=sku)
    return phrase("Backoffice ({actor}): {what}", actor=actor, what=field_words.touched(changed))


def deed(
    what: str, run_id: int | None, actor: str, names: list[str], skus: Mapping[str, str]
) -> str:
    """What a run found, what a person did."""
    fields = field_words.fields(names, skus) or phrase("the product")
    found: dict[str, Any] = {"run": run_id, "fields": fields}
    words = {
        "held": phrase("held by run {run}: {fields}", **found),
        "revert": phrase("run {run} takes back: {fields}", **found),
        "differs": phrase("run {run} found otherwise: {fields}", **found),
        "same": phrase("run {run} found it equal", run=run_id),
        "only_here": phrase("run {run} found it missing in the shop", run=run_id),
        "conflict": phrase("run {run} found what a person must decide", run=run_id),
        "retry": phrase("{actor} asked for another attempt", actor=actor),
        "skip": phrase("{actor} gave up what waited", actor=actor),
        "send": phrase("{actor} asked to send it again", actor=actor),
        "take_back": phrase("{actor} asked to take the last write back", actor=actor),
    }
    return words.get(what) or phrase("{actor}: {what}", actor=actor, what=what)


def ended(error: str, *, is_dead: bool) -> str:
    """An attempt that failed; one that is dead is not repeated by itself."""
    if is_dead:
        return phrase("given up: {said}", said=error)
    return phrase("failed: {said}", said=error)
